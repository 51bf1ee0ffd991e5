// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "idempotency.h"

#include <sys/stat.h>

#include "delivery.h"
#include "weirflow/io/output.hpp"

namespace weirflow::http {

using wf::Status;

IdempotencyKeys::Verdict IdempotencyKeys::begin(const std::string& key, uint64_t body_hash,
                                                int64_t now_us, Answered* before) {
  const std::lock_guard held(mutex_);
  forget(now_us);
  const auto [entry, is_new] = entries_.try_emplace(key);
  if (is_new) {
    entry->second.answer.body_hash = body_hash;
    return Verdict::fresh;
  }
  if (entry->second.answer.body_hash != body_hash) return Verdict::other_body;
  if (entry->second.under_way) return Verdict::under_way;
  *before = entry->second.answer;
  return Verdict::repeated;
}

void IdempotencyKeys::answered(const std::string& key, const Answered& answer) {
  const std::lock_guard held(mutex_);
  Entry& entry = entries_[key];
  const bool known = !entry.under_way && entry.answer.time_us == answer.time_us;
  entry = {false, answer};
  // After a start a key is told twice: by the file, and by the spool.
  if (!known) by_time_.emplace_back(key, answer.time_us);
}

void IdempotencyKeys::gave_up(const std::string& key) {
  const std::lock_guard held(mutex_);
  entries_.erase(key);
}

void IdempotencyKeys::forget(int64_t now_us) {
  while (!by_time_.empty() &&
         (by_time_.size() > most_ || by_time_.front().second + window_us_ <= now_us)) {
    const auto entry = entries_.find(by_time_.front().first);
    // A key that was answered again since has a younger entry.
    if (entry != entries_.end() && !entry->second.under_way &&
        entry->second.answer.time_us == by_time_.front().second)
      entries_.erase(entry);
    by_time_.pop_front();
  }
}

Status IdempotencyKeys::save(const std::string& path) const {
  std::string text;
  {
    const std::lock_guard held(mutex_);
    for (const auto& [key, time_us] : by_time_) {
      const auto entry = entries_.find(key);
      if (entry == entries_.end() || entry->second.under_way) continue;
      const Answered& answer = entry->second.answer;
      Delivery head;
      head.time_us = time_us;
      head.key = key;
      head.body_hash = answer.body_hash;
      head.rows = answer.rows;
      text += head.to_bytes();
    }
  }
  wf::io::OutputOptions options;
  options.compression = wf::io::Compression::none;
  WF_ASSIGN(auto file, wf::io::OutputFile::create(path, options));
  WF_TRY(file->write(text));
  WF_ASSIGN(const std::string blob, file->prepare());
  return wf::io::OutputFile::commit(blob);
}

Status IdempotencyKeys::load(const std::string& path) {
  struct stat s {};
  if (::stat(path.c_str(), &s) != 0) return {};
  wf::io::InputOptions options;
  options.compression = wf::io::Compression::none;
  WF_ASSIGN(auto input, wf::io::open_input(path, options));
  std::string text(static_cast<size_t>(s.st_size), '\0');
  size_t got = 0;
  while (got < text.size()) {
    WF_ASSIGN(const size_t n, input->read(text.data() + got, text.size() - got));
    if (n == 0) break;
    got += n;
  }
  text.resize(got);
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    if (end == std::string::npos) return wf::invalid_data(path + ": ends in the middle of a line");
    auto head = Delivery::parse(std::string_view(text).substr(at, end + 1 - at), true);
    if (!head.ok()) return std::move(head).status().with_context(path);
    answered(head->key, {head->time_us, head->body_hash, head->rows});
    at = end + 1;
  }
  return {};
}

size_t IdempotencyKeys::size() const {
  const std::lock_guard held(mutex_);
  return entries_.size();
}

}  // namespace weirflow::http
