// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "accumulators.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "plain_type.h"
#include "sketch_accumulators.h"
#include "values.h"
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

template <typename T>
ArrayPtr column_of(const std::vector<T>& values) {
  wf::NumericBuilder<T> out;
  out.append(values.data(), static_cast<int64_t>(values.size()));
  return out.finish();
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
  void save(uint32_t g, std::string& out) const override { put_raw(out, counts_[g]); }
  Status merge(uint32_t g, std::string_view& in) override {
    int64_t count = 0;
    if (!take_raw(in, &count)) return damaged_state();
    counts_[g] += count;
    return {};
  }

 private:
  std::vector<int64_t> counts_;
};

/// Distinct values by 128 bits of hash: two values are taken for one with a chance of 2^-128 a
/// pair.
class CountDistinct final : public Accumulator {
 public:
  void grow(size_t groups) override { groups_.resize(groups); }
  Status add(const Array* values, std::span<const uint32_t> groups) override {
    each_value(*values, groups, [&](int64_t i, uint32_t g) {
      insert(g, {wf::hash_value(*values, i, kLow), wf::hash_value(*values, i, kHigh)});
    });
    return {};
  }
  ArrayPtr finish() override {
    wf::Int64Builder out;
    for (const Set& group : groups_) out.append(static_cast<int64_t>(group.size()));
    return out.finish();
  }
  [[nodiscard]] int64_t bytes() const override {
    return static_cast<int64_t>(groups_.capacity() * sizeof(Set)) + seen_ * 48;
  }
  void save(uint32_t g, std::string& out) const override {
    put_raw(out, static_cast<uint32_t>(groups_[g].size()));
    for (const Seen& seen : groups_[g]) put_raw(out, seen);
  }
  Status merge(uint32_t g, std::string_view& in) override {
    uint32_t count = 0;
    if (!take_raw(in, &count)) return damaged_state();
    for (uint32_t i = 0; i < count; ++i) {
      Seen seen{};
      if (!take_raw(in, &seen)) return damaged_state();
      insert(g, seen);
    }
    return {};
  }

 private:
  static constexpr uint64_t kLow = 1, kHigh = ~uint64_t{1};
  struct Seen {
    uint64_t a, b;
    bool operator==(const Seen&) const = default;
  };
  struct Hash {
    size_t operator()(const Seen& s) const { return s.a; }
  };
  using Set = std::unordered_set<Seen, Hash>;
  void insert(uint32_t g, const Seen& seen) { seen_ += groups_[g].insert(seen).second; }
  std::vector<Set> groups_;
  int64_t seen_ = 0;
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
    return overflow ? too_large() : Status();
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
  void save(uint32_t g, std::string& out) const override {
    put_raw(out, sums_[g]);
    put_raw(out, static_cast<char>(any_[g]));
  }
  Status merge(uint32_t g, std::string_view& in) override {
    int64_t sum = 0;
    char any = 0;
    if (!take_raw(in, &sum) || !take_raw(in, &any)) return damaged_state();
    any_[g] = any_[g] || any;
    return __builtin_add_overflow(sums_[g], sum, &sums_[g]) ? too_large() : Status();
  }

 private:
  static Status too_large() {
    return wf::invalid_data(
        "a sum of integers passes the range of int64; sum cast(... as float64)");
  }
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
      State& s = groups_[g];
      s.add(number_at(*values, i));
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
  void save(uint32_t g, std::string& out) const override { put_raw(out, groups_[g]); }
  Status merge(uint32_t g, std::string_view& in) override {
    State saved;
    if (!take_raw(in, &saved)) return damaged_state();
    State& s = groups_[g];
    if (s.count == 0) {
      s = saved;
    } else {
      s.add(saved.sum);
      s.lost += saved.lost;
      s.count += saved.count;
    }
    return {};
  }

 private:
  struct State {
    double sum = 0, lost = 0;
    int64_t count = 0;
    void add(double x) {
      const double t = sum + x;
      lost += std::abs(sum) >= std::abs(x) ? (sum - t) + x : (x - t) + sum;
      sum = t;
    }
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
  void save(uint32_t g, std::string& out) const override { put_raw(out, groups_[g]); }
  /// Chan, Golub, LeVeque 1979: of two parts.
  Status merge(uint32_t g, std::string_view& in) override {
    State b;
    if (!take_raw(in, &b)) return damaged_state();
    State& a = groups_[g];
    if (a.count == 0 || b.count == 0) {
      if (a.count == 0) a = b;
      return {};
    }
    const auto n = static_cast<double>(a.count), m = static_cast<double>(b.count);
    const double delta = b.mean - a.mean;
    a.mean += delta * m / (n + m);
    a.squares += b.squares + delta * delta * n * m / (n + m);
    a.count += b.count;
    return {};
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
      out.append(quantile_of(values, q_));
    }
    return out.finish();
  }
  [[nodiscard]] int64_t bytes() const override {
    return static_cast<int64_t>(groups_.capacity() * sizeof(groups_[0])) + held_;
  }
  void save(uint32_t g, std::string& out) const override {
    const std::vector<double>& values = groups_[g];
    put_bytes(out, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double)});
  }
  Status merge(uint32_t g, std::string_view& in) override {
    std::string_view bytes;
    if (!take_bytes(in, &bytes) || bytes.size() % sizeof(double) != 0) return damaged_state();
    std::vector<double>& values = groups_[g];
    const size_t before = values.size();
    values.resize(before + bytes.size() / sizeof(double));
    if (!bytes.empty()) std::memcpy(values.data() + before, bytes.data(), bytes.size());
    held_ += static_cast<int64_t>(bytes.size());
    return {};
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
    each_value(*values, groups, [&](int64_t i, uint32_t g) { take(g, value_at<V>(*values, i)); });
    return {};
  }
  ArrayPtr finish() override {
    return with_value_builder<V>(type_, [&](auto out) {
      for (size_t g = 0; g < values_.size(); ++g) {
        if (any_[g])
          append_value(out, values_[g]);
        else
          out.append_null();
      }
      return out.finish();
    });
  }
  [[nodiscard]] int64_t bytes() const override {
    return static_cast<int64_t>(values_.capacity() * sizeof(V)) + text_;
  }
  void save(uint32_t g, std::string& out) const override {
    put_raw(out, static_cast<char>(any_[g]));
    if (any_[g]) put_value(out, values_[g]);
  }
  Status merge(uint32_t g, std::string_view& in) override {
    char any = 0;
    if (!take_raw(in, &any)) return damaged_state();
    V value{};
    if (any && !take_value(in, &value)) return damaged_state();
    if (any) take(g, std::move(value));
    return {};
  }

 private:
  void take(uint32_t g, V value) {
    if (any_[g] && !replaces(value, values_[g])) return;
    if constexpr (std::is_same_v<V, std::string>)
      text_ += static_cast<int64_t>(value.size()) - static_cast<int64_t>(values_[g].size());
    values_[g] = std::move(value);
    any_[g] = true;
  }
  bool replaces(const V& value, const V& held) const {
    switch (which_) {
      case Which::min:
        return value_less(value, held);
      case Which::max:
        return value_less(held, value);
      case Which::first:
        return false;
      default:
        return true;
    }
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
  if (a.function == "approx_quantile") return make_approx_quantile(a.quantile);
  if (a.function == "approx_distinct") return make_approx_distinct();
  if (a.function == "top_k") return make_top_k(a.k, type == Type::null ? Type::int64 : type);
  if (is_text(type)) return make_choice<std::string>(a.function, type);
  if (type == Type::float32 || type == Type::float64) return make_choice<double>(a.function, type);
  return make_choice<int64_t>(a.function, type == Type::null ? Type::int64 : type);
}

}  // namespace weirflow::flow
