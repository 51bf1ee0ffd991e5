// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "tail.h"

#include <algorithm>

namespace weirflow::file {

using wf::Result;
using wf::Status;

namespace {
constexpr int kMostListings = 8;  ///< while folders appear
constexpr int64_t kCopyWait = 5'000'000;
constexpr uint64_t kNoChance = 512;

/// An error says no: the file is looked at again at the next scan.
bool is_copy(const TailFile& file, const TailPosition& of) {
  const auto fits = file.fits(of);
  return fits.ok() && *fits;
}
}  // namespace

void Tail::open() {
  if (const Status s = watch_.open(); !s.ok())
    tell_(true, s.message() + "; new files are found by looking again every rescan");
}

void Tail::restore(TailSnapshot snapshot) {
  started_ = snapshot.started;
  restored_ = std::move(snapshot.files);
}

TailSnapshot Tail::snapshot() const {
  TailSnapshot snapshot;
  snapshot.started = started_;
  snapshot.files = restored_;
  for (const Followed& f : files_) snapshot.files.push_back(f.file->position());
  return snapshot;
}

std::set<FileId> Tail::ids() const {
  std::set<FileId> ids;
  for (const Followed& f : files_) ids.insert(f.file->id());
  return ids;
}

Status Tail::look(int64_t now_us) {
  const TailWatch::Events events = watch_.take();
  if (looked_ && options_.to_end) return {};
  for (Followed& f : files_) f.ready = f.ready || events.modified.contains(f.file->path());
  const bool copying = std::any_of(copies_.begin(), copies_.end(), [&](const auto& copy) {
    return events.modified.contains(copy.first);
  });
  if (looked_ && !events.names && !copying && now_us < next_scan_us_) return {};
  const bool first = !looked_;
  WF_TRY(scan(now_us));
  if (!first) follow_moved(events);
  return {};
}

bool Tail::is_done() const {
  return options_.to_end && looked_ &&
         std::all_of(files_.begin(), files_.end(), [](const Followed& f) { return f.done; });
}

Status Tail::scan(int64_t now_us) {
  next_scan_us_ = now_us + options_.rescan_us;
  TailListing listing = list_files(options_.patterns, options_.exclude);
  Status problem;
  // What came into a folder before it was watched is in the listing after that.
  for (int i = 0; i < kMostListings && watch_.watch(listing.folders, &problem); ++i)
    listing = list_files(options_.patterns, options_.exclude);
  if (!problem.ok() && !looked_)
    tell_(true, problem.message() + "; changes in it are found by looking again every rescan");
  if (!looked_ && options_.to_end && listing.files.empty() && restored_.empty())
    return wf::not_found(options_.patterns.front() + ": there is no such file")
        .at({"path", 0, 0, "with stop = \"end\" the files must be there"});
  find_restored(listing);
  check_known(listing, now_us);
  check_new(listing, now_us);
  looked_ = started_ = true;
  return {};
}

/// Files that came and were renamed between two looks, so that no listing has shown them.
void Tail::follow_moved(const TailWatch::Events& events) {
  std::set<std::string> paths;
  for (const auto& [from, to] : events.moved) {
    const bool meant = paths.erase(from) > 0 || is_meant(from, options_.patterns, options_.exclude);
    paths.erase(to);
    if (meant) paths.insert(to);
  }
  for (const std::string& path : paths)
    if (!copies_.contains(path)) follow(path, nullptr, false);
}

/// Where the files of the snapshot are now.
void Tail::find_restored(const TailListing& listing) {
  for (const TailPosition& position : std::exchange(restored_, {})) {
    const auto named = listing.files.find(position.id);
    TailPosition at = position;
    if (named != listing.files.end()) at.path = named->second;
    auto file = named == listing.files.end() ? Result<std::unique_ptr<TailFile>>(wf::not_found(""))
                                             : TailFile::open(at.path);
    auto fits = file.ok() ? (*file)->fits(position) : Result<bool>(file.error());
    if (!fits.ok() && fits.error().code() != wf::Code::not_found) {
      tell_unreadable(at.path, fits.error());
      restored_.push_back(position);
    } else if (fits.ok() && *fits && (*file)->id() == position.id) {
      follow(at.path, &at, false);
    } else if (const auto found = find_rotated(position, ids())) {
      if (found->id != position.id) dropped_.push_back(position.id);
      follow(found->path, &*found, false);
    } else {
      dropped_.push_back(position.id);
      tell_(true, position.path + ": the file that was read up to byte " +
                      std::to_string(position.offset) + " is gone; what it had behind is not read");
    }
  }
}

void Tail::check_known(const TailListing& listing, int64_t now_us) {
  for (auto at = files_.begin(); at != files_.end();) {
    Followed& f = *at;
    const auto named = listing.files.find(f.file->id());
    if (named != listing.files.end()) {
      f.gone_since_us = -1;
      f.file->moved_to(named->second);
    } else if (!find_gone(f, now_us)) {
      drop(at++);
      continue;
    }
    f.ready = f.ready || f.file->may_have_more();
    // Before new files are looked at: the copy of a file that was cut must not be taken for one.
    if (!f.file->is_same()) truncated(f);
    ++at;  // now, so that the copy it has found is looked at too
  }
}

/// No name of the patterns leads to the file. False: it rested, and is not there any more.
bool Tail::find_gone(Followed& f, int64_t now_us) {
  if (f.gone_since_us < 0) f.gone_since_us = now_us;
  if (!f.file->rests()) return true;
  std::set<FileId> others = ids();
  others.erase(f.file->id());
  const auto found = find_rotated(f.file->position(), others);
  if (!found || found->id != f.file->id()) return false;
  f.file->moved_to(found->path);
  return f.file->wake().code() != wf::Code::not_found;
}

void Tail::check_new(const TailListing& listing, int64_t now_us) {
  std::set<FileId> known = ids();
  for (const TailPosition& position : restored_) known.insert(position.id);
  const std::map<std::string, Copy> waiting = std::exchange(copies_, {});
  std::vector<std::string> fresh;
  for (const auto& [id, path] : listing.files) {
    if (known.contains(id)) continue;
    const auto before = waiting.find(path);
    if (!waits_as_copy(path, id, before == waiting.end() ? nullptr : &before->second, now_us))
      fresh.push_back(path);
  }
  std::sort(fresh.begin(), fresh.end());
  for (const std::string& path : fresh) follow(path, nullptr, options_.from_end && !started_);
}

/// Whether the file is a copy of a followed one, or may become one; then it is in copies_.
bool Tail::waits_as_copy(const std::string& path, const FileId& id, const Copy* before,
                         int64_t now_us) {
  auto file = TailFile::open(path);
  if (!file.ok() || (*file)->id() != id) return false;
  const uint64_t size = (*file)->size();
  const int64_t grown_at_us = before && before->size == size ? before->grown_at_us : now_us;
  // An empty file has nothing to read; a copy begins as one.
  bool waits = size == 0 && !options_.to_end;
  for (const Followed& f : files_) {
    if (waits || !is_rotated_name(path, f.file->path())) continue;
    const TailPosition position = f.file->position();
    // One that is being made is shorter; so many equal bytes are no chance.
    const bool may_grow = size > kNoChance || now_us - grown_at_us < kCopyWait;
    waits = (position.offset > 0 && is_copy(**file, position)) ||
            (may_grow && f.file->begins_with(**file));
  }
  if (waits) copies_[path] = {size, grown_at_us};
  return waits;
}

void Tail::follow(const std::string& path, const TailPosition* at, bool from_end) {
  auto opened = TailFile::open(path);
  Status status = opened.status();
  if (status.ok() && at) status = (*opened)->seek(*at);
  if (status.ok() && from_end) status = (*opened)->seek_end(options_.limits.max_line);
  if (!status.ok()) {
    // Between the listing and now it may have gone; anything else a person should know, once.
    if (status.code() != wf::Code::not_found) tell_unreadable(path, status);
    return;
  }
  unreadable_.erase(path);
  const auto same = [&](const Followed& f) { return f.file->id() == (*opened)->id(); };
  if (std::any_of(files_.begin(), files_.end(), same)) return;
  let_rest(options_.max_open - 1);
  followed_.push_back((*opened)->id());
  files_.emplace_back().file = std::move(*opened);
}

void Tail::tell_unreadable(const std::string& path, const Status& why) {
  // Without descriptors that is so for many files at a time.
  const bool exhausted = why.code() == wf::Code::resource_exhausted;
  if (unreadable_.insert(exhausted ? "" : path).second)
    tell_(true, why.message() + "; it is tried again every rescan");
}

/// At most so many files stay open: those that were not read for the longest time rest, first the
/// ones that are at their end. One without a name could not be opened again.
void Tail::let_rest(size_t most) {
  size_t open = 0;
  for (const Followed& f : files_) open += f.file->rests() || f.gone_since_us >= 0 ? 0 : 1;
  for (const bool ready : {false, true})
    for (Followed& f : files_) {
      if (open <= most) return;
      if (f.ready != ready || f.file->rests() || f.gone_since_us >= 0) continue;
      f.file->rest();
      --open;
    }
}

/// Before a file is read. False: not now.
bool Tail::wake(Followed& f) {
  if (!f.file->rests()) return true;
  let_rest(options_.max_open - 1);
  const Status status = f.file->wake();
  if (status.ok()) return true;
  f.ready = false;
  // It was renamed or deleted meanwhile: the next listing tells.
  if (status.code() == wf::Code::not_found)
    next_scan_us_ = 0;
  else
    tell_unreadable(f.file->path(), status);
  return false;
}

/// The bytes that were read are not there any more: what was not read may be in a copy.
void Tail::truncated(Followed& followed) {
  const TailPosition before = followed.file->position();
  followed.file->start_again();
  followed.ready = true;
  if (before.offset == 0) return;
  std::set<FileId> others = ids();
  if (const auto copy = find_rotated(before, others)) {
    copies_.erase(copy->path);
    follow(copy->path, &*copy, false);
    return;
  }
  tell_(false, before.path + ": was cut after " + std::to_string(before.offset) +
                   " bytes were read; no copy of it stands beside it");
}

bool Tail::is_over(const Followed& f, int64_t now_us) const {
  if (options_.to_end || f.file->is_deleted()) return true;
  const int64_t quiet = now_us - std::max(f.gone_since_us, f.grown_at_us);
  return f.gone_since_us >= 0 && quiet >= options_.rotate_wait_us;
}

void Tail::drop(Files::iterator at) {
  const TailPosition last = at->file->position();
  dropped_.push_back(last.id);
  // What was read is part of the last snapshot.
  if (options_.to_end) return void(at->done = true);
  if (!at->file->is_deleted() && !at->file->rests())
    tell_(false, last.path + ": no name of `path` leads to the file that was read up to byte " +
                     std::to_string(last.offset) + ", and it grows no more; it is given up");
  files_.erase(at);
  if (last.offset == 0) return;
  // A file that was written anew under its name (an editor's) waits as a copy of this one.
  for (const auto& [path, waiting] : copies_) {
    auto copy = TailFile::open(path);
    if (!copy.ok() || !is_rotated_name(path, last.path) || !is_copy(**copy, last)) continue;
    TailPosition there = last;
    there.path = path;
    there.id = (*copy)->id();
    copies_.erase(path);
    follow(there.path, &there, false);
    return;
  }
}

Result<bool> Tail::read(int64_t now_us, const Take& take) {
  for (size_t left = files_.size(); left > 0 && !files_.empty(); --left) {
    const auto at = files_.begin();
    Followed& f = *at;
    files_.splice(files_.end(), files_, at);
    if (f.gone_since_us >= 0) f.ready = true;
    if (!f.ready || f.done || !wake(f)) continue;
    if (!f.file->is_same()) truncated(f);
    // Asked before the read: what was written before the file went is then read for certain.
    const bool over = is_over(f, now_us);
    const TailFile::Mark before = f.file->mark();
    WF_ASSIGN(TailChunk chunk, f.file->read(options_.limits, over));
    if (!f.file->is_same()) {  // cut meanwhile: nobody knows whose bytes these are
      f.file->back_to(before);
      truncated(f);
      continue;
    }
    f.ready = !chunk.at_end;
    const bool any = !chunk.lines.empty() || !chunk.too_long.empty();
    if (any) f.grown_at_us = now_us;
    WF_TRY(take(*f.file, chunk));
    if (chunk.at_end && over) drop(at);
    if (any) return true;
  }
  return false;
}

}  // namespace weirflow::file
