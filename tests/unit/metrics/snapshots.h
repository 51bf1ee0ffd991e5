// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A snapshot with something in every field, for tests of what is made of one.

#include "metrics/snapshot.h"

namespace weirflow::metrics {

inline Histogram made_histogram() {
  Histogram h = DurationHistogram().values();
  h.observe(0.0004, 10);
  h.observe(0.003, 80);
  h.observe(0.2, 9);
  h.observe(120, 1);
  return h;
}

/// comments -> score -> out, two minutes into the run.
inline Snapshot made_snapshot() {
  constexpr int64_t kStart = 1'764'000'000'000'000;
  Snapshot s;
  s.version = "0.1.0";
  s.dag = "comments";
  s.run = "20261123T110000Z-1a2b3c";
  s.dag_version = "0123abcd";
  s.state = "running";
  s.start_us = kStart;
  s.now_us = kStart + 120'500'000;
  s.dead_letters = 3;
  s.process_cpu_us = 61'234'567;
  s.process_memory = 52'428'800;
  s.process_threads = 9;
  TaskFigures source;
  source.task = "comments";
  source.kind = "work";
  source.component = "demo.comments";
  source.state = "running";
  source.attempts = source.lanes = 1;
  source.rows_in = source.rows_out = 1'200'000;
  source.batches_out = 300;
  source.bytes_out = 98'304'000;
  source.busy_us = 60'250'000;
  source.pressured_us = 30'000'001;
  source.idle_us = 30'249'999;
  source.cpu_us = 59'000'000;
  source.watermark_us = s.now_us - 1'500'000;
  source.barrier_us = 850;
  source.state_bytes = 7;
  TaskFigures score = source;
  score.task = "score";
  score.component = "ml.logistic_regression";
  score.kind = "apply";
  score.lanes = 2;
  score.rows_out = 1'199'990;
  score.refused = 3;
  score.filtered = 5;
  score.pending = 2;
  score.batches_in = 300;
  score.memory = 4096;
  score.peak_memory = 8192;
  score.timers = 12;
  score.metrics = {{"rows_seen", PluginMetric::Kind::counter, 1200000, {}},
                   {"lag_rows", PluginMetric::Kind::gauge, 17.5, {}},
                   {"call_seconds", PluginMetric::Kind::histogram, 0, made_histogram()}};
  TaskFigures out = source;
  out.task = "out";
  out.component = "file.jsonl_sink";
  out.rows_in = 1'190'000;
  out.rows_out = out.batches_out = out.bytes_out = 0;
  out.postponed = 1;
  out.latency = made_histogram();
  s.tasks = {source, score, out};
  EdgeFigures first{0,   "comments.out", "score.in", "pipelined", 1'200'000, 1'196'000, 0, 0, 0,
                    300, 98'304'000,     4000,       327'680,     0.3125};
  EdgeFigures second{1, "score.out", "out.in", "materialised", 1'199'990, 1'190'000, 1,
                     2, 3,           299,      98'000'000,     {},        {},        {}};
  s.edges = {first, second};
  CheckpointFigures c;
  c.interval_us = 1'000'000;
  c.epoch = 118;
  c.committed = 117;
  c.given_up = 1;
  c.postponed = 2;
  c.time_us = s.now_us - 400'000;
  c.duration_us = 12'345;
  c.barrier_us = 901;
  c.bytes = 1'048'576;
  c.durations = made_histogram();
  s.checkpoints = c;
  return s;
}

}  // namespace weirflow::metrics
