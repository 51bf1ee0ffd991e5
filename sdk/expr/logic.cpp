// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "node.h"

namespace wf::expr {
namespace {

Result<NodePtr> want_condition(NodePtr node, std::string_view what) {
  if (node->id() == Type::boolean || node->id() == Type::null) return coerce(node, Type::boolean);
  return refuse(node->span(),
                std::string(what) + " takes conditions (bool); this is " + node->type().to_string(),
                is_number(node->id()) ? "compare it: ... <> 0" : "");
}

/// AND and OR in three-valued logic over any number of arguments, a word of 64 rows at a time.
/// `decider` is the value that settles a row whatever follows: false for AND, true for OR; errors
/// of arguments to the right of it do not count.
class Connective {
 public:
  Connective(bool all, int64_t rows) : all_(all), rows_(rows) {
    const auto words = static_cast<size_t>(word_count(rows));
    decided_.resize(words);
    unknown_.resize(words);
  }
  void take(Vec& vec) {
    drop_decided(vec.errors);
    const BoolWords words(vec);
    for (size_t i = 0; i < decided_.size(); ++i) {
      const uint64_t value = words.value(static_cast<int64_t>(i));
      const uint64_t valid = words.valid(static_cast<int64_t>(i));
      decided_[i] |= valid & (all_ ? ~value : value);
      unknown_[i] |= ~valid;
    }
    for (const RowError& error : vec.errors) {
      // Nothing to the right settles a row that has already failed, but its error stays first.
      decided_[static_cast<size_t>(error.row / 64)] &= ~(uint64_t{1} << (error.row % 64));
      unknown_[static_cast<size_t>(error.row / 64)] |= uint64_t{1} << (error.row % 64);
    }
    merge_errors(errors_, std::move(vec.errors));
  }
  Vec finish() {
    BufferBuilder<uint64_t> values, valid;
    values.resize_for_overwrite(decided_.size());
    valid.resize_for_overwrite(decided_.size());
    bool any_null = false;
    for (size_t i = 0; i < decided_.size(); ++i) {
      values[i] = all_ ? ~decided_[i] : decided_[i];
      valid[i] = decided_[i] | ~unknown_[i];
      any_null |= valid[i] != ~uint64_t{0};
    }
    Validity validity;
    if (any_null) validity.bits = valid.finish();
    return {make_array(Type::boolean, rows_, std::move(validity), values.finish()), false,
            std::move(errors_)};
  }

 private:
  void drop_decided(RowErrors& errors) const {
    std::erase_if(errors, [&](const RowError& error) {
      return (decided_[static_cast<size_t>(error.row / 64)] >> (error.row % 64)) & 1;
    });
  }
  bool all_;
  int64_t rows_;
  std::vector<uint64_t> decided_, unknown_;
  RowErrors errors_;
};

}  // namespace

Result<NodePtr> make_logic(bool all, std::vector<NodePtr> args, Span span) {
  for (NodePtr& arg : args) {
    WF_ASSIGN(arg, want_condition(arg, all ? "AND" : "OR"));
  }
  const bool nullable = any_nullable(args);
  auto kernel = [all](int64_t rows, std::vector<Vec>& values) {
    Connective connective(all, rows);
    for (Vec& value : values) connective.take(value);
    return connective.finish();
  };
  return make_call(Type::boolean, nullable, span, std::move(args), kernel, Errors::lazy);
}

Result<NodePtr> make_not(NodePtr a, Span span) {
  WF_ASSIGN(a, want_condition(std::move(a), "NOT"));
  return make_strict(Type::boolean, span, {std::move(a)}, [](int64_t rows, std::vector<Vec>& v) {
    const BoolWords words(v[0]);
    BufferBuilder<uint64_t> out;
    out.resize_for_overwrite(static_cast<size_t>(word_count(rows)));
    for (size_t i = 0; i < out.size(); ++i) out[i] = ~words.value(static_cast<int64_t>(i));
    return Vec{make_array(Type::boolean, rows, combine_validity(rows, v), out.finish()), false, {}};
  });
}

NodePtr make_is_null(NodePtr a, bool negated, Span span) {
  return make_call(Type::boolean, false, span, {std::move(a)},
                   [negated](int64_t rows, std::vector<Vec>& v) {
                     const Array& array = *v[0].array;
                     const bool all_null = array.type.id() == Type::null;
                     const BitReader valid(array.buffers[0], array.offset);
                     BufferBuilder<uint64_t> out;
                     out.resize_for_overwrite(static_cast<size_t>(word_count(rows)));
                     for (size_t i = 0; i < out.size(); ++i) {
                       const uint64_t known = all_null ? 0 : valid.word(static_cast<int64_t>(i));
                       out[i] = negated ? known : ~known;
                     }
                     return Vec{make_array(Type::boolean, rows, {}, out.finish()), false, {}};
                   });
}

Result<NodePtr> make_is_bool(NodePtr a, bool truth, bool negated, Span span) {
  WF_ASSIGN(a, want_condition(std::move(a), truth ? "IS TRUE" : "IS FALSE"));
  return make_call(Type::boolean, false, span, {std::move(a)},
                   [truth, negated](int64_t rows, std::vector<Vec>& v) {
                     const BoolWords words(v[0]);
                     BufferBuilder<uint64_t> out;
                     out.resize_for_overwrite(static_cast<size_t>(word_count(rows)));
                     for (size_t i = 0; i < out.size(); ++i) {
                       const uint64_t value = words.value(static_cast<int64_t>(i));
                       const uint64_t is =
                           words.valid(static_cast<int64_t>(i)) & (truth ? value : ~value);
                       out[i] = negated ? ~is : is;
                     }
                     return Vec{make_array(Type::boolean, rows, {}, out.finish()), false, {}};
                   });
}

}  // namespace wf::expr
