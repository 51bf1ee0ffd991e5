// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// One file that grows, read line by line. One thread.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tail_position.h"
#include "weirflow/io/lines.hpp"

namespace weirflow::file {

/// What one read of a file gave.
struct TailChunk {
  wf::io::Lines lines;
  std::vector<uint64_t> offsets;  ///< of each line in the file
  struct TooLong {
    uint64_t offset = 0;
    std::string start;  ///< at most 4 KiB of it
  };
  std::vector<TooLong> too_long;
  bool at_end = false;  ///< no further whole line is there
};

class TailFile {
 public:
  struct Limits {
    size_t max_line = 1 << 20;  ///< bytes of a line without its line feed
    size_t rows = 4096;         ///< lines of a chunk
    size_t bytes = 256 * 1024;  ///< a chunk ends once it has so many
    bool skip_blank = false;    ///< lines of white space are not handed out
  };

  /// Stands at offset 0. not_found, permission_denied, io_error, resource_exhausted (descriptors).
  static wf::Result<std::unique_ptr<TailFile>> open(const std::string& path);
  ~TailFile();
  TailFile(const TailFile&) = delete;
  TailFile& operator=(const TailFile&) = delete;

  [[nodiscard]] const FileId& id() const { return id_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// It was found under another name.
  void moved_to(std::string path) { path_ = std::move(path); }
  [[nodiscard]] uint64_t offset() const { return offset_; }
  /// When it was opened, or came to rest.
  [[nodiscard]] uint64_t size() const { return size_; }
  /// No name leads to it any more. False while it rests.
  [[nodiscard]] bool is_deleted() const;

  /// Gives its descriptor back. Other calls then open the file under its name for as long as they
  /// take; read() needs wake() first.
  void rest();
  [[nodiscard]] bool rests() const { return fd_ < 0; }
  /// False when it rests and is as it was then.
  [[nodiscard]] bool may_have_more() const;
  /// not_found when another file, or none, has the name; else as open().
  wf::Status wake();

  [[nodiscard]] TailPosition position() const;

  /// Whether its bytes are those that were read up to the position. False also for a short file.
  [[nodiscard]] wf::Result<bool> fits(const TailPosition& position) const;
  /// Whether this file begins with all that `other` has, as far as the first and the last bytes of
  /// that show. False when it is empty.
  [[nodiscard]] bool begins_with(const TailFile& other) const;
  /// Goes on from there. Precondition: fits(position).
  wf::Status seek(const TailPosition& position);
  /// Behind the last line feed that is there now.
  wf::Status seek_end(size_t max_line);

  /// False when the bytes already read are no longer there: the file was truncated, or written
  /// anew. True also when it cannot be read. Sizes and times do not show it for certain and are
  /// trusted for a file that rests alone.
  [[nodiscard]] bool is_same() const;
  /// What read() changes, to take a read back.
  struct Mark {
    uint64_t offset;
    bool passing;
    std::string head, tail;
  };
  [[nodiscard]] Mark mark() const { return {offset_, passing_, head_, tail_}; }
  void back_to(Mark mark);
  /// After is_same() said no: from the start again.
  void start_again();

  /// Hands out whole lines. `last_too`: what stands behind the last line feed is a line as well,
  /// because nobody will end it.
  wf::Result<TailChunk> read(const Limits& limits, bool last_too);

 private:
  TailFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  [[nodiscard]] wf::Result<int> open_again() const;
  [[nodiscard]] wf::Result<std::string> bytes_at(uint64_t offset, size_t size) const;
  void consume(std::string_view bytes);
  void take_line(std::string_view line, const Limits& limits, TailChunk* chunk);
  void take_lines(std::string_view bytes, bool all, const Limits& limits, TailChunk* chunk);

  int fd_;  ///< -1: it rests
  std::string path_;
  FileId id_;
  uint64_t offset_ = 0;
  bool passing_ = false;
  std::string head_, tail_;  ///< first and last bytes up to offset_
  uint64_t size_ = 0;
  int64_t rests_since_ns_ = 0;  ///< time of its last change then
};

}  // namespace weirflow::file
