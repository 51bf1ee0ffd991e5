/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */

/*
 * Sizes and offsets of every struct of the ABI on a 64-bit machine. They are the promise to plugins
 * that exist: a released line here is never changed, new members only add lines and raise the size.
 * Compiled as C11 and as C++20.
 */

#include <stddef.h>

#include "weirflow/abi/arrow.h"
#include "weirflow/abi/component.h"
#include "weirflow/abi/descriptor.h"
#include "weirflow/abi/draft/commit.h"
#include "weirflow/abi/draft/estimator.h"
#include "weirflow/abi/draft/source.h"
#include "weirflow/abi/draft/state.h"
#include "weirflow/abi/draft/timers.h"
#include "weirflow/abi/entry.h"
#include "weirflow/abi/host.h"
#include "weirflow/abi/types.h"

#ifdef __cplusplus
#define CHECK static_assert
#else
#define CHECK _Static_assert
#endif
#define SIZE(type, bytes) CHECK(sizeof(struct type) == (bytes), "size of " #type)
#define AT(type, member, bytes) \
  CHECK(offsetof(struct type, member) == (bytes), "offset of " #type "." #member)

CHECK(sizeof(void*) == 8, "the numbers below are those of 64-bit machines");

SIZE(wf_str, 16);
AT(wf_str, data, 0);
AT(wf_str, length, 8);

SIZE(wf_error, 1440);
AT(wf_error, struct_size, 0);
AT(wf_error, code, 4);
AT(wf_error, retryable, 8);
AT(wf_error, key_offset, 12);
AT(wf_error, key_length, 16);
AT(wf_error, reserved, 20);
AT(wf_error, row, 24);
AT(wf_error, key, 32);
AT(wf_error, hint, 160);
AT(wf_error, message, 416);

SIZE(wf_value, 24);
AT(wf_value, type, 0);
AT(wf_value, count, 4);
AT(wf_value, as, 8);

SIZE(wf_config_item, 40);
AT(wf_config_item, key, 0);
AT(wf_config_item, value, 16);

SIZE(ArrowSchema, 72);
AT(ArrowSchema, format, 0);
AT(ArrowSchema, name, 8);
AT(ArrowSchema, metadata, 16);
AT(ArrowSchema, flags, 24);
AT(ArrowSchema, n_children, 32);
AT(ArrowSchema, children, 40);
AT(ArrowSchema, dictionary, 48);
AT(ArrowSchema, release, 56);
AT(ArrowSchema, private_data, 64);

SIZE(ArrowArray, 80);
AT(ArrowArray, length, 0);
AT(ArrowArray, null_count, 8);
AT(ArrowArray, offset, 16);
AT(ArrowArray, n_buffers, 24);
AT(ArrowArray, n_children, 32);
AT(ArrowArray, buffers, 40);
AT(ArrowArray, children, 48);
AT(ArrowArray, dictionary, 56);
AT(ArrowArray, release, 64);
AT(ArrowArray, private_data, 72);

SIZE(ArrowArrayStream, 40);
AT(ArrowArrayStream, get_schema, 0);
AT(ArrowArrayStream, get_next, 8);
AT(ArrowArrayStream, get_last_error, 16);
AT(ArrowArrayStream, release, 24);
AT(ArrowArrayStream, private_data, 32);

SIZE(wf_host, 24);
AT(wf_host, struct_size, 0);
AT(wf_host, abi_minor, 4);
AT(wf_host, context, 8);
AT(wf_host, get_extension, 16);

SIZE(wf_log, 16);
AT(wf_log, struct_size, 0);
AT(wf_log, reserved, 4);
AT(wf_log, write, 8);

SIZE(wf_metrics, 32);
AT(wf_metrics, struct_size, 0);
AT(wf_metrics, reserved, 4);
AT(wf_metrics, add, 8);
AT(wf_metrics, set, 16);
AT(wf_metrics, observe, 24);

SIZE(wf_cancel, 16);
AT(wf_cancel, struct_size, 0);
AT(wf_cancel, reserved, 4);
AT(wf_cancel, is_cancelled, 8);

SIZE(wf_clock, 24);
AT(wf_clock, struct_size, 0);
AT(wf_clock, reserved, 4);
AT(wf_clock, now_us, 8);
AT(wf_clock, monotonic_us, 16);

SIZE(wf_deadletter, 32);
AT(wf_deadletter, struct_size, 0);
AT(wf_deadletter, reserved, 4);
AT(wf_deadletter, refuse_row, 8);
AT(wf_deadletter, refuse_batch, 16);
AT(wf_deadletter, refuse_raw, 24);

SIZE(wf_result, 16);
AT(wf_result, struct_size, 0);
AT(wf_result, reserved, 4);
AT(wf_result, set, 8);

SIZE(wf_memory, 32);
AT(wf_memory, struct_size, 0);
AT(wf_memory, reserved, 4);
AT(wf_memory, budget, 8);
AT(wf_memory, adjust, 16);
AT(wf_memory, spill_folder, 24);

SIZE(wf_task, 96);
AT(wf_task, struct_size, 0);
AT(wf_task, threads, 4);
AT(wf_task, dag, 8);
AT(wf_task, task, 24);
AT(wf_task, run, 40);
AT(wf_task, model_version, 56);
AT(wf_task, run_start_us, 72);
AT(wf_task, attempt, 80);
AT(wf_task, reserved, 84);
AT(wf_task, checkpointed, 88);
AT(wf_task, deterministic, 92);

SIZE(wf_task_service, 16);
AT(wf_task_service, struct_size, 0);
AT(wf_task_service, reserved, 4);
AT(wf_task_service, get, 8);

SIZE(wf_emitter, 48);
AT(wf_emitter, struct_size, 0);
AT(wf_emitter, reserved, 4);
AT(wf_emitter, context, 8);
AT(wf_emitter, emit, 16);
AT(wf_emitter, count, 24);
AT(wf_emitter, watermark, 32);
AT(wf_emitter, idle, 40);

SIZE(wf_bind_port, 32);
AT(wf_bind_port, struct_size, 0);
AT(wf_bind_port, connected, 4);
AT(wf_bind_port, name, 8);
AT(wf_bind_port, schema, 24);

SIZE(wf_bind_context, 88);
AT(wf_bind_context, struct_size, 0);
AT(wf_bind_context, n_inputs, 4);
AT(wf_bind_context, n_outputs, 8);
AT(wf_bind_context, reserved, 12);
AT(wf_bind_context, inputs, 16);
AT(wf_bind_context, outputs, 24);
AT(wf_bind_context, remembered, 32);
AT(wf_bind_context, context, 48);
AT(wf_bind_context, set_output, 56);
AT(wf_bind_context, set_output_unknown, 64);
AT(wf_bind_context, remember, 72);
AT(wf_bind_context, diagnose, 80);

SIZE(wf_writer, 24);
AT(wf_writer, struct_size, 0);
AT(wf_writer, reserved, 4);
AT(wf_writer, context, 8);
AT(wf_writer, write, 16);

SIZE(wf_instance, 104);
AT(wf_instance, struct_size, 0);
AT(wf_instance, reserved, 4);
AT(wf_instance, state, 8);
AT(wf_instance, configure, 16);
AT(wf_instance, bind, 24);
AT(wf_instance, open, 32);
AT(wf_instance, process, 40);
AT(wf_instance, finish_input, 48);
AT(wf_instance, finish, 56);
AT(wf_instance, cancel, 64);
AT(wf_instance, wake, 72);
AT(wf_instance, close, 80);
AT(wf_instance, destroy, 88);
AT(wf_instance, get_extension, 96);

SIZE(wf_column_info, 72);
AT(wf_column_info, struct_size, 0);
AT(wf_column_info, reserved, 4);
AT(wf_column_info, name, 8);
AT(wf_column_info, from_key, 24);
AT(wf_column_info, type, 40);
AT(wf_column_info, summary, 56);

SIZE(wf_port_info, 72);
AT(wf_port_info, struct_size, 0);
AT(wf_port_info, direction, 4);
AT(wf_port_info, flags, 8);
AT(wf_port_info, n_columns, 12);
AT(wf_port_info, name, 16);
AT(wf_port_info, summary, 32);
AT(wf_port_info, names_from, 48);
AT(wf_port_info, columns, 64);

SIZE(wf_field_info, 128);
AT(wf_field_info, struct_size, 0);
AT(wf_field_info, type, 4);
AT(wf_field_info, item_type, 8);
AT(wf_field_info, flags, 12);
AT(wf_field_info, key, 16);
AT(wf_field_info, help, 32);
AT(wf_field_info, example, 48);
AT(wf_field_info, default_value, 64);
AT(wf_field_info, min, 88);
AT(wf_field_info, max, 96);
AT(wf_field_info, n_allowed, 104);
AT(wf_field_info, n_fields, 108);
AT(wf_field_info, allowed, 112);
AT(wf_field_info, fields, 120);

SIZE(wf_descriptor, 112);
AT(wf_descriptor, struct_size, 0);
AT(wf_descriptor, kind, 4);
AT(wf_descriptor, cardinality, 8);
AT(wf_descriptor, abilities, 12);
AT(wf_descriptor, replay, 16);
AT(wf_descriptor, n_ports, 20);
AT(wf_descriptor, n_fields, 24);
AT(wf_descriptor, reserved, 28);
AT(wf_descriptor, id, 32);
AT(wf_descriptor, version, 48);
AT(wf_descriptor, summary, 64);
AT(wf_descriptor, docs, 80);
AT(wf_descriptor, ports, 96);
AT(wf_descriptor, fields, 104);

SIZE(wf_component_class, 24);
AT(wf_component_class, struct_size, 0);
AT(wf_component_class, reserved, 4);
AT(wf_component_class, descriptor, 8);
AT(wf_component_class, create, 16);

SIZE(wf_entry, 96);
AT(wf_entry, struct_size, 0);
AT(wf_entry, abi_major, 4);
AT(wf_entry, abi_minor, 8);
AT(wf_entry, min_host_minor, 12);
AT(wf_entry, name, 16);
AT(wf_entry, version, 32);
AT(wf_entry, license, 48);
AT(wf_entry, sdk, 64);
AT(wf_entry, n_components, 80);
AT(wf_entry, reserved, 84);
AT(wf_entry, components, 88);

SIZE(wf_source, 80);
AT(wf_source, struct_size, 0);
AT(wf_source, reserved, 4);
AT(wf_source, boundedness, 8);
AT(wf_source, next, 16);
AT(wf_source, snapshot, 24);
AT(wf_source, restore, 32);
AT(wf_source, total_bytes, 40);
AT(wf_source, read_bytes, 48);
AT(wf_source, committed, 56);
AT(wf_source, paused, 64);
AT(wf_source, retired, 72);

SIZE(wf_spool, 40);
AT(wf_spool, struct_size, 0);
AT(wf_spool, reserved, 4);
AT(wf_spool, rows, 8);
AT(wf_spool, bytes, 16);
AT(wf_spool, context, 24);
AT(wf_spool, open_reader, 32);

SIZE(wf_estimator, 24);
AT(wf_estimator, struct_size, 0);
AT(wf_estimator, reserved, 4);
AT(wf_estimator, fit, 8);
AT(wf_estimator, load, 16);

SIZE(wf_state, 40);
AT(wf_state, struct_size, 0);
AT(wf_state, reserved, 4);
AT(wf_state, freeze, 8);
AT(wf_state, write, 16);
AT(wf_state, release, 24);
AT(wf_state, restore, 32);

SIZE(wf_committer, 72);
AT(wf_committer, struct_size, 0);
AT(wf_committer, reserved, 4);
AT(wf_committer, state, 8);
AT(wf_committer, prepare, 16);
AT(wf_committer, commit, 24);
AT(wf_committer, abort, 32);
AT(wf_committer, recover, 40);
AT(wf_committer, destroy, 48);
AT(wf_committer, delivered, 56);
AT(wf_committer, cancel, 64);

SIZE(wf_commit, 56);
AT(wf_commit, struct_size, 0);
AT(wf_commit, reserved, 4);
AT(wf_commit, commit_key, 8);
AT(wf_commit, create_committer, 16);
AT(wf_commit, attach, 24);
AT(wf_commit, mode, 32);
AT(wf_commit, replay, 40);
AT(wf_commit, shared_options, 48);

SIZE(wf_timers, 24);
AT(wf_timers, struct_size, 0);
AT(wf_timers, reserved, 4);
AT(wf_timers, on_watermark, 8);
AT(wf_timers, on_timer, 16);

SIZE(wf_timer_service, 32);
AT(wf_timer_service, struct_size, 0);
AT(wf_timer_service, reserved, 4);
AT(wf_timer_service, set, 8);
AT(wf_timer_service, cancel, 16);
AT(wf_timer_service, watermark, 24);

SIZE(wf_keyed_state, 48);
AT(wf_keyed_state, struct_size, 0);
AT(wf_keyed_state, reserved, 4);
AT(wf_keyed_state, get, 8);
AT(wf_keyed_state, put, 16);
AT(wf_keyed_state, erase, 24);
AT(wf_keyed_state, scan, 32);
AT(wf_keyed_state, size, 40);

SIZE(wf_rows, 24);
AT(wf_rows, struct_size, 0);
AT(wf_rows, reserved, 4);
AT(wf_rows, count, 8);
AT(wf_rows, cut, 16);

SIZE(wf_pressure, 16);
AT(wf_pressure, struct_size, 0);
AT(wf_pressure, reserved, 4);
AT(wf_pressure, set, 8);

/* Constants that are part of the promise. */
CHECK(WF_ABI_MAJOR == 1 && WF_ABI_MINOR == 0, "version");
CHECK(WF_ERR_INTERNAL == -12 && WF_ERR_INVALID_CONFIG == -1, "codes");
CHECK(WF_CONTINUE == 1 && WF_MORE == 2 && WF_DONE == 3, "answers of process");
CHECK(WF_EMIT_CONTINUE == 1 && WF_EMIT_PAUSE == 2 && WF_EMIT_CLOSED == 3, "answers of emit");
CHECK(WF_COUNT_PASSED == 1 && WF_COUNT_READ == 4, "counters");
CHECK(WF_VALUE_NULL == 1 && WF_VALUE_TABLE == 7, "values");
CHECK(WF_KIND_SOURCE == 1 && WF_KIND_ACTION == 5, "kinds");
CHECK(WF_CARDINALITY_MAP == 1 && WF_CARDINALITY_NONE == 8, "cardinalities");
CHECK(WF_FIELD_BOOL == 1 && WF_FIELD_ANY == 13, "field types");
