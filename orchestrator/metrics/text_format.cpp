// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "metrics/text_format.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace weirflow::metrics {

namespace {

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == ':';
}

/// `quotes`: of a label's value, not of a help text.
std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && quotes)
      out += "\\\"";
    else
      out += c;
  }
  return out;
}

std::string micros_text(int64_t us) {
  const bool negative = us < 0;
  const uint64_t n = negative ? 0 - static_cast<uint64_t>(us) : static_cast<uint64_t>(us);
  std::string text = (negative ? "-" : "") + std::to_string(n / 1'000'000);
  if (const uint64_t rest = n % 1'000'000; rest > 0) {
    std::string digits = std::to_string(1'000'000 + rest).substr(1);
    digits.erase(digits.find_last_not_of('0') + 1);
    text += "." + digits;
  }
  return text;
}

/// A line of the format, read from the left.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : line_(line) {}

  wf::Result<Sample> sample() {
    Sample s;
    s.name = word();
    if (s.name.empty()) return wf::invalid_data("a metric's name is missing");
    blanks();
    if (take('{')) WF_TRY(labels(s.labels));
    blanks();
    const std::string_view number = rest_.substr(0, rest_.find_first_of(" \t"));
    if (!value(number, s.value))
      return wf::invalid_data("`" + std::string(number) + "` is no number");
    return s;
  }

 private:
  std::string word() {
    size_t n = 0;
    while (n < rest_.size() && is_name_letter(rest_[n])) ++n;
    std::string text(rest_.substr(0, n));
    rest_.remove_prefix(n);
    return text;
  }
  void blanks() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t')) rest_.remove_prefix(1);
  }
  bool take(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  wf::Status labels(Labels& labels) {
    for (;;) {
      blanks();
      if (take('}')) return {};
      std::string name = word();
      blanks();
      if (name.empty() || !take('=')) return wf::invalid_data("a label is not NAME=\"VALUE\"");
      blanks();
      if (!take('"')) return wf::invalid_data("the value of label " + name + " has no quote");
      std::string text;
      WF_TRY(quoted(text));
      labels.emplace_back(std::move(name), std::move(text));
      blanks();
      if (!take(',') && (rest_.empty() || rest_[0] != '}'))
        return wf::invalid_data("labels are separated by commas");
    }
  }
  wf::Status quoted(std::string& text) {
    while (!rest_.empty()) {
      const char c = rest_[0];
      rest_.remove_prefix(1);
      if (c == '"') return {};
      if (c != '\\') {
        text += c;
        continue;
      }
      if (rest_.empty()) break;
      text += rest_[0] == 'n' ? '\n' : rest_[0];
      rest_.remove_prefix(1);
    }
    return wf::invalid_data("a label's value has no end");
  }
  static bool value(std::string_view text, double& out) {
    if (text == "+Inf" || text == "Inf") return out = std::numeric_limits<double>::infinity(), true;
    if (text == "-Inf") return out = -std::numeric_limits<double>::infinity(), true;
    if (text == "NaN") return out = std::numeric_limits<double>::quiet_NaN(), true;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, out);
    return error == std::errc() && stop == end;
  }
  std::string_view line_, rest_ = line_;
};

}  // namespace

std::string name_of(std::string_view text) {
  std::string name(text);
  for (char& c : name)
    if (!is_name_letter(c) || c == ':') c = '_';
  return name;
}

std::string number_of(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 64> text{};
  const double size = std::abs(value);
  // Bounds of buckets are told apart as text: 0.0001, not 1e-04.
  const auto end =
      size == 0 || (size >= 1e-9 && size < 1e15)
          ? std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed)
          : std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

void TextWriter::family(std::string_view name, std::string_view help, Type type) {
  constexpr std::array<std::string_view, 3> kTypes = {"counter", "gauge", "histogram"};
  name_ = name;
  head_ = "# HELP " + name_ + " " + escaped(help, false) + "\n# TYPE " + name_ + " ";
  head_ += kTypes[static_cast<size_t>(type)];
  head_ += '\n';
}

void TextWriter::line(const Labels& labels, std::string_view suffix, std::string_view value) {
  text_ += std::exchange(head_, "");
  text_ += name_;
  text_ += suffix;
  char before = '{';
  for (const auto& [name, label] : labels) {
    text_ += before;
    text_ += name + "=\"" + escaped(label, true) + '"';
    before = ',';
  }
  if (!labels.empty()) text_ += '}';
  text_ += ' ';
  text_ += value;
  text_ += '\n';
}

void TextWriter::sample(const Labels& labels, double value, std::string_view suffix) {
  line(labels, suffix, number_of(value));
}

void TextWriter::micros(const Labels& labels, int64_t us) { line(labels, "", micros_text(us)); }

void TextWriter::count(const Labels& labels, int64_t value) {
  line(labels, "", std::to_string(value));
}

void TextWriter::histogram(const Labels& labels, const Histogram& h) {
  int64_t below = 0;
  Labels with = labels;
  with.emplace_back("le", "");
  for (size_t i = 0; i < h.counts.size(); ++i) {
    below += h.counts[i];
    with.back().second = i < h.bounds.size() ? number_of(h.bounds[i]) : "+Inf";
    line(with, "_bucket", std::to_string(below));
  }
  line(labels, "_sum", number_of(h.sum));
  line(labels, "_count", std::to_string(below));
}

std::string_view Sample::label(std::string_view wanted) const {
  for (const auto& label : labels)
    if (label.first == wanted) return label.second;
  return {};
}

wf::Result<std::vector<Sample>> read_text(std::string_view text) {
  std::vector<Sample> samples;
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const size_t first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos || line[first] == '#') continue;
    wf::Result<Sample> sample = LineReader(line.substr(first)).sample();
    if (!sample.ok())
      return wf::Status(sample.error()).with_context("line " + std::to_string(number));
    samples.push_back(std::move(*sample));
  }
  return samples;
}

}  // namespace weirflow::metrics
