// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "term_runs.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace weirflow::ml {
namespace {

constexpr size_t kWriteBuffer = 1 << 20;
constexpr size_t kReadBuffer = 256 << 10;

wf::Status failed(const char* what) {
  return wf::io_error(std::string("temporary file of term counts: ") + what + ": " +
                      std::strerror(errno));
}

/// Appends to the file from an offset on; keeps the first error.
class RunWriter {
 public:
  RunWriter(int descriptor, uint64_t offset) : descriptor_(descriptor), offset_(offset) {}

  void add(const TermCount& item) {
    const size_t common = std::min(last_.size(), item.term.size());
    size_t shared = 0;
    while (shared < common && last_[shared] == item.term[shared]) ++shared;
    number(shared);
    number(item.term.size() - shared);
    buffer_.append(item.term.substr(shared));
    number(item.count);
    number(item.documents);
    last_.assign(item.term);
    if (buffer_.size() >= kWriteBuffer) flush();
  }
  wf::Status finish() {
    flush();
    return status_;
  }
  [[nodiscard]] uint64_t end() const { return offset_; }

 private:
  void number(uint64_t value) {
    for (; value >= 0x80; value >>= 7) buffer_ += static_cast<char>(value | 0x80);
    buffer_ += static_cast<char>(value);
  }
  void flush() {
    const char* data = buffer_.data();
    size_t left = buffer_.size();
    while (left > 0 && status_.ok()) {
      const ssize_t done = ::pwrite(descriptor_, data, left, static_cast<off_t>(offset_));
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) {
        status_ = failed("cannot write");
        break;
      }
      data += done;
      left -= static_cast<size_t>(done);
      offset_ += static_cast<uint64_t>(done);
    }
    buffer_.clear();
  }

  int descriptor_;
  uint64_t offset_;
  std::string buffer_;
  std::string last_;
  wf::Status status_;
};

/// Reads one run; `term`, `count`, `documents` are those of the current item.
class RunReader {
 public:
  RunReader(int descriptor, uint64_t offset, uint64_t size)
      : descriptor_(descriptor), offset_(offset), left_(size) {}

  /// Goes to the next item; false at the end or on an error.
  bool next() {
    if (at_ == buffer_.size() && left_ == 0) return false;
    uint64_t shared = 0, rest = 0;
    if (!number(shared) || !number(rest) || shared > term.size()) return broken();
    term.resize(shared);
    for (; rest > 0; --rest) {
      uint8_t c = 0;
      if (!byte(c)) return broken();
      term += static_cast<char>(c);
    }
    if (!number(count) || !number(documents)) return broken();
    return true;
  }

  std::string term;
  uint64_t count = 0;
  uint64_t documents = 0;
  wf::Status status;

 private:
  bool broken() {
    if (status.ok()) status = wf::invalid_data("temporary file of term counts: it was changed");
    return false;
  }
  bool byte(uint8_t& out) {
    if (at_ == buffer_.size() && !fill()) return false;
    out = static_cast<uint8_t>(buffer_[at_++]);
    return true;
  }
  bool number(uint64_t& out) {
    out = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      uint8_t c = 0;
      if (!byte(c)) return false;
      out |= static_cast<uint64_t>(c & 0x7f) << shift;
      if (c < 0x80) return true;
    }
    return false;
  }
  bool fill() {
    buffer_.resize(std::min<uint64_t>(kReadBuffer, left_));
    at_ = 0;
    size_t have = 0;
    while (have < buffer_.size()) {
      const ssize_t got = ::pread(descriptor_, buffer_.data() + have, buffer_.size() - have,
                                  static_cast<off_t>(offset_));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) status = failed("cannot read");
      if (got <= 0) break;
      have += static_cast<size_t>(got);
      offset_ += static_cast<uint64_t>(got);
    }
    left_ -= have;
    buffer_.resize(have);
    return have > 0;
  }

  int descriptor_;
  uint64_t offset_;
  uint64_t left_;
  std::vector<char> buffer_;
  size_t at_ = 0;
};

}  // namespace

wf::Status TermRuns::write_run(const NgramCounts& counts) {
  if (descriptor_ < 0) {
    return wf::exhausted("the counts of terms exceed their memory, and there is no temporary file");
  }
  const std::lock_guard lock(mutex_);
  RunWriter writer(descriptor_, end_);
  counts.for_each_in_order([&](const TermCount& item) { writer.add(item); });
  WF_TRY(writer.finish());
  runs_.push_back({end_, writer.end() - end_});
  end_ = writer.end();
  return {};
}

wf::Status TermRuns::merge(const std::function<void(const TermCount&)>& visit) const {
  std::vector<std::unique_ptr<RunReader>> readers;
  std::vector<RunReader*> heap;
  // std heaps keep the largest in front; the smallest term is wanted there.
  const auto later = [](const RunReader* a, const RunReader* b) {
    return compare_terms(a->term, b->term) > 0;
  };
  for (const Run& run : runs_) {
    readers.push_back(std::make_unique<RunReader>(descriptor_, run.offset, run.size));
    if (readers.back()->next()) heap.push_back(readers.back().get());
    WF_TRY(readers.back()->status);
  }
  std::make_heap(heap.begin(), heap.end(), later);
  std::string term;
  while (!heap.empty()) {
    term = heap.front()->term;
    TermCount total{term, 0, 0};
    while (!heap.empty() && heap.front()->term == term) {
      std::pop_heap(heap.begin(), heap.end(), later);
      RunReader* reader = heap.back();
      total.count += reader->count;
      total.documents += reader->documents;
      if (reader->next()) {
        std::push_heap(heap.begin(), heap.end(), later);
      } else {
        WF_TRY(reader->status);
        heap.pop_back();
      }
    }
    visit(total);
  }
  return {};
}

}  // namespace weirflow::ml
