// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// ml.drift: windows of rows against the rows that came first.

#include <string>
#include <vector>

#include "columns.h"

namespace weirflow::ml {

struct DriftConfig {
  std::vector<std::string> columns;
  int64_t reference_rows = 5000;
  int64_t window_rows = 1000;
  int64_t bins = 10;
  double psi = 0.25;
  int64_t windows = 3;
};

/// The first rows are the reference; after that every window gives one row a column. In memory and
/// in a checkpoint: the values of the reference and of the window that is being filled.
class Drift final : public wf::Transform<DriftConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("ml.drift")
          .version("1.0.0")
          .cardinality(wf::Cardinality::regroup)
          .stateful()
          .summary("Tells when scores or features of a stream are no longer distributed as before");
  static constexpr bool kHasState = true;
  static constexpr auto kConfig =
      wf::fields(wf::field("columns", &DriftConfig::columns)
                     .required()
                     .column()
                     .help("Numbers to watch; bool counts as 0 and 1")
                     .example("[\"probability\", \"words\"]"),
                 wf::field("reference_rows", &DriftConfig::reference_rows)
                     .range(10, 1'000'000)
                     .help("So many rows are what the rest is compared with")
                     .example("5000"),
                 wf::field("window_rows", &DriftConfig::window_rows)
                     .range(10, 1'000'000)
                     .help("Rows of a window")
                     .example("1000"),
                 wf::field("bins", &DriftConfig::bins)
                     .range(2, 1000)
                     .help("Bins of the stability index, equally full in the reference")
                     .example("10"),
                 wf::field("psi", &DriftConfig::psi)
                     .range(0, 100)
                     .help("A window above this stability index has moved")
                     .example("0.25"),
                 wf::field("windows", &DriftConfig::windows)
                     .range(1, 1000)
                     .help("So many windows in a row that have moved are drift")
                     .example("3"));
  static constexpr auto kPorts =
      wf::ports(wf::input("in").column_from("columns", "bool|int32|int64|float32|float64"),
                wf::output("out")
                    .column("column", "utf8")
                    .column("window", "int64")
                    .column("rows", "int64")
                    .column("nulls", "int64")
                    .column("psi", "float64")
                    .column("ks", "float64")
                    .column("ks_p", "float64")
                    .column("mean", "float64")
                    .column("reference_mean", "float64")
                    .column("moved", "bool")
                    .column("drift", "bool"));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override;
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override;
  wf::Result<std::string> snapshot(uint64_t epoch) override;
  wf::Status restore(std::string_view snapshot) override;

 private:
  struct Watched {
    int column = -1;
    std::vector<double> reference;  ///< ascending once it is full
    std::vector<double> borders;
    std::vector<double> window;
    int64_t moved = 0;  ///< windows in a row
  };
  void take(const wf::Array& column, int64_t row, Watched& watched) const;
  void end_reference();
  wf::Status tell(wf::Emitter& out);

  std::vector<Watched> watched_;
  int64_t seen_ = 0;      ///< rows of the reference, then of the window
  int64_t windows_ = -1;  ///< complete ones; -1: the reference is not complete
};

}  // namespace weirflow::ml
