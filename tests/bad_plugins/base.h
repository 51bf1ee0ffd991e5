/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A sound plugin in plain C, `bad.pass`: hands its rows on as they are. Each bad plugin defines one
 * of the macros below to spoil one thing, and includes this header.
 */

#include <stdlib.h>
#include <string.h>

#include "weirflow/abi/entry.h"

#ifndef BAD_MAJOR
#define BAD_MAJOR WF_ABI_MAJOR
#endif
#ifndef BAD_FLOOR
#define BAD_FLOOR 0
#endif
#ifndef BAD_ID
#define BAD_ID "bad.pass"
#endif
#ifndef BAD_KIND
#define BAD_KIND WF_KIND_TRANSFORM
#endif
#ifndef BAD_DEFAULT_TYPE
#define BAD_DEFAULT_TYPE WF_VALUE_INTEGER
#endif
#ifndef BAD_CREATE
#define BAD_CREATE create
#endif
#ifndef BAD_COPIES
#define BAD_COPIES 1
#endif
#ifndef BAD_CLASS_SIZE
#define BAD_CLASS_SIZE sizeof(wf_component_class)
#endif
/* Statements put into the functions named. */
#ifndef BAD_IN_ENTRY
#define BAD_IN_ENTRY
#endif
#ifndef BAD_IN_CREATE
#define BAD_IN_CREATE
#endif
#ifndef BAD_IN_CONFIGURE
#define BAD_IN_CONFIGURE
#endif
#ifndef BAD_IN_BIND
#define BAD_IN_BIND
#endif
#ifndef BAD_IN_PROCESS
#define BAD_IN_PROCESS
#endif
#ifndef BAD_IN_CANCEL
#define BAD_IN_CANCEL
#endif
#ifndef BAD_EXTENSION
#define BAD_EXTENSION NULL
#endif
#ifndef BAD_DESTROY
#define BAD_DESTROY
#endif

#define STR(text) \
  { (text), sizeof(text) - 1 }

static char summary[] = "Hands its rows on";

static int32_t fail(wf_error* error, int32_t code, const char* message) {
  error->code = code;
  strncpy(error->message, message, sizeof(error->message) - 1);
  return code;
}

static void release_schema(struct ArrowSchema* schema) {
  for (int64_t i = 0; i < schema->n_children; ++i) {
    if (schema->children[i]->release) schema->children[i]->release(schema->children[i]);
    free(schema->children[i]);
  }
  free(schema->children);
  free((void*)schema->format);
  free((void*)schema->name);
  schema->release = NULL;
}

static char* copy_text(const char* text) {
  if (!text) return NULL;
  char* copy = malloc(strlen(text) + 1);
  return copy ? strcpy(copy, text) : NULL;
}

/* Without metadata, which the tests do not look at here. */
static void copy_schema(const struct ArrowSchema* from, struct ArrowSchema* to) {
  memset(to, 0, sizeof(*to));
  to->format = copy_text(from->format);
  to->name = copy_text(from->name);
  to->flags = from->flags;
  to->release = release_schema;
  to->n_children = from->n_children;
  if (from->n_children > 0)
    to->children = calloc((size_t)from->n_children, sizeof(struct ArrowSchema*));
  for (int64_t i = 0; i < from->n_children; ++i) {
    to->children[i] = malloc(sizeof(struct ArrowSchema));
    copy_schema(from->children[i], to->children[i]);
  }
}

static int32_t configure(wf_instance* self, const wf_config_item* items, uint32_t n_items,
                         wf_error* error) {
  (void)self, (void)items, (void)n_items, (void)error, (void)fail;
  BAD_IN_CONFIGURE
  return WF_OK;
}

static int32_t bind_ports(wf_instance* self, const wf_bind_context* bind, wf_error* error) {
  (void)self, (void)error;
  struct ArrowSchema schema;
  BAD_IN_BIND
  if (!bind->inputs[0]->schema) {
    bind->set_output_unknown(bind->context, 0);
    return WF_OK;
  }
  copy_schema(bind->inputs[0]->schema, &schema);
  return bind->set_output(bind->context, 0, &schema);
}

static int32_t process(wf_instance* self, uint32_t port, struct ArrowArray* batch,
                       const wf_emitter* out, wf_error* error) {
  (void)self, (void)port, (void)error;
  if (!batch) return WF_CONTINUE;
  const int64_t rows = batch->length;
  BAD_IN_PROCESS
  const int32_t answer = out->emit(out->context, 0, batch);
  if (answer < 0) return answer;
  out->count(out->context, WF_COUNT_PASSED, rows);
  return WF_CONTINUE;
}

static void cancel(wf_instance* self) {
  (void)self;
  BAD_IN_CANCEL
}

static void destroy(wf_instance* self) {
  BAD_DESTROY
  free(self);
}

static const void* get_extension(wf_instance* self, wf_str id) {
  (void)self, (void)id;
  return BAD_EXTENSION;
}

static wf_instance* create(const wf_component_class* cls, const wf_host* host, wf_error* error) {
  (void)cls, (void)host, (void)error;
  BAD_IN_CREATE
  wf_instance* self = calloc(1, sizeof(wf_instance));
  if (!self) return NULL;
  self->struct_size = sizeof(wf_instance);
  self->configure = configure;
  self->bind = bind_ports;
  self->process = process;
  self->cancel = cancel;
  self->destroy = destroy;
  self->get_extension = get_extension;
  return self;
}

static const wf_port_info port_in = {
    sizeof(wf_port_info), WF_PORT_INPUT, 0, 0, STR("in"), STR(""), STR(""), NULL};
static const wf_port_info port_out = {sizeof(wf_port_info), WF_PORT_OUTPUT, 0,       0,
                                      STR("out"),           STR(""),        STR(""), NULL};
#ifdef BAD_EXTRA_PORTS
static const wf_port_info port_extra = BAD_EXTRA_PORTS;
static const wf_port_info* const ports[] = {&port_in, &port_extra, &port_out};
#else
static const wf_port_info* const ports[] = {&port_in, &port_out};
#endif

static const wf_field_info field_size = {
    .struct_size = sizeof(wf_field_info),
    .type = WF_FIELD_INTEGER,
    .key = STR("size"),
    .help = STR("A number"),
    .example = STR("3"),
    .default_value = {.type = BAD_DEFAULT_TYPE, .as = {.integer = 1}},
};
static const wf_field_info* const fields[] = {&field_size};

static wf_descriptor descriptor = {
    .struct_size = sizeof(wf_descriptor),
    .kind = BAD_KIND,
    .cardinality = WF_CARDINALITY_MAP,
    .abilities = WF_ABILITY_DETERMINISTIC,
    .n_ports = sizeof(ports) / sizeof(ports[0]),
    .n_fields = 1,
    .id = STR(BAD_ID),
    .version = STR("1.0.0"),
    .summary = {summary, sizeof(summary) - 1},
    .ports = ports,
    .fields = fields,
};
static const wf_component_class component = {BAD_CLASS_SIZE, 0, &descriptor, BAD_CREATE};
static const wf_component_class* const components[] = {&component, &component};

static const wf_entry entry = {
    .struct_size = sizeof(wf_entry),
    .abi_major = BAD_MAJOR,
    .abi_minor = WF_ABI_MINOR,
    .min_host_minor = BAD_FLOOR,
    .name = STR("bad"),
    .version = STR("1.0.0"),
    .n_components = BAD_COPIES,
    .components = components,
};

#ifndef BAD_ENTRY_NAME
#define BAD_ENTRY_NAME wf_plugin_entry_v1
#endif

WF_EXPORT const wf_entry* BAD_ENTRY_NAME(void);
WF_EXPORT const wf_entry* BAD_ENTRY_NAME(void) {
  BAD_IN_ENTRY
  return &entry;
}
