// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Text with parts to be filled in: "{subreddit}: {probability:.2}". ":.2" gives a number so many
/// decimals. There is no way to write a brace.
///
/// Threads: a value; render() from any.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/batch.hpp"
#include "weirflow/error.hpp"
#include "weirflow/schema.hpp"

namespace weirflow::alert {

class TextTemplate {
 public:
  struct Part {
    std::string literal;  ///< or a name with its decimals (-1: as it is)
    std::string name;
    int decimals = -1;
    uint32_t offset = 0;  ///< of the name in the text
  };
  /// invalid_config with the place in the value of `key`.
  static wf::Result<TextTemplate> parse(const std::string& text, const std::string& key);
  TextTemplate() = default;

  [[nodiscard]] bool empty() const { return parts_.empty(); }
  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
  /// `append` adds the value of a part to the text.
  std::string render(const std::function<void(const Part& part, std::string* out)>& append) const;

 private:
  std::vector<Part> parts_;
};

/// "3.14" of 3.14159 and 2; the shortest form with decimals < 0.
std::string number_text(double value, int decimals);

/// A template over the columns of a batch. Null is "".
class RowTemplate {
 public:
  /// invalid_config: as parse(); an unknown column (and the nearest); one of binary data.
  static wf::Result<RowTemplate> make(const std::string& text, const wf::Schema& schema,
                                      const std::string& key);
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] std::string of(const wf::Batch& batch, int64_t row) const;

 private:
  TextTemplate text_;
  std::vector<int> columns_;  ///< by part; -1 for a literal
};

}  // namespace weirflow::alert
