// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "record_buffer.h"

#include <algorithm>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace wf::io {

int64_t count_lines(const char* begin, const char* end, bool lone_cr) {
  int64_t lines = 0;
  const char* p = begin;
#ifdef __SSE2__
  const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8(lone_cr ? '\r' : '\n');
  const auto load = [](const char* q) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(q));
  };
  while (end - p >= 16) {
    // Each byte lane counts up to 255 matches (a match is -1) before the lanes are added up.
    __m128i lanes = _mm_setzero_si128();
    for (int i = 0; i < 255 && end - p >= 16; ++i, p += 16) {
      const __m128i here = load(p);
      const __m128i is_cr =
          _mm_andnot_si128(_mm_cmpeq_epi8(load(p + 1), lf), _mm_cmpeq_epi8(here, cr));
      lanes = _mm_sub_epi8(lanes, _mm_or_si128(_mm_cmpeq_epi8(here, lf), is_cr));
    }
    const __m128i sums = _mm_sad_epu8(lanes, _mm_setzero_si128());
    lines += _mm_cvtsi128_si64(sums) + _mm_cvtsi128_si64(_mm_unpackhi_epi64(sums, sums));
  }
#endif
  for (; p < end; ++p) lines += *p == '\n' || (lone_cr && *p == '\r' && p[1] != '\n');
  return lines;
}

RecordBuffer::RecordBuffer(size_t capacity, bool lone_cr)
    : bytes_(new char[capacity + kPadding]()), capacity_(capacity), lone_cr_(lone_cr) {}

void RecordBuffer::start(std::unique_ptr<ByteInput> input) {
  input_ = std::move(input);
  begin_ = end_ = 0;
  offset_ = 0;
  ended_ = false;
  set_line(1);
}

void RecordBuffer::make_room() {
  if (begin_ > 0) {
    std::memmove(bytes_.get(), begin(), unread());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ < capacity_) return;
  const size_t larger = capacity_ * 2;
  std::unique_ptr<char[]> bytes(new char[larger + kPadding]);
  std::memcpy(bytes.get(), bytes_.get(), end_);
  bytes_ = std::move(bytes);
  capacity_ = larger;
}

Status RecordBuffer::refill() {
  mark_ = nullptr;
  make_room();
  do {
    WF_ASSIGN(const size_t got, input_->read(bytes_.get() + end_, capacity_ - end_));
    end_ += got;
    ended_ = got == 0;
  } while (!ended_ && end_ < capacity_ && !input_->would_wait());
  std::memset(bytes_.get() + end_, 0, kPadding);
  return {};
}

Status RecordBuffer::skip(uint64_t n) {
  const auto here = static_cast<size_t>(std::min<uint64_t>(n, unread()));
  begin_ += here;
  offset_ += here;
  mark_ = nullptr;
  if (n == here) return {};
  if (ended_) return invalid_data("the input is shorter than the position to go on from");
  WF_TRY(input_->skip(n - here));
  offset_ += n - here;
  return {};
}

}  // namespace wf::io
