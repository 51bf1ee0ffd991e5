// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support.h"

namespace weirflow::flow {

struct UnionConfig {
  std::string columns = "equal";
  std::string source;
};

/// Rows of several inputs as one stream.
class Union : public wf::Transform<UnionConfig> {
 public:
  static constexpr auto kInfo = wf::component("flow.union")
                                    .version("1.0.0")
                                    .cardinality(wf::Cardinality::map)
                                    .summary("Puts the rows of several inputs into one output");
  static constexpr auto kConfig = wf::fields(
      wf::field("columns", &UnionConfig::columns)
          .one_of("equal", "all", "common")
          .help("equal: every input has the same columns, in any order. all: every column of any "
                "input, null "
                "where an input lacks it. common: only the columns that all inputs have.")
          .example(R"("all")"),
      wf::field("source", &UnionConfig::source)
          .help("Name of a column to add that says which input a row came from.")
          .example(R"("origin")"));
  static constexpr auto kPorts =
      wf::ports(wf::inputs_named().summary("As many as `from` names"), wf::output("out"));

 protected:
  wf::Status bind_ports(wf::BindContext& context) override {
    wf::SchemaBuilder& out = context.output(0);
    inputs_.clear();
    names_.clear();
    if (context.inputs().empty())
      return wf::invalid_config("flow.union needs an input: from = { a = ..., b = ... }");
    for (const wf::BindInput& input : context.inputs()) {
      if (!input.schema) {
        out.unknown_yet();
        return {};
      }
      names_.push_back(input.name);
      inputs_.push_back(plain_schema(*input.schema).finish());
    }
    WF_ASSIGN(std::vector<wf::Field> fields, common_fields());
    for (wf::Field& field : fields) WF_TRY(out.add(std::move(field)));
    if (!config().source.empty())
      if (wf::Status s = out.add({config().source, wf::Type::utf8, false, {}}); !s.ok())
        return at_key(s, "source");
    return {};
  }
  wf::Status process_port(int port, const wf::Batch& in, wf::Emitter& out) override {
    const wf::Schema& schema = *out.schema();
    std::vector<wf::ArrayPtr> columns;
    for (const wf::Field& field : schema.fields()) {
      if (field.name == config().source && static_cast<int>(columns.size()) == schema.size() - 1)
        break;
      const int from = inputs_[static_cast<size_t>(port)].index_of(field.name);
      columns.push_back(from < 0 ? nulls(field.type, in.rows()) : plain_column(in.column(from)));
    }
    if (!config().source.empty()) {
      wf::StringBuilder origin;
      for (int64_t i = 0; i < in.rows(); ++i) origin.append(names_[static_cast<size_t>(port)]);
      columns.push_back(origin.finish());
    }
    out.emit(wf::Batch(out.schema(), in.rows(), std::move(columns)));
    return {};
  }

 private:
  static wf::ArrayPtr nulls(const wf::DataType& type, int64_t rows);

  wf::Result<std::vector<wf::Field>> common_fields() const {
    std::vector<wf::Field> fields;
    for (size_t k = 0; k < inputs_.size(); ++k)
      for (const wf::Field& field : inputs_[k].fields()) {
        const auto known = std::find_if(fields.begin(), fields.end(),
                                        [&](const auto& f) { return f.name == field.name; });
        if (known == fields.end()) {
          fields.push_back(field);
          continue;
        }
        if (!(known->type == field.type))
          return wf::invalid_config("column '" + field.name + "' is " + field.type.to_string() +
                                    " in input '" + names_[k] + "' and " + known->type.to_string() +
                                    " in one before; make them alike with flow.map: cast(" +
                                    field.name + " as ...)");
        known->nullable |= field.nullable;
      }
    std::vector<wf::Field> result;
    for (wf::Field& field : fields) {
      std::string missing;
      for (size_t k = 0; k < inputs_.size(); ++k)
        if (inputs_[k].index_of(field.name) < 0) missing = names_[k];
      if (!missing.empty() && config().columns == "equal")
        return wf::invalid_config("input '" + missing + "' has no column '" + field.name + "'")
            .at({"columns", 0, 0, "columns = \"all\" or \"common\" unites unequal inputs"});
      if (!missing.empty() && config().columns == "common") continue;
      field.nullable |= !missing.empty();
      result.push_back(std::move(field));
    }
    return result;
  }

  std::vector<wf::Schema> inputs_;
  std::vector<std::string> names_;
};

inline wf::ArrayPtr Union::nulls(const wf::DataType& type, int64_t rows) {
  auto array = std::make_shared<wf::Array>();
  array->type = type;
  array->length = rows;
  if (type.id() == wf::Type::null) return array;
  const auto zeros = [](int64_t bytes) {
    wf::BufferBuilder<uint8_t> buffer;
    buffer.resize(static_cast<size_t>(bytes));
    return buffer.finish();
  };
  array->null_count_cache = rows;
  array->buffers[0] = zeros((rows + 7) / 8);
  if (type.id() != wf::Type::structure) array->buffers[1] = zeros((rows + 1) * 8);
  if (type.id() == wf::Type::utf8 || type.id() == wf::Type::binary) array->buffers[2] = zeros(0);
  for (const wf::Field& child : type.children())
    array->children.push_back(nulls(child.type, type.id() == wf::Type::structure ? rows : 0));
  return array;
}

}  // namespace weirflow::flow
