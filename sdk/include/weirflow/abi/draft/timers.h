/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIRFLOW_ABI_DRAFT_TIMERS_H
#define WEIRFLOW_ABI_DRAFT_TIMERS_H

/* wf.timers/1 (draft until streams release it): calls at a time, and watermarks. */

#include "weirflow/abi/component.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WF_EXT_TIMERS "wf.timers/1"

#define WF_TIME_EVENT 1u
#define WF_TIME_PROCESSING 2u

typedef struct wf_timers {
  uint32_t struct_size;
  uint32_t reserved;
  /* [worker] The watermark of the task's inputs has advanced. WF_CONTINUE, WF_MORE or an error. */
  int32_t (*on_watermark)(struct wf_instance*, int64_t watermark_us, const wf_emitter*, wf_error*);
  /* [worker] A timer that the component set has fired. Answers as above. */
  int32_t (*on_timer)(struct wf_instance*, uint32_t time, int64_t at_us, wf_str key,
                      const wf_emitter*, wf_error*);
} wf_timers;

#ifdef __cplusplus
}
#endif

#endif /* WEIRFLOW_ABI_DRAFT_TIMERS_H */
