// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "node.h"
#include "weirflow/row_hash.hpp"

namespace wf::expr {
namespace {

Result<NodePtr> build_hash64(Arguments& args) {
  return make_call(Type::int64, false, args.span, args.nodes,
                   [](int64_t rows, std::vector<Vec>& v) {
                     BufferBuilder<int64_t> out;
                     out.resize_for_overwrite(static_cast<size_t>(rows));
                     for (int64_t i = 0; i < rows; ++i) {
                       uint64_t h = 0;
                       for (const Vec& vec : v) h = hash_value(*vec.array, vec.at(i), h);
                       out[static_cast<size_t>(i)] = static_cast<int64_t>(h);
                     }
                     return Vec{make_array(Type::int64, rows, {}, out.finish()), false, {}};
                   });
}

}  // namespace

std::span<const Function> hash_functions() {
  static constexpr Function kFunctions[] = {{"hash64", 1, SIZE_MAX, build_hash64}};
  return kFunctions;
}

}  // namespace wf::expr
