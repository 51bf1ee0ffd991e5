// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "rows.h"

/// Any bytes as an expression: refused with a place inside the text, or compiled and evaluated
/// without a fault, the answers of the batch equal to those of its slices.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const wf::Batch batch = wf::test::sample();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)wf::Expression::parse_only(text);
  const auto expression = wf::Expression::compile(text, batch.schema());
  if (!expression.ok()) {
    const wf::Status::Place* place = expression.error().place();
    if (!place || place->offset > size || place->offset + place->length > size) std::abort();
    return 0;
  }
  wf::RowErrors errors;
  const auto whole = expression->evaluate(batch, &errors);
  if (!whole.ok()) return 0;
  if ((*whole)->length != batch.rows() || !((*whole)->type == expression->type())) std::abort();
  if (!expression->nullable() && errors.empty() && (*whole)->null_count() != 0) std::abort();
  for (int64_t i = 0; i < batch.rows(); ++i) {
    const auto part = expression->evaluate(batch.slice(i, 1), &errors);
    if (!part.ok() || wf::test::show(**part, 0) != wf::test::show(**whole, i)) std::abort();
  }
  return 0;
}
