/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIRFLOW_ABI_DESCRIPTOR_H
#define WEIRFLOW_ABI_DESCRIPTOR_H

/*
 * What a component is: everything that the host, the command line, the documentation and the page
 * need, without creating an instance. Static data of the library: valid, and the same, from the
 * entry call to the end of the process. The host checks a DAG against it (unknown keys, types,
 * ranges, ports) before it creates anything, and hands over typed values with defaults filled in.
 */

#include "weirflow/abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Kind of a component. */
#define WF_KIND_SOURCE 1u    /* no input; offers wf.source/1 */
#define WF_KIND_TRANSFORM 2u /* inputs and outputs */
#define WF_KIND_ESTIMATOR 3u /* offers wf.estimator/1; transform when applied */
#define WF_KIND_SINK 4u      /* inputs, no output */
#define WF_KIND_ACTION 5u    /* no data ports; process() is called without input until DONE */

/*
 * What the counters of a task must satisfy at the end of an attempt (graph model 5). `in`, `out`
 * and `refused` are counted by the host; passed, filtered and absorbed by the component.
 */
#define WF_CARDINALITY_MAP 1u     /* out = passed */
#define WF_CARDINALITY_FILTER 2u  /* out = passed, the rest filtered */
#define WF_CARDINALITY_ROUTE 3u   /* each row to one port; sum of out = passed */
#define WF_CARDINALITY_EXPAND 4u  /* passed = rows expanded, out free */
#define WF_CARDINALITY_REGROUP 5u /* rows are absorbed, out free */
#define WF_CARDINALITY_SINK 6u    /* passed = acknowledged */
#define WF_CARDINALITY_SOURCE 7u  /* read = out + filtered + refused */
#define WF_CARDINALITY_NONE 8u    /* no rows: actions */

/* Abilities, or-ed. */
#define WF_ABILITY_STATEFUL 1u       /* answers depend on rows seen before */
#define WF_ABILITY_DETERMINISTIC 2u  /* same rows and configuration, same answer */
#define WF_ABILITY_CONCURRENT 4u     /* several instances may share the rows of one task */
#define WF_ABILITY_BLOCKING 8u       /* waits for I/O: gets a thread of its own */
#define WF_ABILITY_INFERS_SCHEMA 16u /* bind may read the head of its input */
#define WF_ABILITY_EXEC 32u          /* runs programs */
#define WF_ABILITY_FILE_WRITE 64u    /* writes files that the user names */
#define WF_ABILITY_NET 128u          /* talks to other hosts */
#define WF_ABILITY_WATERMARKS 256u   /* emits watermarks of its own; those of its inputs end here */

/* What a repeated attempt does to rows that a sink has taken already. */
#define WF_REPLAY_EXACT 1u      /* nothing is visible before the commit, see wf.commit/1 */
#define WF_REPLAY_OVERWRITES 2u /* the same keys are written again */
#define WF_REPLAY_DUPLICATES 3u /* rows would be there twice */

/* A column that a port requires or adds. */
typedef struct wf_column_info {
  uint32_t struct_size;
  uint32_t reserved;
  wf_str name;     /* the column, or "" when `from_key` names it */
  wf_str from_key; /* configuration key whose value is the column's name, or "" */
  wf_str type;     /* "utf8", alternatives as "int64|float64", "" = any */
  wf_str summary;
} wf_column_info;

#define WF_PORT_INPUT 1u
#define WF_PORT_OUTPUT 2u

#define WF_PORT_OPTIONAL 1u /* an input that may stay unconnected */
#define WF_PORT_DYNAMIC 2u  /* stands for ports named by the DAG, see names_from */

/*
 * A port. Ports are addressed by their index among the ports of their direction, in this order; a
 * dynamic port stands at its place for as many ports as there are names, and is the last of its
 * direction. Every task also has the implicit output `errors`, which is not listed.
 */
typedef struct wf_port_info {
  uint32_t struct_size;
  uint32_t direction; /* WF_PORT_INPUT, WF_PORT_OUTPUT */
  uint32_t flags;     /* WF_PORT_OPTIONAL, WF_PORT_DYNAMIC */
  uint32_t n_columns;
  wf_str name; /* "in", "out", ...; "*" when dynamic */
  wf_str summary;
  wf_str names_from; /* dynamic output: the configuration key whose table keys (or list items) are
                        the names. Dynamic input: "" (names are those of the `from` table). */
  const wf_column_info* const* columns;
} wf_port_info;

/* Type of a configuration field, as the host checks it and as wf_value carries it. */
#define WF_FIELD_BOOL 1u       /* bool */
#define WF_FIELD_INTEGER 2u    /* integer */
#define WF_FIELD_FLOAT 3u      /* float; the DAG may say an integer */
#define WF_FIELD_STRING 4u     /* string */
#define WF_FIELD_PATH 5u       /* string; the host makes it absolute ("-" and globs stay) */
#define WF_FIELD_COLUMN 6u     /* string that names a column of the first input */
#define WF_FIELD_EXPRESSION 7u /* string in the expression language */
#define WF_FIELD_DURATION 8u   /* "10s" in the DAG; integer microseconds for the component */
#define WF_FIELD_SIZE 9u       /* "1GiB" in the DAG; integer bytes for the component */
#define WF_FIELD_LIST 10u      /* list of `item_type`; the DAG may write one item without [] */
#define WF_FIELD_TABLE 11u     /* table with the keys of `fields` */
#define WF_FIELD_MAP 12u       /* table of any keys with values of `item_type` */
#define WF_FIELD_ANY 13u       /* any value, handed over as it is */

#define WF_FIELD_REQUIRED 1u
#define WF_FIELD_SECRET 2u /* redacted wherever it could be printed */
#define WF_FIELD_HAS_MIN 4u
#define WF_FIELD_HAS_MAX 8u

/* One configuration key. */
typedef struct wf_field_info {
  uint32_t struct_size;
  uint32_t type;      /* WF_FIELD_* type */
  uint32_t item_type; /* type of items for LIST and MAP, else 0 */
  uint32_t flags;     /* WF_FIELD_REQUIRED, ... */
  wf_str key;
  wf_str help;            /* one or two sentences */
  wf_str example;         /* a value as written in TOML, or "" */
  wf_value default_value; /* WF_VALUE_NULL: none */
  double min;             /* inclusive; for numbers, microseconds, bytes; for lists their length */
  double max;
  uint32_t n_allowed; /* the allowed strings, if not 0 */
  uint32_t n_fields;  /* members of a TABLE, or of the tables in a LIST or MAP of TABLE */
  const wf_str* allowed;
  const struct wf_field_info* const* fields;
} wf_field_info;

/* A component. */
typedef struct wf_descriptor {
  uint32_t struct_size;
  uint32_t kind;        /* WF_KIND_* */
  uint32_t cardinality; /* WF_CARDINALITY_* */
  uint32_t abilities;   /* WF_ABILITY_* */
  uint32_t replay;      /* sinks: WF_REPLAY_*; else 0 */
  uint32_t n_ports;
  uint32_t n_fields;
  uint32_t reserved;
  wf_str id;      /* "library.name", each part [a-z][a-z0-9_]* */
  wf_str version; /* semantic version; part of model and DAG identity */
  wf_str summary; /* one sentence */
  wf_str docs;    /* more, Markdown, or "" */
  const wf_port_info* const* ports;
  const wf_field_info* const* fields;
} wf_descriptor;

#ifdef __cplusplus
}
#endif

#endif /* WEIRFLOW_ABI_DESCRIPTOR_H */
