// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Any bytes as a DAG file; what stands behind a line "#--group--" is the file `group.toml` beside
// it. Refused with diagnostics whose places lie in the texts, or read and expanded: then the
// canonical form and its hash are made, and are the same when all is done again.

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "dag/canonical.h"
#include "dag/reader.h"

namespace weirflow::dag {
namespace {

namespace fs = std::filesystem;

void require(bool condition) {
  if (!condition) std::abort();
}

/// A folder of this process that goes with it.
class Folder {
 public:
  Folder()
      : path_(fs::temp_directory_path() / ("weirflow-fuzz-dag-" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() {
    std::error_code ec;
    fs::remove_all(path_, ec);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }
  void set_group(std::string_view text) const {
    std::ofstream out(path_ / "group.toml", std::ios::binary | std::ios::trunc);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
  }

 private:
  fs::path path_;
};

void check_place(const SourceRange& range, const Sources& sources) {
  if (!range.known()) return;
  require(range.file < sources.size() && range.begin <= range.end);
  require(range.end <= sources.text(range.file).size());
}

/// All that the command line would say of these texts.
std::string read_once(const std::string& text, const std::string& folder) {
  Sources sources;
  Diagnostics diagnostics;
  const Loaded loaded = read_dag_text(text, "fuzz.toml", folder, sources, diagnostics);
  std::string hash;
  if (diagnostics.errors() == 0) {
    const Expanded whole = expand(loaded, {}, sources, diagnostics);
    if (diagnostics.errors() == 0) {
      for (uint32_t g = 0; g < whole.groups.size(); ++g) canonical_group_text(whole, g);
      (void)missing_params(whole);
    }
    ExpandOptions keep;
    keep.keep_params = true;
    const Expanded open = expand(loaded, keep, sources, diagnostics);
    if (diagnostics.errors() == 0) hash = version_hash(open);
  }
  for (const Diagnostic& item : diagnostics.items()) {
    check_place(item.range, sources);
    for (const Note& note : item.notes) check_place(note.range, sources);
  }
  return hash + render(diagnostics, sources) + render_json(diagnostics, sources);
}

}  // namespace
}  // namespace weirflow::dag

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weirflow::dag;
  static const Folder folder;
  constexpr std::string_view kSeparator = "#--group--\n";
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const size_t at = all.find(kSeparator);
  if (at != std::string_view::npos) folder.set_group(all.substr(at + kSeparator.size()));
  const std::string text(all.substr(0, at));
  require(read_once(text, folder.path().string()) == read_once(text, folder.path().string()));
  return 0;
}
