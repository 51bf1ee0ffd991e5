// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/diagnostics.h"

#include <algorithm>
#include <tuple>

#include "core/text.h"

namespace weirflow::dag {

namespace {

constexpr size_t kMaxColumns = 100;  // of a shown source line
constexpr size_t kBefore = 40;       // columns kept in front of the caret of a cut line

std::string_view name(Severity severity) {
  return severity == Severity::error ? "error" : "warning";
}

struct Paint {
  bool on = false;
  [[nodiscard]] std::string operator()(std::string_view code, std::string_view text) const {
    if (!on) return std::string(text);
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
  }
};

/// Tabs to four spaces, other control characters to a visible stand-in of one column.
std::string shown_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\t')
      out += "    ";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      out += '?';
    else
      out += c;
  }
  return out;
}

/// The longest prefix of well-formed UTF-8 that takes at most `columns`.
size_t prefix_of_width(std::string_view text, size_t columns) {
  size_t i = 0, width = 0;
  while (i < text.size()) {
    size_t next = i + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0) == 0x80) ++next;
    width += display_width(text.substr(i, next - i));
    if (width > columns) break;
    i = next;
  }
  return i;
}

std::string place(const Sources& sources, SourceRange range) {
  if (!range.known()) return "";
  const Location at = sources.locate(range);
  return std::string(at.file) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
         ": ";
}

/// The source line with carets under the range; a range over several lines is marked on its first.
void append_excerpt(std::string& out, const Sources& sources, SourceRange range, size_t gutter,
                    const Paint& paint, char mark) {
  const Location at = sources.locate(range);
  const std::string_view line = sources.line(range.file, at.line);
  const uint32_t line_begin = sources.offset_of(range.file, at.line, 1);
  const size_t begin = std::min<size_t>(range.begin - line_begin, line.size());
  const size_t end = std::clamp<size_t>(range.end - line_begin, begin, line.size());
  std::string text = shown_text(line);
  size_t column = display_width(shown_text(line.substr(0, begin)));
  size_t width = std::max<size_t>(1, display_width(shown_text(line.substr(begin, end - begin))));
  if (display_width(text) > kMaxColumns) {
    if (column > kBefore + 20) {
      const size_t cut = prefix_of_width(text, column - kBefore);
      column -= display_width(std::string_view(text).substr(0, cut));
      text = "..." + text.substr(cut);
      column += 3;
    }
    const size_t keep = prefix_of_width(text, kMaxColumns);
    if (keep < text.size()) text = text.substr(0, keep) + "...";
    width = std::clamp<size_t>(width, 1, kMaxColumns > column ? kMaxColumns - column : 1);
  }
  const std::string number = std::to_string(at.line);
  const std::string blank(gutter, ' ');
  out += paint("34", blank + " |") + "\n";
  out += paint("34", std::string(gutter - number.size(), ' ') + number + " |");
  out += text.empty() ? "\n" : " " + text + "\n";
  out += paint("34", blank + " |") + " " + std::string(column, ' ') +
         paint(mark == '^' ? "1;31" : "36", std::string(width, mark)) + "\n";
}

/// The notes of a diagnostic, and for one in a group file the way from the DAG file to there.
std::vector<Note> all_notes(const Diagnostic& diagnostic, const Sources& sources) {
  std::vector<Note> notes = diagnostic.notes;
  SourceRange at = diagnostic.range;
  while (at.known() && sources.included_from(at.file).known()) {
    at = sources.included_from(at.file);
    notes.push_back({at, "the group is used here"});
  }
  return notes;
}

void append_json_place(std::string& out, const Sources& sources, SourceRange range) {
  if (!range.known()) return;
  const Location at = sources.locate(range);
  out += ",\"file\":";
  append_json_string(out, at.file);
  out += ",\"line\":" + std::to_string(at.line) + ",\"column\":" + std::to_string(at.column) +
         ",\"end_line\":" + std::to_string(at.end_line) +
         ",\"end_column\":" + std::to_string(at.end_column);
}

}  // namespace

Diagnostic& Diagnostics::add(Severity severity, std::string code, SourceRange range,
                             std::string message) {
  if (severity == Severity::error) ++errors_;
  if (full()) {
    ++dropped_;
    overflow_ = {};
    return overflow_;
  }
  Diagnostic& item = items_.emplace_back();
  item.severity = severity;
  item.code = std::move(code);
  item.range = range;
  item.message = std::move(message);
  return item;
}

void Diagnostics::sort() {
  std::stable_sort(items_.begin(), items_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.range.file, a.range.begin) < std::tie(b.range.file, b.range.begin);
  });
  const auto last =
      std::unique(items_.begin(), items_.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return a.range == b.range && a.code == b.code && a.message == b.message;
      });
  errors_ -= static_cast<size_t>(std::count_if(
      last, items_.end(), [](const Diagnostic& d) { return d.severity == Severity::error; }));
  items_.erase(last, items_.end());
}

std::string render(const Diagnostic& diagnostic, const Sources& sources, RenderOptions options) {
  const Paint paint{options.color};
  size_t gutter = 2;
  const auto widen = [&](SourceRange range) {
    if (range.known()) gutter = std::max(gutter, std::to_string(sources.locate(range).line).size());
  };
  widen(diagnostic.range);
  const std::vector<Note> notes = all_notes(diagnostic, sources);
  for (const Note& note : notes) widen(note.range);

  const bool error = diagnostic.severity == Severity::error;
  std::string out = paint("1", place(sources, diagnostic.range)) +
                    paint(error ? "1;31" : "1;33", std::string(name(diagnostic.severity)) + ":") +
                    " " + diagnostic.message + " [" + diagnostic.code + "]\n";
  if (diagnostic.range.known()) append_excerpt(out, sources, diagnostic.range, gutter, paint, '^');
  const std::string blank(gutter, ' ');
  if (!diagnostic.hint.empty())
    out += paint("34", blank + " =") + " " + paint("1;32", "hint:") + " " + diagnostic.hint + "\n";
  for (const Note& note : notes) {
    out += paint("34", blank + " =") + " " + paint("36", "note:") + " " +
           place(sources, note.range) + note.message + "\n";
    if (note.range.known()) append_excerpt(out, sources, note.range, gutter, paint, '-');
  }
  return out;
}

std::string render(const Diagnostics& diagnostics, const Sources& sources, RenderOptions options) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics.items()) {
    if (!out.empty()) out += '\n';
    out += render(diagnostic, sources, options);
  }
  if (diagnostics.dropped() > 0)
    out += "\n" + std::to_string(diagnostics.dropped()) + " more are not shown\n";
  return out;
}

std::string render_json(const Diagnostics& diagnostics, const Sources& sources) {
  std::string out = "[";
  for (const Diagnostic& item : diagnostics.items()) {
    out += out.size() == 1 ? "\n" : ",\n";
    out += "{\"severity\":\"" + std::string(name(item.severity)) + "\",\"code\":";
    append_json_string(out, item.code);
    out += ",\"message\":";
    append_json_string(out, item.message);
    if (!item.hint.empty()) {
      out += ",\"hint\":";
      append_json_string(out, item.hint);
    }
    append_json_place(out, sources, item.range);
    out += ",\"notes\":[";
    const std::vector<Note> notes = all_notes(item, sources);
    for (const Note& note : notes) {
      if (&note != notes.data()) out += ',';
      out += "{\"message\":";
      append_json_string(out, note.message);
      append_json_place(out, sources, note.range);
      out += '}';
    }
    out += "]}";
  }
  out += out.size() == 1 ? "]\n" : "\n]\n";
  return out;
}

}  // namespace weirflow::dag
