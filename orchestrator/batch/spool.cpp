// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "batch/spool.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "batch/frame.h"
#include "core/file.h"

namespace weirflow::batch {

namespace {

constexpr std::string_view kHead = "WFSPOOL2", kTail = "WFSPEND2";
constexpr uint32_t kFrameMagic = 0x4D465257;

/// What a reader has passed stays in memory for so many bytes, and is let go of in such portions.
constexpr uint64_t kKeptBehind = uint64_t{8} << 20;

struct FileHead {
  char magic[8];
  uint32_t schema_length;
  uint32_t schema_crc;
};
struct FrameHead {
  uint32_t magic;
  uint32_t crc;
  uint64_t length;
  uint64_t rows;
  uint64_t zeros[5];
};
struct Footer {
  uint64_t frames;
  uint64_t rows;
  uint64_t bytes;
  uint32_t crc;
  uint32_t zero;
  char magic[8];
};
static_assert(sizeof(FrameHead) == wf::kAlignment);

template <typename T>
std::string_view raw(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

uint32_t crc_of(std::string_view bytes, uint32_t start = 0) {
  return static_cast<uint32_t>(
      crc32_z(start, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

/// Head (from its length on) and payload follow each other in memory.
uint32_t frame_crc(const char* head, uint64_t payload) {
  constexpr size_t kFrom = offsetof(FrameHead, length);
  return crc_of({head + kFrom, sizeof(FrameHead) - kFrom + payload});
}

uint32_t footer_crc(const Footer& footer, uint32_t crc_of_crcs) {
  return crc_of(raw(footer).substr(0, offsetof(Footer, crc)), crc_of_crcs);
}

uint64_t aligned(uint64_t n) { return (n + wf::kAlignment - 1) / wf::kAlignment * wf::kAlignment; }

}  // namespace

SpoolWriter::SpoolWriter(std::string path, wf::SchemaPtr schema, int fd)
    : path_(std::move(path)), part_path_(path_ + ".part"), schema_(std::move(schema)), fd_(fd) {}

wf::Result<std::unique_ptr<SpoolWriter>> SpoolWriter::create(const std::string& path,
                                                             wf::SchemaPtr schema) {
  const std::string part = path + ".part";
  const int fd = ::open(part.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) return errno_status("cannot create " + part);
  std::unique_ptr<SpoolWriter> writer(new SpoolWriter(path, std::move(schema), fd));
  std::string columns;
  encode_schema(*writer->schema_, columns);
  FileHead head{{}, static_cast<uint32_t>(columns.size()), crc_of(columns)};
  std::memcpy(head.magic, kHead.data(), sizeof(head.magic));
  WF_TRY(writer->write(raw(head)));
  WF_TRY(writer->write(columns));
  return writer;
}

SpoolWriter::~SpoolWriter() {
  if (fd_ >= 0) ::close(fd_);
  if (!finished_) ::unlink(part_path_.c_str());
}

wf::Status SpoolWriter::write(std::string_view bytes) {
  WF_TRY(write_all(fd_, bytes, path_));
  position_ += bytes.size();
  return {};
}

wf::Status SpoolWriter::pad() {
  static constexpr char kZeros[wf::kAlignment] = {};
  return write({kZeros, aligned(position_) - position_});
}

wf::Status SpoolWriter::append(const wf::Batch& batch) {
  WF_TRY(failed_);
  if (batch.schema_ptr() != schema_ && !(batch.schema() == *schema_))
    return wf::internal_error("spool " + path_ + " has the columns " + schema_->to_string() +
                              ", not " + batch.schema().to_string());
  return failed_ = append_frame(batch);
}

wf::Status SpoolWriter::append_frame(const wf::Batch& batch) {
  // The head fills the 64 bytes before the payload, so that the payload's blocks are aligned.
  scratch_.assign(sizeof(FrameHead), '\0');
  encode_columns(batch, scratch_);
  FrameHead head{};
  head.magic = kFrameMagic;
  head.length = scratch_.size() - sizeof(head);
  head.rows = static_cast<uint64_t>(batch.rows());
  std::memcpy(scratch_.data(), &head, sizeof(head));
  head.crc = frame_crc(scratch_.data(), head.length);
  std::memcpy(scratch_.data(), &head, sizeof(head));
  WF_TRY(pad());
  WF_TRY(write(scratch_));
  crc_of_crcs_ = crc_of(raw(head.crc), crc_of_crcs_);
  rows_ += batch.rows();
  bytes_ += static_cast<int64_t>(head.length);
  ++frames_;
  return {};
}

wf::Status SpoolWriter::finish() {
  WF_TRY(failed_);
  return failed_ = complete();
}

wf::Status SpoolWriter::complete() {
  if (finished_) return wf::internal_error("spool " + path_ + " is finished already");
  WF_TRY(pad());
  Footer footer{static_cast<uint64_t>(frames_),
                static_cast<uint64_t>(rows_),
                static_cast<uint64_t>(bytes_),
                0,
                0,
                {}};
  footer.crc = footer_crc(footer, crc_of_crcs_);
  std::memcpy(footer.magic, kTail.data(), sizeof(footer.magic));
  WF_TRY(write(raw(footer)));
  if (::close(std::exchange(fd_, -1)) != 0) return errno_status("cannot close " + path_);
  if (std::rename(part_path_.c_str(), path_.c_str()) != 0)
    return errno_status("cannot rename " + part_path_);
  finished_ = true;
  return {};
}

struct Spool::Mapping {
  const char* data = nullptr;
  size_t size = 0;
  Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (data) ::munmap(const_cast<char*>(data), size);
  }
};

wf::Status Spool::damaged(const std::string& what) const {
  return wf::invalid_data("spool " + path_ + " " + what);
}

wf::Result<std::shared_ptr<const Spool>> Spool::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno_status("cannot open " + path);
  struct stat info {};
  auto map = std::make_shared<Mapping>();
  std::shared_ptr<Spool> spool(new Spool);
  spool->path_ = path;
  if (::fstat(fd, &info) == 0 && info.st_size > 0) {
    map->size = static_cast<size_t>(info.st_size);
    void* data = ::mmap(nullptr, map->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data != MAP_FAILED) map->data = static_cast<const char*>(data);
  }
  ::close(fd);
  if (!map->data) return spool->damaged("is empty or cannot be mapped");
  spool->map_ = std::move(map);
  WF_TRY(spool->read_index());
  return std::shared_ptr<const Spool>(std::move(spool));
}

wf::Status Spool::read_index() {
  const std::string_view file(map_->data, map_->size);
  FileHead head;
  Footer footer;
  if (file.size() < sizeof(head) + sizeof(footer) || !file.starts_with(kHead))
    return damaged("is no spool file, or only its beginning");
  std::memcpy(&head, file.data(), sizeof(head));
  const uint64_t end = file.size() - sizeof(footer);
  std::memcpy(&footer, file.data() + end, sizeof(footer));
  if (std::string_view(footer.magic, sizeof(footer.magic)) != kTail)
    return damaged("is incomplete: it has no footer");
  if (end - sizeof(head) < head.schema_length) return damaged("has a damaged head");
  const std::string_view columns = file.substr(sizeof(head), head.schema_length);
  if (crc_of(columns) != head.schema_crc) return damaged("has a damaged schema");
  auto schema = decode_schema(columns);
  if (!schema.ok()) return damaged("has a damaged schema");
  schema_ = std::make_shared<const wf::Schema>(std::move(*schema));
  uint32_t crc_of_crcs = 0;
  WF_TRY(read_frames(sizeof(head) + head.schema_length, end, footer.frames, crc_of_crcs));
  uint64_t rows = 0, bytes = 0;
  for (const Frame& frame : frames_) {
    rows += frame.rows;
    bytes += frame.length;
  }
  if (rows != footer.rows || bytes != footer.bytes || footer_crc(footer, crc_of_crcs) != footer.crc)
    return damaged("has frames unlike its footer says");
  checked_ = std::make_unique<std::atomic<bool>[]>(frames_.size());
  rows_ = static_cast<int64_t>(rows);
  bytes_ = static_cast<int64_t>(bytes);
  return {};
}

wf::Status Spool::read_frames(uint64_t at, uint64_t end, uint64_t count, uint32_t& crc_of_crcs) {
  for (uint64_t i = 0; i < count; ++i) {
    at = aligned(at);
    FrameHead head;
    if (at + sizeof(head) > end) return damaged("has fewer frames than its footer says");
    std::memcpy(&head, map_->data + at, sizeof(head));
    at += sizeof(head);
    if (head.magic != kFrameMagic || head.length > end - at || head.rows > uint64_t{INT64_MAX} / 2)
      return damaged("has a damaged frame " + std::to_string(i));
    frames_.push_back({at, head.length, head.rows, head.crc});
    crc_of_crcs = crc_of(raw(head.crc), crc_of_crcs);
    at += head.length;
  }
  if (aligned(at) != end) return damaged("has more than its footer says");
  return {};
}

wf::Status Spool::check_frame(size_t i) const {
  if (checked_[i].load(std::memory_order_relaxed)) return {};
  const Frame& frame = frames_[i];
  if (frame_crc(map_->data + frame.position - sizeof(FrameHead), frame.length) != frame.crc)
    return damaged("has a damaged frame " + std::to_string(i) + ": its checksum differs");
  checked_[i].store(true, std::memory_order_relaxed);
  return {};
}

/// A spool may be larger than memory. A batch that is still held stays valid: its pages come back
/// from the file when they are touched.
void Spool::Reader::let_go_behind(uint64_t position) {
  if (position < let_go_ + 2 * kKeptBehind) return;
  const uint64_t until = (position - kKeptBehind) / kKeptBehind * kKeptBehind;
  ::madvise(const_cast<char*>(spool_->map_->data) + let_go_, until - let_go_, MADV_DONTNEED);
  let_go_ = until;
}

wf::Result<std::optional<wf::Batch>> Spool::Reader::next() {
  if (frame_ == spool_->frames_.size()) return std::optional<wf::Batch>();
  let_go_behind(spool_->frames_[frame_].position);
  WF_TRY(spool_->check_frame(frame_));
  const Frame& frame = spool_->frames_[frame_];
  auto batch = decode_columns({spool_->map_->data + frame.position, frame.length},
                              static_cast<int64_t>(frame.rows), spool_->schema_ptr(), spool_->map_);
  if (!batch.ok())
    return spool_->damaged("has a damaged frame " + std::to_string(frame_) + ": " +
                           batch.error().message());
  ++frame_;
  return std::optional<wf::Batch>(std::move(*batch));
}

}  // namespace weirflow::batch
