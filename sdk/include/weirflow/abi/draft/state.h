/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIRFLOW_ABI_DRAFT_STATE_H
#define WEIRFLOW_ABI_DRAFT_STATE_H

/*
 * wf.state/1 (draft until streams release it): operator state for snapshots. freeze is cheap (copy
 * on write); the frozen view is then written while the worker goes on.
 */

#include "weirflow/abi/component.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WF_EXT_STATE "wf.state/1"

typedef struct wf_state {
  uint32_t struct_size;
  uint32_t reserved;
  /* [worker] A view of the state at this point, or NULL with *error filled. */
  void* (*freeze)(struct wf_instance*, wf_error*);
  /* [any] Writes a frozen view. */
  int32_t (*write)(struct wf_instance*, void* frozen, const wf_writer*, wf_error*);
  /* [any] Ends a frozen view. */
  void (*release)(struct wf_instance*, void* frozen);
  /* [worker] After open, before the first row. */
  int32_t (*restore)(struct wf_instance*, wf_str snapshot, wf_error*);
} wf_state;

#ifdef __cplusplus
}
#endif

#endif /* WEIRFLOW_ABI_DRAFT_STATE_H */
