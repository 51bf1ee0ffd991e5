// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The keys of format 1, in one table: the reader checks files against it, and the JSON Schema for
/// editors is generated from it. A key that is not here does not exist.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dag/value.h"

namespace weirflow::dag {

/// Tables of the format.
enum class Section {
  dag_file,      ///< top level of a DAG file
  group_file,    ///< top level of a group file
  dag,           ///< [dag]
  schedule,      ///< [[schedule]]
  param,         ///< a table in [params]
  defaults,      ///< [defaults]
  checkpoint,    ///< [checkpoint]
  task,          ///< [task.NAME]
  edge,          ///< { edge = "a.out", ... } in `from`
  group,         ///< [group]
  group_output,  ///< { port = "a.out", add = [...] } in [group] outputs
};

/// What a key holds.
enum class Shape {
  text,         ///< any string
  name,         ///< [a-z][a-z0-9_]*
  dashed_name,  ///< [a-z][a-z0-9_-]*
  component,    ///< library.name
  port,         ///< task or task.port
  path,         ///< string
  boolean,
  count,          ///< integer >= 0
  format,         ///< the integer 1
  duration,       ///< string, core/text.h
  size,           ///< string, core/text.h
  choice,         ///< one of `choices`
  text_list,      ///< list of strings
  names,          ///< a name or a list of names
  scalar_list,    ///< list of scalars
  any,            ///< any value
  free_table,     ///< table of anything
  inputs,         ///< `from`
  group_inputs,   ///< table of port or list of ports
  group_outputs,  ///< table of port or group_output
  model,          ///< name@alias, name@version or a template
  expression,     ///< string
  section,        ///< table of `section`
  section_list,   ///< list of tables of `section`
  section_map,    ///< table whose members are tables of `section`
  params,         ///< table of scalars, lists or tables of `section`
  reserved,       ///< known and refused
};

struct Key {
  std::string_view name;
  Shape shape = Shape::text;
  std::string_view help;
  bool required = false;
  const std::vector<std::string>* choices = nullptr;  ///< shape choice
  Section section = Section::dag;                     ///< shapes that name one
};

std::span<const Key> keys_of(Section section);
const Key* find_key(Section section, std::string_view name);
std::vector<std::string> key_names(Section section);  ///< without reserved ones

/// "[task.NAME]", "[dag]", "the table of a param", for messages.
std::string_view describe(Section section);
/// "a string", "a list of strings", for messages.
std::string_view describe(Shape shape);

/// [a-z][a-z0-9_]*, with dashes if `dashes`.
bool is_name(std::string_view text, bool dashes = false);

}  // namespace weirflow::dag
