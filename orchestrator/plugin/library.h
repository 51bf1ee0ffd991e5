// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Loading a plugin into this process. The implementation is the only user of Boost.DLL.

#include <filesystem>
#include <string_view>

#include "plugin/entry_reader.h"

namespace weirflow::plugin {

/// A loaded library, or the components compiled into the host. Lives to the end of the process:
/// libraries are never unloaded.
class Library {
 public:
  /// Loads a file (all symbols bound at once, none made visible to others), calls its entry, and
  /// checks what it says. The same file answers the same object. Code of the library runs: its
  /// constructors and its entry; a file of unknown behaviour goes through inspect() first.
  ///
  /// Errors (the message does not name the file): not_found no such file; invalid_data it is not a
  /// shared library, it lacks a symbol or another library, it has no entry, or its entry is
  /// malformed; not_implemented another ABI version. Threads: any; loading is serialised.
  static wf::Result<const Library*> load(const std::filesystem::path& path);

  /// The same for an entry that is part of the host; its path is empty.
  static wf::Result<const Library*> adopt(const wf_entry* entry);

  [[nodiscard]] const LibraryInfo& info() const { return entry_.info; }
  /// The class of a component by its full id, or null.
  [[nodiscard]] const ComponentClass* find(std::string_view id) const;
  [[nodiscard]] const ComponentInfo* find_info(std::string_view id) const;
  /// Calls the entry again and reads what it says now; it must be what it said at first.
  [[nodiscard]] wf::Result<LibraryInfo> read_again() const;

 private:
  Library(Entry entry, wf_plugin_entry_v1_fn function)
      : entry_(std::move(entry)), function_(function) {}
  Entry entry_;
  wf_plugin_entry_v1_fn function_;  ///< null: adopted
};

}  // namespace weirflow::plugin
