// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/model_adapter.h"

#include <utility>

namespace weirflow::cli {

namespace {

class OpenedModel : public engine::FittedModel {
 public:
  explicit OpenedModel(std::shared_ptr<const model::StoredModel> stored)
      : stored_(std::move(stored)) {}
  [[nodiscard]] const std::string& version() const override { return stored_->version(); }
  [[nodiscard]] std::span<const std::byte> state(std::string_view member) const override {
    return stored_->state(member);
  }
  [[nodiscard]] const std::string& group_text() const override {
    return stored_->manifest().group_text;
  }

 private:
  const std::shared_ptr<const model::StoredModel> stored_;
};

}  // namespace

wf::Result<std::string> StoredModels::resolve(std::string_view reference) {
  WF_ASSIGN(const model::Resolved resolved, registry_.resolve(reference));
  return resolved.version();
}

wf::Result<std::shared_ptr<const engine::FittedModel>> StoredModels::open(
    std::string_view reference) {
  WF_ASSIGN(auto stored, registry_.open(reference));
  return std::shared_ptr<const engine::FittedModel>(
      std::make_shared<OpenedModel>(std::move(stored)));
}

wf::Result<std::string> StoredModels::store(const engine::FittedGroup& group) {
  model::NewVersion fitted{group.model,         group.group_text,  {},
                           group.input,         group.output,      group.training_data,
                           group.training_rows, group.group_source};
  for (const auto& s : group.states)
    fitted.states.push_back({s.member, s.component, s.component_version, s.bytes});
  WF_ASSIGN(const std::string version, registry_.store(fitted));
  WF_ASSIGN(const model::Resolved stored, registry_.resolve(version));
  wf::Value::Table record{{"event", "fitted"}, {"dag", group.dag}, {"run", group.run}};
  if (!group.results.empty()) record.emplace_back("results", wf::Value(group.results));
  WF_TRY(registry_.add_record(stored, std::move(record)));
  return version;
}

}  // namespace weirflow::cli
