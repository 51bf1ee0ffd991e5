// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Fork and join of a few threads. What a part computes must not depend on the number of parts;
/// that is the duty of the caller, and what the tests of determinism check.

#include <algorithm>
#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

namespace weirflow::ml {

/// Runs work(part) for part = 0 .. parts - 1, the last on the calling thread, and waits for all.
/// An exception (out of memory) of any part is thrown again here, after the join.
template <typename Work>
void run_parts(size_t parts, const Work& work) {
  if (parts <= 1) {
    work(size_t{0});
    return;
  }
  std::vector<std::exception_ptr> failures(parts);
  const auto guarded = [&](size_t part) {
    try {
      work(part);
    } catch (...) {
      failures[part] = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(parts - 1);
  for (size_t part = 0; part + 1 < parts; ++part) {
    try {
      threads.emplace_back(guarded, part);
    } catch (...) {
      guarded(part);  // no thread to be had: the work is done here
    }
  }
  guarded(parts - 1);
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

/// First item of a part when `items` are cut into `parts` nearly equal runs.
inline size_t part_begin(size_t items, size_t parts, size_t part) {
  return items / parts * part + std::min(part, items % parts);
}

}  // namespace weirflow::ml
