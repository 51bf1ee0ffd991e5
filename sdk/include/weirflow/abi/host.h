/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIRFLOW_ABI_HOST_H
#define WEIRFLOW_ABI_HOST_H

/*
 * The host as one instance sees it: services by id. An id that the host does not know answers
 * NULL; a component that can do without goes on, one that cannot refuses in create. Every function
 * below is [any] unless it says otherwise, and takes the wf_host that create was given.
 */

#include "weirflow/abi/arrow.h"
#include "weirflow/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wf_host {
  uint32_t struct_size;
  uint32_t abi_minor; /* the host's own minor */
  void* context;
  /* [any] A service by id, or NULL. Pointers live as long as the host object. */
  const void* (*get_extension)(const struct wf_host*, wf_str id);
} wf_host;

/* --- wf.log/1: lines for a person, kept with the task. ------------------------------------- */
#define WF_EXT_LOG "wf.log/1"
#define WF_LOG_DEBUG 1u
#define WF_LOG_INFO 2u
#define WF_LOG_WARNING 3u
#define WF_LOG_ERROR 4u
typedef struct wf_log {
  uint32_t struct_size;
  uint32_t reserved;
  void (*write)(const wf_host*, uint32_t level, wf_str message);
} wf_log;

/* --- wf.metrics/1: named numbers of the task. Names: [a-z][a-z0-9_]*, units as suffix. -------- */
#define WF_EXT_METRICS "wf.metrics/1"
typedef struct wf_metrics {
  uint32_t struct_size;
  uint32_t reserved;
  void (*add)(const wf_host*, wf_str name, double value);     /* counter, value >= 0 */
  void (*set)(const wf_host*, wf_str name, double value);     /* gauge */
  void (*observe)(const wf_host*, wf_str name, double value); /* histogram */
} wf_metrics;

/* --- wf.cancel/1: long loops ask. --------------------------------------------------------------
 */
#define WF_EXT_CANCEL "wf.cancel/1"
typedef struct wf_cancel {
  uint32_t struct_size;
  uint32_t reserved;
  uint32_t (*is_cancelled)(const wf_host*); /* 1 yes, 2 no; costs a load */
} wf_cancel;

/* --- wf.clock/1: the run's time, virtual in tests. ------------------------------------------- */
#define WF_EXT_CLOCK "wf.clock/1"
typedef struct wf_clock {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t (*now_us)(const wf_host*);       /* microseconds since 1970-01-01T00:00:00Z */
  int64_t (*monotonic_us)(const wf_host*); /* never goes back; for durations */
} wf_clock;

/* --- wf.deadletter/1: rows that the component refuses. ------------------------------------------
 * Every refused row is counted by the host and reaches the task's `errors` output, the dead-letter
 * file, or fails the run, as the DAG's on_error says. `code` is a short stable word
 * ("bad_number"), `message` is for a person. The functions answer WF_OK, or WF_ERR_CANCELLED when
 * the policy ends the attempt: return that code from the running call. */
#define WF_EXT_DEADLETTER "wf.deadletter/1"
typedef struct wf_deadletter {
  uint32_t struct_size;
  uint32_t reserved;
  /* [worker] Row `row` of the batch that the running process call was given on `port`. */
  int32_t (*refuse_row)(const wf_host*, uint32_t port, int64_t row, wf_str code, wf_str message);
  /* [any] All rows of *rows, which it takes; for rows that were kept beyond their call. */
  int32_t (*refuse_batch)(const wf_host*, const struct ArrowSchema* schema, struct ArrowArray* rows,
                          wf_str code, wf_str message);
  /* [worker] Sources: a record that never became a row. `raw` its bytes (the host cuts long ones),
   * `position` where it stands ("comments.csv:7"). */
  int32_t (*refuse_raw)(const wf_host*, wf_str raw, wf_str position, wf_str code, wf_str message);
} wf_deadletter;

/* --- wf.result/1: small typed values of the task, `{{ tasks.T.result.key }}`. --------------------
 * Kept when the region succeeds. At most 64 KiB in all; a table or list may nest. */
#define WF_EXT_RESULT "wf.result/1"
typedef struct wf_result {
  uint32_t struct_size;
  uint32_t reserved;
  int32_t (*set)(const wf_host*, wf_str key, const wf_value* value);
} wf_result;

/* --- wf.memory/1: the task's share of the run's memory, and a place to spill. ------------------
 */
#define WF_EXT_MEMORY "wf.memory/1"
typedef struct wf_memory {
  uint32_t struct_size;
  uint32_t reserved;
  /* Bytes that the task may hold; a component over it spills. */
  int64_t (*budget)(const wf_host*);
  /* Tells the host what is held now, as a difference; shown per task. */
  void (*adjust)(const wf_host*, int64_t bytes);
  /* A folder for temporary files, made on first use, removed after the attempt. The string lives
   * as long as the host object. Empty when it could not be made. */
  wf_str (*spill_folder)(const wf_host*);
} wf_memory;

/* --- wf.task/1: who and where the component is. Strings live as long as the host object. --------
 */
#define WF_EXT_TASK "wf.task/1"
typedef struct wf_task {
  uint32_t struct_size;
  uint32_t threads; /* threads that one call may use at most, >= 1 */
  wf_str dag;
  wf_str task;
  wf_str run; /* "replay-..." puts dead letters back: adds to what a sink has, replaces nothing */
  wf_str model_version; /* "NAME@16hex" for members of a group in apply, else "" */
  int64_t run_start_us;
  uint32_t attempt; /* from 1 */
  uint32_t reserved;
  uint32_t
      checkpointed; /* 1: barriers pass, state is kept (wf.state/1); 2: the task is one epoch */
  uint32_t deterministic; /* 1: a repeated attempt brings this task the same rows; 2: it may not */
} wf_task;
typedef struct wf_task_service {
  uint32_t struct_size;
  uint32_t reserved;
  const wf_task* (*get)(const wf_host*);
} wf_task_service;

/* --- wf.rows/1: counting outside of a call, by sinks whose other side answers later. -------------
 * What a checkpoint holds of a sink must be of one moment: which rows are pending, and what was
 * counted and refused. So freeze (wf.state/1) calls cut, under the lock under which such a sink
 * applies answers, when it copies its pending rows; counts and refusals that come from other
 * threads after that belong behind the barrier. */
#define WF_EXT_ROWS "wf.rows/1"
typedef struct wf_rows {
  uint32_t struct_size;
  uint32_t reserved;
  void (*count)(const wf_host*, uint32_t what, int64_t rows); /* WF_COUNT_*, rows >= 0 */
  void (*cut)(const wf_host*);                                /* [worker], during freeze, once */
} wf_rows;

#ifdef __cplusplus
}
#endif

#endif /* WEIRFLOW_ABI_HOST_H */
