// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/refusals.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/file.h"
#include "weirflow/print.hpp"

namespace weirflow::engine {

namespace {
constexpr size_t kLongestRow = 64 << 10;
}

const wf::SchemaPtr& envelope_schema() {
  static const wf::SchemaPtr schema =
      std::make_shared<const wf::Schema>(wf::Schema{{"task", wf::Type::utf8},
                                                    {"code", wf::Type::utf8},
                                                    {"message", wf::Type::utf8},
                                                    {"position", wf::Type::utf8},
                                                    {"row", wf::Type::utf8},
                                                    {"run", wf::Type::utf8},
                                                    {"attempt", wf::Type::int32},
                                                    {"time", wf::Type::timestamp}});
  return schema;
}

const wf::SchemaPtr& letter_schema() {
  static const wf::SchemaPtr schema = [] {
    std::vector<wf::Field> all = envelope_schema()->fields();
    all.push_back({"port", wf::Type::utf8});
    all.push_back({"input", wf::Type::binary});
    all.push_back({"raw", wf::Type::binary});
    return std::make_shared<const wf::Schema>(wf::Schema(std::move(all)));
  }();
  return schema;
}

std::string refusal_key(std::string_view task, std::string_view row) {
  return std::string(task) + "\n" + std::string(row.substr(0, kLongestRow));
}

void EnvelopeBuilder::add(const Refusal& refusal, int64_t time_us) {
  const std::string_view row = std::string_view(refusal.row).substr(0, kLongestRow);
  int attempt = attempt_;
  if (earlier_)
    if (const auto found = earlier_->find(refusal_key(task_, row)); found != earlier_->end())
      attempt += found->second;
  task_column_.append(task_);
  code_.append(refusal.code);
  message_.append(refusal.message);
  position_.append(refusal.position);
  row_.append(row);
  run_column_.append(run_);
  attempt_column_.append(attempt);
  time_.append(time_us);
  port_.append(refusal.port);
  refusal.input.empty() ? input_.append_null() : input_.append(refusal.input);
  refusal.raw.empty() ? raw_.append_null() : raw_.append(refusal.raw);
}

wf::Batch EnvelopeBuilder::finish() {
  const int64_t n = rows();
  return wf::Batch(letter_schema(), n,
                   {task_column_.finish(), code_.finish(), message_.finish(), position_.finish(),
                    row_.finish(), run_column_.finish(), attempt_column_.finish(), time_.finish(),
                    port_.finish(), input_.finish(), raw_.finish()});
}

wf::Batch envelope_of(const wf::Batch& letters) {
  std::vector<wf::ArrayPtr> columns;
  for (int i = 0; i < envelope_schema()->size(); ++i) columns.push_back(letters.column(i));
  return wf::Batch(envelope_schema(), letters.rows(), std::move(columns));
}

DeadLetterFile::~DeadLetterFile() {
  if (fd_ >= 0) ::close(fd_);
  if (fd_ >= 0 && !published_ && !goes_on_) ::unlink((path_ + ".part").c_str());
}

wf::Status DeadLetterFile::open_locked() {
  if (fd_ >= 0) return {};
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  const std::string path = goes_on_ ? path_ : path_ + ".part";
  fd_ = ::open(path.c_str(), O_CREAT | (goes_on_ ? 0 : O_TRUNC) | O_RDWR | O_CLOEXEC, 0644);
  if (fd_ < 0) return errno_status("dead letters: cannot create " + path);
  if (!goes_on_) return {};
  if (at_end_) {
    bytes_ = ::lseek(fd_, 0, SEEK_END);
    // Half a line that a crash left.
    if (char last = '\n'; bytes_ > 0 && ::pread(fd_, &last, 1, bytes_ - 1) == 1 && last != '\n') {
      WF_TRY(write_all(fd_, "\n", path_));
      ++bytes_;
    }
    return {};
  }
  if (::ftruncate(fd_, bytes_) != 0 || ::lseek(fd_, bytes_, SEEK_SET) < 0)
    return errno_status("dead letters: cannot cut " + path + " to what its checkpoint knows");
  return {};
}

wf::Status DeadLetterFile::go_on(Extent extent) {
  const std::lock_guard lock(mutex_);
  goes_on_ = true;
  bytes_ = extent.bytes;
  rows_ = extent.rows;
  std::error_code ignored;
  // What a crash left behind the checkpoint comes again.
  if (!std::filesystem::exists(path_, ignored)) return {};
  return open_locked();
}

void DeadLetterFile::go_on_at_end() {
  const std::lock_guard lock(mutex_);
  goes_on_ = at_end_ = true;
}

wf::Result<DeadLetterFile::Extent> DeadLetterFile::sync() {
  const std::lock_guard lock(mutex_);
  if (fd_ >= 0 && ::fdatasync(fd_) != 0) return errno_status("dead letters: cannot sync " + path_);
  return Extent{bytes_, rows_};
}

wf::Status DeadLetterFile::append(const wf::Batch& letters, int64_t epoch) {
  std::string lines;
  const std::string end = ",\"epoch\":" + std::to_string(epoch) + "}\n";
  for (int64_t i = 0; i < letters.rows(); ++i) {
    wf::append_row_json(letters, i, lines);
    lines.pop_back();
    lines += end;
  }
  const std::lock_guard lock(mutex_);
  WF_TRY(open_locked());
  if (wf::Status status = write_all(fd_, lines, path_); !status.ok()) {
    // Half a line must not stand in front of what comes next.
    if (::ftruncate(fd_, bytes_) == 0) ::lseek(fd_, bytes_, SEEK_SET);
    return status;
  }
  rows_ += letters.rows();
  bytes_ += static_cast<int64_t>(lines.size());
  return {};
}

wf::Status DeadLetterFile::publish() {
  const std::lock_guard lock(mutex_);
  if (fd_ < 0 || published_ || goes_on_) return {};
  if (::fsync(fd_) != 0) return errno_status("dead letters: cannot sync " + path_);
  WF_TRY(rename_durably(path_ + ".part", path_));
  published_ = true;
  return {};
}

int64_t DeadLetterFile::rows() const {
  const std::lock_guard lock(mutex_);
  return rows_;
}

}  // namespace weirflow::engine
