// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/registry.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <optional>
#include <set>
#include <thread>

#include "core/text.h"
#include "plugin/scan_cache.h"

namespace weirflow::plugin {

namespace fs = std::filesystem;

namespace {

constexpr const char* kCacheFile = "plugins.cache";

/// Canonical paths of all candidates, sorted, each once.
std::set<std::string> candidates(const std::vector<fs::path>& paths,
                                 std::vector<Refused>& refused) {
  std::set<std::string> files;
  for (const fs::path& path : paths) {
    std::error_code error;
    const fs::path full = fs::canonical(path, error);
    if (error) {
      refused.push_back(
          {path.string(), "cannot be opened: " + error.message(), wf::Code::not_found});
      continue;
    }
    if (!fs::is_directory(full, error)) {
      files.insert(full.string());
      continue;
    }
    for (fs::directory_iterator it(full, error), end; !error && it != end; it.increment(error)) {
      if (it->path().extension() != ".so") continue;
      std::error_code bad;
      const fs::path file = it->is_symlink(bad) ? fs::canonical(it->path(), bad) : it->path();
      files.insert(bad ? it->path().string() : file.string());
    }
    if (error)
      refused.push_back({full.string(), "cannot be read: " + error.message(), wf::Code::io_error});
  }
  return files;
}

struct Job {
  std::string path;
  CachedFile result;
  bool transient = false;  ///< says nothing of the file, is not to be kept
};

void inspect_one(Job& job, const InspectOptions& options) {
  wf::Result<LibraryInfo> info = inspect(job.path, options);
  if (info.status().code() == wf::Code::timeout) {
    // The verdict stays until the file changes: a busy machine must not cause it.
    InspectOptions patient = options;
    patient.limit *= 2;
    info = inspect(job.path, patient);
  }
  if (info.ok()) {
    job.result.info = std::move(*info);
    return;
  }
  job.result.code = info.error().code();
  job.result.refusal = info.error().message();
  job.transient = info.error().code() == wf::Code::unavailable;
}

void inspect_all(std::vector<Job>& jobs, const ScanOptions& options) {
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < jobs.size(); i = next++) inspect_one(jobs[i], options.inspect);
  };
  std::vector<std::jthread> threads;
  for (size_t i = 1; i < std::min<size_t>(options.parallel, jobs.size()); ++i)
    threads.emplace_back(work);
  work();
}

}  // namespace

std::vector<fs::path> Registry::default_paths() {
  std::vector<fs::path> paths;
  if (const char* text = std::getenv("WEIRFLOW_PLUGIN_PATH")) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const size_t colon = std::min(rest.find(':'), rest.size());
      if (colon > 0) paths.emplace_back(rest.substr(0, colon));
      rest.remove_prefix(std::min(colon + 1, rest.size()));
    }
  }
  const fs::path folder = own_executable().parent_path();
  for (const char* beside : {"../plugins", "../lib/weirflow/plugins"}) {
    std::error_code error;
    if (fs::path path = fs::canonical(folder / beside, error); !error) paths.push_back(path);
  }
  return paths;
}

Registry Registry::scan(const std::vector<fs::path>& paths, const fs::path& cache_folder,
                        const ScanOptions& options) {
  Registry registry;
  const std::set<std::string> files = candidates(paths, registry.refused_);
  const fs::path cache_file = cache_folder.empty() ? fs::path() : cache_folder / kCacheFile;
  ScanCache cache = cache_file.empty() ? ScanCache() : read_cache(cache_file);
  std::vector<Job> jobs;
  for (const std::string& path : files) {
    wf::Result<FileStamp> stamp = stamp_of(path);
    if (!stamp.ok()) {
      registry.refused_.push_back({path, stamp.error().message(), stamp.error().code()});
      continue;
    }
    const auto known = cache.find(path);
    if (known != cache.end() && known->second.stamp == *stamp && !options.ignore_cache) continue;
    jobs.push_back({path, {*stamp, {}, {}, wf::Code::ok}, false});
  }
  inspect_all(jobs, options);
  bool changed = false;
  for (Job& job : jobs) {
    changed |= !job.transient;
    cache[job.path] = job.result;
  }
  for (const std::string& path : files) {
    const auto found = cache.find(path);
    if (found == cache.end()) continue;
    if (found->second.refusal.empty())
      registry.libraries_.push_back(found->second.info);
    else
      registry.refused_.push_back({path, found->second.refusal, found->second.code});
  }
  for (size_t i = 0; i < registry.libraries_.size(); ++i) registry.index(i);
  if (!changed || cache_file.empty()) return registry;
  for (const Job& job : jobs)
    if (job.transient) cache.erase(job.path);
  // Files of other folders stay known; those that are gone do not.
  std::erase_if(cache, [&](const auto& entry) { return !stamp_of(entry.first).ok(); });
  // A cache that cannot be written costs time at the next start and nothing else.
  (void)write_cache(cache_file, cache);
  return registry;
}

void Registry::index(size_t library) {
  const auto& components = libraries_[library].components;
  for (size_t i = 0; i < components.size(); ++i) {
    const auto [at, fresh] = by_id_.try_emplace(components[i].id, Place{library, i, {}});
    if (!fresh) at->second.others.push_back(library);
  }
}

wf::Status Registry::add_builtin(const wf_entry* entry) {
  WF_ASSIGN(const Library* library, Library::adopt(entry));
  builtin_.push_back(library);
  libraries_.insert(libraries_.begin() + static_cast<std::ptrdiff_t>(builtin_.size()) - 1,
                    library->info());
  by_id_.clear();
  for (size_t i = 0; i < libraries_.size(); ++i) index(i);
  return {};
}

const ComponentInfo* Registry::find(std::string_view id) const {
  const auto at = by_id_.find(id);
  if (at == by_id_.end() || !at->second.others.empty()) return nullptr;
  return &libraries_[at->second.library].components[at->second.component];
}

namespace {
std::string shown_path(const LibraryInfo& library) {
  return library.path.empty() ? "Weirflow itself" : library.path;
}
}  // namespace

std::vector<std::string> Registry::conflicts() const {
  std::vector<std::string> texts;
  for (const auto& [id, place] : by_id_) {
    if (place.others.empty()) continue;
    std::string text = "component `" + id + "` is in " + shown_path(libraries_[place.library]);
    for (const size_t other : place.others) text += " and in " + shown_path(libraries_[other]);
    texts.push_back(text + "; remove all but one");
  }
  return texts;
}

wf::Result<const ComponentInfo*> Registry::require(std::string_view id) const {
  if (const ComponentInfo* found = find(id)) return found;
  const std::string shown = "component `" + std::string(id) + "`";
  if (by_id_.find(id) != by_id_.end())
    for (const std::string& text : conflicts())
      if (text.starts_with(shown + " ")) return wf::Status(wf::Code::conflict, text);
  const std::string library(id.substr(0, id.find('.')));
  for (const Refused& refused : refused_)
    if (fs::path(refused.path).stem() == library)
      return wf::not_found("there is no " + shown + "; " + refused.path +
                           " was refused: " + refused.reason);
  const std::string near = nearest(id);
  return wf::not_found("there is no " + shown)
      .at({"", 0, 0, near.empty() ? "" : "did you mean `" + near + "`?"});
}

std::string Registry::nearest(std::string_view id) const {
  std::vector<std::string> names;
  for (const auto& [name, _] : by_id_) names.push_back(name);
  if (auto near = nearest_name(id, names)) return *near;
  // `csv` alone, or the right name in the wrong library.
  const std::string_view own = id.substr(id.rfind('.') == id.npos ? 0 : id.rfind('.') + 1);
  for (const std::string& name : names)
    if (std::string_view(name).substr(name.find('.') + 1) == own) return name;
  return {};
}

std::vector<const ComponentInfo*> Registry::components() const {
  std::vector<const ComponentInfo*> all;
  for (const auto& [id, place] : by_id_)
    if (place.others.empty()) all.push_back(&libraries_[place.library].components[place.component]);
  return all;
}

const LibraryInfo* Registry::library_of(std::string_view id) const {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? nullptr : &libraries_[at->second.library];
}

wf::Result<const ComponentClass*> Registry::load(std::string_view id) const {
  WF_TRY(require(id).status());
  const Place& place = by_id_.find(id)->second;
  if (place.library < builtin_.size()) return builtin_[place.library]->find(id);
  const LibraryInfo& scanned = libraries_[place.library];
  wf::Result<const Library*> library = Library::load(scanned.path);
  if (!library.ok()) return std::move(library).status().with_context(scanned.path);
  const ComponentInfo* now = (*library)->find_info(id);
  if (!now || now->version != scanned.components[place.component].version)
    return wf::Status(wf::Code::conflict,
                      scanned.path + ": the file has changed since it was looked at; start again");
  return (*library)->find(id);
}

}  // namespace weirflow::plugin
