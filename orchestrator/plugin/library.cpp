// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/library.h"

#include <boost/dll/shared_library.hpp>
#include <map>
#include <memory>
#include <mutex>

namespace weirflow::plugin {

namespace {

namespace dll = boost::dll;

/// Everything ever loaded. Never destroyed: a library must not go while the process still runs.
struct Loaded {
  std::mutex mutex;
  std::map<std::string, const Library*> by_path;
  std::vector<std::unique_ptr<dll::shared_library>> handles;  ///< also of refused ones
};
Loaded& loaded() {
  static auto* const all = new Loaded;
  return *all;
}

/// What dlerror said, out of the exception's text: "... (dlerror system message: PATH: reason)...".
std::string loader_text(const std::string& what, const std::string& path) {
  constexpr std::string_view kBefore = "(dlerror system message: ";
  std::string text = what;
  if (const size_t at = text.find(kBefore); at != text.npos) {
    const size_t end = text.rfind(')');
    text = text.substr(at + kBefore.size(), end - at - kBefore.size());
  }
  const size_t own = text.find(path + ": ");
  return own == text.npos ? text : text.substr(own + path.size() + 2);
}

wf::Status explain(const std::string& text) {
  constexpr std::string_view kUndefined = "undefined symbol: ";
  if (const size_t at = text.find(kUndefined); at != text.npos) {
    std::string symbol = text.substr(at + kUndefined.size());
    symbol.resize(std::min(symbol.find_first_of(" \t,"), symbol.size()));
    return wf::invalid_data("undefined symbol `" + symbol +
                            "`: it was linked without a library that it needs");
  }
  constexpr std::string_view kOpen = ": cannot open shared object file";
  if (const size_t at = text.find(kOpen); at != text.npos)
    return wf::invalid_data("needs the library `" + text.substr(0, at) +
                            "`, which cannot be opened" + text.substr(at + kOpen.size()));
  return wf::invalid_data("not a shared library that can be loaded: " + text);
}

/// The major of the entry function that the library has instead of ours, or 0.
unsigned other_major(const dll::shared_library& library) {
  for (unsigned major = 1; major < 10; ++major)
    if (library.has("wf_plugin_entry_v" + std::to_string(major))) return major;
  return 0;
}

struct EntryFunction {
  wf_plugin_entry_v1_fn call;
};

wf::Result<EntryFunction> open_library(const std::filesystem::path& path) {
  try {
    auto library = std::make_unique<dll::shared_library>(
        path, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    // From here on its code may have left pointers anywhere; it stays, whatever comes.
    const dll::shared_library& kept = *loaded().handles.emplace_back(std::move(library));
    if (kept.has(WF_PLUGIN_ENTRY_NAME))
      return EntryFunction{&kept.get<const wf_entry*(void)>(WF_PLUGIN_ENTRY_NAME)};
    if (const unsigned major = other_major(kept))
      return wf::not_implemented("built for ABI major " + std::to_string(major) +
                                 ", this host has major " + std::to_string(WF_ABI_MAJOR));
    return wf::invalid_data("has no function `" WF_PLUGIN_ENTRY_NAME "`: not a Weirflow plugin");
  } catch (const std::exception& e) {
    return explain(loader_text(e.what(), path.string()));
  }
}

wf::Result<Entry> call_entry(wf_plugin_entry_v1_fn entry) {
  try {
    return read_entry(entry());
  } catch (const std::exception& e) {
    return wf::internal_error(std::string(WF_PLUGIN_ENTRY_NAME " threw: ") + e.what());
  } catch (...) {
    return wf::internal_error(WF_PLUGIN_ENTRY_NAME " threw");
  }
}

}  // namespace

wf::Result<const Library*> Library::load(const std::filesystem::path& path) {
  const std::lock_guard lock(loaded().mutex);
  // A plan of many tasks asks for the same few libraries again and again.
  if (const auto known = loaded().by_path.find(path.string()); known != loaded().by_path.end())
    return known->second;
  std::error_code error;
  const std::filesystem::path full = std::filesystem::canonical(path, error);
  if (error) return wf::not_found("cannot be opened: " + error.message());
  if (!std::filesystem::is_regular_file(full, error)) return wf::invalid_data("is no regular file");
  if (const auto known = loaded().by_path.find(full.string()); known != loaded().by_path.end())
    return known->second;
  WF_ASSIGN(const EntryFunction function, open_library(full));
  WF_ASSIGN(Entry entry, call_entry(function.call));
  entry.info.path = full.string();
  const auto* library = new Library(std::move(entry), function.call);
  loaded().by_path.emplace(full.string(), library);
  return library;
}

wf::Result<const Library*> Library::adopt(const wf_entry* from) {
  WF_ASSIGN(Entry entry, read_entry(from));
  const std::lock_guard lock(loaded().mutex);
  const auto* library = new Library(std::move(entry), nullptr);
  // Kept under a name that no path has, so that a leak checker finds it.
  loaded().by_path.emplace(
      "builtin:" + library->info().name + ":" + std::to_string(loaded().by_path.size()), library);
  return library;
}

wf::Result<LibraryInfo> Library::read_again() const {
  if (!function_) return info();
  WF_ASSIGN(Entry entry, call_entry(function_));
  entry.info.path = info().path;
  return std::move(entry.info);
}

const ComponentClass* Library::find(std::string_view id) const {
  for (size_t i = 0; i < entry_.classes.size(); ++i)
    if (entry_.info.components[i].id == id) return &entry_.classes[i];
  return nullptr;
}

const ComponentInfo* Library::find_info(std::string_view id) const {
  for (const ComponentInfo& component : entry_.info.components)
    if (component.id == id) return &component;
  return nullptr;
}

}  // namespace weirflow::plugin
