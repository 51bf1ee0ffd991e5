// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "csv_parse.h"

#include <algorithm>
#include <cstring>

namespace wf::io {
namespace {

constexpr char kTooLarge[] = "too_large";
constexpr char kBadQuote[] = "bad_quote";
/// A record may have many fields near the limit, but not without end.
constexpr size_t kFieldsPerRecord = 4;
constexpr size_t kLeastRecordLimit = 1 << 20;

bool ends_line(char c) { return c == '\n' || c == '\r'; }

}  // namespace

CsvParser::CsvParser(const CsvOptions& options)
    : options_(options),
      quote_(options.quote.value_or('\0')),
      escape_(options.escape.value_or(quote_)),
      has_quote_(options.quote.has_value()),
      has_escape_(options.escape && options.escape != options.quote),
      max_field_(static_cast<size_t>(options.max_field)),
      max_record_(std::max(max_field_ * kFieldsPerRecord, kLeastRecordLimit)) {
  scanner_.set(options.delimiter, quote_, escape_, !options.multi_line);
}

void CsvParser::project(std::vector<int> slots, size_t count) {
  slots_ = std::move(slots);
  missing_.assign(count, CsvField{nullptr, 0, CsvField::kMissing});
  projected_ = true;
}

CsvParser::Outcome CsvParser::wait_for_more(const char* field_start, const Cursor& in) const {
  return static_cast<size_t>(in.end - field_start) > max_field_ ? Outcome::too_large
                                                                : Outcome::incomplete;
}

CsvParser::Outcome CsvParser::line_end(Cursor& in, CsvRecord& record) const {
  record.end = in.p;
  if (*in.p == '\r') {
    if (in.p + 1 == in.end && !in.last) return Outcome::incomplete;
    if (in.p + 1 < in.end && in.p[1] == '\n') ++in.p;
  }
  record.next = in.p + 1;
  return Outcome::record;
}

CsvParser::Outcome CsvParser::pass_line(Cursor& in, CsvRecord& record) {
  while (in.p < in.end && !ends_line(*in.p)) ++in.p;
  if (in.p == in.end) {
    record.next = record.end = in.end;
    return in.last ? Outcome::passed : Outcome::incomplete;
  }
  return line_end(in, record) == Outcome::record ? Outcome::passed : Outcome::incomplete;
}

CsvParser::Outcome CsvParser::quoted_field(Cursor& in, CsvRecord& record, CsvField& field) {
  const char* opening = in.p++;
  field = {in.p, 0, CsvField::kQuoted};
  const char* q;
  for (;;) {
    q = scanner_.find_quoted(in.p, in.end);
    if (q == in.end) {
      if (!in.last) return wait_for_more(opening, in);
      note(record, kBadQuote, "a quote is opened and never closed");
      break;
    }
    if (!options_.multi_line && ends_line(*q)) {
      note(record, kBadQuote, "a quote is not closed on its line (multi_line is false)");
      break;
    }
    if (q + 1 == in.end && !in.last) return wait_for_more(opening, in);
    const bool more = q + 1 < in.end;
    const char after = more ? q[1] : '\0';
    if (has_escape_ && *q == escape_) {
      if (more && (after == quote_ || after == escape_)) {
        field.flags |= CsvField::kEscaped;
        in.p = q + 2;
      } else {
        in.p = q + 1;
      }
      continue;
    }
    if (!(more && after == quote_)) break;
    field.flags |= CsvField::kEscaped;
    in.p = q + 2;
  }
  field.size =
      static_cast<uint32_t>(std::min<size_t>(static_cast<size_t>(q - field.data), UINT32_MAX));
  in.p = q;
  if (q == in.end || ends_line(*q)) return Outcome::record;
  ++in.p;
  if (options_.trim)
    while (in.p < in.end && is_blank(*in.p)) ++in.p;
  if (in.p == in.end) return in.last ? Outcome::record : wait_for_more(opening, in);
  if (*in.p == options_.delimiter || ends_line(*in.p)) return Outcome::record;

  in.p = scanner_.find_plain(in.p, in.end);
  if (in.p == in.end && !in.last) return wait_for_more(opening, in);
  if (options_.quotes != CsvQuotes::lenient)
    note(record, kBadQuote, "there is text behind a closing quote");
  field.data = opening;
  field.size =
      static_cast<uint32_t>(std::min<size_t>(static_cast<size_t>(in.p - opening), UINT32_MAX));
  field.flags |= CsvField::kMixed;
  return Outcome::record;
}

CsvParser::Outcome CsvParser::plain_field(Cursor& in, CsvRecord& record, CsvField& field) {
  const char* start = in.p;
  const char* stop = scanner_.find_plain(in.p, in.end);
  if (stop == in.end && !in.last) return wait_for_more(start, in);
  in.p = stop;
  if (options_.trim)
    while (stop > start && is_blank(stop[-1])) --stop;
  const auto size = static_cast<size_t>(stop - start);
  if (options_.quotes == CsvQuotes::strict && has_quote_ && std::memchr(start, quote_, size))
    note(record, kBadQuote, "a quote stands inside an unquoted field");
  field = {start, static_cast<uint32_t>(std::min<size_t>(size, UINT32_MAX)), 0};
  return Outcome::record;
}

CsvParser::Outcome CsvParser::parse(const char* p, const char* end, bool last, CsvRecord& record,
                                    std::vector<CsvField>& fields) {
  record = {};
  record.begin = p;
  if (p == end) return last ? Outcome::end : Outcome::incomplete;
  Cursor in{p, end, last};
  if (options_.comment && *p == *options_.comment) return pass_line(in, record);
  if (options_.skip_blank_lines && ends_line(*p)) return pass_line(in, record);

  const size_t base = fields.size();
  fields.insert(fields.end(), missing_.begin(), missing_.end());
  for (;;) {
    if (options_.trim)
      while (in.p < end && is_blank(*in.p)) ++in.p;
    CsvField field;
    const char* field_start = in.p;
    const Outcome outcome = has_quote_ && in.p < end && *in.p == quote_
                                ? quoted_field(in, record, field)
                                : plain_field(in, record, field);
    if (outcome != Outcome::record) {
      fields.resize(base);
      return outcome;
    }
    if (static_cast<size_t>(in.p - field_start) > max_field_)
      note(record, kTooLarge, "a field is over max_field", true);
    if (!projected_)
      fields.push_back(field);
    else if (record.fields < slots_.size() && slots_[record.fields] >= 0)
      fields[base + static_cast<size_t>(slots_[record.fields])] = field;
    ++record.fields;
    if (in.p == end) {
      record.end = record.next = end;
      break;
    }
    if (*in.p == options_.delimiter) {
      ++in.p;
      continue;
    }
    if (line_end(in, record) == Outcome::incomplete) {
      fields.resize(base);
      return Outcome::incomplete;
    }
    break;
  }
  if (static_cast<size_t>(record.end - record.begin) > max_record_)
    note(record, kTooLarge, "the record is over four times max_field", true);
  return Outcome::record;
}

std::string_view CsvParser::text(const CsvField& field, std::string* scratch) const {
  if (field.as_is()) return field.raw();
  scratch->clear();
  const char* p = field.data;
  const char* end = p + field.size;
  if (!has_escape_ && !(field.flags & CsvField::kMixed)) {
    // Every quote is doubled: take each run with its first quote, pass over the second.
    while (const void* quote = std::memchr(p, quote_, static_cast<size_t>(end - p))) {
      const char* stop = static_cast<const char*>(quote) + 1;
      scratch->append(p, stop);
      p = stop + 1;
    }
    scratch->append(p, end);
    return *scratch;
  }
  if (field.flags & CsvField::kMixed) ++p;
  while (p < end) {
    const char* stop = p;
    while (stop < end && *stop != quote_ && *stop != escape_) ++stop;
    scratch->append(p, stop);
    if (stop == end) break;
    const bool pair = stop + 1 < end && (stop[1] == quote_ ||
                                         (has_escape_ && *stop == escape_ && stop[1] == escape_));
    if (pair) {
      scratch->push_back(stop[1]);
      p = stop + 2;
    } else if (has_escape_ && *stop == escape_) {
      scratch->push_back(*stop);
      p = stop + 1;
    } else {
      scratch->append(stop + 1, end);  // the closing quote of a mixed field: what follows is plain
      break;
    }
  }
  return *scratch;
}

CsvSkipper::CsvSkipper(const CsvOptions& options) : options_(options) {
  if (!options_.escape) options_.escape = options_.quote;
}

const char* CsvSkipper::skip(const char* p, const char* end, bool last) {
  for (; p < end; ++p) {
    if (state_ == State::cr) {
      active_ = false;
      return *p == '\n' ? p + 1 : p;
    }
    if (state_ == State::quoted) {
      // The bulk of a huge record: only quote and escape (or a line end) leave this state.
      while (p < end && *p != *options_.quote && *p != *options_.escape &&
             (options_.multi_line || !ends_line(*p)))
        ++p;
      if (p == end) break;
    }
    if (step(*p)) {
      if (*p == '\r') {
        state_ = State::cr;
        continue;
      }
      active_ = false;
      return p + 1;
    }
  }
  if (last) active_ = false;
  return end;
}

/// Takes one byte; true when it ends the record.
bool CsvSkipper::step(char c) {
  const bool is_quote = options_.quote && c == *options_.quote;
  const bool is_escape = options_.escape && c == *options_.escape;
  const bool two_kinds = options_.escape != options_.quote;
  const bool is_blank = (c == ' ' || c == '\t') && c != options_.delimiter;
  switch (state_) {
    case State::field_start:
      if (is_quote) return state_ = State::quoted, false;
      if (options_.trim && is_blank) return false;
      break;
    case State::quoted:
      if (!options_.multi_line && ends_line(c)) return true;
      if (is_escape && two_kinds)
        state_ = State::escaped;
      else if (is_quote)
        state_ = State::quote_seen;
      return false;
    case State::escaped:
      state_ = State::quoted;
      // What is no escaped byte is read again as an ordinary byte of the field.
      return is_quote || is_escape ? false : step(c);
    case State::quote_seen:
      if (is_quote) return state_ = State::quoted, false;
      break;
    default:
      break;
  }
  if (ends_line(c)) return true;
  if (state_ == State::comment) return false;
  state_ = c == options_.delimiter ? State::field_start : State::plain;
  return false;
}

}  // namespace wf::io
