// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the components of this library share: columns, expressions with refused rows, memory, and
/// handing on results bit by bit.

#include <algorithm>
#include <string>
#include <vector>

#include "key_encoder.h"
#include "memory.h"
#include "plain_type.h"
#include "weirflow/expr.hpp"
#include "weirflow/kernels.hpp"
#include "weirflow/plugin.hpp"

namespace weirflow::flow {

inline wf::SchemaBuilder plain_schema(const wf::Schema& in) {
  std::vector<wf::Field> fields = in.fields();
  for (wf::Field& field : fields) field.type = plain_type(field.type);
  return wf::SchemaBuilder(wf::Schema(std::move(fields), in.metadata()));
}
inline wf::ArrayPtr plain_column(const wf::ArrayPtr& column) {
  return plain_type(column->type) == column->type ? column : wf::compact(column);
}
/// The batch under the schema of its output.
inline wf::Batch plain_batch(const wf::Batch& batch, const wf::SchemaPtr& schema) {
  std::vector<wf::ArrayPtr> columns;
  for (const wf::ArrayPtr& column : batch.columns()) columns.push_back(plain_column(column));
  return wf::Batch(schema, batch.rows(), std::move(columns));
}

/// Puts the configuration key into the place of a failed Status.
inline wf::Status at_key(const wf::Status& status, std::string key, size_t shift = 0) {
  wf::Status::Place place;
  if (status.place()) place = *status.place();
  place.key = std::move(key);
  place.offset += static_cast<uint32_t>(shift);
  return wf::Status(status).at(std::move(place));
}

inline wf::Result<wf::Expression> compile(std::string_view text, const wf::Schema& in,
                                          std::string key, size_t shift = 0) {
  wf::Result<wf::Expression> compiled = wf::Expression::compile(text, in);
  if (!compiled.ok()) return at_key(compiled.error(), std::move(key), shift);
  return compiled;
}
/// As compile(), for a condition: bool, or always null.
inline wf::Result<wf::Expression> compile_condition(std::string_view text, const wf::Schema& in,
                                                    std::string key) {
  WF_ASSIGN(wf::Expression compiled, compile(text, in, key));
  const wf::Type type = compiled.type().id();
  if (type != wf::Type::boolean && type != wf::Type::null)
    return wf::invalid_config("a condition is needed (bool); this is " +
                              compiled.type().to_string())
        .at({std::move(key), 0, static_cast<uint32_t>(text.size()), "compare it, as in x > 0"});
  return compiled;
}

/// The rows of a batch that are still wanted; refuses those whose expression failed.
class RowSelection {
 public:
  explicit RowSelection(int64_t rows) : keep_(static_cast<size_t>(rows), 1) {}
  /// Rows refused before are not refused again.
  void refuse(const wf::RowErrors& errors, std::string_view key, wf::Emitter& out) {
    for (const wf::RowError& error : errors) {
      uint8_t& keep = keep_[static_cast<size_t>(error.row)];
      if (!keep) continue;
      keep = 0;
      out.refuse(error.row, "expression", std::string(key) + ": " + error.message);
    }
  }
  [[nodiscard]] bool holds(int64_t row) const { return keep_[static_cast<size_t>(row)] != 0; }
  void drop(int64_t row) { keep_[static_cast<size_t>(row)] = 0; }
  [[nodiscard]] const std::vector<uint8_t>& bytes() const { return keep_; }
  [[nodiscard]] bool all() const { return std::find(keep_.begin(), keep_.end(), 0) == keep_.end(); }

 private:
  std::vector<uint8_t> keep_;
};

/// True where a condition's answer is true (not null).
inline bool is_true(const wf::Array& answer, int64_t row) {
  return answer.type.id() == wf::Type::boolean && !answer.is_null(row) && wf::BoolView(answer)[row];
}

inline Memory memory_of(const wf::Host& host) {
  return {host.memory_budget(), [&host] { return host.spill_folder(); }};
}

/// Tells the host what a component holds.
class HeldMemory {
 public:
  void set(const wf::Host& host, int64_t bytes) {
    host.adjust_memory(bytes - told_);
    told_ = bytes;
  }

 private:
  int64_t told_ = 0;
};

/// For components that hold rows until the input ends: no checkpoint has these rows, and a stream
/// that goes on from one would lose them.
inline wf::Status refuse_checkpoints(const wf::Host& host, const std::string& what) {
  if (host.task().checkpointed != 1) return {};
  return wf::invalid_config(what +
                            " keeps rows until the input ends, and no checkpoint has them: in a "
                            "stream take flow.window, or do without checkpoints (interval = \"0s\" "
                            "in [checkpoint])");
}

/// Emits what next() gives until the end, a pause (finish is then called again) or a cancel.
/// `each` sees every batch before it goes.
template <typename Next, typename Each>
wf::Status emit_all(wf::Emitter& out, const wf::Host& host, Next&& next, Each&& each) {
  for (;;) {
    if (host.is_cancelled()) return wf::cancelled("stopped on request");
    WF_ASSIGN(std::optional<wf::Batch> batch, next());
    if (!batch) return {};
    if (each(*batch)) {
      out.more();
      return {};
    }
  }
}

/// Positions of columns, each of which must exist.
inline wf::Result<std::vector<int>> require_all(const std::vector<std::string>& names,
                                                const wf::Schema& in, std::string_view key) {
  std::vector<int> columns;
  for (size_t i = 0; i < names.size(); ++i) {
    WF_ASSIGN(const int column, in.require(names[i], item_key(key, i)));
    columns.push_back(column);
  }
  return columns;
}
inline std::vector<int> all_columns(const wf::Schema& in) {
  std::vector<int> columns;
  for (int i = 0; i < in.size(); ++i) columns.push_back(i);
  return columns;
}

}  // namespace weirflow::flow
