/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIRFLOW_ABI_DRAFT_TIMERS_H
#define WEIRFLOW_ABI_DRAFT_TIMERS_H

/*
 * wf.timers/1 (draft until streams release it): watermarks, and calls at a time.
 *
 * Event time is what the rows say, in microseconds since 1970. A watermark W promises that, late
 * rows apart, those that follow have event times >= W; a task's watermark is the lowest of its
 * inputs', INT64_MAX once all have ended. The host calls on_watermark and the event timers up to W
 * before it hands W on, so what they emit stands before W.
 *
 * Timers are part of checkpoints. A processing timer that came due while the task was not running
 * fires right after its restore. When the inputs have ended those that are left are dropped: finish
 * emits what they would have.
 */

#include "weirflow/abi/component.h"
#include "weirflow/abi/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WF_EXT_TIMERS "wf.timers/1"

#define WF_TIME_EVENT 1u
#define WF_TIME_PROCESSING 2u

/* Component. */
typedef struct wf_timers {
  uint32_t struct_size;
  uint32_t reserved;
  /* [worker] The watermark of the task's inputs has advanced. WF_CONTINUE, WF_MORE (called again
   * with the same watermark) or an error. NULL: event timers suffice. */
  int32_t (*on_watermark)(struct wf_instance*, int64_t watermark_us, const wf_emitter*, wf_error*);
  /* [worker] A timer has come due: those of a time in the order of `at_us`, then of the key. Each
   * fires once. WF_CONTINUE, WF_MORE (called again with the same timer) or an error. NULL: sets no
   * timers. */
  int32_t (*on_timer)(struct wf_instance*, uint32_t time, int64_t at_us, wf_str key,
                      const wf_emitter*, wf_error*);
} wf_timers;

/* Host, by the same id. Only for components that offer the one above. All functions [worker]. */
typedef struct wf_timer_service {
  uint32_t struct_size;
  uint32_t reserved;
  /* Sets a timer; the same time, at and key again does nothing. An event timer at or below the
   * watermark fires with the next watermark, or at the end of the round of timers that sets it;
   * none fires any more once the inputs have ended. WF_OK or an error of the state. */
  int32_t (*set)(const wf_host*, uint32_t time, int64_t at_us, wf_str key);
  /* Takes a timer back; without one does nothing. */
  int32_t (*cancel)(const wf_host*, uint32_t time, int64_t at_us, wf_str key);
  /* The watermark of the task's inputs; INT64_MIN: none yet. */
  int64_t (*watermark)(const wf_host*);
} wf_timer_service;

#ifdef __cplusplus
}
#endif

#endif /* WEIRFLOW_ABI_DRAFT_TIMERS_H */
