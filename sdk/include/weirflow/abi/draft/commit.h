/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIRFLOW_ABI_DRAFT_COMMIT_H
#define WEIRFLOW_ABI_DRAFT_COMMIT_H

/*
 * wf.commit/1 (draft until streams release it): sinks whose output becomes visible with an epoch.
 *
 * Sinks that commit together answer the same key. The host makes one committer per key (and shard),
 * attaches every sink instance of that key to it before open, and drives the protocol on it alone:
 *
 *   flush of every sink, prepare(epoch) -> blob; the blob goes into the epoch's manifest, which is
 *   made durable; commit(epoch, manifest hash, blob).
 *
 * After a crash the host makes a fresh committer for the key, without sinks, and calls commit with
 * the blob of a manifest that was made durable (commit is idempotent and needs only the blob), or
 * abort with the blob of one that was not.
 */

#include "weirflow/abi/component.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WF_EXT_COMMIT "wf.commit/1"

typedef struct wf_committer {
  uint32_t struct_size;
  uint32_t reserved;
  void* state;
  /* [worker] Everything that the attached sinks took so far is staged and durable, not visible.
   * Writes what commit and abort need. */
  int32_t (*prepare)(struct wf_committer*, uint64_t epoch, const wf_writer* blob, wf_error*);
  /* [worker] Makes the epoch visible. Idempotent. */
  int32_t (*commit)(struct wf_committer*, uint64_t epoch, wf_str manifest_hash, wf_str blob,
                    wf_error*);
  /* [worker] Removes what was staged for the epoch. Idempotent. Blob empty: everything of this
   * committer that was not prepared. */
  int32_t (*abort)(struct wf_committer*, uint64_t epoch, wf_str blob, wf_error*);
  /* [worker] The last epoch whose commit is recorded on the other side, or -1. NULL: the other
   * side keeps no record; the host's manifest decides. */
  int64_t (*recover)(struct wf_committer*, wf_error*);
  void (*destroy)(struct wf_committer*);
} wf_committer;

typedef struct wf_commit {
  uint32_t struct_size;
  uint32_t reserved;
  /* [setup] After configure. Writes the key. */
  int32_t (*commit_key)(struct wf_instance*, const wf_writer* key, wf_error*);
  /* [setup] A committer for the key and the shard, or NULL with *error filled. Uses no instance. */
  wf_committer* (*create_committer)(const struct wf_host*, wf_str key, wf_str shard, wf_error*);
  /* [setup] Before open. The committer outlives the instance. */
  int32_t (*attach)(struct wf_instance*, wf_committer*, wf_error*);
} wf_commit;

#ifdef __cplusplus
}
#endif

#endif /* WEIRFLOW_ABI_DRAFT_COMMIT_H */
