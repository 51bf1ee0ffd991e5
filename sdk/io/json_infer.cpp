// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <poll.h>

#include <algorithm>
#include <unordered_map>

#include "json_lines.h"
#include "weirflow/io/values.hpp"

namespace wf::io {
namespace {

/// What the values of one key have looked like.
struct JsonGuess {
  TypeGuess scalar;
  TypeGuess items;
  bool has_scalar = false, has_list = false, has_sparse = false, has_other = false;

  void add(const JsonCell& cell, JsonNested& nested) {
    if (cell.kind == JsonCell::Kind::missing || cell.kind == JsonCell::Kind::null) return;
    if (cell.kind == JsonCell::Kind::nested) return add_nested(cell.text, nested);
    has_scalar = true;
    scalar.add_type(type_of(cell));
  }
  static Type type_of(const JsonCell& cell) {
    switch (cell.kind) {
      case JsonCell::Kind::boolean:
        return Type::boolean;
      case JsonCell::Kind::integer:
        return Type::int64;
      // A whole number past int64 is text, so that no digit is lost.
      case JsonCell::Kind::number:
        return cell.text.find_first_of(".eE") == std::string_view::npos ? Type::utf8
                                                                        : Type::float64;
      case JsonCell::Kind::text:
        return cell.text.size() >= 10 && parse_timestamp(cell.text) ? Type::timestamp : Type::utf8;
      default:
        return Type::utf8;
    }
  }
  void add_nested(std::string_view json, JsonNested& nested) {
    if (json == "[]") return;
    if (json.front() == '[' && nested.load(json, DataType::sparse())) {
      has_sparse = true;
      return;
    }
    static const Type kItems[] = {Type::boolean, Type::int64, Type::float64, Type::utf8};
    for (const Type item : kItems) {
      if (json.front() != '[' || !nested.load(json, DataType::list_of(item))) continue;
      has_list = true;
      items.add_type(item);
      return;
    }
    has_other = true;
  }
  [[nodiscard]] DataType type() const {
    const int kinds = has_scalar + has_list + has_sparse + has_other;
    if (kinds != 1 || has_other) return Type::utf8;
    if (has_sparse) return DataType::sparse();
    return has_list ? DataType::list_of(items.type()) : DataType(scalar.type());
  }
};

struct NamedGuess {
  std::string name;
  JsonGuess guess;
};
using Guesses = std::vector<NamedGuess>;

/// Looks at lines without keeping rows. With pointers: their values; without: every key at the top,
/// in the order of first appearance.
class Sampler final : public LineParser {
 public:
  Sampler(JsonFields fields, bool all_keys, std::shared_ptr<Guesses> guesses)
      : fields_(std::move(fields)), all_keys_(all_keys), guesses_(std::move(guesses)) {}
  [[nodiscard]] const SchemaPtr& schema() const override { return schema_; }
  std::optional<Problem> add(std::string_view line) override {
    const Status s = all_keys_ ? add_keys(line) : add_chosen(line);
    if (!s.ok()) return Problem{"bad_json", s.message()};
    return {};
  }
  std::vector<ArrayPtr> finish() override { return {}; }

 private:
  Status add_keys(std::string_view line) {
    return fields_.visit(line, true, [&](std::string_view key, const JsonCell& cell) {
      const auto [at, fresh] = index_.try_emplace(std::string(key), guesses_->size());
      if (fresh) guesses_->push_back({std::string(key), {}});
      (*guesses_)[at->second].guess.add(cell, nested_);
    });
  }
  Status add_chosen(std::string_view line) {
    WF_TRY(fields_.parse(line, true, &cells_));
    for (size_t i = 0; i < cells_.size(); ++i) (*guesses_)[i].guess.add(cells_[i], nested_);
    return {};
  }

  JsonFields fields_;
  bool all_keys_;
  std::shared_ptr<Guesses> guesses_;
  JsonNested nested_;
  SchemaPtr schema_ = std::make_shared<Schema>();
  std::unordered_map<std::string, size_t> index_;
  std::vector<JsonCell> cells_;
};

Status read_sample(RecordReader& reader, int64_t rows) {
  Batch batch;
  while (rows > 0) {
    WF_ASSIGN(const Next next, reader.next(&batch));
    if (next == Next::end) break;
    if (next == Next::batch) rows -= batch.rows();
    if (next == Next::idle && reader.wait_descriptor() >= 0) {
      pollfd p{reader.wait_descriptor(), POLLIN, 0};
      ::poll(&p, 1, -1);
    }
  }
  return {};
}

}  // namespace

Result<Schema> infer_jsonl(std::unique_ptr<ByteInput> input, const std::string& name,
                           const JsonlOptions& options) {
  auto guesses = std::make_shared<Guesses>();
  std::vector<std::string> pointers;
  for (const JsonColumn& column : options.columns) {
    pointers.push_back(pointer_of(column));
    guesses->push_back({column.name, {}});
  }
  WF_ASSIGN(JsonFields fields, JsonFields::make(pointers));
  JsonlOptions sampling = options;
  sampling.bad_lines = BadLines::skip;
  sampling.limits.rows = std::min<int64_t>(options.sample_rows, 4096);
  const auto reader = make_lines_reader(
      {name}, sampling,
      std::make_unique<Sampler>(std::move(fields), options.columns.empty(), guesses), {},
      std::move(input));
  WF_TRY(read_sample(*reader, options.sample_rows));
  if (guesses->empty())
    return invalid_data(name + ": there is no JSON object to learn columns from");
  std::vector<Field> columns;
  for (size_t i = 0; i < guesses->size(); ++i) {
    const NamedGuess& found = (*guesses)[i];
    DataType type = found.guess.type();
    if (!options.columns.empty() && options.columns[i].type) type = *options.columns[i].type;
    columns.push_back(column_field({found.name, {}, {}, false}, type));
  }
  return Schema(std::move(columns));
}

}  // namespace wf::io
