// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/stored_groups.h"

#include <set>

#include "dag/canonical.h"
#include "dag/group_source.h"
#include "model/diff.h"
#include "model/registry.h"

namespace weirflow::cli {

namespace {

/// So many differing lines are shown.
constexpr size_t kShownLines = 6;

std::string difference(const std::string& fitted, const std::string& file) {
  model::Manifest before, after;
  before.group_text = fitted;
  after.group_text = file;
  std::string text;
  size_t lines = 0;
  const auto found = model::diff(before, after);
  for (const model::Difference& d : found) {
    if (++lines > kShownLines) break;
    text += d.before.empty() ? "\n       file:   " + d.after : "\n       fitted: " + d.before;
  }
  if (found.size() > kShownLines)
    text += "\n       and " + std::to_string(found.size() - kShownLines) + " more lines";
  return text;
}

template <typename Ports>
std::set<std::string> names_of(const Ports& ports) {
  std::set<std::string> names;
  for (const auto& port : ports) names.insert(port.name.value);
  return names;
}

class Search {
 public:
  Search(const dag::Expanded& expanded, const std::string& home, dag::Loaded& loaded,
         dag::Sources& sources, dag::Diagnostics& diagnostics)
      : expanded_(expanded),
        registry_(home),
        loaded_(loaded),
        sources_(sources),
        diagnostics_(diagnostics) {}

  std::map<std::string, dag::GroupOverride> run() {
    for (uint32_t g = 0; g < expanded_.groups.size(); ++g) {
      const dag::ExpandedGroup& group = expanded_.groups[g];
      if (group.mode != dag::Mode::apply || !group.model) continue;
      if (const std::string* reference = group.model->string())
        from_registry(g, *reference);
      else if (const dag::Template* text = group.model->templated(); text && text->whole())
        from_fit(g, text->reference());
    }
    return std::move(found_);
  }

 private:
  void from_fit(uint32_t g, const dag::Reference& reference) {
    const dag::NodeRef fit = expanded_.find(reference.name);
    if (reference.kind != dag::Reference::Kind::version || !fit.is_group || fit.index == dag::kNone)
      return;
    const dag::ExpandedGroup& from = expanded_.groups[fit.index];
    const std::string fitted = canonical_group_text(expanded_, fit.index);
    if (fitted == canonical_group_text(expanded_, g)) return;
    if (has_same_ports(g, *from.spec, "`" + from.name + "`"))
      take(g, {from.key, from.params}, "`" + from.name + "` fits it", fitted);
  }

  void from_registry(uint32_t g, const std::string& reference) {
    const auto stored = registry_.describe(reference);
    if (!stored.ok()) return;  // the run says so, or skips the group
    const std::string version = stored->manifest.version();
    const std::string& fitted = stored->manifest.group_text;
    if (fitted == canonical_group_text(expanded_, g)) return;
    const dag::ExpandedGroup& group = expanded_.groups[g];
    if (stored->group_source.empty()) {
      diagnostics_
          .error("group-differs", group.task->group.range,
                 "`" + group.name + "` differs from the group that " + version +
                     " was fitted from, which is not kept with it")
          .hint = "fit the model anew, or give back the file as it was:" +
                  difference(fitted, canonical_group_text(expanded_, g));
      return;
    }
    auto source = dag::add_group_source(stored->group_source, "model:" + version, version, loaded_,
                                        sources_, diagnostics_);
    if (source && has_same_ports(g, loaded_.groups.at(source->key), version))
      take(g, std::move(*source), version + " holds it", fitted);
  }

  bool has_same_ports(uint32_t g, const dag::GroupSpec& fitted, const std::string& who) {
    const dag::ExpandedGroup& group = expanded_.groups[g];
    if (names_of(group.spec->inputs) == names_of(fitted.inputs) &&
        names_of(group.spec->outputs) == names_of(fitted.outputs))
      return true;
    diagnostics_.error(
        "group-differs", group.task->group.range,
        "the group of `" + group.name + "` has other inputs or outputs than that of " + who);
    return false;
  }

  void take(uint32_t g, dag::GroupOverride override, const std::string& why,
            const std::string& fitted) {
    const dag::ExpandedGroup& group = expanded_.groups[g];
    diagnostics_
        .warning("group-differs", group.task->group.range,
                 "`" + group.name + "` runs the group as " + why + ", not as this file says")
        .hint = "what differs:" + difference(fitted, canonical_group_text(expanded_, g));
    found_[group.name] = std::move(override);
  }

  const dag::Expanded& expanded_;
  const model::Registry registry_;
  dag::Loaded& loaded_;
  dag::Sources& sources_;
  dag::Diagnostics& diagnostics_;
  std::map<std::string, dag::GroupOverride> found_;
};

}  // namespace

std::map<std::string, dag::GroupOverride> stored_groups(const dag::Expanded& expanded,
                                                        const std::string& home,
                                                        dag::Loaded& loaded, dag::Sources& sources,
                                                        dag::Diagnostics& diagnostics) {
  return Search(expanded, home, loaded, sources, diagnostics).run();
}

}  // namespace weirflow::cli
