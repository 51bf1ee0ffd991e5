// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which components there are, and where. Finding them loads no library into this process: files
/// are inspected in children, and what was found is cached by path, size and times.
///
/// Threads: a Registry is immutable after scan() and add_builtin(); load() may be called from any
/// thread. Order: files by path, so that the answers depend on the files alone.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/inspect.h"
#include "plugin/library.h"

namespace weirflow::plugin {

struct ScanOptions {
  InspectOptions inspect;
  /// Inspect files anew that the cache refuses or knows.
  bool ignore_cache = false;
  /// Inspect at most this many files at the same time.
  unsigned parallel = 2;
};

/// A file that is no usable plugin, or a folder that is not there.
struct Refused {
  std::string path;
  std::string reason;
  wf::Code code = wf::Code::invalid_data;
};

class Registry {
 public:
  /// Looks at every `*.so` in the folders (not below them) and at files named directly; a file
  /// reached on two ways counts once. `cache_folder`: where the cache file is kept; empty, or not
  /// writable: files are inspected each time. Never fails: what cannot be used is in refused().
  static Registry scan(const std::vector<std::filesystem::path>& paths,
                       const std::filesystem::path& cache_folder, const ScanOptions& options = {});

  /// The folders of WEIRFLOW_PLUGIN_PATH (separated by colons), then `../plugins` and
  /// `../lib/weirflow/plugins` beside this executable where they exist.
  static std::vector<std::filesystem::path> default_paths();

  /// Adds components compiled into the host; their library has an empty path.
  wf::Status add_builtin(const wf_entry* entry);

  /// The component of that id, or null; null also when two libraries have it.
  [[nodiscard]] const ComponentInfo* find(std::string_view id) const;
  /// The same, or a reason: not_found with the nearest id as hint, or with the reason why the
  /// library of that name was refused; conflict naming both files.
  [[nodiscard]] wf::Result<const ComponentInfo*> require(std::string_view id) const;
  /// Every id that is nearest to, for a message; empty when none is near.
  [[nodiscard]] std::string nearest(std::string_view id) const;

  /// All usable components, by id.
  [[nodiscard]] std::vector<const ComponentInfo*> components() const;
  /// All usable libraries, by path; builtin ones first.
  [[nodiscard]] const std::vector<LibraryInfo>& libraries() const { return libraries_; }
  /// The library that a component is in, or null.
  [[nodiscard]] const LibraryInfo* library_of(std::string_view id) const;
  [[nodiscard]] const std::vector<Refused>& refused() const { return refused_; }
  /// Ids that are in two libraries: one text each, naming both.
  [[nodiscard]] std::vector<std::string> conflicts() const;

  /// Loads the component's library into this process, once. Errors as require() and
  /// Library::load() with the path in front; conflict when the file is not what was scanned.
  [[nodiscard]] wf::Result<const ComponentClass*> load(std::string_view id) const;

 private:
  struct Place {
    size_t library = 0, component = 0;
    std::vector<size_t> others;  ///< libraries that have the same id
  };
  void index(size_t library);

  std::vector<LibraryInfo> libraries_;
  std::vector<const Library*> builtin_;  ///< parallel to the front of libraries_
  std::map<std::string, Place, std::less<>> by_id_;
  std::vector<Refused> refused_;
};

}  // namespace weirflow::plugin
