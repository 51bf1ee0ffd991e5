// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "record_files.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace wf::io {
namespace {

constexpr size_t kMostRawBytes = 64 * 1024;
/// Refills without a row after which next() gives its caller a chance to do something else.
constexpr int kPatience = 64;

class ReplayInput final : public ByteInput {
 public:
  ReplayInput(std::string head, std::unique_ptr<ByteInput> rest)
      : head_(std::move(head)), rest_(std::move(rest)) {}
  Result<size_t> read(char* to, size_t size) override {
    if (at_ == head_.size()) return rest_->read(to, size);
    const size_t n = std::min(size, head_.size() - at_);
    std::memcpy(to, head_.data() + at_, n);
    at_ += n;
    if (at_ == head_.size()) head_ = {}, at_ = 0;
    return n;
  }
  [[nodiscard]] uint64_t raw_bytes() const override { return rest_->raw_bytes(); }
  [[nodiscard]] FileStamp stamp() const override { return rest_->stamp(); }
  [[nodiscard]] bool would_wait() const override { return head_.empty() && rest_->would_wait(); }
  [[nodiscard]] int wait_descriptor() const override { return rest_->wait_descriptor(); }

 private:
  std::string head_;
  size_t at_ = 0;
  std::unique_ptr<ByteInput> rest_;
};

class TeeInput final : public ByteInput {
 public:
  TeeInput(std::shared_ptr<ByteInput> inner, std::string* log)
      : inner_(std::move(inner)), log_(log) {}
  Result<size_t> read(char* to, size_t size) override {
    WF_ASSIGN(const size_t got, inner_->read(to, size));
    if (log_) log_->append(to, got);
    return got;
  }
  [[nodiscard]] uint64_t raw_bytes() const override { return inner_->raw_bytes(); }
  [[nodiscard]] FileStamp stamp() const override { return inner_->stamp(); }
  [[nodiscard]] bool would_wait() const override { return inner_->would_wait(); }
  [[nodiscard]] int wait_descriptor() const override { return inner_->wait_descriptor(); }

 private:
  std::shared_ptr<ByteInput> inner_;
  std::string* log_;
};

}  // namespace

std::unique_ptr<ByteInput> tee_input(std::shared_ptr<ByteInput> shared, std::string* log) {
  return std::make_unique<TeeInput>(std::move(shared), log);
}

std::unique_ptr<ByteInput> replay_input(std::string head, std::unique_ptr<ByteInput> rest) {
  return std::make_unique<ReplayInput>(std::move(head), std::move(rest));
}

Result<BadLines> parse_bad_lines(std::string_view text) {
  if (text == "fail") return BadLines::fail;
  if (text == "refuse") return BadLines::refuse;
  if (text == "skip") return BadLines::skip;
  return invalid_config("'" + std::string(text) + "' is no policy; known are fail, refuse, skip");
}

std::string Position::to_string() const {
  std::string text = "1";
  for (const uint64_t n : {file, offset, line, stamp.size, static_cast<uint64_t>(stamp.mtime_ns)})
    text += " " + std::to_string(n);
  return text;
}

Result<Position> Position::parse(std::string_view text) {
  uint64_t numbers[6] = {};
  const char* p = text.data();
  const char* end = p + text.size();
  for (size_t i = 0; i < 6; ++i) {
    if (i && (p == end || *p++ != ' ')) return invalid_data("the position is damaged");
    const auto [next, error] = std::from_chars(p, end, numbers[i]);
    if (error != std::errc()) return invalid_data("the position is damaged");
    p = next;
  }
  if (p != end || numbers[0] != 1) return invalid_data("the position is of another version");
  return Position{numbers[1], numbers[2], numbers[3],
                  FileStamp{numbers[4], static_cast<int64_t>(numbers[5])}};
}

FileRecordReader::FileRecordReader(Settings settings, BadRecordSink sink)
    : settings_(std::move(settings)),
      sink_(std::move(sink)),
      buffer_(settings_.buffer_size, settings_.lone_cr_ends_line) {
  for (const std::string& path : settings_.paths) {
    const auto stamp = stamp_of(path);
    if (path == "-" || !stamp.ok() || total_bytes_ < 0)
      total_bytes_ = -1;
    else
      total_bytes_ += static_cast<int64_t>(stamp->size);
  }
}

Status FileRecordReader::open_file() {
  std::unique_ptr<ByteInput> input = std::move(first_input_);
  if (!input) {
    WF_ASSIGN(input, open_input(settings_.paths[file_], settings_.input));
  }
  file_name_ = settings_.paths[file_] == "-" ? "standard input" : settings_.paths[file_];
  stamp_ = input->stamp();
  buffer_.start(std::move(input));
  return begin_file();
}

Status FileRecordReader::close_file() {
  closed_bytes_ += static_cast<int64_t>(buffer_.input().raw_bytes());
  buffer_.stop();
  ++file_;
  return {};
}

Result<Next> FileRecordReader::hand_out(Batch* out) {
  WF_ASSIGN(*out, finish_batch());
  rows_ = bytes_ = 0;
  return Next::batch;
}

Result<Next> FileRecordReader::next(Batch* out) {
  for (int rounds = 0;; ++rounds) {
    if (!buffer_.started()) {
      if (file_ == settings_.paths.size())
        return rows_ > 0 ? hand_out(out) : Result<Next>(Next::end);
      WF_TRY(open_file());
    }
    WF_TRY(parse_block());
    read_bytes_.store(closed_bytes_ + static_cast<int64_t>(buffer_.input().raw_bytes()),
                      std::memory_order_relaxed);
    if (batch_full()) return hand_out(out);
    if (buffer_.last()) {
      // The rows so far go out while the position is still in their file.
      if (rows_ > 0 && file_ + 1 == settings_.paths.size()) return hand_out(out);
      WF_TRY(close_file());
      continue;
    }
    if (buffer_.input().would_wait()) return rows_ > 0 ? hand_out(out) : Result<Next>(Next::idle);
    if (rows_ == 0 && rounds >= kPatience) return Next::idle;
    WF_TRY(buffer_.refill());
  }
}

Status FileRecordReader::seek(const Position& position) {
  if (position.file > settings_.paths.size())
    return invalid_data("the position is in file " + std::to_string(position.file + 1) + " of " +
                        std::to_string(settings_.paths.size()));
  if (position.file != 0) first_input_.reset();
  file_ = position.file;
  if (file_ == settings_.paths.size() || (position.offset == 0 && position.line == 1)) return {};
  WF_TRY(open_file());
  if (stamp_ != position.stamp)
    return invalid_data(file_name_ + ": the file is not the one that was read before (" +
                        std::to_string(position.stamp.size) + " bytes then, " +
                        std::to_string(stamp_.size) + " now)");
  if (position.offset < buffer_.offset())
    return invalid_data(file_name_ + ": the position is inside the header");
  WF_TRY(buffer_.skip(position.offset - buffer_.offset()).with_context(file_name_));
  buffer_.set_line(static_cast<int64_t>(position.line));
  return {};
}

Position FileRecordReader::position() const {
  if (!buffer_.started()) return {file_, 0, 1, {}};
  return {file_, buffer_.offset(), static_cast<uint64_t>(buffer_.line()), stamp_};
}

Status FileRecordReader::bad_record(int64_t line, std::string_view raw, std::string_view code,
                                    std::string message) {
  ++counts_.records;
  switch (settings_.bad_lines) {
    case BadLines::fail:
      return file_error(line, message);
    case BadLines::skip:
      ++counts_.skipped;
      return {};
    case BadLines::refuse:
      break;
  }
  ++counts_.refused;
  BadRecord record;
  record.file = file_name_;
  record.line = line;
  record.raw = raw.substr(0, kMostRawBytes);
  record.code = code;
  record.message = std::move(message);
  return sink_ ? sink_(record) : Status();
}

Status FileRecordReader::file_error(int64_t line, const std::string& message) const {
  return invalid_data(file_name_ + ":" + std::to_string(line) + ": " + message);
}

}  // namespace wf::io
