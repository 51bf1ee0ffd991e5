/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIRFLOW_ABI_ENTRY_H
#define WEIRFLOW_ABI_ENTRY_H

/*
 * The one function that a library exports. The major version is in its name; a host of another
 * major does not find it. It is called once, from one thread, right after loading; what it returns
 * is static and stays valid and unchanged to the end of the process (libraries are never unloaded).
 */

#include "weirflow/abi/component.h"
#include "weirflow/abi/descriptor.h"
#include "weirflow/abi/host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A component and how to make an instance of it. */
typedef struct wf_component_class {
  uint32_t struct_size;
  uint32_t reserved;
  const wf_descriptor* descriptor;
  /* [any] A fresh instance, or NULL with *error filled. `host` lives longer than the instance. */
  wf_instance* (*create)(const struct wf_component_class*, const wf_host* host, wf_error*);
} wf_component_class;

/* The library. */
typedef struct wf_entry {
  uint32_t struct_size;
  uint32_t abi_major;      /* WF_ABI_MAJOR of its headers; must equal the host's */
  uint32_t abi_minor;      /* WF_ABI_MINOR of its headers; informative */
  uint32_t min_host_minor; /* lowest host minor that it can work with */
  wf_str name;             /* the library: the part before the dot of its components' ids */
  wf_str version;
  wf_str license; /* SPDX, or "" */
  wf_str sdk;     /* what it was built with, or "" */
  uint32_t n_components;
  uint32_t reserved;
  const wf_component_class* const* components;
} wf_entry;

typedef const wf_entry* (*wf_plugin_entry_v1_fn)(void);

#define WF_PLUGIN_ENTRY_NAME "wf_plugin_entry_v1"

#if defined(__GNUC__)
#define WF_EXPORT __attribute__((visibility("default")))
#else
#define WF_EXPORT
#endif

#ifdef __cplusplus
}
#endif

#endif /* WEIRFLOW_ABI_ENTRY_H */
