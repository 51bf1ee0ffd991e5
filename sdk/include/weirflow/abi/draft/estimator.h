/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIRFLOW_ABI_DRAFT_ESTIMATOR_H
#define WEIRFLOW_ABI_DRAFT_ESTIMATOR_H

/*
 * wf.estimator/1 (draft until streams release it): a component with fitted state. The host owns the
 * state: it stores it in a model version and hands it to the instances that apply it.
 *
 * fit:   create -> configure -> bind (no state) -> open -> fit -> close -> destroy
 * apply: create -> configure -> load -> bind -> open -> process* -> finish -> close -> destroy
 */

#include "weirflow/abi/component.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WF_EXT_ESTIMATOR "wf.estimator/1"

/* The rows to fit on, complete and re-readable. Valid until fit returns. */
typedef struct wf_spool {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t rows;
  int64_t bytes;
  void* context;
  /* [any] A fresh reader from the first row, in order; several may be open, each used by one
   * thread. Batches may be kept for as long as fit runs. */
  int32_t (*open_reader)(void* context, struct ArrowArrayStream* out, wf_error*);
} wf_spool;

typedef struct wf_estimator {
  uint32_t struct_size;
  uint32_t reserved;
  /* [worker] Reads the spool as often as it wants and writes the state. The bytes depend on rows,
   * their order and the configuration alone: not on threads, batch boundaries or time. */
  int32_t (*fit)(struct wf_instance*, const wf_spool*, const wf_writer* state, wf_error*);
  /* [setup] Before bind. `state` is aligned to 64 bytes and lives as long as the instance (mapped
   * from the model version): it may be used in place. Checks it: a damaged state is
   * WF_ERR_INVALID_DATA. */
  int32_t (*load)(struct wf_instance*, wf_str state, wf_error*);
} wf_estimator;

#ifdef __cplusplus
}
#endif

#endif /* WEIRFLOW_ABI_DRAFT_ESTIMATOR_H */
