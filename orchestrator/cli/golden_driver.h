// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The runs of one case, step by step. Threads: one, but for the hook of the fault.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cli/golden_run.h"
#include "cli/model_adapter.h"
#include "core/scratch_folder.h"
#include "core/virtual_clock.h"
#include "engine/run.h"

namespace weirflow::cli {

/// Models of the home, and those that the case itself fits, which the home never sees.
class GoldenModels final : public engine::Models {
 public:
  GoldenModels(std::string home, std::string scratch)
      : stored_(std::move(home)), own_(std::move(scratch)) {}
  wf::Result<std::string> resolve(std::string_view reference) override;
  wf::Result<std::shared_ptr<const engine::FittedModel>> open(std::string_view reference) override;
  wf::Result<std::string> store(const engine::FittedGroup& group) override {
    return own_.store(group);
  }

 private:
  StoredModels stored_, own_;
};

class GoldenDriver {
 public:
  GoldenDriver(GoldenRunner& runner, GoldenSuite& suite, const GoldenCase& test,
               const GoldenFault* fault, GoldenBed& bed);
  ~GoldenDriver();
  GoldenDriver(const GoldenDriver&) = delete;
  GoldenDriver& operator=(const GoldenDriver&) = delete;

  /// Makes the rows of the steps; false after a report. `dag` lives longer than this.
  bool prepare(GoldenDag& dag, const std::string& home, GoldenResult& result);
  /// Ends with the state `passed`, `stuck`, `interrupted` or `failed`; rows are not compared yet.
  void play(GoldenResult& result);
  /// Of the last run.
  [[nodiscard]] const engine::RunReport& report() const { return report_; }
  [[nodiscard]] const std::filesystem::path& home() const { return scratch_.path(); }

 private:
  /// False: the case is over, see `result`.
  bool start(GoldenResult& result);
  bool again(GoldenResult& result);
  bool step(size_t at, GoldenResult& result);
  bool advance(int64_t us, GoldenResult& result);
  bool checkpoint(const GoldenStep& step, GoldenResult& result);
  bool settle(GoldenResult& result);
  bool settle_once(GoldenResult& result);
  bool give_ends(GoldenResult& result);
  void stop();
  bool fail(dag::SourceRange range, std::string message, GoldenResult& result);
  wf::Status before_rows(int node, int64_t rows);
  void note(const engine::LogLine& line);
  [[nodiscard]] GoldenItem item_of(size_t at);

  GoldenRunner& runner_;
  GoldenSuite& suite_;
  const GoldenCase& case_;
  const GoldenFault* const fault_;
  GoldenBed& bed_;
  ScratchFolder scratch_;
  VirtualClock clock_;
  GoldenDag* dag_ = nullptr;
  std::unique_ptr<GoldenModels> models_;
  std::vector<wf::Batch> rows_;             ///< by step
  std::map<std::string, int64_t> highest_;  ///< event time of a source so far
  int fault_node_ = -1;
  std::atomic<int64_t> rows_before_fault_{0};
  std::atomic<bool> fault_happened_{false};
  bool fault_survived_ = false;

  std::unique_ptr<engine::Run> run_;
  std::thread thread_;
  std::atomic<bool> over_{false};
  wf::Status broken_;  ///< why the run could not begin
  engine::RunReport report_;
  std::mutex said_mutex_;
  std::vector<std::string> said_;
};

}  // namespace weirflow::cli
