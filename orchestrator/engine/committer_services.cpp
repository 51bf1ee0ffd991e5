// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/committer_services.h"

#include "engine/refusals.h"

namespace weirflow::engine {

CommitterServices::CommitterServices(const dag::PlanNode& node, AttemptContext& attempt,
                                     TaskOutcome& outcome)
    : node_(node), attempt_(attempt), outcome_(outcome) {
  task_ = task_info(node, attempt);
}

void CommitterServices::log(wf::LogLevel level, std::string_view message) {
  if (attempt_.log) attempt_.log({now_us(), level, node_.task, std::string(message)});
}

void CommitterServices::add_metric(std::string_view name, double value) {
  outcome_.add_metric(name, value);
}

void CommitterServices::set_metric(std::string_view name, double value) {
  outcome_.set_metric(name, value);
}

void CommitterServices::observe_metric(std::string_view name, double value) {
  outcome_.add_metric(std::string(name) + "_count", 1);
  outcome_.add_metric(std::string(name) + "_sum", value);
}

wf::Code CommitterServices::refuse_batch(const wf::Batch& rows, std::string_view code,
                                         std::string_view message) {
  if (node_.on_error == dag::OnError::skip) return wf::Code::ok;
  const std::string port = node_.inputs.size() == 1 ? node_.inputs.front() : "";
  EnvelopeBuilder envelopes(node_.task, attempt_.run, attempt_.attempt, attempt_.earlier);
  for (int64_t i = 0; i < rows.rows(); ++i)
    envelopes.add(refusal_of(node_, rows, i, port, code, message), now_us());
  if (!attempt_.late_letters) return wf::Code::not_implemented;
  if (const wf::Status status =
          attempt_.late_letters->append(envelopes.finish(), attempt_.committed);
      !status.ok()) {
    log(wf::LogLevel::error, status.message());
    return status.code();
  }
  if (node_.on_error == dag::OnError::fail && attempt_.failed)
    attempt_.failed(node_.id, wf::invalid_data("a row was refused: " + std::string(message) +
                                               " (on_error = \"fail\"; say \"dead_letter\" or "
                                               "\"skip\")"));
  return wf::Code::ok;
}

void CommitterServices::let_sources_rest(bool rest, std::string_view reason) {
  if (attempt_.pressure) attempt_.pressure(node_.id, rest, reason);
}

}  // namespace weirflow::engine
