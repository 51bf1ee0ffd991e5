/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */

/*
 * A plugin in plain C. `hello.length` adds the column `length`: the bytes of a text column.
 *
 *   cc -shared -fPIC -I sdk/include hello.c -o hello.so
 *   WEIRFLOW_PLUGIN_PATH=. weirflow plugins info hello.length
 */

#include <stdlib.h>
#include <string.h>

#include "weirflow/abi/entry.h"

#define TEXT(literal) \
  { (literal), sizeof(literal) - 1 }

typedef struct {
  wf_instance abi; /* first, so that a wf_instance* is a Length* */
  char column[256];
  int64_t index; /* of the column in the input */
} Length;

static int32_t fail(wf_error* error, int32_t code, const char* message, const char* key) {
  error->code = code;
  strncpy(error->message, message, sizeof(error->message) - 1);
  strncpy(error->key, key, sizeof(error->key) - 1);
  return code;
}

/* --- columns: what the host takes over is freed by these ------------------------------------ */

static void release_schema(struct ArrowSchema* schema) {
  for (int64_t i = 0; i < schema->n_children; ++i) {
    if (schema->children[i]->release) schema->children[i]->release(schema->children[i]);
    free(schema->children[i]);
  }
  free(schema->children);
  free((void*)schema->format);
  free((void*)schema->name);
  free((void*)schema->metadata);
  schema->release = NULL;
}

static char* copy_bytes(const char* from, size_t size) {
  char* copy = from ? malloc(size) : NULL;
  return copy ? memcpy(copy, from, size) : NULL;
}

/* Metadata says its own size: a count, then twice that many strings with their lengths. */
static size_t metadata_size(const char* metadata) {
  size_t at = sizeof(int32_t);
  int32_t pairs, length;
  if (!metadata) return 0;
  memcpy(&pairs, metadata, sizeof(pairs));
  for (int32_t i = 0; i < 2 * pairs; ++i) {
    memcpy(&length, metadata + at, sizeof(length));
    at += sizeof(length) + (size_t)length;
  }
  return at;
}

/* Copies a schema, with room for `more` further children. */
static void copy_schema(const struct ArrowSchema* from, struct ArrowSchema* to, int64_t more) {
  memset(to, 0, sizeof(*to));
  to->format = copy_bytes(from->format, strlen(from->format) + 1);
  to->name = copy_bytes(from->name, from->name ? strlen(from->name) + 1 : 0);
  to->metadata = copy_bytes(from->metadata, metadata_size(from->metadata));
  to->flags = from->flags;
  to->release = release_schema;
  to->n_children = from->n_children + more;
  if (to->n_children) to->children = calloc((size_t)to->n_children, sizeof(*to->children));
  for (int64_t i = 0; i < to->n_children; ++i) {
    to->children[i] = calloc(1, sizeof(struct ArrowSchema));
    if (i < from->n_children) copy_schema(from->children[i], to->children[i], 0);
  }
}

static void release_array(struct ArrowArray* array) {
  for (int64_t i = 0; i < array->n_children; ++i) {
    if (array->children[i]->release) array->children[i]->release(array->children[i]);
    free(array->children[i]);
  }
  for (int64_t i = 0; i < array->n_buffers; ++i) free((void*)array->buffers[i]);
  free(array->children);
  free(array->buffers);
  array->release = NULL;
}

/* The lengths of an utf8 column. A column may begin in the middle of its buffers: `offset`. */
static void make_lengths(const struct ArrowArray* text, struct ArrowArray* out) {
  const int32_t* offsets = (const int32_t*)text->buffers[1];
  const uint8_t* valid = text->null_count == 0 ? NULL : text->buffers[0];
  const size_t rows = (size_t)text->length;
  int64_t* lengths = calloc(rows + 1, sizeof(int64_t));
  uint8_t* bits = valid ? calloc(rows / 8 + 1, 1) : NULL;
  memset(out, 0, sizeof(*out));
  for (size_t i = 0; i < rows; ++i) {
    const size_t at = i + (size_t)text->offset;
    if (valid && !(valid[at >> 3] >> (at & 7) & 1)) {
      ++out->null_count;
      continue;
    }
    lengths[i] = offsets[at + 1] - offsets[at];
    if (bits) bits[i >> 3] |= (uint8_t)(1u << (i & 7));
  }
  out->length = text->length;
  out->n_buffers = 2;
  out->buffers = calloc(2, sizeof(void*));
  out->buffers[0] = bits;
  out->buffers[1] = lengths;
  out->release = release_array;
}

/* --- the component -------------------------------------------------------------------------- */

static int32_t configure(wf_instance* instance, const wf_config_item* items, uint32_t n_items,
                         wf_error* error) {
  Length* self = (Length*)instance;
  for (uint32_t i = 0; i < n_items; ++i) {
    const wf_value* value = &items[i].value;
    if (items[i].key.length != 6 || memcmp(items[i].key.data, "column", 6) != 0) continue;
    if (value->type != WF_VALUE_STRING || value->as.string.length >= sizeof(self->column))
      return fail(error, WF_ERR_INVALID_CONFIG, "'column' must be the name of a column", "column");
    memcpy(self->column, value->as.string.data, value->as.string.length);
    self->column[value->as.string.length] = '\0';
  }
  return WF_OK;
}

static int32_t bind_ports(wf_instance* instance, const wf_bind_context* bind, wf_error* error) {
  Length* self = (Length*)instance;
  const struct ArrowSchema* in = bind->inputs[0]->schema;
  struct ArrowSchema out, *added;
  if (!in) {
    bind->set_output_unknown(bind->context, 0);
    return WF_OK;
  }
  for (self->index = 0; self->index < in->n_children; ++self->index)
    if (strcmp(in->children[self->index]->name, self->column) == 0) break;
  if (self->index == in->n_children || strcmp(in->children[self->index]->format, "u") != 0)
    return fail(error, WF_ERR_INVALID_CONFIG, "the input has no text column of that name",
                "column");
  copy_schema(in, &out, 1);
  added = out.children[in->n_children];
  added->format = copy_bytes("l", 2);
  added->name = copy_bytes("length", 7);
  added->flags = ARROW_FLAG_NULLABLE;
  added->release = release_schema;
  return bind->set_output(bind->context, 0, &out);
}

static int32_t process(wf_instance* instance, uint32_t port, struct ArrowArray* batch,
                       const wf_emitter* emitter, wf_error* error) {
  Length* self = (Length*)instance;
  struct ArrowArray out;
  int64_t rows;
  int32_t answer;
  (void)port;
  if (!batch) return WF_CONTINUE;
  memset(&out, 0, sizeof(out));
  out.length = rows = batch->length;
  out.n_buffers = 1;
  out.buffers = calloc(1, sizeof(void*));
  out.n_children = batch->n_children + 1;
  out.children = calloc((size_t)out.n_children, sizeof(*out.children));
  out.release = release_array;
  for (int64_t i = 0; i < out.n_children; ++i) {
    out.children[i] = calloc(1, sizeof(struct ArrowArray));
    if (i == batch->n_children) break;
    *out.children[i] = *batch->children[i]; /* moved: the rows themselves are not copied */
    batch->children[i]->release = NULL;
  }
  make_lengths(out.children[self->index], out.children[batch->n_children]);
  batch->release(batch);
  answer = emitter->emit(emitter->context, 0, &out);
  if (answer < 0) return fail(error, answer, "the host did not accept the rows", "");
  emitter->count(emitter->context, WF_COUNT_PASSED, rows);
  return WF_CONTINUE;
}

static void destroy(wf_instance* instance) { free(instance); }

static wf_instance* create(const wf_component_class* cls, const wf_host* host, wf_error* error) {
  Length* self = calloc(1, sizeof(Length));
  (void)cls, (void)host;
  if (!self) return fail(error, WF_ERR_EXHAUSTED, "out of memory", ""), NULL;
  self->abi.struct_size = sizeof(wf_instance);
  self->abi.configure = configure;
  self->abi.bind = bind_ports;
  self->abi.process = process;
  self->abi.destroy = destroy; /* what is left NULL is optional */
  return &self->abi;
}

/* --- the description ------------------------------------------------------------------------ */

static const wf_column_info length_column = {
    sizeof(wf_column_info), 0, TEXT("length"), TEXT(""), TEXT("int64"), TEXT("Bytes of the text")};
static const wf_column_info* const out_columns[] = {&length_column};
static const wf_port_info in = {
    .struct_size = sizeof(wf_port_info), .direction = WF_PORT_INPUT, .name = TEXT("in")};
static const wf_port_info out = {.struct_size = sizeof(wf_port_info),
                                 .direction = WF_PORT_OUTPUT,
                                 .n_columns = 1,
                                 .name = TEXT("out"),
                                 .columns = out_columns};
static const wf_port_info* const ports[] = {&in, &out};

static const wf_field_info column = {
    .struct_size = sizeof(wf_field_info),
    .type = WF_FIELD_COLUMN,
    .key = TEXT("column"),
    .help = TEXT("The text column"),
    .default_value = {.type = WF_VALUE_STRING, .as = {.string = TEXT("body")}}};
static const wf_field_info* const fields[] = {&column};

static const wf_descriptor descriptor = {
    .struct_size = sizeof(wf_descriptor),
    .kind = WF_KIND_TRANSFORM,
    .cardinality = WF_CARDINALITY_MAP,
    .abilities = WF_ABILITY_DETERMINISTIC | WF_ABILITY_CONCURRENT,
    .n_ports = 2,
    .n_fields = 1,
    .id = TEXT("hello.length"),
    .version = TEXT("1.0.0"),
    .summary = TEXT("Adds the length of a text column"),
    .ports = ports,
    .fields = fields};
static const wf_component_class length = {sizeof(wf_component_class), 0, &descriptor, create};
static const wf_component_class* const components[] = {&length};
static const wf_entry entry = {.struct_size = sizeof(wf_entry),
                               .abi_major = WF_ABI_MAJOR,
                               .abi_minor = WF_ABI_MINOR,
                               .name = TEXT("hello"),
                               .version = TEXT("1.0.0"),
                               .license = TEXT("Apache-2.0"),
                               .n_components = 1,
                               .components = components};

WF_EXPORT const wf_entry* wf_plugin_entry_v1(void);
WF_EXPORT const wf_entry* wf_plugin_entry_v1(void) { return &entry; }
