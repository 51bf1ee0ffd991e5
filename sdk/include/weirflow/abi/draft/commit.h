/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIRFLOW_ABI_DRAFT_COMMIT_H
#define WEIRFLOW_ABI_DRAFT_COMMIT_H

/*
 * wf.commit/1 (draft until streams release it): sinks whose output becomes visible with an epoch.
 *
 * Sinks that commit together answer the same key. The host makes one committer per key (and shard),
 * attaches every sink instance of that key to it before open, and drives the protocol on it alone.
 * At most one committer of a region decides (WF_COMMIT_DECIDES): its other side keeps the record of
 * the last epoch, and its commit is the commit point. Without one the host's manifest is.
 *
 * Start: recover, before any sink is opened.
 *
 * Epoch N, once barrier N has reached every sink of every key:
 *   1. prepare(N) -> blob. No row from behind the barrier reaches a sink before that.
 *   2. The blobs go into checkpoint N, which is made durable.
 *   3. commit(N, hash of the manifest, blob) of the one that decides. No row from behind the
 * barrier reaches its sinks before that.
 *   4. commit(N, ...) of the others.
 *
 * When checkpoint N fails before 3 it is abandoned, and N is not told: what was prepared stays, the
 * host keeps the blobs of those that follow and commits them with the epoch after it; the one that
 * decides is prepared anew with what came since. From the beginning of 3 there are two ways out:
 * commit answers WF_OK, or any error means that the outcome is unknown: the host destroys the
 * sinks and the committer, makes new ones and asks the committer to recover. A sink of the one that
 * decides whose [worker] call fails is such a case too.
 *
 * After a crash the host makes a committer for the key and calls commit with the blobs of every
 * epoch up to the one that was decided (commit is idempotent and needs only the blob), and abort
 * with the blobs of those behind it.
 */

#include "weirflow/abi/component.h"
#include "weirflow/abi/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WF_EXT_COMMIT "wf.commit/1"

typedef struct wf_committer {
  uint32_t struct_size;
  uint32_t reserved;
  void* state;
  /* [worker] Everything that the attached sinks took so far is staged and durable, not visible.
   * Writes what commit and abort need. WF_ERR_UNAVAILABLE, WF_ERR_TIMEOUT: the other side does not
   * answer for now; the checkpoint is postponed and prepare is called again, until the sinks'
   * region is cancelled. Any other error of the one that decides means that it is lost: the region
   * recovers. Never at the same time as [worker] calls of the attached sinks. */
  int32_t (*prepare)(struct wf_committer*, uint64_t epoch, const wf_writer* blob, wf_error*);
  /* [worker] Makes the epoch visible. Idempotent for those that follow, which may answer
   * WF_ERR_UNAVAILABLE or WF_ERR_TIMEOUT: they are called again. Those run at the same time as
   * [worker] calls of the attached sinks with rows of the next epoch. The one that decides may be
   * called without prepare, and with an empty blob, to put an epoch on record. */
  int32_t (*commit)(struct wf_committer*, uint64_t epoch, wf_str manifest_hash, wf_str blob,
                    wf_error*);
  /* [worker] Removes what was staged for the epoch. Idempotent. Blob empty: everything of this
   * committer that was not prepared. */
  int32_t (*abort)(struct wf_committer*, uint64_t epoch, wf_str blob, wf_error*);
  /* [worker] Ends whatever an earlier process of the same key and shard left open, so that it can
   * commit no more; answers the last epoch whose commit is recorded on the other side, -1 when none
   * is, and writes the manifest's hash of it. Called on a fresh committer before all else. NULL:
   * the other side keeps no record. */
  int32_t (*recover)(struct wf_committer*, int64_t* epoch, const wf_writer* manifest_hash,
                     wf_error*);
  void (*destroy)(struct wf_committer*);
  /* [any] The last epoch of which everything has its final verdict, for committers that go on
   * sending after commit has returned; the host keeps the checkpoint until then and calls commit
   * again for it after a crash. -1: none of this committer's yet. NULL: commit does it all. */
  int64_t (*delivered)(struct wf_committer*);
  /* [any] A running call returns soon. NULL: calls are short. */
  void (*cancel)(struct wf_committer*);
} wf_committer;

/* How the sink of a configuration takes part. */
#define WF_COMMIT_NONE 1u    /* not: rows are visible as they come */
#define WF_COMMIT_FOLLOWS 2u /* rolled forward behind the commit point */
#define WF_COMMIT_DECIDES 3u /* its commit is the commit point */

typedef struct wf_commit {
  uint32_t struct_size;
  uint32_t reserved;
  /* [setup] After configure. Writes the key. No secrets: it is stored. */
  int32_t (*commit_key)(struct wf_instance*, const wf_writer* key, wf_error*);
  /* [setup] A committer for the key and the shard ("weirflow.<home>.<dag>.<shard>"), or NULL with
   * *error filled. `of` is a configured instance of the key; NULL when a manifest is rolled forward
   * (WF_COMMIT_FOLLOWS must do without). */
  wf_committer* (*create_committer)(const struct wf_host*, struct wf_instance* of, wf_str key,
                                    wf_str shard, wf_error*);
  /* [setup] Before open. The committer outlives the instance. */
  int32_t (*attach)(struct wf_instance*, wf_committer*, wf_error*);
  /* [setup] After configure: WF_COMMIT_*. NULL: WF_COMMIT_FOLLOWS. */
  uint32_t (*mode)(struct wf_instance*);
  /* [setup] After configure: WF_REPLAY_* of this configuration when it is not the descriptor's; 0
   * when it is. NULL: 0. */
  uint32_t (*replay)(struct wf_instance*);
  /* [setup] After configure. Writes what must be equal in all sinks of the key. NULL: nothing. */
  int32_t (*shared_options)(struct wf_instance*, const wf_writer*, wf_error*);
} wf_commit;

/* --- Host: wf.pressure/1, for sinks whose other side is down. ------------------------------------
 * A sink outside of the transaction takes its input up to the next barrier whatever the other side
 * does; beyond its limit of pending rows it asks that the sources rest at a barrier. [any] */
#define WF_EXT_PRESSURE "wf.pressure/1"
typedef struct wf_pressure {
  uint32_t struct_size;
  uint32_t reserved;
  void (*set)(const wf_host*, uint32_t rest, wf_str reason); /* 1: let them rest; 2: go on */
} wf_pressure;

#ifdef __cplusplus
}
#endif

#endif /* WEIRFLOW_ABI_DRAFT_COMMIT_H */
