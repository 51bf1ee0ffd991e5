// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "accumulators.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "plain_type.h"
#include "weirflow/row_hash.hpp"

namespace weirflow::flow {

using wf::Array;
using wf::ArrayPtr;
using wf::DataType;
using wf::Result;
using wf::Status;
using wf::Type;

namespace {

bool is_integer(Type t) { return t == Type::int32 || t == Type::int64; }
bool is_text(Type t) { return t == Type::utf8 || t == Type::binary; }

int64_t integer_at(const Array& a, int64_t i) {
  if (a.type.id() == Type::boolean) return wf::BoolView(a)[i];
  if (a.type.id() == Type::int32) return wf::NumericView<int32_t>(a)[i];
  return wf::NumericView<int64_t>(a)[i];
}
double number_at(const Array& a, int64_t i) {
  if (a.type.id() == Type::float64) return wf::NumericView<double>(a)[i];
  if (a.type.id() == Type::float32) return static_cast<double>(wf::NumericView<float>(a)[i]);
  return static_cast<double>(integer_at(a, i));
}

template <typename T>
ArrayPtr column_of(const std::vector<T>& values) {
  wf::NumericBuilder<T> out;
  out.append(values.data(), static_cast<int64_t>(values.size()));
  return out.finish();
}

/// Calls f(row, group) for every row with a value.
template <typename F>
void each_value(const Array& values, std::span<const uint32_t> groups, F f) {
  for (size_t i = 0; i < groups.size(); ++i)
    if (!values.is_null(static_cast<int64_t>(i))) f(static_cast<int64_t>(i), groups[i]);
}

class Count final : public Accumulator {
 public:
  void grow(size_t groups) override { counts_.resize(groups); }
  Status add(const Array* values, std::span<const uint32_t> groups) override {
    if (!values) {
      for (const uint32_t g : groups) ++counts_[g];
    } else {
      each_value(*values, groups, [&](int64_t, uint32_t g) { ++counts_[g]; });
    }
    return {};
  }
  ArrayPtr finish() override { return column_of(counts_); }
  [[nodiscard]] int64_t bytes() const override {
    return static_cast<int64_t>(counts_.capacity() * 8);
  }

 private:
  std::vector<int64_t> counts_;
};

/// Distinct values by 128 bits of hash: two values are taken for one with a chance of 2^-128 a
/// pair.
class CountDistinct final : public Accumulator {
 public:
  void grow(size_t groups) override { counts_.resize(groups); }
  Status add(const Array* values, std::span<const uint32_t> groups) override {
    each_value(*values, groups, [&](int64_t i, uint32_t g) {
      const Seen seen{wf::hash_value(*values, i, wf::mix_hash(g)),
                      wf::hash_value(*values, i, ~wf::mix_hash(g))};
      if (seen_.insert(seen).second) ++counts_[g];
    });
    return {};
  }
  ArrayPtr finish() override { return column_of(counts_); }
  [[nodiscard]] int64_t bytes() const override {
    return static_cast<int64_t>(counts_.capacity() * 8 + seen_.size() * 48);
  }

 private:
  struct Seen {
    uint64_t a, b;
    bool operator==(const Seen&) const = default;
  };
  struct Hash {
    size_t operator()(const Seen& s) const { return s.a; }
  };
  std::vector<int64_t> counts_;
  std::unordered_set<Seen, Hash> seen_;
};

class IntegerSum final : public Accumulator {
 public:
  void grow(size_t groups) override {
    sums_.resize(groups);
    any_.resize(groups);
  }
  Status add(const Array* values, std::span<const uint32_t> groups) override {
    bool overflow = false;
    each_value(*values, groups, [&](int64_t i, uint32_t g) {
      overflow |= __builtin_add_overflow(sums_[g], integer_at(*values, i), &sums_[g]);
      any_[g] = true;
    });
    if (overflow)
      return wf::invalid_data(
          "a sum of integers passes the range of int64; sum cast(... as float64)");
    return {};
  }
  ArrayPtr finish() override {
    wf::Int64Builder out;
    for (size_t g = 0; g < sums_.size(); ++g) {
      if (any_[g])
        out.append(sums_[g]);
      else
        out.append_null();
    }
    return out.finish();
  }
  [[nodiscard]] int64_t bytes() const override {
    return static_cast<int64_t>(sums_.capacity() * 9);
  }

 private:
  std::vector<int64_t> sums_;
  std::vector<bool> any_;
};

/// Sum, or mean, of floats.
class FloatSum final : public Accumulator {
 public:
  explicit FloatSum(bool mean) : mean_(mean) {}
  void grow(size_t groups) override { groups_.resize(groups); }
  Status add(const Array* values, std::span<const uint32_t> groups) override {
    each_value(*values, groups, [&](int64_t i, uint32_t g) {
      const double x = number_at(*values, i);
      State& s = groups_[g];
      const double t = s.sum + x;
      s.lost += std::abs(s.sum) >= std::abs(x) ? (s.sum - t) + x : (x - t) + s.sum;
      s.sum = t;
      ++s.count;
    });
    return {};
  }
  ArrayPtr finish() override {
    wf::Float64Builder out;
    for (const State& s : groups_) {
      // With an infinity or NaN the compensation is NaN and says nothing.
      const double total = std::isfinite(s.sum) ? s.sum + s.lost : s.sum;
      if (s.count == 0)
        out.append_null();
      else
        out.append(mean_ ? total / static_cast<double>(s.count) : total);
    }
    return out.finish();
  }
  [[nodiscard]] int64_t bytes() const override {
    return static_cast<int64_t>(groups_.capacity() * sizeof(State));
  }

 private:
  struct State {
    double sum = 0, lost = 0;
    int64_t count = 0;
  };
  bool mean_;
  std::vector<State> groups_;
};

class Variance final : public Accumulator {
 public:
  explicit Variance(bool root) : root_(root) {}
  void grow(size_t groups) override { groups_.resize(groups); }
  Status add(const Array* values, std::span<const uint32_t> groups) override {
    each_value(*values, groups, [&](int64_t i, uint32_t g) {
      State& s = groups_[g];
      const double x = number_at(*values, i), delta = x - s.mean;
      ++s.count;
      s.mean += delta / static_cast<double>(s.count);
      s.squares += delta * (x - s.mean);
    });
    return {};
  }
  ArrayPtr finish() override {
    wf::Float64Builder out;
    for (const State& s : groups_) {
      const double variance = s.squares / static_cast<double>(s.count - 1);
      if (s.count < 2)
        out.append_null();
      else
        out.append(root_ ? std::sqrt(variance) : variance);
    }
    return out.finish();
  }
  [[nodiscard]] int64_t bytes() const override {
    return static_cast<int64_t>(groups_.capacity() * sizeof(State));
  }

 private:
  struct State {
    double mean = 0, squares = 0;
    int64_t count = 0;
  };
  bool root_;
  std::vector<State> groups_;
};

class Quantile final : public Accumulator {
 public:
  explicit Quantile(double q) : q_(q) {}
  void grow(size_t groups) override { groups_.resize(groups); }
  Status add(const Array* values, std::span<const uint32_t> groups) override {
    each_value(*values, groups,
               [&](int64_t i, uint32_t g) { groups_[g].push_back(number_at(*values, i)); });
    held_ += static_cast<int64_t>(groups.size()) * 8;
    return {};
  }
  ArrayPtr finish() override {
    wf::Float64Builder out;
    for (std::vector<double>& values : groups_) {
      if (values.empty()) {
        out.append_null();
        continue;
      }
      std::sort(values.begin(), values.end(),
                [](double a, double b) { return std::isnan(b) ? !std::isnan(a) : a < b; });
      const double at = q_ * static_cast<double>(values.size() - 1);
      const auto low = static_cast<size_t>(at);
      const double share = at - static_cast<double>(low);
      out.append(share == 0 ? values[low] : values[low] + share * (values[low + 1] - values[low]));
    }
    return out.finish();
  }
  [[nodiscard]] int64_t bytes() const override {
    return static_cast<int64_t>(groups_.capacity() * sizeof(groups_[0])) + held_;
  }

 private:
  double q_;
  int64_t held_ = 0;
  std::vector<std::vector<double>> groups_;
};

/// min, max, first, last: one value of the column per group. V: int64_t, double or std::string.
template <typename V>
class Choice final : public Accumulator {
 public:
  enum class Which { min, max, first, last };
  Choice(Which which, Type type) : which_(which), type_(type) {}
  void grow(size_t groups) override {
    values_.resize(groups);
    any_.resize(groups);
  }
  Status add(const Array* values, std::span<const uint32_t> groups) override {
    each_value(*values, groups, [&](int64_t i, uint32_t g) {
      V value = read(*values, i);
      if (any_[g] && !replaces(value, values_[g])) return;
      if constexpr (std::is_same_v<V, std::string>)
        text_ += static_cast<int64_t>(value.size()) - static_cast<int64_t>(values_[g].size());
      values_[g] = std::move(value);
      any_[g] = true;
    });
    return {};
  }
  ArrayPtr finish() override {
    if constexpr (std::is_same_v<V, std::string>) return build(wf::StringBuilder(type_));
    if constexpr (std::is_same_v<V, double>) {
      if (type_ == Type::float32) return build(wf::Float32Builder());
      return build(wf::Float64Builder());
    }
    if constexpr (std::is_same_v<V, int64_t>) {
      if (type_ == Type::boolean) return build(wf::BoolBuilder());
      if (type_ == Type::int32) return build(wf::Int32Builder());
      return build(wf::Int64Builder(type_));
    }
  }
  [[nodiscard]] int64_t bytes() const override {
    return static_cast<int64_t>(values_.capacity() * sizeof(V)) + text_;
  }

 private:
  static V read(const Array& a, int64_t i) {
    if constexpr (std::is_same_v<V, std::string>) return std::string(wf::StringView(a)[i]);
    if constexpr (std::is_same_v<V, double>) return number_at(a, i);
    if constexpr (std::is_same_v<V, int64_t>) return integer_at(a, i);
  }
  static bool less(const V& a, const V& b) {
    if constexpr (std::is_same_v<V, double>) return std::isnan(b) ? !std::isnan(a) : a < b;
    return a < b;
  }
  bool replaces(const V& value, const V& held) const {
    switch (which_) {
      case Which::min:
        return less(value, held);
      case Which::max:
        return less(held, value);
      case Which::first:
        return false;
      default:
        return true;
    }
  }
  template <typename Builder>
  ArrayPtr build(Builder out) {
    for (size_t g = 0; g < values_.size(); ++g) {
      if (!any_[g]) {
        out.append_null();
      } else if constexpr (std::is_same_v<Builder, wf::Int32Builder>) {
        out.append(static_cast<int32_t>(values_[g]));
      } else if constexpr (std::is_same_v<Builder, wf::Float32Builder>) {
        out.append(static_cast<float>(values_[g]));
      } else if constexpr (std::is_same_v<Builder, wf::BoolBuilder>) {
        out.append(values_[g] != 0);
      } else {
        out.append(values_[g]);
      }
    }
    return out.finish();
  }
  Which which_;
  Type type_;
  std::vector<V> values_;
  std::vector<bool> any_;
  int64_t text_ = 0;
};

template <typename V>
std::unique_ptr<Accumulator> make_choice(const std::string& function, Type type) {
  using Which = typename Choice<V>::Which;
  const Which which = function == "min"     ? Which::min
                      : function == "max"   ? Which::max
                      : function == "first" ? Which::first
                                            : Which::last;
  return std::make_unique<Choice<V>>(which, type);
}

}  // namespace

std::unique_ptr<Accumulator> make_accumulator(const Aggregate& a, const DataType& argument) {
  const Type type = plain_type(argument).id();
  if (a.function == "count") return std::make_unique<Count>();
  if (a.function == "count_distinct") return std::make_unique<CountDistinct>();
  if (a.function == "sum" && is_integer(type)) return std::make_unique<IntegerSum>();
  if (a.function == "sum" || a.function == "mean")
    return std::make_unique<FloatSum>(a.function == "mean");
  if (a.function == "stddev" || a.function == "variance")
    return std::make_unique<Variance>(a.function == "stddev");
  if (a.function == "quantile" || a.function == "median")
    return std::make_unique<Quantile>(a.quantile);
  if (is_text(type)) return make_choice<std::string>(a.function, type);
  if (type == Type::float32 || type == Type::float64) return make_choice<double>(a.function, type);
  return make_choice<int64_t>(a.function, type == Type::null ? Type::int64 : type);
}

}  // namespace weirflow::flow
