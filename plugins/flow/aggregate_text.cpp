// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <map>

#include "accumulators.h"
#include "plain_type.h"

namespace weirflow::flow {

using wf::DataType;
using wf::Result;
using wf::Status;
using wf::Type;

namespace {

bool is_integer(Type t) { return t == Type::int32 || t == Type::int64; }
bool is_number(Type t) { return is_integer(t) || t == Type::float32 || t == Type::float64; }
bool is_text(Type t) {
  return t == Type::utf8 || t == Type::binary || t == Type::large_utf8 || t == Type::large_binary;
}

const std::vector<std::string>& function_names() {
  static const std::vector<std::string> names{"count",
                                              "count_distinct",
                                              "sum",
                                              "min",
                                              "max",
                                              "mean",
                                              "first",
                                              "last",
                                              "quantile",
                                              "median",
                                              "stddev",
                                              "variance",
                                              "approx_quantile",
                                              "approx_distinct",
                                              "top_k"};
  return names;
}

Status refuse(size_t offset, size_t length, std::string message, std::string hint = {}) {
  return wf::invalid_config(std::move(message))
      .at({"", static_cast<uint32_t>(offset), static_cast<uint32_t>(length), std::move(hint)});
}

/// The name here of a function that SQL, pandas or Spark name otherwise.
std::string usual_name(const std::string& name) {
  static const std::map<std::string, std::string, std::less<>> names{
      {"avg", "mean"},
      {"average", "mean"},
      {"std", "stddev"},
      {"var", "variance"},
      {"nunique", "count_distinct"},
      {"percentile", "quantile"},
      {"size", "count"},
      {"stddev_samp", "stddev"},
      {"var_samp", "variance"},
      {"approx_percentile", "approx_quantile"},
      {"tdigest", "approx_quantile"},
      {"approx_count_distinct", "approx_distinct"},
      {"hll", "approx_distinct"},
      {"distinct", "count_distinct"},
      {"topk", "top_k"},
      {"mode", "top_k"},
      {"maximum", "max"},
      {"minimum", "min"}};
  const auto found = names.find(name);
  return found == names.end() ? name : found->second;
}

/// The comma before the last argument, outside of brackets and quotes, or npos.
size_t last_comma(std::string_view text) {
  size_t found = std::string_view::npos;
  int depth = 0;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(' || c == '[') {
      ++depth;
    } else if (c == ')' || c == ']') {
      --depth;
    } else if (c == ',' && depth == 0) {
      found = i;
    }
  }
  return found;
}

}  // namespace

Result<Aggregate> parse_aggregate(std::string name, std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  size_t begin = 0, end = text.size();
  while (begin < end && blank(text[begin])) ++begin;
  while (end > begin && blank(text[end - 1])) --end;
  const size_t open = text.find('(', begin);
  if (open == std::string_view::npos || end == 0 || text[end - 1] != ')')
    return refuse(begin, end - begin,
                  "an aggregate is written function(expression), as in mean(score)");
  Aggregate out;
  out.name = std::move(name);
  size_t word_end = open;
  while (word_end > begin && blank(text[word_end - 1])) --word_end;
  for (const char c : text.substr(begin, word_end - begin))
    out.function += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto& names = function_names();
  if (std::find(names.begin(), names.end(), out.function) == names.end())
    return refuse(begin, word_end - begin, "there is no aggregate '" + out.function + "'",
                  wf::did_you_mean(usual_name(out.function), names));
  std::string_view inner = text.substr(open + 1, end - open - 2);
  out.argument_offset = open + 1;
  const bool quantile = out.function == "quantile" || out.function == "approx_quantile";
  if (quantile || out.function == "top_k") {
    const size_t comma = last_comma(inner);
    if (comma == std::string_view::npos)
      return refuse(begin, end - begin,
                    out.function + (quantile ? "() takes an expression and a share, as in " +
                                                   out.function + "(score, 0.9)"
                                             : "() takes an expression and a number of values, as "
                                               "in top_k(author, 3)"));
    const std::string number(inner.substr(comma + 1));
    char* rest = nullptr;
    const double value = std::strtod(number.c_str(), &rest);
    while (*rest && blank(*rest)) ++rest;
    if (quantile && (*rest || !(value >= 0 && value <= 1)))
      return refuse(open + 1 + comma + 1, number.size(),
                    "the share of " + out.function + "() is a number from 0 to 1");
    if (!quantile && (*rest || !(value >= 1 && value <= 1000) || value != std::floor(value)))
      return refuse(open + 1 + comma + 1, number.size(),
                    "top_k() gives a whole number of values from 1 to 1000");
    if (quantile)
      out.quantile = value;
    else
      out.k = static_cast<int64_t>(value);
    inner = inner.substr(0, comma);
  }
  if (std::all_of(inner.begin(), inner.end(), blank)) inner = {};
  if (inner.empty() && out.function != "count")
    return refuse(begin, end - begin,
                  out.function + "() takes an expression, as in " + out.function + "(score)");
  out.argument = inner;
  return out;
}

Result<DataType> aggregate_type(const Aggregate& a, const DataType& argument) {
  const Type type = argument.id();
  if (a.function == "count" || a.function == "count_distinct" || a.function == "approx_distinct")
    return DataType(Type::int64);
  const bool top = a.function == "top_k";
  const bool chooses = top || a.function == "min" || a.function == "max" || a.function == "first" ||
                       a.function == "last";
  if (type == Type::null && !top) return chooses ? DataType(Type::int64) : DataType(Type::float64);
  if (chooses) {
    if (type == Type::list || type == Type::structure)
      return refuse(a.argument_offset, a.argument.size(),
                    a.function + "() does not take " + argument.to_string());
    const DataType plain = type == Type::null ? DataType(Type::int64) : plain_type(argument);
    return top ? DataType::list_of(plain) : plain;
  }
  if (!is_number(type))
    return refuse(a.argument_offset, a.argument.size(),
                  a.function + "() takes numbers, not " + argument.to_string(),
                  is_text(type) ? "convert it: cast(... as float64)" : "");
  if (a.function == "sum" && is_integer(type)) return DataType(Type::int64);
  return DataType(Type::float64);
}

}  // namespace weirflow::flow
