// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "tail_source.h"

namespace weirflow::file {

using wf::Emitter;
using wf::Result;
using wf::Status;

namespace {
constexpr wf::Duration kLeastWait = std::chrono::milliseconds(100);

/// A file name may have any bytes; text may not.
std::string shown(const std::string& path) {
  static const wf::io::EncodingList kReplacing{{wf::io::Encoding::replace}};
  std::string text;
  wf::io::decode(kReplacing, path, &text);
  return text;
}
}  // namespace

Status TailSource::bind(wf::SchemaBuilder& out) {
  WF_ASSIGN(wf::io::LineRows rows, wf::io::make_line_rows(config()));
  WF_TRY(wf::io::add_line_columns(rows, added_columns(config()), &out));
  rows_ = std::move(rows);
  WF_ASSIGN(event_time_, wf::io::EventTime::make(config().event_time, out.finish()));
  return {};
}

Status TailSource::open() {
  tracker_ = wf::WatermarkTracker(config().out_of_order.count(), config().idle_after.count());
  tail_ = std::make_unique<Tail>(
      tail_options(config()), [this](bool is_warning, const std::string& text) {
        host().log(is_warning ? wf::LogLevel::warning : wf::LogLevel::info, text);
      });
  tail_->open();
  waking_.store(tail_.get());
  return {};
}

void TailSource::wake() {
  if (Tail* tail = waking_.load()) tail->wake();
}

void TailSource::paused(bool is_paused) { tracker_.paused(is_paused, host().monotonic_us()); }

Status TailSource::next(Emitter& out, wf::Duration max_wait) {
  const int64_t now_us = host().monotonic_us();
  WF_TRY(tail_->look(now_us));
  // What was dropped there was dropped before another file got its number.
  for (const FileId& id : tail_->take_dropped()) tracker_.revoke(id.to_string());
  for (const FileId& id : tail_->take_followed()) tracker_.assign(id.to_string());
  const auto take = [&](const TailFile& file, TailChunk& chunk) {
    return this->take(file, chunk, now_us, out);
  };
  WF_ASSIGN(const bool any, tail_->read(now_us, take));
  for (const FileId& id : tail_->take_followed()) tracker_.assign(id.to_string());
  for (const FileId& id : tail_->take_dropped()) tracker_.revoke(id.to_string());
  host().gauge("followed_files", static_cast<double>(tail_->size()));
  if (tail_->is_done()) {
    out.done();
  } else if (!any) {
    // Not longer than until it is time to look again, or to give a file up.
    const wf::Duration patience = std::max(config().rotate_wait, kLeastWait);
    tail_->wait(std::min({max_wait, config().rescan, patience}));
    out.idle();
  }
  const int64_t watermark = tracker_.watermark(now_us);
  if (watermark != wf::WatermarkTracker::kNone) out.watermark(watermark);
  if (tracker_.all_idle(now_us)) out.idle_watermark();
  return {};
}

Status TailSource::take(const TailFile& file, TailChunk& chunk, int64_t now_us, Emitter& out) {
  const std::string split = file.id().to_string();
  tracker_.assign(split);
  WF_ASSIGN(const wf::io::LineBatch rows, rows_->read(chunk.lines));
  WF_TRY(refuse(file, chunk, rows, out));
  if (!rows.from.empty()) {
    const wf::Batch batch = with_added(file, chunk, rows, out.schema());
    event_time_.see(batch, split, &tracker_);
    out.emit(batch);
  } else if (!chunk.lines.empty()) {
    tracker_.see(split);
  }
  if (chunk.at_end) tracker_.at_end(split, now_us);
  return {};
}

/// Lines that are no rows, in the order of the file.
Status TailSource::refuse(const TailFile& file, const TailChunk& chunk,
                          const wf::io::LineBatch& rows, Emitter& out) {
  size_t bad = 0;
  const auto bad_up_to = [&](uint64_t offset) -> Status {
    for (; bad < rows.bad.size() && chunk.offsets[rows.bad[bad].index] < offset; ++bad) {
      const wf::io::LineProblem& line = rows.bad[bad];
      WF_TRY(bad_line(file, chunk.offsets[line.index], chunk.lines[line.index], line.code,
                      line.message, out));
    }
    return {};
  };
  for (const TailChunk::TooLong& line : chunk.too_long) {
    WF_TRY(bad_up_to(line.offset));
    WF_TRY(bad_line(file, line.offset, line.start, "too_long",
                    "the line is over max_line (" + std::to_string(config().max_line) +
                        " bytes); its first bytes are shown",
                    out));
  }
  return bad_up_to(UINT64_MAX);
}

Status TailSource::bad_line(const TailFile& file, uint64_t offset, std::string_view raw,
                            std::string_view code, const std::string& message, Emitter& out) {
  const std::string place = shown(file.path()) + ":" + std::to_string(offset);
  if (config().bad_lines == "fail") return wf::invalid_data(place + ": " + message);
  if (config().bad_lines == "skip")
    out.filtered(1);
  else
    out.refuse_raw(raw, place, code, message);
  return {};
}

wf::Batch TailSource::with_added(const TailFile& file, const TailChunk& chunk,
                                 const wf::io::LineBatch& rows, const wf::SchemaPtr& schema) const {
  std::vector<wf::ArrayPtr> more;
  for (const std::string& name : config().add) {
    if (name == "file") {
      const std::string path = shown(file.path());
      wf::StringBuilder column;
      for (size_t i = 0; i < rows.from.size(); ++i) column.append(path);
      more.push_back(column.finish());
    } else if (name == "offset") {
      wf::Int64Builder column;
      for (const size_t line : rows.from) column.append(static_cast<int64_t>(chunk.offsets[line]));
      more.push_back(column.finish());
    } else {
      wf::TimestampBuilder column;
      const int64_t read_at_us = host().now_us();
      for (size_t i = 0; i < rows.from.size(); ++i) column.append(read_at_us);
      more.push_back(column.finish());
    }
  }
  return rows.batch.with_columns(schema, std::move(more));
}

Result<std::string> TailSource::snapshot(uint64_t) {
  TailSnapshot snapshot = tail_->snapshot();
  snapshot.watermarks = tracker_.to_string();
  return snapshot.to_string();
}

Status TailSource::restore(std::string_view bytes) {
  WF_ASSIGN(TailSnapshot snapshot, TailSnapshot::parse(bytes));
  WF_TRY(tracker_.restore(snapshot.watermarks));
  tail_->restore(std::move(snapshot));
  return {};
}

}  // namespace weirflow::file
