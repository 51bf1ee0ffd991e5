// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The families of the exposition that are one number of a struct: written and read by one table.

#include <cstdint>
#include <optional>
#include <string_view>

#include "metrics/snapshot.h"
#include "metrics/text_format.h"

namespace weirflow::metrics {

/// What the int64 of a field counts; times are written in seconds.
enum class Unit { one, micros };

template <typename Owner>
struct Family {
  std::string_view name, help;
  TextWriter::Type type;
  Unit unit;
  int64_t Owner::*always;                    ///< or null
  std::optional<int64_t> Owner::*sometimes;  ///< or null
};

constexpr auto kCounter = TextWriter::Type::counter;
constexpr auto kGauge = TextWriter::Type::gauge;

using T = TaskFigures;
inline constexpr Family<T> kTaskFamilies[] = {
    {"weirflow_task_rows_in_total", "Rows that a task took; of a source: records read.", kCounter,
     Unit::one, &T::rows_in, nullptr},
    {"weirflow_task_rows_out_total", "Rows that a task put out.", kCounter, Unit::one, &T::rows_out,
     nullptr},
    {"weirflow_task_rows_refused_total", "Rows that a task refused.", kCounter, Unit::one,
     &T::refused, nullptr},
    {"weirflow_task_rows_filtered_total", "Rows that a task left out.", kCounter, Unit::one,
     &T::filtered, nullptr},
    {"weirflow_task_rows_absorbed_total", "Rows that went into sums, windows or a fit.", kCounter,
     Unit::one, &T::absorbed, nullptr},
    {"weirflow_task_rows_pending", "Rows taken and not accounted for yet: held or unacknowledged.",
     kGauge, Unit::one, &T::pending, nullptr},
    {"weirflow_task_batches_in_total", "Batches that a task took.", kCounter, Unit::one,
     &T::batches_in, nullptr},
    {"weirflow_task_batches_out_total", "Batches that a task put out.", kCounter, Unit::one,
     &T::batches_out, nullptr},
    {"weirflow_task_out_bytes_total", "Bytes of the batches that left a task's chain.", kCounter,
     Unit::one, &T::bytes_out, nullptr},
    {"weirflow_task_busy_seconds_total", "Time inside a task's component, over its lanes.",
     kCounter, Unit::micros, &T::busy_us, nullptr},
    {"weirflow_task_backpressured_seconds_total",
     "Time in which a task rested since an output was full, over its lanes.", kCounter,
     Unit::micros, &T::pressured_us, nullptr},
    {"weirflow_task_idle_seconds_total", "The rest of a task's time, over its lanes.", kCounter,
     Unit::micros, &T::idle_us, nullptr},
    {"weirflow_task_cpu_seconds_total", "Processor time of a task's component.", kCounter,
     Unit::micros, &T::cpu_us, nullptr},
    {"weirflow_task_memory_bytes", "Memory that a task reports.", kGauge, Unit::one, &T::memory,
     nullptr},
    {"weirflow_task_peak_memory_bytes", "The most memory that a task has reported.", kGauge,
     Unit::one, &T::peak_memory, nullptr},
    {"weirflow_task_state_bytes", "State of a task in the last checkpoint.", kGauge, Unit::one,
     nullptr, &T::state_bytes},
    {"weirflow_task_watermark_seconds", "A task's watermark, as seconds since 1970.", kGauge,
     Unit::micros, nullptr, &T::watermark_us},
    {"weirflow_task_timers", "Timers that a task has set.", kGauge, Unit::one, nullptr, &T::timers},
    {"weirflow_task_barrier_delay_seconds",
     "Time from the start of the last barrier until it had passed a task.", kGauge, Unit::micros,
     nullptr, &T::barrier_us},
    {"weirflow_task_barriers_postponed_total", "Barriers that waited for the other side of a sink.",
     kCounter, Unit::one, &T::postponed, nullptr},
};

using C = CheckpointFigures;
inline constexpr Family<C> kCheckpointFamilies[] = {
    {"weirflow_checkpoint_interval_seconds", "Time between checkpoints; 0: only at the end.",
     kGauge, Unit::micros, &C::interval_us, nullptr},
    {"weirflow_checkpoint_epoch", "The last committed checkpoint.", kGauge, Unit::one, &C::epoch,
     nullptr},
    {"weirflow_checkpoints_committed_total", "Checkpoints committed by this process.", kCounter,
     Unit::one, &C::committed, nullptr},
    {"weirflow_checkpoints_given_up_total", "Checkpoints that failed before their commit.",
     kCounter, Unit::one, &C::given_up, nullptr},
    {"weirflow_checkpoints_postponed_total", "Checkpoints that waited for a committer.", kCounter,
     Unit::one, &C::postponed, nullptr},
    {"weirflow_checkpoint_failures", "Checkpoints given up since the last that was committed.",
     kGauge, Unit::one, &C::failures, nullptr},
    {"weirflow_checkpoint_last_time_seconds", "When the last was committed, since 1970.", kGauge,
     Unit::micros, nullptr, &C::time_us},
    {"weirflow_checkpoint_last_duration_seconds", "The last, from its barriers to its last commit.",
     kGauge, Unit::micros, nullptr, &C::duration_us},
    {"weirflow_checkpoint_last_barrier_seconds",
     "Of the last, the time until its barrier had passed all tasks.", kGauge, Unit::micros, nullptr,
     &C::barrier_us},
    {"weirflow_checkpoint_last_size_bytes", "State of the last checkpoint.", kGauge, Unit::one,
     nullptr, &C::bytes},
};

using E = EdgeFigures;
inline constexpr Family<E> kEdgeFamilies[] = {
    {"weirflow_edge_rows_produced_total", "Rows put onto an edge.", kCounter, Unit::one,
     &E::produced, nullptr},
    {"weirflow_edge_rows_consumed_total", "Rows taken from an edge.", kCounter, Unit::one,
     &E::consumed, nullptr},
    {"weirflow_edge_rows_discarded_total", "Rows that nobody wanted any more.", kCounter, Unit::one,
     &E::discarded, nullptr},
    {"weirflow_edge_rows_shed_total", "Rows dropped since the queue was full.", kCounter, Unit::one,
     &E::shed, nullptr},
    {"weirflow_edge_rows_spilled_total", "Rows that went through a file.", kCounter, Unit::one,
     &E::spilled, nullptr},
    {"weirflow_edge_batches_total", "Batches put onto an edge.", kCounter, Unit::one, &E::batches,
     nullptr},
    {"weirflow_edge_bytes_total", "Bytes of the batches put onto an edge.", kCounter, Unit::one,
     &E::bytes, nullptr},
    {"weirflow_edge_queue_rows", "Rows in an edge's queue.", kGauge, Unit::one, nullptr,
     &E::queued_rows},
    {"weirflow_edge_queue_bytes", "Bytes in an edge's queue.", kGauge, Unit::one, nullptr,
     &E::queued_bytes},
};

using S = Snapshot;
inline constexpr Family<S> kRunFamilies[] = {
    {"weirflow_run_start_time_seconds", "When the run began, since 1970.", kGauge, Unit::micros,
     &S::start_us, nullptr},
    {"weirflow_dead_letters_total", "Rows written to dead-letter files.", kCounter, Unit::one,
     &S::dead_letters, nullptr},
    {"process_cpu_seconds_total", "Processor time of the process.", kCounter, Unit::micros,
     &S::process_cpu_us, nullptr},
    {"process_resident_memory_bytes", "Memory of the process.", kGauge, Unit::one,
     &S::process_memory, nullptr},
    {"process_threads", "Threads of the process.", kGauge, Unit::one, &S::process_threads, nullptr},
};

}  // namespace weirflow::metrics
