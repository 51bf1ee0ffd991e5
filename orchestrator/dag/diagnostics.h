// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What is wrong with a DAG, each with its place, gathered so that one look names all faults.
///
/// A message is one clause that says what is wrong and the rule; the hint is what to do about it,
/// often the nearest valid name. Names and keys stand in `backquotes`. Codes are stable: scripts
/// may rely on them.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dag/source.h"

namespace weirflow::dag {

enum class Severity : uint8_t { error, warning };

struct Note {
  SourceRange range;
  std::string message;
};

struct Diagnostic {
  Severity severity = Severity::error;
  std::string code;  ///< "unknown-key"; letters and dashes
  SourceRange range;
  std::string message;
  std::string hint;  ///< may be empty
  std::vector<Note> notes;
};

/// Collects diagnostics. After kLimit of them further ones are only counted.
class Diagnostics {
 public:
  static constexpr size_t kLimit = 1000;

  /// The reference is valid until the next add; use it to set hint and notes.
  Diagnostic& add(Severity severity, std::string code, SourceRange range, std::string message);
  Diagnostic& error(std::string code, SourceRange range, std::string message) {
    return add(Severity::error, std::move(code), range, std::move(message));
  }
  Diagnostic& warning(std::string code, SourceRange range, std::string message) {
    return add(Severity::warning, std::move(code), range, std::move(message));
  }

  [[nodiscard]] size_t errors() const { return errors_; }
  [[nodiscard]] size_t dropped() const { return dropped_; }
  /// No further diagnostic would be kept: costly hints are not worth their time.
  [[nodiscard]] bool full() const { return items_.size() >= kLimit; }
  [[nodiscard]] const std::vector<Diagnostic>& items() const { return items_; }
  [[nodiscard]] std::vector<Diagnostic>& items() { return items_; }

  /// By file (in the order of reading), then place, then order of adding. Equal ones (code, place,
  /// message) are kept once.
  void sort();

 private:
  std::vector<Diagnostic> items_;
  Diagnostic overflow_;
  size_t errors_ = 0;
  size_t dropped_ = 0;
};

struct RenderOptions {
  bool color = false;  ///< ANSI colours; the caller knows about terminals and NO_COLOR
};

/// For a person:
///
///   train.toml:12:8: error: no task is called `comment` [unknown-task]
///      |
///   12 | from = "comment"
///      |        ^^^^^^^^^
///      = hint: did you mean `comments`?
///
/// Tabs in the source line are shown as four columns, carets follow the displayed width; long lines
/// are cut around the caret. Ends with a newline; diagnostics are separated by a blank line.
std::string render(const Diagnostics& diagnostics, const Sources& sources,
                   RenderOptions options = {});
std::string render(const Diagnostic& diagnostic, const Sources& sources,
                   RenderOptions options = {});

/// For programs: a JSON array of {severity, code, message, hint?, file?, line?, column?, end_line?,
/// end_column?, notes: [{message, file?, line?, ...}]}.
std::string render_json(const Diagnostics& diagnostics, const Sources& sources);

}  // namespace weirflow::dag
