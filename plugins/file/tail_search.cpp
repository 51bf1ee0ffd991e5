// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "tail_search.h"

#include <fnmatch.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "tail_file.h"

namespace weirflow::file {
namespace {

bool is_pattern(const std::string& path) { return path.find_first_of("*?[") != std::string::npos; }

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::vector<std::string> matches_of(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return paths;
}

/// A name as a glob that matches nothing else.
std::string glob_escaped(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

bool is_folder(const std::string& path) {
  struct stat s {};
  return ::stat(path.c_str(), &s) == 0 && S_ISDIR(s.st_mode);
}

/// The folder, or the nearest one above it that is there.
std::string existing(std::string folder) {
  while (!is_folder(folder) && folder != "/" && folder != ".") folder = folder_of(folder);
  return folder;
}

/// Adds the folders that lead to the pattern.
void add_folders(const std::string& pattern, std::set<std::string>* folders) {
  const std::string folder = folder_of(pattern);
  if (!is_pattern(folder)) {
    folders->insert(existing(folder));
    return;
  }
  for (const std::string& match : matches_of(folder))
    if (is_folder(match)) folders->insert(match);
  add_folders(folder, folders);
}

bool is_excluded(const std::string& path, const std::vector<std::string>& exclude) {
  const std::string name = name_of(path);
  return std::any_of(exclude.begin(), exclude.end(), [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  });
}

class Lister {
 public:
  Lister(const std::vector<std::string>& exclude, TailListing* out)
      : exclude_(exclude), out_(out) {}
  void add(const std::string& path) {
    if (is_excluded(path, exclude_)) return;
    struct stat s {};
    if (::stat(path.c_str(), &s) == 0 && S_ISREG(s.st_mode))
      out_->files.try_emplace({s.st_dev, s.st_ino}, path);
  }

 private:
  const std::vector<std::string>& exclude_;
  TailListing* out_;
};

std::optional<TailPosition> fitting(const std::string& path, const TailPosition& position,
                                    const std::set<FileId>& not_in) {
  auto file = TailFile::open(path);
  if (!file.ok() || not_in.contains((*file)->id())) return std::nullopt;
  const auto fits = (*file)->fits(position);
  if (!fits.ok() || !*fits) return std::nullopt;
  TailPosition found = position;
  found.path = path;
  found.id = (*file)->id();
  return found;
}

}  // namespace

TailListing list_files(const std::vector<std::string>& patterns,
                       const std::vector<std::string>& exclude) {
  TailListing listing;
  Lister lister(exclude, &listing);
  for (const std::string& pattern : patterns) {
    if (is_folder(pattern)) {
      listing.folders.insert(pattern);
      for (const std::string& path : matches_of(glob_escaped(pattern) + "/*")) lister.add(path);
      continue;
    }
    add_folders(pattern, &listing.folders);
    struct stat s {};
    if (!is_pattern(pattern) || ::stat(pattern.c_str(), &s) == 0) {
      lister.add(pattern);
      continue;
    }
    for (const std::string& path : matches_of(pattern)) lister.add(path);
  }
  return listing;
}

bool is_meant(const std::string& path, const std::vector<std::string>& patterns,
              const std::vector<std::string>& exclude) {
  if (is_excluded(path, exclude)) return false;
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    if (is_folder(pattern)) return folder_of(path) == folder_of(pattern + "/");
    return path == pattern ||
           ::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0;
  });
}

bool is_rotated_name(const std::string& name, const std::string& of) {
  if (folder_of(name) != folder_of(of)) return false;
  const std::string old = name_of(of);
  const size_t dot = old.rfind('.');
  return name_of(name).starts_with(old.substr(0, dot == 0 ? std::string::npos : dot));
}

std::optional<TailPosition> find_rotated(const TailPosition& position,
                                         const std::set<FileId>& not_in) {
  std::error_code error;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder_of(position.path), error)) {
    std::error_code ignored;
    if (entry.is_regular_file(ignored)) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    struct stat s {};
    if (::stat(path.c_str(), &s) != 0 || FileId{s.st_dev, s.st_ino} != position.id) continue;
    if (auto found = fitting(path, position, not_in)) return found;
  }
  if (position.offset == 0) return std::nullopt;
  for (const std::string& path : paths) {
    if (!is_rotated_name(path, position.path)) continue;
    if (auto found = fitting(path, position, not_in)) return found;
  }
  return std::nullopt;
}

}  // namespace weirflow::file
