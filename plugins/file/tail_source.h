// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// file.tail: follows files that grow.

#include <algorithm>
#include <memory>
#include <optional>

#include "tail_config.h"
#include "weirflow/component.hpp"
#include "weirflow/watermark.hpp"

namespace weirflow::file {

class TailSource final : public wf::Source<TailConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("file.tail")
          .version("1.0.0")
          .blocking()
          .nondeterministic()
          .summary("Follows files that grow, over renames and truncations, line by line");
  static constexpr auto kConfig = std::tuple_cat(
      wf::io::line_fields<TailConfig>(),
      wf::fields(
          wf::field("path", &TailConfig::path)
              .required()
              .path()
              .help("Files to follow: names, globs, or folders (all files in them); files may come "
                    "later")
              .example("[\"/var/log/app/*.log\"]"),
          wf::field("exclude", &TailConfig::exclude)
              .help("Names of files (globs, without folders) that are not followed")
              .example("[\"*.gz\", \"*.tmp\"]"),
          wf::field("add", &TailConfig::add)
              .one_of("file", "offset", "time")
              .help("Columns to add: file (its name now), offset (of the line, in bytes), time "
                    "(when it "
                    "was read)")
              .example("[\"file\", \"offset\"]"),
          wf::field("start", &TailConfig::start)
              .one_of("beginning", "end")
              .help(
                  "Where to start in files that are there at the first start; later ones are read "
                  "from their beginning")
              .example("\"end\""),
          wf::field("stop", &TailConfig::stop)
              .one_of("never", "end")
              .help("end: read what is there, then end; makes the run bounded")
              .example("\"end\""),
          wf::field("max_line", &TailConfig::max_line)
              .size()
              .range(1, 1 << 28)
              .help("A longer line is refused (too_long)")
              .example("\"64KiB\""),
          wf::field("bad_lines", &TailConfig::bad_lines)
              .one_of("fail", "refuse", "skip")
              .help("A line that is no row: end the run, send it to `errors`, or count it")
              .example("\"skip\""),
          wf::field("rotate_wait", &TailConfig::rotate_wait)
              .at_least(0)
              .help("A renamed file that no name leads to is given up when it has not grown for so "
                    "long")
              .example("\"30s\""),
          wf::field("rescan", &TailConfig::rescan)
              .range(10'000, 3.6e9)
              .help(
                  "How often to look for files without being told by the system (network folders)")
              .example("\"1m\""),
          wf::field("max_open", &TailConfig::max_open)
              .range(1, 1e6)
              .help("Files that are open at the same time; of more, those that were not read for "
                    "the longest time are opened again when they grow")
              .example("1000"),
          wf::field("batch_rows", &TailConfig::batch_rows)
              .range(1, 1 << 20)
              .help("Rows of a batch at most")
              .example("1000"),
          wf::field("batch_bytes", &TailConfig::batch_bytes)
              .size()
              .range(1, 1 << 30)
              .help("A batch ends once its lines took so many bytes")
              .example("\"1MiB\"")));

 protected:
  bool is_bounded() const override { return config().stop == "end"; }
  wf::Status bind(wf::SchemaBuilder& out) override;
  wf::Status open() override;
  wf::Status next(wf::Emitter& out, wf::Duration max_wait) override;
  wf::Result<std::string> snapshot(uint64_t epoch) override;
  wf::Status restore(std::string_view snapshot) override;
  void paused(bool is_paused) override;
  void cancel() override { wake(); }
  void wake() override;

 private:
  wf::Status take(const TailFile& file, TailChunk& chunk, int64_t now_us, wf::Emitter& out);
  wf::Status refuse(const TailFile& file, const TailChunk& chunk, const wf::io::LineBatch& rows,
                    wf::Emitter& out);
  [[nodiscard]] wf::Status bad_line(const TailFile& file, uint64_t offset, std::string_view raw,
                                    std::string_view code, const std::string& message,
                                    wf::Emitter& out);
  [[nodiscard]] wf::Batch with_added(const TailFile& file, const TailChunk& chunk,
                                     const wf::io::LineBatch& rows,
                                     const wf::SchemaPtr& schema) const;

  std::optional<wf::io::LineRows> rows_;
  wf::io::EventTime event_time_;
  std::unique_ptr<Tail> tail_;  ///< from open() to the end of the object
  std::atomic<Tail*> waking_{nullptr};
  wf::WatermarkTracker tracker_{0, 0};
};

}  // namespace weirflow::file
