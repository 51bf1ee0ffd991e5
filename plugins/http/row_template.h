// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Text with the values of a row's columns in it: "https://host/items/{id}".

#include <optional>
#include <string>
#include <vector>

#include "weirflow/batch.hpp"

namespace weirflow::http {

class RowTemplate {
 public:
  /// `{name}` stands for a column of the schema or one of `words`. invalid_config (key, offset) for
  /// an unknown name, a brace that is not closed, or a column that is no plain value.
  static wf::Result<RowTemplate> make(const std::string& text, const wf::Schema& schema,
                                      const std::string& key,
                                      const std::vector<std::string>& words = {});

  /// Times as ISO 8601, numbers as in JSON. nullopt: a value is null, whose column is `*null`.
  /// `escape`: percent-encodes values. `word`: the value of the words.
  [[nodiscard]] std::optional<std::string> render(const wf::Batch& batch, int64_t row, bool escape,
                                                  const std::string& word, std::string* null) const;
  /// The text in front of the first value.
  [[nodiscard]] const std::string& start() const { return parts_.front().literal; }
  [[nodiscard]] bool has_columns() const;

 private:
  struct Part {
    std::string literal;
    int column = kNone;  ///< behind the literal
  };
  static constexpr int kNone = -1, kWord = -2;
  std::vector<Part> parts_;
};

}  // namespace weirflow::http
