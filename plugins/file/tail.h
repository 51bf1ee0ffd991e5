// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The files that are followed: found, told apart, read in turn, given up.
///
/// Rotation. A file that is renamed is read on under its new name, or without one, until it is
/// deleted or has not grown for `rotate_wait`; the new file of the old name is another file. A file
/// that is cut to nothing (logrotate's copytruncate) starts again, and what was not read of it
/// before is read from its copy when that stands beside it. A copy of a followed file waits until
/// that one is cut or gone, and is then read from where the other one was; so no line comes twice.
///
/// One thread, except wake(). Times in microseconds of a clock that never goes back.

#include <functional>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tail_file.h"
#include "tail_search.h"
#include "tail_watch.h"

namespace weirflow::file {

class Tail {
 public:
  struct Options {
    std::vector<std::string> patterns, exclude;
    bool from_end = false;  ///< files that are there at first: only what is written from now on
    bool to_end = false;    ///< ends where the files end
    int64_t rotate_wait_us = 60'000'000;
    int64_t rescan_us = 10'000'000;
    size_t max_open = 256;  ///< files that are open at the same time, those without a name apart
    TailFile::Limits limits;
  };
  /// Called for what a person should know: `is_warning`, text.
  using Tell = std::function<void(bool is_warning, const std::string& text)>;

  Tail(Options options, Tell tell) : options_(std::move(options)), tell_(std::move(tell)) {}

  void open();
  /// Before the first look().
  void restore(TailSnapshot snapshot);
  /// The files' part of a snapshot.
  [[nodiscard]] TailSnapshot snapshot() const;

  /// Takes in what has happened. not_found when to_end is set and there is no file at first.
  wf::Status look(int64_t now_us);
  /// A read of the next file that may have something: calls `take(file, chunk)` and answers true;
  /// false when all are at their ends.
  using Take = std::function<wf::Status(const TailFile&, TailChunk&)>;
  wf::Result<bool> read(int64_t now_us, const Take& take);
  /// to_end: all was read.
  [[nodiscard]] bool is_done() const;

  /// Files that came or went since the call before.
  std::vector<FileId> take_followed() { return std::exchange(followed_, {}); }
  std::vector<FileId> take_dropped() { return std::exchange(dropped_, {}); }
  /// How many are followed.
  [[nodiscard]] size_t size() const { return files_.size(); }

  /// Until something happens, wake(), or the time has passed.
  void wait(wf::Duration at_most) { watch_.wait(at_most); }
  /// [any]
  void wake() { watch_.wake(); }

 private:
  struct Followed {
    std::unique_ptr<TailFile> file;
    bool ready = true;           ///< may have something to read
    bool done = false;           ///< to_end: was read
    int64_t gone_since_us = -1;  ///< no name of the patterns leads to it
    int64_t grown_at_us = 0;     ///< when it last had a line
  };
  using Files = std::list<Followed>;
  /// A file that is, or may become, the copy of a followed one.
  struct Copy {
    uint64_t size = 0;
    int64_t grown_at_us = 0;
  };

  wf::Status scan(int64_t now_us);
  void follow_moved(const TailWatch::Events& events);
  void find_restored(const TailListing& listing);
  void check_known(const TailListing& listing, int64_t now_us);
  bool find_gone(Followed& followed, int64_t now_us);
  void check_new(const TailListing& listing, int64_t now_us);
  bool waits_as_copy(const std::string& path, const FileId& id, const Copy* before, int64_t now_us);
  void follow(const std::string& path, const TailPosition* at, bool from_end);
  void truncated(Followed& followed);
  bool wake(Followed& followed);
  void let_rest(size_t most);
  void tell_unreadable(const std::string& path, const wf::Status& why);
  void drop(Files::iterator at);
  [[nodiscard]] bool is_over(const Followed& followed, int64_t now_us) const;
  [[nodiscard]] std::set<FileId> ids() const;

  Options options_;
  Tell tell_;
  TailWatch watch_;
  Files files_;                         ///< in turn
  std::vector<TailPosition> restored_;  ///< until the first scan
  std::map<std::string, Copy> copies_;  ///< files that wait, by path
  std::set<std::string> unreadable_;    ///< told already; "": out of descriptors
  std::vector<FileId> followed_, dropped_;
  bool started_ = false, looked_ = false;
  int64_t next_scan_us_ = 0;
};

}  // namespace weirflow::file
