/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIRFLOW_ABI_COMPONENT_H
#define WEIRFLOW_ABI_COMPONENT_H

/*
 * A component at work. The host drives an instance through
 *
 *   create -> configure -> bind -> open -> process* -> finish -> close -> destroy
 *
 * bind may be called several times before open (with and without a model's state). After an error
 * of configure, bind or open the host calls close (if open was called) and destroy. After an error
 * of process or finish the attempt is over: close, destroy. destroy is always the last call.
 *
 * A function that fails fills *error (never NULL) and returns its code; what it would have returned
 * through an out parameter is then untouched or released. No function may throw or long-jump out.
 */

#include "weirflow/abi/arrow.h"
#include "weirflow/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

struct wf_host;
struct wf_instance;

/* Answers of process and finish; failures are negative (types.h). */
#define WF_CONTINUE 1 /* ready for the next input */
#define WF_MORE 2     /* call again without input before the next input */
#define WF_DONE 3     /* wants no more input; the task ends */

/* Answers of emit. */
#define WF_EMIT_CONTINUE 1 /* there is room */
#define WF_EMIT_PAUSE 2    /* taken, but the output is full: return soon, with WF_MORE if need be */
#define WF_EMIT_CLOSED 3   /* taken and counted as discarded: nobody reads this port any more */

/* What a component counts (graph model 5); the host counts in, out and refused itself. */
#define WF_COUNT_PASSED                                                                            \
  1u                         /* rows that went on (map, filter, route), were expanded or delivered \
                              */
#define WF_COUNT_FILTERED 2u /* rows that ended here on purpose */
#define WF_COUNT_ABSORBED 3u /* rows that became part of a state or a group */
#define WF_COUNT_READ 4u     /* sources: records read, whatever became of them */

/*
 * Where a component puts its output. Given to process, finish and a source's next; valid until that
 * call returns; used on that thread only.
 */
typedef struct wf_emitter {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  /* Takes *batch (a struct array with the port's columns, as announced in bind) in every outcome.
   * Never blocks. WF_EMIT_* or an error: WF_ERR_INVALID_DATA for a batch that does not fit. */
  int32_t (*emit)(void* context, uint32_t port, struct ArrowArray* batch);
  /* Adds `rows` >= 0 to a counter WF_COUNT_*. */
  void (*count)(void* context, uint32_t what, int64_t rows);
  /* Sources and components with WF_ABILITY_WATERMARKS: rows that follow on any port have event
   * times of at least `us` (microseconds since 1970), but for late ones. INT64_MAX: no more rows
   * by time. A value that is not above the last one does nothing. */
  void (*watermark)(void* context, int64_t us);
  /* As above: nothing comes for now, and the watermarks of others need not wait for this one; until
   * the next batch or watermark. */
  void (*idle)(void* context);
} wf_emitter;

/* A port and its columns, at bind. */
typedef struct wf_bind_port {
  uint32_t struct_size;
  uint32_t connected; /* 1 yes, 2 no */
  wf_str name;
  const struct ArrowSchema* schema; /* inputs: borrowed; NULL when unconnected or unknown yet.
                                       A struct schema ("+s"), one child a column. */
} wf_bind_port;

/* The question and the answers of one bind call. Valid until the call returns. */
typedef struct wf_bind_context {
  uint32_t struct_size;
  uint32_t n_inputs;
  uint32_t n_outputs;
  uint32_t reserved;
  const wf_bind_port* const* inputs;  /* in the order of the descriptor's input ports */
  const wf_bind_port* const* outputs; /* as above; schema is NULL */
  /* What an earlier bind of the same configuration remembered, or empty: an inferred schema with
   * the size and time of the file it was read from. */
  wf_str remembered;
  void* context;
  /* Announces the columns of an output; takes *schema over. Each output is set once per bind. */
  int32_t (*set_output)(void* context, uint32_t port, struct ArrowSchema* schema);
  /* The columns are known only when the region starts. */
  void (*set_output_unknown)(void* context, uint32_t port);
  /* Bytes that the host gives back as `remembered`. */
  void (*remember)(void* context, wf_str bytes);
  /* A further problem besides the one that bind returns; severity 1 error, 2 warning. An error
   * reported here fails the bind even when it returns WF_OK. */
  void (*diagnose)(void* context, uint32_t severity, const wf_error* diagnostic);
} wf_bind_context;

/* Growing output of bytes, owned by the host. */
typedef struct wf_writer {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  /* WF_OK, or WF_ERR_EXHAUSTED / WF_ERR_IO; what was written before stays. */
  int32_t (*write)(void* context, const void* data, size_t size);
} wf_writer;

/*
 * An instance: made by the class's create, freed by destroy. The host copies the functions it
 * knows; NULL is allowed where the comment says so.
 */
typedef struct wf_instance {
  uint32_t struct_size;
  uint32_t reserved;
  void* state; /* the plugin's own */

  /* [setup] Typed values for every key of the descriptor that is set or has a default; TABLE
   * members likewise. Copies what it wants to keep. */
  int32_t (*configure)(struct wf_instance*, const wf_config_item* items, uint32_t n_items,
                       wf_error*);

  /* [setup] Input schemas in, output schemas out. Pure: no network, no writes; reads the head of
   * its input only with WF_ABILITY_INFERS_SCHEMA. Actions: may be NULL. */
  int32_t (*bind)(struct wf_instance*, const wf_bind_context*, wf_error*);

  /* [worker] Acquires resources. NULL: nothing to acquire. */
  int32_t (*open)(struct wf_instance*, wf_error*);

  /*
   * [worker] One batch on input `port`, or (batch == NULL) once more after WF_MORE; for actions
   * always without a batch. Takes *batch in every outcome. WF_CONTINUE, WF_MORE, WF_DONE or an
   * error. Rows that are wrong go to wf.deadletter/1 and processing goes on; an error ends the
   * attempt. Sources: NULL (see wf.source/1).
   */
  int32_t (*process)(struct wf_instance*, uint32_t port, struct ArrowArray* batch,
                     const wf_emitter*, wf_error*);

  /* [worker] Input `port` has ended; called once per connected input, after its last batch.
   * WF_CONTINUE, WF_MORE (called again), WF_DONE, or an error. NULL: nothing to do. */
  int32_t (*finish_input)(struct wf_instance*, uint32_t port, const wf_emitter*, wf_error*);

  /* [worker] All inputs have ended (or the task is done): emit what is left, flush. WF_CONTINUE,
   * WF_MORE (called again) or an error. NULL: nothing is left. */
  int32_t (*finish)(struct wf_instance*, const wf_emitter*, wf_error*);

  /* [any] Stop soon: a running call returns WF_ERR_CANCELLED or its ordinary answer within a
   * second. Idempotent. NULL: calls are short. */
  void (*cancel)(struct wf_instance*);

  /* [any] Return early from a waiting call (wf.source/1 next). NULL: never waits. */
  void (*wake)(struct wf_instance*);

  /* [worker] Releases what open acquired; called once after open was called, also when it failed.
   * NULL: nothing to release. */
  int32_t (*close)(struct wf_instance*, wf_error*);

  /* [setup] Frees the instance. */
  void (*destroy)(struct wf_instance*);

  /* [any] An ability by its id ("wf.source/1"), or NULL. Pointers live as long as the instance. */
  const void* (*get_extension)(struct wf_instance*, wf_str id);
} wf_instance;

#ifdef __cplusplus
}
#endif

#endif /* WEIRFLOW_ABI_COMPONENT_H */
