/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIRFLOW_ABI_ARROW_H
#define WEIRFLOW_ABI_ARROW_H

/*
 * The Arrow C Data Interface and C Stream Interface, as published by Apache Arrow
 * (https://arrow.apache.org/docs/format/CDataInterface.html). The structs are frozen for ever; the
 * guards are Arrow's own, so that a source that also includes Arrow does not define them twice.
 *
 * Ownership: the producer allocates everything. The consumer calls only the release callback of
 * the base struct, once; release == NULL marks a released struct. A struct is moved by copying its
 * bytes and setting the source's release to NULL.
 *
 * Types that Weirflow produces: n b i l f g u z tsu:UTC +l +s. It accepts U Z as well, and any unit
 * and zone of a timestamp is refused but `tsu:` with or without a zone. Buffers that Weirflow
 * produces are aligned and padded to 64 bytes; an unaligned one that it receives is copied.
 * A record batch is a struct array with offset 0 and no nulls.
 */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char* format;   /* NUL-terminated type, see above */
  const char* name;     /* NUL-terminated, or NULL */
  const char* metadata; /* int32 count, then per pair int32 length + bytes twice; native endian;
                           NOT a C string; or NULL */
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count; /* -1 = not computed */
  int64_t offset;     /* in elements (bits for bool and validity), applies to every buffer */
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  /* 0 or an errno; the caller releases *out. */
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  /* 0 or an errno; at the end *out is released (release == NULL). */
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  /* Text of the last error, valid until the next call; or NULL. */
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};

#endif /* ARROW_C_STREAM_INTERFACE */

#ifdef __cplusplus
}
#endif

#endif /* WEIRFLOW_ABI_ARROW_H */
