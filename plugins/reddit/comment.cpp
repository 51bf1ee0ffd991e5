// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "comment.h"

#include <algorithm>
#include <array>

#include "weirflow/io/values.hpp"

namespace weirflow::reddit {
namespace {

using wf::Field;
using wf::Type;
using wf::io::JsonCell;
using Problem = wf::io::LineParser::Problem;

/// Where the values stand in the object.
enum Slot : size_t {
  kId,
  kName,
  kParent,
  kLink,
  kAuthor,
  kAuthorFullname,
  kBody,
  kCreated,
  kEdited,
  kScore,
  kScoreHidden,
  kSubreddit,
  kSubredditId,
  kPermalink,
  kDistinguished,
  kStickied,
  kControversiality,
  kRetrievedOn,
  kRetrievedUtc,
  kRemovalType,
  kSlots
};
constexpr std::array<const char*, kSlots> kKeys = {"/id",
                                                   "/name",
                                                   "/parent_id",
                                                   "/link_id",
                                                   "/author",
                                                   "/author_fullname",
                                                   "/body",
                                                   "/created_utc",
                                                   "/edited",
                                                   "/score",
                                                   "/score_hidden",
                                                   "/subreddit",
                                                   "/subreddit_id",
                                                   "/permalink",
                                                   "/distinguished",
                                                   "/stickied",
                                                   "/controversiality",
                                                   "/retrieved_on",
                                                   "/retrieved_utc",
                                                   "/_meta/removal_type"};

/// How a column is made of the values.
enum class Make { plain, name, edited, edited_utc, retrieved, removal, removed };
struct Column {
  const char* name;
  Type type;
  Slot slot;
  Make make = Make::plain;
};
constexpr Column kColumns[] = {
    {"id", Type::utf8, kId},
    {"name", Type::utf8, kName, Make::name},
    {"parent_id", Type::utf8, kParent},
    {"link_id", Type::utf8, kLink},
    {"author", Type::utf8, kAuthor},
    {"author_fullname", Type::utf8, kAuthorFullname},
    {"body", Type::utf8, kBody},
    {"created_utc", Type::timestamp, kCreated},
    {"edited", Type::boolean, kEdited, Make::edited},
    {"edited_utc", Type::timestamp, kEdited, Make::edited_utc},
    {"score", Type::int64, kScore},
    {"score_hidden", Type::boolean, kScoreHidden},
    {"subreddit", Type::utf8, kSubreddit},
    {"subreddit_id", Type::utf8, kSubredditId},
    {"permalink", Type::utf8, kPermalink},
    {"distinguished", Type::utf8, kDistinguished},
    {"stickied", Type::boolean, kStickied},
    {"controversiality", Type::int64, kControversiality},
    {"retrieved_utc", Type::timestamp, kRetrievedOn, Make::retrieved},
    {"removal", Type::utf8, kRemovalType, Make::removal},
    {"removed", Type::boolean, kRemovalType, Make::removed},
};

bool empty(const JsonCell& cell) {
  return cell.kind == JsonCell::Kind::missing || cell.kind == JsonCell::Kind::null;
}
bool is_text(const JsonCell& cell) { return cell.kind == JsonCell::Kind::text; }

/// Why the body is gone, empty when it is there.
std::string_view removal_of(const std::vector<JsonCell>& cells) {
  if (is_text(cells[kRemovalType])) return cells[kRemovalType].text;
  if (is_text(cells[kBody]) && cells[kBody].text == "[removed]") return "removed";
  if (is_text(cells[kBody]) && cells[kBody].text == "[deleted]") return "deleted";
  return {};
}

JsonCell text_cell(std::string_view text) {
  JsonCell cell;
  cell.kind = text.empty() ? JsonCell::Kind::null : JsonCell::Kind::text;
  cell.text = text;
  return cell;
}
JsonCell bool_cell(bool value) {
  JsonCell cell;
  cell.kind = JsonCell::Kind::boolean;
  cell.integer = value;
  return cell;
}

}  // namespace

const std::vector<std::string>& comment_columns() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Column& column : kColumns) all.emplace_back(column.name);
    return all;
  }();
  return names;
}

struct CommentReader::State {
  wf::io::JsonFields fields;
  wf::io::JsonFields wrapper;
  std::vector<Column> columns;
  std::vector<Field> schema;
  std::vector<std::unique_ptr<wf::io::ColumnBuilder>> builders;
  std::vector<JsonCell> cells, wrapped, row;
  std::string name, data;

  /// Reads the object, or what an API listing wraps as its data.
  std::optional<Problem> read(std::string_view json, bool padded) {
    if (auto s = fields.parse(json, padded, &cells); !s.ok())
      return Problem{"bad_json", s.message()};
    if (!empty(cells[kId])) return {};
    if (auto s = wrapper.parse(json, padded, &wrapped); !s.ok())
      return Problem{"bad_json", s.message()};
    const bool has_kind = is_text(wrapped[0]);
    if (has_kind && wrapped[0].text == "Listing")
      return Problem{"not_a_comment", "the object is a listing; give its children one by one"};
    if (has_kind && wrapped[0].text != "t1")
      return Problem{"not_a_comment", "the object is of kind '" + std::string(wrapped[0].text) +
                                          "', a comment is of kind 't1'"};
    if (wrapped[1].kind != JsonCell::Kind::nested) return {};
    data.assign(wrapped[1].text);
    if (auto s = fields.parse(data, false, &cells); !s.ok())
      return Problem{"bad_json", s.message()};
    return {};
  }

  JsonCell make(const Column& column) {
    const JsonCell& cell = cells[column.slot];
    switch (column.make) {
      case Make::plain:
        return cell;
      case Make::name:
        if (!empty(cell)) return cell;
        name = "t1_" + std::string(cells[kId].text);
        return text_cell(name);
      case Make::edited:
        if (empty(cell)) return cell;
        return bool_cell(cell.kind != JsonCell::Kind::boolean || cell.integer != 0);
      case Make::edited_utc:
        return cell.kind == JsonCell::Kind::boolean ? JsonCell{} : cell;
      case Make::retrieved:
        return empty(cell) ? cells[kRetrievedUtc] : cell;
      case Make::removal:
        return text_cell(removal_of(cells));
      case Make::removed:
        return bool_cell(removal_of(cells).starts_with("removed"));
    }
    return cell;
  }
};

CommentReader::CommentReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
CommentReader::~CommentReader() = default;

wf::Result<std::unique_ptr<CommentReader>> CommentReader::make(
    const std::vector<std::string>& columns) {
  WF_ASSIGN(auto fields,
            wf::io::JsonFields::make(std::vector<std::string>(kKeys.begin(), kKeys.end())));
  WF_ASSIGN(auto wrapper, wf::io::JsonFields::make({"/kind", "/data"}));
  auto state = std::unique_ptr<State>(
      new State{std::move(fields), std::move(wrapper), {}, {}, {}, {}, {}, {}, {}, {}});
  for (const std::string& name : columns.empty() ? comment_columns() : columns) {
    const auto* found = std::find_if(std::begin(kColumns), std::end(kColumns),
                                     [&](const Column& c) { return name == c.name; });
    if (found == std::end(kColumns))
      return wf::invalid_config("a comment has no column '" + name + "'")
          .at({"columns", 0, 0, wf::did_you_mean(name, comment_columns())});
    for (const Field& field : state->schema)
      if (field.name == name)
        return wf::invalid_config("column '" + name + "' stands twice").at({"columns", 0, 0, ""});
    state->columns.push_back(*found);
    state->schema.push_back(Field{name, found->type, true, {}});
    WF_ASSIGN(auto builder, wf::io::make_column_builder(found->type));
    state->builders.push_back(std::move(builder));
  }
  state->row.resize(state->columns.size());
  return std::unique_ptr<CommentReader>(new CommentReader(std::move(state)));
}

const std::vector<Field>& CommentReader::fields() const { return state_->schema; }

std::optional<Problem> CommentReader::add(std::string_view json, bool padded) {
  State& s = *state_;
  if (auto problem = s.read(json, padded)) return problem;
  if (!is_text(s.cells[kId]) || !is_text(s.cells[kBody]))
    return Problem{"not_a_comment", "the object has no id and body"};
  for (size_t i = 0; i < s.columns.size(); ++i) {
    s.row[i] = s.make(s.columns[i]);
    if (wf::io::fit_json(s.row[i], s.columns[i].type, nullptr) != wf::io::JsonFit::misfit) continue;
    return Problem{"bad_value", "'" + std::string(s.columns[i].name) +
                                    "': " + wf::io::printable(s.row[i].text) + " is no " +
                                    std::string(wf::to_string(s.columns[i].type))};
  }
  for (size_t i = 0; i < s.columns.size(); ++i) {
    if (empty(s.row[i]))
      s.builders[i]->append_null();
    else
      wf::io::append_json(s.row[i], s.columns[i].type, nullptr, *s.builders[i]);
  }
  return {};
}

std::vector<wf::ArrayPtr> CommentReader::finish() {
  std::vector<wf::ArrayPtr> arrays;
  for (auto& builder : state_->builders) arrays.push_back(builder->finish());
  return arrays;
}

}  // namespace weirflow::reddit
