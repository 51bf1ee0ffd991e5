/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIRFLOW_ABI_TYPES_H
#define WEIRFLOW_ABI_TYPES_H

/*
 * The small types that every other ABI header uses: version, string, error, configuration value.
 *
 * Rules that hold for the whole ABI (each header repeats only what differs):
 *  - C11. Nothing but these headers is shared between host and plugin: no C++ type, no exception,
 *    no FILE*, no allocator, no host symbol crosses the line.
 *  - A struct that may grow begins with `uint32_t struct_size`, set by its writer to sizeof. A
 *    reader copies min(its own size, struct_size) into a zeroed struct of its own; it accepts a
 *    longer struct. Fields are only ever appended. wf_str, wf_value, wf_config_item and the Arrow
 *    structs are frozen and have no size.
 *  - An enumeration is a uint32_t with named constants; 0 is never a meaningful value. Codes are
 *    int32_t: 0 is success, negative is failure, positive are answers of the function concerned.
 *  - Strings are UTF-8, pointer and length, not NUL-terminated; unless a comment says longer, they
 *    are valid until the call that was given them returns.
 *  - Each function has a thread tag:
 *      [setup]   one thread at a time per instance, never together with a [worker] call of it;
 *      [worker]  one thread at a time per instance; the thread may differ from call to call, and
 *                all effects of the call before are visible to it;
 *      [any]     any thread, any time between create and destroy, also during other calls.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Host and plugin must agree on the major; minor counts additions. See entry.h. */
#define WF_ABI_MAJOR 1u
#define WF_ABI_MINOR 0u

/* A borrowed string: `length` bytes at `data`; data may be NULL only when length is 0. Frozen. */
typedef struct wf_str {
  const char* data;
  size_t length;
} wf_str;

/* Result codes. 0 is success by convention of the int32_t codes; failures are negative. */
#define WF_OK 0
#define WF_ERR_INVALID_CONFIG (-1)   /* the configuration is wrong; never retried */
#define WF_ERR_INVALID_DATA (-2)     /* a row or batch is wrong */
#define WF_ERR_NOT_FOUND (-3)        /* a file, topic, model, key is absent */
#define WF_ERR_PERMISSION (-4)       /* refused by the system or a service */
#define WF_ERR_UNAVAILABLE (-5)      /* a service is down; retryable by nature */
#define WF_ERR_TIMEOUT (-6)          /* a time limit passed; retryable by nature */
#define WF_ERR_CANCELLED (-7)        /* stopped on request */
#define WF_ERR_EXHAUSTED (-8)        /* memory, disk or a quota ran out */
#define WF_ERR_IO (-9)               /* reading or writing failed */
#define WF_ERR_CONFLICT (-10)        /* compare-and-set lost, lock held by another */
#define WF_ERR_NOT_IMPLEMENTED (-11) /* the ability is not there */
#define WF_ERR_INTERNAL (-12)        /* a defect */

/*
 * An error, owned by the caller, filled by the callee, valid as long as the caller keeps it.
 * The callee writes at most `struct_size` bytes. Strings are NUL-terminated, truncated at a UTF-8
 * boundary when too long. On WF_OK its content is undefined.
 */
typedef struct wf_error {
  uint32_t struct_size;
  int32_t code;        /* one of WF_ERR_*, equal to the function's return value */
  uint32_t retryable;  /* 1: the same work may succeed later; 2: it cannot; 0: by the code */
  uint32_t key_offset; /* byte offset and length inside the string value of `key`, for a caret; */
  uint32_t key_length; /* 0, 0 = the whole value */
  uint32_t reserved;   /* 0 */
  int64_t row;         /* index in the input batch, or -1 */
  char key[128];       /* configuration key the error is about ("columns.price"), or "" */
  char hint[256];      /* a correction to offer ("did you mean 'score'?"), or "" */
  char message[1024];  /* for a person: what, and why */
} wf_error;

/* Kind of a configuration value. */
#define WF_VALUE_NULL 1u
#define WF_VALUE_BOOL 2u    /* as.integer is 0 or 1 */
#define WF_VALUE_INTEGER 3u /* as.integer */
#define WF_VALUE_FLOAT 4u   /* as.number */
#define WF_VALUE_STRING 5u  /* as.string */
#define WF_VALUE_LIST 6u    /* as.list, count items */
#define WF_VALUE_TABLE 7u   /* as.table, count items, in the order of the file */

struct wf_config_item;

/* A typed value, read-only, valid until the call returns. Frozen. */
typedef struct wf_value {
  uint32_t type;  /* WF_VALUE_* */
  uint32_t count; /* items of a list or table, else 0 */
  union {
    int64_t integer;
    double number;
    wf_str string;
    const struct wf_value* list;
    const struct wf_config_item* table;
  } as;
} wf_value;

/* One key of a table. Frozen. */
typedef struct wf_config_item {
  wf_str key;
  wf_value value;
} wf_config_item;

#ifdef __cplusplus
}
#endif

#endif /* WEIRFLOW_ABI_TYPES_H */
