// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "sketch_accumulators.h"

#include <algorithm>
#include <map>

#include "sketches.h"
#include "values.h"
#include "weirflow/row_hash.hpp"

namespace weirflow::flow {

using wf::Array;
using wf::ArrayPtr;
using wf::Status;
using wf::Type;

namespace {

/// What both sketches have in common.
template <typename Sketch>
class SketchAccumulator : public Accumulator {
 public:
  void grow(size_t groups) override { groups_.resize(groups); }
  [[nodiscard]] int64_t bytes() const override {
    int64_t sum = 0;
    for (const Sketch& sketch : groups_) sum += sketch.bytes();
    return sum;
  }
  void save(uint32_t g, std::string& out) const override { groups_[g].save(out); }
  Status merge(uint32_t g, std::string_view& in) override {
    Sketch saved;
    if (!saved.restore(in)) return damaged_state();
    groups_[g].merge(saved);
    return {};
  }

 protected:
  std::vector<Sketch> groups_;
};

class ApproxQuantile final : public SketchAccumulator<TDigest> {
 public:
  explicit ApproxQuantile(double share) : share_(share) {}
  Status add(const Array* values, std::span<const uint32_t> groups) override {
    each_value(*values, groups,
               [&](int64_t i, uint32_t g) { groups_[g].add(number_at(*values, i)); });
    return {};
  }
  ArrayPtr finish() override {
    wf::Float64Builder out;
    for (const TDigest& digest : groups_) {
      if (digest.empty())
        out.append_null();
      else
        out.append(digest.quantile(share_));
    }
    return out.finish();
  }

 private:
  double share_;
};

class ApproxDistinct final : public SketchAccumulator<HyperLogLog> {
 public:
  Status add(const Array* values, std::span<const uint32_t> groups) override {
    each_value(*values, groups,
               [&](int64_t i, uint32_t g) { groups_[g].add(wf::hash_value(*values, i, 1)); });
    return {};
  }
  ArrayPtr finish() override {
    wf::Int64Builder out;
    for (const HyperLogLog& sketch : groups_) out.append(sketch.estimate());
    return out.finish();
  }
};

template <typename V>
class TopK final : public Accumulator {
 public:
  TopK(int64_t k, Type type)
      : k_(static_cast<size_t>(k)), most_(std::max<size_t>(256, 8 * k_)), type_(type) {}
  void grow(size_t groups) override { groups_.resize(groups); }
  Status add(const Array* values, std::span<const uint32_t> groups) override {
    each_value(*values, groups,
               [&](int64_t i, uint32_t g) { count(groups_[g], value_at<V>(*values, i), 1); });
    return {};
  }
  ArrayPtr finish() override {
    return with_value_builder<V>(type_, [&](auto items) {
      wf::ListBuilder<decltype(items)> out(std::move(items));
      for (const Counts& group : groups_) {
        std::vector<const typename Counts::value_type*> order;
        for (const auto& entry : group) order.push_back(&entry);
        // Values are in ascending order, which stays among those alike.
        std::stable_sort(order.begin(), order.end(),
                         [](const auto* a, const auto* b) { return a->second > b->second; });
        for (size_t i = 0; i < std::min(k_, order.size()); ++i)
          append_value(out.items(), order[i]->first);
        out.append();
      }
      return out.finish();
    });
  }
  [[nodiscard]] int64_t bytes() const override {
    int64_t sum = 0;
    for (const Counts& group : groups_)
      sum += static_cast<int64_t>(sizeof(Counts) + group.size() * (sizeof(V) + 48));
    return sum;
  }
  void save(uint32_t g, std::string& out) const override {
    put_raw(out, static_cast<uint32_t>(groups_[g].size()));
    for (const auto& [value, n] : groups_[g]) {
      put_value(out, value);
      put_raw(out, n);
    }
  }
  Status merge(uint32_t g, std::string_view& in) override {
    uint32_t entries = 0;
    if (!take_raw(in, &entries)) return damaged_state();
    for (uint32_t i = 0; i < entries; ++i) {
      V value{};
      int64_t n = 0;
      if (!take_value(in, &value) || !take_raw(in, &n)) return damaged_state();
      count(groups_[g], std::move(value), n);
    }
    return {};
  }

 private:
  struct Less {
    bool operator()(const V& a, const V& b) const { return value_less(a, b); }
  };
  using Counts = std::map<V, int64_t, Less>;
  void count(Counts& counts, V value, int64_t n) {
    const auto found = counts.find(value);
    if (found != counts.end()) {
      found->second += n;
    } else if (counts.size() < most_) {
      counts.emplace(std::move(value), n);
    } else {
      // The newcomer takes the place, and the count, of the rarest: it may have been as frequent.
      const auto rarest =
          std::min_element(counts.begin(), counts.end(),
                           [](const auto& a, const auto& b) { return a.second < b.second; });
      n += rarest->second;
      counts.erase(rarest);
      counts.emplace(std::move(value), n);
    }
  }
  size_t k_, most_;
  Type type_;
  std::vector<Counts> groups_;
};

}  // namespace

std::unique_ptr<Accumulator> make_approx_quantile(double share) {
  return std::make_unique<ApproxQuantile>(share);
}
std::unique_ptr<Accumulator> make_approx_distinct() { return std::make_unique<ApproxDistinct>(); }
std::unique_ptr<Accumulator> make_top_k(int64_t k, Type type) {
  if (type == Type::utf8 || type == Type::binary)
    return std::make_unique<TopK<std::string>>(k, type);
  if (type == Type::float32 || type == Type::float64)
    return std::make_unique<TopK<double>>(k, type);
  return std::make_unique<TopK<int64_t>>(k, type);
}

}  // namespace weirflow::flow
