// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/dag_place.h"

#include <filesystem>

#include "cli/figures.h"
#include "core/clock.h"
#include "core/text.h"
#include "dag/reader.h"
#include "weirflow/io/values.hpp"

namespace weirflow::cli {

wf::Result<DagPlace> find_dag(const Common& common, const std::string& word) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(word, error)) {
    if (word.ends_with(".toml") || word.find('/') != std::string::npos)
      return wf::not_found(word + ": there is no such file");
    return DagPlace{home_folder(common, ""), word};
  }
  dag::Sources sources;
  dag::Diagnostics diagnostics;
  const dag::Loaded loaded = dag::read_dag(word, word, sources, diagnostics);
  if (loaded.dag.name.value.empty())
    return wf::invalid_config(word + ": is no DAG file; `weirflow validate " + word + "` says why");
  return DagPlace{home_folder(common, word), loaded.dag.name.value};
}

wf::Result<std::string> since_text(const std::string& text) {
  if (text.empty()) return text;
  if (const auto duration = parse_duration(text); duration.ok())
    return time_text(wall_us() - *duration);
  if (const auto time = wf::io::parse_timestamp(text)) return time_text(*time);
  return wf::invalid_config("--since: `" + text +
                            "` is neither a duration (2h, 3d) nor a time (2026-11-23T06:00:00Z)");
}

}  // namespace weirflow::cli
