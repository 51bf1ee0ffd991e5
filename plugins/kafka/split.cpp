// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "split.h"

#include <charconv>

namespace weirflow::kafka {
namespace {

using wf::Result;
using wf::Status;

constexpr std::string_view kHeader = "kafka.source 1\n";

template <typename T>
bool read_number(std::string_view text, T* value) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), *value);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() && *value >= 0;
}

/// The next word of a line, without the blank behind it.
std::string_view take_word(std::string_view* line) {
  const std::string_view word = line->substr(0, line->find(' '));
  line->remove_prefix(std::min(word.size() + 1, line->size()));
  return word;
}

std::string_view take_line(std::string_view* text) {
  const std::string_view line = text->substr(0, text->find('\n'));
  text->remove_prefix(std::min(line.size() + 1, text->size()));
  return line;
}

Status damaged(std::string_view line) {
  return wf::invalid_data("the snapshot of kafka.source is damaged at '" + std::string(line) + "'");
}

Result<Split> parse_split(std::string_view line) {
  const std::string_view whole = line;
  Split split;
  auto name = parse_split_name(take_word(&line));
  if (!name.ok() || take_word(&line) != "next" || !read_number(take_word(&line), &split.next))
    return damaged(whole);
  split.topic = std::move(name->first);
  split.partition = name->second;
  if (line.empty()) return split;
  if (take_word(&line) != "stop" || !read_number(take_word(&line), &split.stop) || !line.empty())
    return damaged(whole);
  return split;
}

}  // namespace

std::string split_name(std::string_view topic, int32_t partition) {
  return std::string(topic) + "[" + std::to_string(partition) + "]";
}

std::string Split::name() const { return split_name(topic, partition); }

Result<std::pair<std::string, int32_t>> parse_split_name(std::string_view name) {
  const size_t open = name.rfind('[');
  int32_t partition = 0;
  if (open == std::string_view::npos || open == 0 || name.back() != ']' ||
      !read_number(name.substr(open + 1, name.size() - open - 2), &partition))
    return wf::invalid_config("'" + std::string(name) +
                              "' is no partition; it is written as \"topic[0]\"");
  return std::pair(std::string(name.substr(0, open)), partition);
}

std::string Positions::to_text() const {
  std::string text(kHeader);
  text += "records " + std::to_string(records) + "\n";
  for (const Split& split : splits) {
    text += "split " + split.name() + " next " + std::to_string(split.next);
    if (split.stop != kNoOffset) text += " stop " + std::to_string(split.stop);
    text += "\n";
  }
  return text + "watermarks\n" + watermarks;
}

Result<Positions> Positions::parse(std::string_view text) {
  if (!text.starts_with(kHeader))
    return wf::invalid_data("this is no snapshot of kafka.source, or of a later version");
  text.remove_prefix(kHeader.size());
  Positions positions;
  while (!text.empty()) {
    const std::string_view whole = take_line(&text);
    std::string_view line = whole;
    const std::string_view word = take_word(&line);
    if (word == "watermarks" && line.empty()) {
      positions.watermarks = text;
      return positions;
    }
    if (word == "records") {
      if (!read_number(line, &positions.records)) return damaged(whole);
    } else if (word == "split") {
      auto split = parse_split(line);
      if (!split.ok()) return damaged(whole);
      positions.splits.push_back(std::move(*split));
    } else {
      return damaged(whole);
    }
  }
  return damaged("its end");
}

}  // namespace weirflow::kafka
