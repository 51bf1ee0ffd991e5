// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/models.h"

namespace weirflow::engine {

wf::Result<FittedState> state_for(const dag::Plan& plan, const dag::PlanNode& node,
                                  const std::shared_ptr<const FittedModel>& model) {
  for (const dag::PlanGroup& g : plan.groups)
    if (g.task == node.model->group && g.text != model->group_text())
      return wf::invalid_data(model->version() + " was fitted with another group than `" + g.task +
                              "` was planned with; name the version in the DAG, or run again");
  const auto state = model->state(node.model->member);
  if (state.data() == nullptr)
    return wf::invalid_data("model " + model->version() + " has no state of '" +
                            node.model->member + "'");
  return FittedState{
      {reinterpret_cast<const char*>(state.data()), state.size()}, model->version(), model};
}

}  // namespace weirflow::engine
