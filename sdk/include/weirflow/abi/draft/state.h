/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIRFLOW_ABI_DRAFT_STATE_H
#define WEIRFLOW_ABI_DRAFT_STATE_H

/*
 * State of a task in checkpoints (draft until streams release it). Two ways, which may be mixed:
 *
 *  wf.state/1        the component keeps its state itself and hands it over at a barrier;
 *  wf.keyed_state/1  the host keeps it: tables of byte strings, ordered by key, in memory up to the
 *                    task's budget and on disk beyond it. The host puts them into checkpoints and
 *                    back by itself.
 *
 * A checkpoint holds what a task's instance had seen up to the barrier, and nothing behind it.
 * After open and before its first row an instance is restored or starts empty.
 */

#include "weirflow/abi/component.h"
#include "weirflow/abi/host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Component: wf.state/1. --------------------------------------------------------------------
 */
#define WF_EXT_STATE "wf.state/1"

typedef struct wf_state {
  uint32_t struct_size;
  uint32_t reserved;
  /* [worker] Barrier `epoch` has arrived: a view of the state at this point, or NULL with *error
   * filled. Cheap (copy on write): rows wait meanwhile. A sink sends off what it took and waits for
   * the other side, for as long as its own flush limit says; what is not acknowledged then is part
   * of the view. One that cannot leave anything pending answers WF_ERR_UNAVAILABLE or
   * WF_ERR_TIMEOUT: the checkpoint is postponed, which is no failure, and freeze is called again.
   */
  void* (*freeze)(struct wf_instance*, uint64_t epoch, wf_error*);
  /* [any] Writes a frozen view; once, at the same time as [worker] calls, also after close. */
  int32_t (*write)(struct wf_instance*, void* frozen, const wf_writer*, wf_error*);
  /* [any] Ends a frozen view. */
  void (*release)(struct wf_instance*, void* frozen);
  /* [worker] After open, before the first row. */
  int32_t (*restore)(struct wf_instance*, wf_str snapshot, wf_error*);
} wf_state;

/* --- Host: wf.keyed_state/1. -------------------------------------------------------------------
 * Only for components with WF_ABILITY_STATEFUL; keys are ordered as bytes. All functions [worker],
 * also during open. Errors: WF_ERR_IO, WF_ERR_EXHAUSTED when the disk is full. */
#define WF_EXT_KEYED_STATE "wf.keyed_state/1"

/* Answers of get and of a visitor. */
#define WF_STATE_FOUND 1
#define WF_STATE_ABSENT 2
#define WF_VISIT_ON 1
#define WF_VISIT_STOP 2

/* Sees a key and its value, both valid until it returns. Must not change the state. */
typedef int32_t (*wf_state_visitor)(void* context, wf_str key, wf_str value);

typedef struct wf_keyed_state {
  uint32_t struct_size;
  uint32_t reserved;
  /* The value, valid until the next call on this host's state: WF_STATE_FOUND, WF_STATE_ABSENT or
   * an error. `table`: 0 to 255, the component's choice. */
  int32_t (*get)(const wf_host*, uint32_t table, wf_str key, wf_str* value, wf_error*);
  int32_t (*put)(const wf_host*, uint32_t table, wf_str key, wf_str value, wf_error*);
  int32_t (*erase)(const wf_host*, uint32_t table, wf_str key, wf_error*);
  /* Visits from <= key < to in order; `to` empty: to the end of the table. */
  int32_t (*scan)(const wf_host*, uint32_t table, wf_str from, wf_str to, wf_state_visitor,
                  void* context, wf_error*);
  /* Entries and bytes of keys and values of a table; the first may be an estimate on disk. */
  int32_t (*size)(const wf_host*, uint32_t table, int64_t* entries, int64_t* bytes, wf_error*);
} wf_keyed_state;

#ifdef __cplusplus
}
#endif

#endif /* WEIRFLOW_ABI_DRAFT_STATE_H */
