// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// CSV records in memory: where fields begin and end. Internal to weirflow-io; one thread.

#include <string>
#include <string_view>
#include <vector>

#include "csv_scan.h"
#include "weirflow/io/csv.hpp"

namespace wf::io {

/// A field inside the buffer. Its text is the bytes themselves unless kEscaped or kMixed is set.
struct CsvField {
  static constexpr uint8_t kQuoted = 1;   ///< was in quotes, which are not in [data, data + size)
  static constexpr uint8_t kEscaped = 2;  ///< has doubled quotes or escapes
  static constexpr uint8_t kMixed =
      4;  ///< text behind the closing quote: from the opening quote on
  static constexpr uint8_t kMissing = 8;  ///< the record has fewer fields
  const char* data = nullptr;
  uint32_t size = 0;
  uint8_t flags = 0;

  [[nodiscard]] std::string_view raw() const { return {data, size}; }
  [[nodiscard]] bool as_is() const { return (flags & (kEscaped | kMixed)) == 0; }
};

struct CsvRecord {
  const char* begin = nullptr;
  const char* end = nullptr;   ///< without the line end
  const char* next = nullptr;  ///< where the next record begins
  size_t fields = 0;
  const char* problem = nullptr;  ///< what is wrong with it, static text; null: nothing
  const char* problem_code = nullptr;
  bool over = false;  ///< the problem is its size
};

class CsvParser {
 public:
  enum class Outcome {
    record,      ///< `record` is whole (perhaps with a problem)
    passed,      ///< a comment or blank line ends at record.next
    incomplete,  ///< more bytes are needed
    too_large,   ///< more bytes are needed for a field that is over the limit already
    end,         ///< nothing is left
  };
  explicit CsvParser(const CsvOptions& options);

  /// Keep only some fields: `slots[i]` is the place of field i among `count`, or -1.
  void project(std::vector<int> slots, size_t count);
  /// Before the bytes of a buffer changed.
  void reset() { scanner_.reset(); }
  /// Reads the record at p; `last`: nothing follows `end`. Its kept fields are appended to
  /// `fields`: all in order, or after project() exactly `count`, of which missing ones are marked.
  /// 64 bytes behind end must be readable.
  Outcome parse(const char* p, const char* end, bool last, CsvRecord& record,
                std::vector<CsvField>& fields);

  /// The text of a field that is not as_is(), or its raw bytes; *scratch may hold it.
  std::string_view text(const CsvField& field, std::string* scratch) const;

  /// Most bytes of a record.
  [[nodiscard]] size_t max_record() const { return max_record_; }

 private:
  struct Cursor {
    const char* p;
    const char* end;
    bool last;
  };
  Outcome quoted_field(Cursor& in, CsvRecord& record, CsvField& field);
  Outcome plain_field(Cursor& in, CsvRecord& record, CsvField& field);
  Outcome line_end(Cursor& in, CsvRecord& record) const;
  Outcome pass_line(Cursor& in, CsvRecord& record);
  Outcome wait_for_more(const char* field_start, const Cursor& in) const;
  /// The first problem counts; but too_large is the one that is found however the bytes arrive.
  static void note(CsvRecord& record, const char* code, const char* problem, bool over = false) {
    if (record.problem && !over) return;
    record.over = over;
    record.problem = problem;
    record.problem_code = code;
  }
  [[nodiscard]] bool is_blank(char c) const {
    return (c == ' ' || c == '\t') && c != options_.delimiter;
  }

  CsvOptions options_;
  char quote_, escape_;
  bool has_quote_, has_escape_;
  size_t max_field_, max_record_;
  CsvScanner scanner_;
  std::vector<int> slots_;
  std::vector<CsvField> missing_;  // a record's fields before any was found
  bool projected_ = false;
};

/// Passes over a record of any size in constant memory, byte by byte, ending where CsvParser would.
class CsvSkipper {
 public:
  explicit CsvSkipper(const CsvOptions& options);
  /// At the first byte of a record, or of a comment.
  void begin(bool comment) {
    active_ = true;
    state_ = comment ? State::comment : State::field_start;
  }
  [[nodiscard]] bool active() const { return active_; }
  /// Consumes from [p, end) and answers where it stopped; inactive once the record has ended.
  const char* skip(const char* p, const char* end, bool last);

 private:
  enum class State { field_start, plain, quoted, escaped, quote_seen, cr, comment };
  bool step(char c);
  CsvOptions options_;
  bool active_ = false;
  State state_ = State::field_start;
};

}  // namespace wf::io
