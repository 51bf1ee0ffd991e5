// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/entry_reader.h"

#include <set>

#include "core/text.h"
#include "plugin/descriptor_reader.h"
#include "plugin/sized.h"

namespace weirflow::plugin {

namespace {

constexpr uint32_t kMaxComponents = 1000;

std::string version_text(uint32_t major, uint32_t minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

wf::Status check_versions(const wf_entry& entry) {
  if (entry.abi_major != WF_ABI_MAJOR)
    return wf::not_implemented("built for ABI major " + std::to_string(entry.abi_major) +
                               ", this host has major " + std::to_string(WF_ABI_MAJOR));
  if (entry.min_host_minor > WF_ABI_MINOR)
    return wf::not_implemented(
        "needs a host with ABI " + version_text(WF_ABI_MAJOR, entry.min_host_minor) +
        " or newer, this host has " + version_text(WF_ABI_MAJOR, WF_ABI_MINOR));
  return {};
}

wf::Status read_class(const wf_component_class* from, const LibraryInfo& library,
                      ComponentClass& cls, ComponentInfo& component) {
  WF_ASSIGN(const wf_component_class mine,
            copy_sized(from, sizeof(wf_component_class), "its class"));
  WF_ASSIGN(component, read_descriptor(mine.descriptor));
  if (component.id.substr(0, component.id.find('.')) != library.name)
    return wf::invalid_data("component `" + component.id +
                            "`: the part before the dot must be the library's name, `" +
                            library.name + "`");
  if (!mine.create) return wf::invalid_data("component `" + component.id + "`: create is NULL");
  cls = {from, mine.create};
  return {};
}

}  // namespace

wf::Result<Entry> read_entry(const wf_entry* from) {
  if (!from) return wf::invalid_data(WF_PLUGIN_ENTRY_NAME " returned no entry (NULL)");
  // The versions stand in the first 16 bytes, so that an entry of another shape still says them.
  WF_ASSIGN(const wf_entry versions, copy_sized(from, offsetof(wf_entry, name), "the entry"));
  WF_TRY(check_versions(versions));
  WF_ASSIGN(const wf_entry mine, copy_sized(from, sizeof(wf_entry), "the entry"));
  Entry entry;
  LibraryInfo& info = entry.info;
  info.abi_major = mine.abi_major;
  info.abi_minor = mine.abi_minor;
  info.min_host_minor = mine.min_host_minor;
  WF_ASSIGN(info.name, read_text(mine.name, "the library's name"));
  WF_ASSIGN(info.version, read_text(mine.version, "the library's version"));
  WF_ASSIGN(info.license, read_text(mine.license, "the library's license"));
  WF_ASSIGN(info.sdk, read_text(mine.sdk, "the library's sdk"));
  if (!is_identifier(info.name))
    return wf::invalid_data("the library's name `" + info.name +
                            "` does not match [a-z][a-z0-9_]*");
  if (!is_semantic_version(info.version))
    return wf::invalid_data("the library's version `" + info.version +
                            "` is no semantic version (1.2.3)");
  if (mine.n_components == 0) return wf::invalid_data("the library has no components");
  if (mine.n_components > kMaxComponents)
    return wf::invalid_data("the library says it has " + std::to_string(mine.n_components) +
                            " components, more than " + std::to_string(kMaxComponents));
  if (!mine.components) return wf::invalid_data("the list of components is NULL");
  std::set<std::string> ids;
  for (uint32_t i = 0; i < mine.n_components; ++i) {
    ComponentClass cls;
    ComponentInfo component;
    if (wf::Status s = read_class(mine.components[i], info, cls, component); !s.ok()) {
      const bool named = s.message().starts_with("component ");
      return named ? s : std::move(s).with_context("component " + std::to_string(i + 1));
    }
    if (!ids.insert(component.id).second)
      return wf::invalid_data("component id `" + component.id + "` is there twice");
    entry.classes.push_back(cls);
    info.components.push_back(std::move(component));
  }
  return entry;
}

}  // namespace weirflow::plugin
