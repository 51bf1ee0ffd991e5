/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIRFLOW_ABI_DRAFT_SOURCE_H
#define WEIRFLOW_ABI_DRAFT_SOURCE_H

/* wf.source/1 (draft until streams release it): what a component of kind source offers. */

#include "weirflow/abi/component.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WF_EXT_SOURCE "wf.source/1"

/* Answers of next; failures are negative. */
#define WF_SOURCE_MORE 1 /* there may be more at once */
#define WF_SOURCE_IDLE 2 /* nothing for now: ask again when woken or after the wait */
#define WF_SOURCE_END 3  /* the input has ended */

#define WF_BOUNDED 1u
#define WF_UNBOUNDED 2u

typedef struct wf_source {
  uint32_t struct_size;
  uint32_t reserved;
  /* [setup] After configure. WF_BOUNDED or WF_UNBOUNDED. */
  uint32_t (*boundedness)(struct wf_instance*);
  /* [worker] Emits at most about one batch; waits at most max_wait_us for data and returns early
   * on wake. Barriers and snapshots go between calls. */
  int32_t (*next)(struct wf_instance*, int64_t max_wait_us, const wf_emitter*, wf_error*);
  /* [worker] Writes the positions (of every split) behind the last emitted row; they become part of
   * checkpoint `epoch` (0: of none). */
  int32_t (*snapshot)(struct wf_instance*, uint64_t epoch, const wf_writer*, wf_error*);
  /* [worker] After open, before the first next: continue from a snapshot, which is that of a
   * committed checkpoint. */
  int32_t (*restore)(struct wf_instance*, wf_str snapshot, wf_error*);
  /* [any] Records in all, for the progress line, or -1 when not known; and bytes likewise. */
  int64_t (*total_bytes)(struct wf_instance*);
  int64_t (*read_bytes)(struct wf_instance*);
  /* [worker] Checkpoint `epoch`, and all before it, are committed: senders may be told. Also behind
   * the end of the source, before close. NULL: nothing to do. */
  void (*committed)(struct wf_instance*, uint64_t epoch);
  /* [worker] The host asks for no rows for now (1), or does again (2), because those behind do not
   * keep up: keep connections alive meanwhile. NULL: nothing to do. */
  void (*paused)(struct wf_instance*, uint32_t is_paused);
  /* [worker] No checkpoint before `epoch` is kept any more: what only their positions need may be
   * freed. NULL: nothing to do. */
  void (*retired)(struct wf_instance*, uint64_t epoch);
} wf_source;

#ifdef __cplusplus
}
#endif

#endif /* WEIRFLOW_ABI_DRAFT_SOURCE_H */
