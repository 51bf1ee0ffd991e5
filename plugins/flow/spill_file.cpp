// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "spill_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "plain_type.h"
#include "weirflow/kernels.hpp"

namespace weirflow::flow {

using wf::Result;
using wf::Status;

namespace {

constexpr size_t kFlushBytes = size_t{1} << 20;

Status system_error(const char* what) {
  const int code = errno;
  std::string message = std::string(what) + ": " + std::strerror(code);
  if (code == ENOSPC || code == EDQUOT) return wf::exhausted(std::move(message));
  return wf::io_error(std::move(message));
}

}  // namespace

Result<std::shared_ptr<SpillFile>> SpillFile::create(const std::string& folder) {
  std::string name = folder + "/spill-XXXXXX";
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) return system_error("making a temporary file");
  ::unlink(name.c_str());
  return std::shared_ptr<SpillFile>(new SpillFile(fd));
}

SpillFile::~SpillFile() { ::close(fd_); }

Status SpillFile::flush() {
  const char* data = pending_.data();
  size_t left = pending_.size();
  int64_t at = end_ - static_cast<int64_t>(left);
  while (left > 0) {
    const ssize_t n = ::pwrite(fd_, data, left, at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("writing a temporary file");
    data += n;
    at += n;
    left -= static_cast<size_t>(n);
  }
  pending_.clear();
  return {};
}

Status SpillFile::append(const void* data, size_t size) {
  pending_.append(static_cast<const char*>(data), size);
  end_ += static_cast<int64_t>(size);
  return pending_.size() >= kFlushBytes ? flush() : Status();
}

Status SpillFile::append_buffer(const wf::Buffer& buffer) {
  const uint64_t size = buffer.data ? buffer.size + 1 : 0;  // 0: no buffer at all
  WF_TRY(append(&size, sizeof size));
  return buffer.data && buffer.size ? append(buffer.data, buffer.size) : Status();
}

// The array is compact: its own memory, no offsets.
Status SpillFile::append_array(const wf::Array& array) {
  WF_TRY(append(&array.length, sizeof array.length));
  for (const wf::Buffer& buffer : array.buffers) WF_TRY(append_buffer(buffer));
  for (const wf::ArrayPtr& child : array.children) WF_TRY(append_array(*child));
  return {};
}

Status SpillFile::write(const wf::Batch& batch) {
  if (!schema_) {
    // Large text comes out of compact() in its ordinary form.
    std::vector<wf::Field> fields = batch.schema().fields();
    for (wf::Field& field : fields) field.type = plain_type(field.type);
    schema_ = std::make_shared<const wf::Schema>(std::move(fields), batch.schema().metadata());
  }
  const int64_t rows = batch.rows();
  WF_TRY(append(&rows, sizeof rows));
  for (const wf::ArrayPtr& column : batch.columns()) WF_TRY(append_array(*wf::compact(column)));
  return flush();
}

Status SpillFile::Reader::read(void* to, size_t size) {
  auto* out = static_cast<char*>(to);
  while (size > 0) {
    const ssize_t n = ::pread(file_->fd_, out, size, at_);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("reading a temporary file");
    if (n == 0) return wf::io_error("a temporary file is shorter than what was written");
    out += n;
    at_ += n;
    size -= static_cast<size_t>(n);
  }
  return {};
}

Result<wf::Buffer> SpillFile::Reader::read_buffer() {
  uint64_t size = 0;
  WF_TRY(read(&size, sizeof size));
  if (size == 0) return wf::Buffer();
  wf::BufferBuilder<uint8_t> bytes;
  bytes.resize_for_overwrite(size - 1);
  WF_TRY(read(bytes.data(), size - 1));
  return bytes.finish();
}

Result<wf::ArrayPtr> SpillFile::Reader::read_array(const wf::DataType& type) {
  auto array = std::make_shared<wf::Array>();
  array->type = type;
  WF_TRY(read(&array->length, sizeof array->length));
  for (wf::Buffer& buffer : array->buffers) {
    WF_ASSIGN(buffer, read_buffer());
  }
  for (const wf::Field& child : type.children()) {
    WF_ASSIGN(wf::ArrayPtr part, read_array(child.type));
    array->children.push_back(std::move(part));
  }
  return wf::ArrayPtr(std::move(array));
}

Result<std::optional<wf::Batch>> SpillFile::Reader::next() {
  if (at_ >= file_->end_) return std::optional<wf::Batch>();
  int64_t rows = 0;
  WF_TRY(read(&rows, sizeof rows));
  std::vector<wf::ArrayPtr> columns;
  for (const wf::Field& field : file_->schema_->fields()) {
    WF_ASSIGN(wf::ArrayPtr column, read_array(field.type));
    columns.push_back(std::move(column));
  }
  return std::optional<wf::Batch>(wf::Batch(file_->schema_, rows, std::move(columns)));
}

}  // namespace weirflow::flow
