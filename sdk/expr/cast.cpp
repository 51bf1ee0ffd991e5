// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cmath>
#include <limits>

#include "node.h"

namespace wf::expr {
namespace {

std::string quoted(std::string_view text) {
  if (text.size() > 40) {
    size_t cut = 40;
    while (cut > 0 && (static_cast<uint8_t>(text[cut]) & 0xC0) == 0x80) --cut;
    return "'" + std::string(text.substr(0, cut)) + "...'";
  }
  return "'" + std::string(text) + "'";
}

std::string_view trim_spaces(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n\v\f";
  const size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

template <typename To, typename From, typename F>
Kernel convert_all(Type to, F convert) {
  return [to, convert](int64_t rows, std::vector<Vec>& args) {
    BufferBuilder<To> out;
    out.resize_for_overwrite(static_cast<size_t>(rows));
    with_values<From>(args[0], [&](auto from) {
      To* values = out.data();
      for (int64_t i = 0; i < rows; ++i) values[i] = convert(from[i]);
    });
    return Vec{make_array(to, rows, combine_validity(rows, args), out.finish()), false, {}};
  };
}

/// A conversion that may fail: `convert(value, out)` answers false for a value that does not fit,
/// `show(value)` prints it.
template <typename To, typename From, typename F>
Kernel convert_checked(Type to, F convert) {
  return [to, convert](int64_t rows, std::vector<Vec>& args) {
    Validity validity = combine_validity(rows, args);
    Vec answer;
    BufferBuilder<To> out;
    out.resize(static_cast<size_t>(rows));
    with_values<From>(args[0], [&](auto from) {
      for (int64_t i = 0; i < rows; ++i) {
        if (!validity[i] || convert(from[i], out[static_cast<size_t>(i)])) continue;
        char text[40];
        const auto end = std::to_chars(text, text + sizeof text, from[i]).ptr;
        answer.errors.push_back(
            {i, std::string(text, end) + " is out of the range of " + std::string(to_string(to))});
      }
    });
    answer.array = make_array(to, rows, std::move(validity), out.finish());
    return answer;
  };
}

template <typename To, typename From>
bool float_to_integer(From value, To& out) {
  const double whole = std::trunc(static_cast<double>(value));
  // Both bounds are exact in double; the upper one is the first value too large.
  constexpr double kLow = static_cast<double>(std::numeric_limits<To>::min());
  constexpr double kHigh = -kLow;
  if (!(whole >= kLow && whole < kHigh)) return false;
  out = static_cast<To>(whole);
  return true;
}

template <typename From>
Kernel from_number(Type to) {
  constexpr bool is_float = std::is_floating_point_v<From>;
  switch (to) {
    case Type::int32:
      if constexpr (is_float)
        return convert_checked<int32_t, From>(to, float_to_integer<int32_t, From>);
      return convert_checked<int32_t, From>(to, [](From v, int32_t& out) {
        out = static_cast<int32_t>(v);
        return static_cast<From>(out) == v;
      });
    case Type::int64:
    case Type::timestamp:
      if constexpr (is_float)
        return convert_checked<int64_t, From>(to, float_to_integer<int64_t, From>);
      return convert_all<int64_t, From>(to, [](From v) { return static_cast<int64_t>(v); });
    case Type::float32:
      return convert_checked<float, From>(to, [](From v, float& out) {
        const auto wide = static_cast<double>(v);
        // The largest double that still rounds to a finite float.
        if (std::isfinite(wide) && std::abs(wide) >= 3.4028235677973366e38) return false;
        out = static_cast<float>(v);
        return true;
      });
    case Type::float64:
      return convert_all<double, From>(to, [](From v) { return static_cast<double>(v); });
    default:
      return [](int64_t rows, std::vector<Vec>& args) {
        Validity validity = combine_validity(rows, args);
        Buffer bits = with_values<From>(args[0], [&](auto from) {
          return make_bits(rows, [&](int64_t i) { return from[i] != From{0}; });
        });
        return Vec{
            make_array(Type::boolean, rows, std::move(validity), std::move(bits)), false, {}};
      };
  }
}

template <typename From>
Kernel number_to_text() {
  return [](int64_t rows, std::vector<Vec>& args) {
    const Validity validity = combine_validity(rows, args);
    StringBuilder out;
    with_values<From>(args[0], [&](auto from) {
      for (int64_t i = 0; i < rows; ++i) {
        if (!validity[i]) {
          out.append_null();
          continue;
        }
        char text[48];
        const auto end = std::to_chars(text, text + sizeof text, from[i]).ptr;
        out.append({text, static_cast<size_t>(end - text)});
      }
    });
    return Vec{out.finish(), false, {}};
  };
}

/// Row by row into a builder; `put(i, out)` answers false when the row fails.
template <typename Builder, typename Put>
Vec build_rows(int64_t rows, std::vector<Vec>& args, Builder out, Put put) {
  const Validity validity = combine_validity(rows, args);
  Vec answer;
  for (int64_t i = 0; i < rows; ++i) {
    std::string failure;
    if (!validity[i]) {
      out.append_null();
    } else if (!put(i, out, failure)) {
      out.append_null();
      answer.errors.push_back({i, std::move(failure)});
    }
  }
  answer.array = out.finish();
  return answer;
}

template <typename T>
bool parse_number(std::string_view text, T& value) {
  text = trim_spaces(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty()) return false;
  if constexpr (std::is_floating_point_v<T>) {
    if (error == std::errc::result_out_of_range) {
      // Too small is zero, too large is refused; from_chars says the same for both.
      const double wide = std::strtod(std::string(text).c_str(), nullptr);
      value = static_cast<T>(wide);
      return std::abs(wide) < 1;
    }
  }
  return error == std::errc();
}

template <typename T>
Kernel text_to_number(Type to) {
  return [to](int64_t rows, std::vector<Vec>& args) {
    const Texts texts(args[0]);
    return build_rows(rows, args, NumericBuilder<T>(to),
                      [&](int64_t i, NumericBuilder<T>& out, std::string& failure) {
                        T value{};
                        if (parse_number(texts[i], value)) return out.append(value), true;
                        failure = quoted(texts[i]) + " is no " + std::string(to_string(to));
                        return false;
                      });
  };
}

Vec text_to_timestamp(int64_t rows, std::vector<Vec>& args) {
  const Texts texts(args[0]);
  return build_rows(rows, args, TimestampBuilder(),
                    [&](int64_t i, TimestampBuilder& out, std::string& failure) {
                      int64_t micros = 0;
                      if (parse_timestamp(trim_spaces(texts[i]), micros))
                        return out.append(micros), true;
                      failure = quoted(texts[i]) + " is no timestamp";
                      return false;
                    });
}

Vec text_to_bool(int64_t rows, std::vector<Vec>& args) {
  const Texts texts(args[0]);
  return build_rows(
      rows, args, BoolBuilder(), [&](int64_t i, BoolBuilder& out, std::string& failure) {
        std::string text(trim_spaces(texts[i]));
        for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        const bool yes = text == "true" || text == "1", no = text == "false" || text == "0";
        if (yes || no) return out.append(yes), true;
        failure = quoted(texts[i]) + " is no bool";
        return false;
      });
}

/// Length of the well-formed UTF-8 sequence at `at` (Unicode table 3-7), or 0.
size_t sequence_length(std::string_view text, size_t at) {
  const auto byte = [&](size_t k) { return static_cast<uint8_t>(text[at + k]); };
  const auto tail = [&](size_t k, uint8_t low = 0x80, uint8_t high = 0xBF) {
    return at + k < text.size() && byte(k) >= low && byte(k) <= high;
  };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const uint8_t low = first == 0xE0 ? 0xA0 : 0x80, high = first == 0xED ? 0x9F : 0xBF;
    return tail(1, low, high) && tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const uint8_t low = first == 0xF0 ? 0x90 : 0x80, high = first == 0xF4 ? 0x8F : 0xBF;
    return tail(1, low, high) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

Vec binary_to_text(int64_t rows, std::vector<Vec>& args) {
  const Texts texts(args[0]);
  return build_rows(rows, args, StringBuilder(),
                    [&](int64_t i, StringBuilder& out, std::string& failure) {
                      const std::string_view text = texts[i];
                      for (size_t at = 0; at < text.size();) {
                        const size_t n = sequence_length(text, at);
                        if (n == 0) {
                          failure = "byte " + std::to_string(at) + " is not UTF-8";
                          return false;
                        }
                        at += n;
                      }
                      out.append(text);
                      return true;
                    });
}

/// The same buffers under another type of the same layout.
Kernel relabel(Type to) {
  return [to](int64_t, std::vector<Vec>& args) {
    auto copy = std::make_shared<Array>(*args[0].array);
    copy->type = to;
    return Vec{copy, args[0].constant, {}};
  };
}

Kernel from_bool(Type to) {
  return [to](int64_t rows, std::vector<Vec>& args) {
    const auto numbers = [&]<typename T>(T) {
      return build_rows(rows, args, NumericBuilder<T>(to),
                        [&](int64_t i, NumericBuilder<T>& out, std::string&) {
                          out.append(static_cast<T>(bool_at(args[0], i)));
                          return true;
                        });
    };
    switch (to) {
      case Type::int32:
        return numbers(int32_t{});
      case Type::int64:
        return numbers(int64_t{});
      case Type::float32:
        return numbers(float{});
      case Type::float64:
        return numbers(double{});
      default:
        return build_rows(rows, args, StringBuilder(),
                          [&](int64_t i, StringBuilder& out, std::string&) {
                            out.append(bool_at(args[0], i) ? "true" : "false");
                            return true;
                          });
    }
  };
}

Kernel from_text(Type to) {
  switch (to) {
    case Type::int32:
      return text_to_number<int32_t>(to);
    case Type::int64:
      return text_to_number<int64_t>(to);
    case Type::float32:
      return text_to_number<float>(to);
    case Type::float64:
      return text_to_number<double>(to);
    case Type::boolean:
      return text_to_bool;
    case Type::timestamp:
      return text_to_timestamp;
    case Type::binary:
      return relabel(to);
    default:
      return nullptr;
  }
}

Kernel from_timestamp(Type to) {
  if (to == Type::int64) return relabel(to);
  if (to != Type::utf8) return nullptr;
  return [](int64_t rows, std::vector<Vec>& args) {
    return build_rows(
        rows, args, StringBuilder(), [&](int64_t i, StringBuilder& out, std::string&) {
          out.append(format_timestamp(NumericView<int64_t>(*args[0].array)[args[0].at(i)]));
          return true;
        });
  };
}

/// The conversion, or none.
Kernel conversion(Type from, Type to) {
  const bool to_number = is_number(to) || to == Type::boolean;
  switch (from) {
    case Type::boolean:
      return is_number(to) || to == Type::utf8 ? from_bool(to) : nullptr;
    case Type::int32:
      if (to == Type::utf8) return number_to_text<int32_t>();
      return to_number ? from_number<int32_t>(to) : nullptr;
    case Type::int64:
      if (to == Type::utf8) return number_to_text<int64_t>();
      if (to == Type::timestamp) return relabel(to);
      return to_number ? from_number<int64_t>(to) : nullptr;
    case Type::float32:
      if (to == Type::utf8) return number_to_text<float>();
      return to_number ? from_number<float>(to) : nullptr;
    case Type::float64:
      if (to == Type::utf8) return number_to_text<double>();
      return to_number ? from_number<double>(to) : nullptr;
    case Type::utf8:
      return from_text(to);
    case Type::binary:
      return to == Type::utf8 ? Kernel(binary_to_text) : nullptr;
    case Type::timestamp:
      return from_timestamp(to);
    default:
      return nullptr;
  }
}

NodePtr convert_null(NodePtr node, const DataType& target) {
  if (node->literal()) return make_null(target, node->span());
  return make_call(target, true, node->span(), {node}, [target](int64_t rows, std::vector<Vec>&) {
    return Vec{make_nulls(target, rows), false, {}};
  });
}

}  // namespace

Result<NodePtr> coerce(NodePtr node, const DataType& target) {
  if (node->type() == target) return node;
  const Type from = node->id(), to = target.id();
  if (from == Type::null) return convert_null(std::move(node), target);
  std::string text;
  if (to == Type::timestamp && literal_text(*node, text)) {
    int64_t micros = 0;
    if (!parse_timestamp(text, micros))
      return refuse(node->span(), quoted(text) + " is no timestamp",
                    "write it as '2026-01-31T10:20:30Z'");
    return make_number(micros, node->span(), Type::timestamp);
  }
  const bool widens = (from == Type::int32 && (to == Type::int64 || to == Type::float64)) ||
                      (from == Type::int64 && to == Type::float64) ||
                      (from == Type::float32 && to == Type::float64);
  if (!widens)
    return refuse(
        node->span(),
        node->type().to_string() + " does not become " + target.to_string() + " by itself",
        "convert it: CAST(... AS " + target.to_string() + ")");
  const Span span = node->span();
  return make_strict(target, span, {std::move(node)}, conversion(from, to));
}

Result<NodePtr> cast(NodePtr node, const DataType& target, Span span) {
  if (node->type() == target) return node;
  if (node->id() == Type::null) return convert_null(std::move(node), target);
  Kernel kernel = target.children().empty() ? conversion(node->id(), target.id()) : nullptr;
  if (!kernel)
    return refuse(span, "there is no conversion from " + node->type().to_string() + " to " +
                            target.to_string());
  return make_strict(target, span, {std::move(node)}, std::move(kernel));
}

Result<DataType> common_type(const std::vector<NodePtr>& nodes, std::string_view what) {
  std::string ignored;
  bool any_time = false;
  for (const NodePtr& node : nodes) any_time |= node->id() == Type::timestamp;
  DataType common = Type::null;
  for (const NodePtr& node : nodes) {
    const DataType type =
        any_time && literal_text(*node, ignored) ? DataType(Type::timestamp) : node->type();
    if (type.id() == Type::null || type == common) continue;
    if (common.id() == Type::null) {
      common = type;
    } else if (is_number(type.id()) && is_number(common.id())) {
      common = is_integer(type.id()) && is_integer(common.id()) ? Type::int64 : Type::float64;
    } else {
      const bool text = type.id() == Type::utf8 || common.id() == Type::utf8;
      const DataType& other = type.id() == Type::utf8 ? common : type;
      return refuse(node->span(),
                    std::string(what) + " does not go with " + common.to_string() + " and " +
                        type.to_string(),
                    text ? "convert one side: CAST(... AS " + other.to_string() + ")" : "");
    }
  }
  return common;
}

Status unify(std::vector<NodePtr>& nodes, std::string_view what) {
  WF_ASSIGN(const DataType common, common_type(nodes, what));
  for (NodePtr& node : nodes) {
    WF_ASSIGN(node, coerce(node, common));
  }
  return {};
}

}  // namespace wf::expr
