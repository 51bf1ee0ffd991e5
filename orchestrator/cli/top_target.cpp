// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/top_target.h"

#include <algorithm>
#include <cctype>

#include "cli/figures.h"
#include "engine/run_card.h"
#include "metrics/exposition.h"
#include "metrics/http_get.h"

namespace weirflow::cli {

namespace {

constexpr std::chrono::milliseconds kProbe(2000);

bool is_address(const std::string& text) {
  return text.find(':') != std::string::npos ||
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

/// What to type when there is nothing to watch.
std::string advice() {
  return "start one with `weirflow run FILE --metrics 0`, or give its address, as in `weirflow "
         "top 127.0.0.1:9464`, or its --home";
}

struct Candidates {
  std::vector<engine::FoundRun> answer;  ///< their metrics can be read
  int silent = 0;                        ///< alive, without metrics
};

Candidates candidates(const std::string& text, const std::string& home) {
  Candidates found;
  for (engine::FoundRun& run : engine::find_runs(home)) {
    if (!run.alive) continue;
    if (!text.empty() && !run.run.starts_with(text) && run.card.dag != text) continue;
    const auto address = metrics::parse_address(run.card.metrics_url);
    if (run.card.metrics_url.empty() || !address.ok()) {
      ++found.silent;
      continue;
    }
    if (fetch({*address, run.run}, kProbe).ok()) found.answer.push_back(std::move(run));
  }
  return found;
}

}  // namespace

wf::Result<metrics::Snapshot> fetch(const TopTarget& target, std::chrono::milliseconds limit) {
  WF_ASSIGN(const std::string text, metrics::http_get(target.address, "/metrics", limit));
  auto snapshot = metrics::from_text(text);
  if (!snapshot.ok())
    return wf::Status(snapshot.error()).with_context(target.address.text() + "/metrics");
  if (!target.run.empty() && snapshot->run != target.run)
    return wf::Status(wf::Code::conflict, target.address.text() + " serves run " + snapshot->run +
                                              " now, not " + target.run);
  return snapshot;
}

wf::Result<TopTarget> find_target(const std::string& text, const std::string& home) {
  if (!text.empty() && is_address(text)) {
    WF_ASSIGN(const metrics::Address address, metrics::parse_address(text));
    return TopTarget{address, ""};
  }
  const Candidates found = candidates(text, home);
  if (found.answer.size() == 1) {
    WF_ASSIGN(const metrics::Address address,
              metrics::parse_address(found.answer.front().card.metrics_url));
    return TopTarget{address, found.answer.front().run};
  }
  const std::string named = text.empty() ? "" : " `" + text + "`";
  if (found.answer.empty()) {
    std::string message = "no run" + named + " in " + home + " serves its metrics";
    if (found.silent > 0)
      message += " (" + counted(found.silent, "run") + (found.silent == 1 ? " is" : " are") +
                 " at work without --metrics)";
    return wf::not_found(message + ": " + advice());
  }
  std::string message = "several runs serve their metrics, choose one:";
  for (const engine::FoundRun& run : found.answer)
    message += "\n  weirflow top " + run.run + "   # " + run.card.dag + ", process " +
               std::to_string(run.card.pid) + ", " + run.card.metrics_url;
  return wf::Status(wf::Code::conflict, message);
}

}  // namespace weirflow::cli
