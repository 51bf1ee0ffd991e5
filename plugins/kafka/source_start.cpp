// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

/// kafka.source before its first record: configuration, starts and stops, checkpoints.

#include <algorithm>

#include "source.h"
#include "weirflow/io/values.hpp"

namespace weirflow::kafka {
namespace {

using wf::Result;
using wf::Status;
using wf::WatermarkTracker;

Status at_key(Status status, std::string key) {
  return std::move(status).at({std::move(key), 0, 0, ""});
}

/// Milliseconds since 1970 of a key that must be set, and of no other's when it must not.
Status read_time(bool wanted, const std::string& text, const std::string& key, int64_t* ms) {
  if (!wanted)
    return text.empty() ? Status()
                        : at_key(wf::invalid_config("'" + key + "' is set but not asked for"), key);
  const auto us = wf::io::parse_timestamp(text);
  if (!us)
    return at_key(wf::invalid_config("'" + text + "' is no time like 2026-11-01T00:00:00Z"), key);
  // Rounded up: nothing younger than the time is left out by the start, or read by the stop.
  *ms = (*us + 999) / 1000;
  return {};
}

Status read_splits(bool wanted, const wf::Map<int64_t>& offsets,
                   const std::vector<std::string>& topics, const std::string& key) {
  if (wanted == offsets.empty())
    return at_key(wf::invalid_config(
                      "'" + key + (wanted ? "' names no partition" : "' is set but not asked for")),
                  key);
  for (const auto& [name, offset] : offsets) {
    const auto split = parse_split_name(name);
    if (!split.ok()) return at_key(split.status(), key);
    if (std::find(topics.begin(), topics.end(), split->first) == topics.end())
      return at_key(wf::invalid_config("'" + name + "': the topic is not among 'topics'"), key);
    if (offset < 0) return at_key(wf::invalid_config("'" + name + "': offsets begin at 0"), key);
  }
  return {};
}

/// Each name of `offsets` must be a split.
Status check_known(const wf::Map<int64_t>& offsets, const std::vector<Split>& splits,
                   const std::string& key) {
  for (const auto& [name, offset] : offsets)
    if (std::none_of(splits.begin(), splits.end(),
                     [&, &wanted = name](const Split& s) { return s.name() == wanted; }))
      return at_key(wf::not_found("'" + name + "': the topic has no such partition"), key);
  return {};
}

const int64_t* offset_of(const wf::Map<int64_t>& offsets, const std::string& name) {
  for (const auto& [key, offset] : offsets)
    if (key == name) return &offset;
  return nullptr;
}

}  // namespace

Status Source::check_config() {
  const SourceConfig& c = config();
  if (c.topics.empty()) return at_key(wf::invalid_config("'topics' names none"), "topics");
  for (const std::string& topic : c.topics)
    if (topic.empty() || std::count(c.topics.begin(), c.topics.end(), topic) > 1)
      return at_key(wf::invalid_config("topic '" + topic + "' is empty or stands twice"), "topics");
  WF_TRY(consumer_properties(c, "group").status());
  WF_TRY(read_time(c.start == "timestamp", c.start_timestamp, "start_timestamp", &start_ms_));
  WF_TRY(read_time(c.stop == "timestamp", c.stop_timestamp, "stop_timestamp", &stop_ms_));
  WF_TRY(read_splits(c.start == "offsets", c.start_offsets, c.topics, "start_offsets"));
  WF_TRY(read_splits(c.stop == "offsets", c.stop_offsets, c.topics, "stop_offsets"));
  if ((c.stop == "rows") != (c.stop_rows > 0))
    return at_key(wf::invalid_config("stop = \"rows\" and 'stop_rows' go together"), "stop_rows");
  return {};
}

Status Source::bind(wf::SchemaBuilder& out) {
  WF_TRY(check_config());
  WF_ASSIGN(decoder_, make_decoder(config()));
  const wf::Schema& schema = decoder_->schema();
  event_column_ = -1;
  // "kafka_timestamp" means the record's own whether or not it is added as a column.
  if (config().event_time != "kafka_timestamp") {
    WF_ASSIGN(event_column_, schema.require(config().event_time, "event_time"));
    if (schema.field(event_column_).type.id() != wf::Type::timestamp)
      return at_key(
          wf::invalid_config("column '" + config().event_time + "' is " +
                             schema.field(event_column_).type.to_string() + ", not timestamp"),
          "event_time");
  }
  for (const wf::Field& field : schema.fields()) WF_TRY(out.add(field));
  return {};
}

Status Source::open() {
  const wf_task task = host().task();
  const std::string group = config().group.empty() ? "weirflow." + std::string(wf::view(task.dag)) +
                                                         "." + std::string(wf::view(task.task))
                                                   : config().group;
  WF_ASSIGN(const Properties properties, consumer_properties(config(), group));
  WF_ASSIGN(consumer_, Consumer::make(properties, config().queue_bytes, &host()));
  tracker_ = std::make_unique<WatermarkTracker>(config().out_of_order.count(),
                                                config().idle_after.count());
  const SteadyTime deadline = patience();
  splits_.clear();
  for (const std::string& topic : config().topics) {
    WF_ASSIGN(const int32_t count, consumer_->client().partitions(topic, deadline, &host()));
    for (int32_t p = 0; p < count; ++p) splits_.push_back({topic, p});
  }
  WF_TRY(find_starts(splits_));
  WF_TRY(find_stops(splits_));
  const std::lock_guard lock(wake_mutex_);
  wakeable_ = consumer_.get();
  return {};
}

Status Source::find_starts(std::vector<Split>& splits) {
  const std::string& start = config().start;
  WF_TRY(check_known(config().start_offsets, splits, "start_offsets"));
  const int64_t at = start == "latest" ? kLatest : start == "timestamp" ? start_ms_ : kEarliest;
  WF_ASSIGN(const auto offsets, consumer_->offsets(splits, at, patience()));
  std::vector<int64_t> ends;
  if (start == "timestamp") {
    WF_ASSIGN(ends, consumer_->offsets(splits, kLatest, patience()));
  }
  for (size_t i = 0; i < splits.size(); ++i) {
    splits[i].next = offsets[i] == kNoOffset && !ends.empty() ? ends[i] : offsets[i];
    if (const int64_t* given = offset_of(config().start_offsets, splits[i].name()))
      splits[i].next = *given;
  }
  return {};
}

Status Source::find_stops(std::vector<Split>& splits) {
  const std::string& stop = config().stop;
  WF_TRY(check_known(config().stop_offsets, splits, "stop_offsets"));
  if (stop == "never" || stop == "rows") return {};
  if (stop == "offsets") {
    for (Split& split : splits) {
      const int64_t* given = offset_of(config().stop_offsets, split.name());
      if (!given)
        return at_key(wf::invalid_config("there is no offset for " + split.name() +
                                         "; every partition needs one"),
                      "stop_offsets");
      split.stop = *given;
    }
    return {};
  }
  // A time to come cannot be looked up yet; see settle_stop_time().
  stop_time_open_ = stop == "timestamp" && stop_ms_ * 1000 > host().now_us();
  if (stop_time_open_) return {};
  WF_ASSIGN(const auto ends, consumer_->offsets(splits, kLatest, patience()));
  std::vector<int64_t> times;
  if (stop == "timestamp") {
    WF_ASSIGN(times, consumer_->offsets(splits, stop_ms_, patience()));
  }
  for (size_t i = 0; i < splits.size(); ++i)
    splits[i].stop = times.empty() || times[i] == kNoOffset ? ends[i] : times[i];
  return {};
}

Status Source::restore(std::string_view snapshot) {
  WF_ASSIGN(const Positions saved, Positions::parse(snapshot));
  WF_TRY(tracker_->restore(saved.watermarks));
  // What had come to its stop reads on to the one of this start; what had not keeps its own.
  const bool over = config().stop == "rows" ? saved.records >= config().stop_rows
                                            : std::all_of(saved.splits.begin(), saved.splits.end(),
                                                          [](const Split& s) { return s.done(); });
  const bool fresh_stops = over || config().stop == "never" || config().stop == "offsets";
  records_ = over ? 0 : saved.records;
  std::set<std::string> known_topics;
  std::vector<Split> fresh, merged;
  for (const Split& old : saved.splits) {
    const bool wanted = std::find(config().topics.begin(), config().topics.end(), old.topic) !=
                        config().topics.end();
    known_topics.insert(old.topic);
    const int found = wanted ? find(old.topic, old.partition) : -1;
    if (found < 0) {
      if (wanted && config().on_gap == "fail")
        return wf::not_found("the checkpoint stands at offset " + std::to_string(old.next) +
                             " of " + old.name() + ", which is not there any more");
      host().log(wf::LogLevel::warning, "the position of " + old.name() + " in the checkpoint (" +
                                            std::to_string(old.next) + ") is no longer used");
      tracker_->revoke(old.name());
      continue;
    }
    merged.push_back(old);
    if (fresh_stops) merged.back().stop = splits_[static_cast<size_t>(found)].stop;
  }
  // A partition that came after the checkpoint is read from its beginning, a topic that was not
  // among those of the checkpoint from where the configuration says.
  for (const Split& split : splits_) {
    if (std::any_of(merged.begin(), merged.end(), [&](const Split& s) {
          return s.topic == split.topic && s.partition == split.partition;
        }))
      continue;
    (known_topics.contains(split.topic) ? fresh : merged).push_back(split);
  }
  WF_ASSIGN(const auto offsets, consumer_->offsets(fresh, kEarliest, patience()));
  for (size_t i = 0; i < fresh.size(); ++i) fresh[i].next = offsets[i];
  merged.insert(merged.end(), fresh.begin(), fresh.end());
  splits_ = std::move(merged);
  return {};
}

Status Source::begin() {
  begun_ = true;
  std::vector<Split> wanted;
  for (const Split& split : splits_) {
    if (split.done()) {
      tracker_->revoke(split.name());
      continue;
    }
    tracker_->assign(split.name());
    wanted.push_back(split);
  }
  seen_.assign(splits_.size(), Seen());
  WF_TRY(consumer_->assign(wanted));
  // With its stops fixed the run is about what was there at the start.
  if (config().stop != "never" && config().stop != "rows") return {};
  std::map<std::string, int32_t> known;
  for (const Split& split : splits_) ++known[split.topic];
  WF_ASSIGN(Properties properties, client_properties(config()));
  watch_ = std::make_unique<PartitionWatch>(std::move(properties), std::move(known),
                                            config().discover_every);
  return {};
}

}  // namespace weirflow::kafka
