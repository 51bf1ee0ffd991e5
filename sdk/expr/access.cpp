// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "node.h"

namespace wf::expr {
namespace {

Result<NodePtr> build_list_length(Arguments& args) {
  const NodePtr& list = args.nodes[0];
  if (list->id() != Type::list && list->id() != Type::null)
    return refuse(list->span(), "list_length() takes a list; this is " + list->type().to_string(),
                  list->id() == Type::utf8 ? "for a text: length()" : "");
  if (list->id() == Type::null) return make_null(Type::int64, args.span);
  return make_strict(Type::int64, args.span, args.nodes, [](int64_t rows, std::vector<Vec>& v) {
    const ListView view(*v[0].array);
    BufferBuilder<int64_t> out;
    out.resize_for_overwrite(static_cast<size_t>(rows));
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t at = v[0].at(i);
      out[static_cast<size_t>(i)] = view.end(at) - view.begin(at);
    }
    return Vec{make_array(Type::int64, rows, combine_validity(rows, v), out.finish()), false, {}};
  });
}

}  // namespace

Result<NodePtr> make_index(NodePtr list, NodePtr position, Span span) {
  if (list->id() == Type::null) return make_null(Type::null, span);
  if (list->id() != Type::list)
    return refuse(list->span(), "[ ] takes an item of a list; this is " + list->type().to_string(),
                  list->id() == Type::utf8 ? "for a part of a text: substr()" : "");
  if (!is_integer(position->id()) && position->id() != Type::null)
    return refuse(position->span(),
                  "the position in a list is an integer, not " + position->type().to_string());
  WF_ASSIGN(position, coerce(std::move(position), Type::int64));
  const DataType item = list->type().children()[0].type;
  return make_call(item, true, span, {std::move(list), std::move(position)},
                   [](int64_t rows, std::vector<Vec>& v) {
                     const ListView view(*v[0].array);
                     const NumericView<int64_t> positions(*v[1].array);
                     std::vector<int64_t> rows_taken(static_cast<size_t>(rows), -1);
                     for (int64_t i = 0; i < rows; ++i) {
                       if (v[0].is_null(i) || v[1].is_null(i)) continue;
                       const int64_t begin = view.begin(v[0].at(i));
                       const int64_t count = view.end(v[0].at(i)) - begin;
                       const int64_t wanted = positions[v[1].at(i)];
                       if (wanted >= count || wanted < -count) continue;
                       rows_taken[static_cast<size_t>(i)] =
                           begin + (wanted < 0 ? wanted + count : wanted);
                     }
                     return Vec{gather(view.items(), rows_taken), false, {}};
                   });
}

Result<NodePtr> make_member(NodePtr structure, const std::string& name, Span token, Span span) {
  if (structure->id() == Type::null) return make_null(Type::null, span);
  if (structure->id() != Type::structure)
    return refuse(
        token, "'" + name + "' is not there: " + structure->type().to_string() + " has no members");
  const std::vector<Field>& members = structure->type().children();
  std::vector<std::string> names;
  for (const Field& member : members) names.push_back(member.name);
  for (size_t k = 0; k < members.size(); ++k) {
    if (members[k].name != name) continue;
    const bool nullable = structure->nullable() || members[k].nullable;
    return make_call(members[k].type, nullable, span, {std::move(structure)},
                     [k](int64_t rows, std::vector<Vec>& v) {
                       const Array& whole = *v[0].array;
                       ArrayPtr member = struct_member(whole, k);
                       if (whole.null_count() == 0) return Vec{member, v[0].constant, {}};
                       std::vector<int64_t> indices(static_cast<size_t>(rows));
                       for (int64_t i = 0; i < rows; ++i)
                         indices[static_cast<size_t>(i)] = v[0].is_null(i) ? -1 : v[0].at(i);
                       return Vec{gather(member, indices), false, {}};
                     });
  }
  return refuse(token, "there is no member '" + name + "' in " + structure->type().to_string(),
                did_you_mean(name, names));
}

std::span<const Function> access_functions() {
  static constexpr Function kFunctions[] = {{"list_length", 1, 1, build_list_length}};
  return kFunctions;
}

}  // namespace wf::expr
