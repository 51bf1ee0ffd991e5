// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "sketches.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "state_bytes.h"
#include "values.h"

namespace weirflow::flow {

namespace {

constexpr size_t kRecent = 256;
constexpr double kCompression = 100;

/// How many values a centroid from rank `from` to rank `to` of `n` may hold.
double most_of(double from, double to, double n) {
  const double a = from / n, b = to / n;
  return 4 * n * std::min(a * (1 - a), b * (1 - b)) / kCompression;
}

}  // namespace

void TDigest::add(double value) {
  if (std::isnan(value)) return void(++nans_);
  recent_.push_back(value);
  if (recent_.size() > kRecent) compress();
}

void TDigest::compress() {
  if (recent_.empty()) return;
  std::sort(recent_.begin(), recent_.end());
  low_ = count_ == 0 ? recent_.front() : std::min(low_, recent_.front());
  high_ = count_ == 0 ? recent_.back() : std::max(high_, recent_.back());
  std::vector<Centroid> all;
  all.reserve(centroids_.size() + recent_.size());
  auto old = centroids_.begin();
  for (const double value : recent_) {
    while (old != centroids_.end() && old->mean <= value) all.push_back(*old++);
    all.push_back({value, 1});
  }
  all.insert(all.end(), old, centroids_.end());
  count_ += static_cast<double>(recent_.size());
  recent_.clear();
  centroids_.clear();
  double before = 0;  // values in front of the last centroid
  for (const Centroid& c : all) {
    if (!centroids_.empty()) {
      Centroid& last = centroids_.back();
      const double weight = last.weight + c.weight;
      const bool equal = last.mean == c.mean;
      if (equal || (weight <= most_of(before, before + weight, count_) &&
                    std::isfinite(last.mean) && std::isfinite(c.mean))) {
        if (!equal) last.mean += (c.mean - last.mean) * c.weight / weight;
        last.weight = weight;
        continue;
      }
      before += last.weight;
    }
    centroids_.push_back(c);
  }
}

void TDigest::merge(const TDigest& other) {
  if (empty()) return void(*this = other);
  nans_ += other.nans_;
  if (other.count_ > 0) {
    compress();
    low_ = count_ == 0 ? other.low_ : std::min(low_, other.low_);
    high_ = count_ == 0 ? other.high_ : std::max(high_, other.high_);
    std::vector<Centroid> all;
    std::merge(centroids_.begin(), centroids_.end(), other.centroids_.begin(),
               other.centroids_.end(), std::back_inserter(all),
               [](const Centroid& a, const Centroid& b) { return a.mean < b.mean; });
    centroids_ = std::move(all);
    count_ += other.count_;
  }
  for (const double value : other.recent_) add(value);
}

double TDigest::quantile(double q) const {
  if (centroids_.empty()) {
    std::vector<double> values = recent_;
    values.resize(values.size() + static_cast<size_t>(nans_),
                  std::numeric_limits<double>::quiet_NaN());
    return quantile_of(values, q);
  }
  TDigest whole = *this;
  whole.compress();
  const double at = q * (whole.count_ + static_cast<double>(nans_) - 1);
  if (at > whole.count_ - 1) return std::numeric_limits<double>::quiet_NaN();
  // A centroid stands for the ranks around its middle; the ends are known exactly.
  double rank = 0, value = whole.low_, before = 0;
  for (const Centroid& c : whole.centroids_) {
    const double middle = before + (c.weight - 1) / 2;
    if (at <= middle) {
      if (middle <= rank || !(std::isfinite(value) && std::isfinite(c.mean)))
        return at < middle ? value : c.mean;
      return value + (c.mean - value) * (at - rank) / (middle - rank);
    }
    rank = middle;
    value = c.mean;
    before += c.weight;
  }
  const double last = whole.count_ - 1;
  if (last <= rank || !(std::isfinite(value) && std::isfinite(whole.high_)))
    return at < last ? value : whole.high_;
  return value + (whole.high_ - value) * (at - rank) / (last - rank);
}

int64_t TDigest::bytes() const {
  return static_cast<int64_t>(sizeof(*this) + centroids_.capacity() * sizeof(Centroid) +
                              recent_.capacity() * sizeof(double));
}

void TDigest::save(std::string& out) const {
  put_raw(out, count_);
  put_raw(out, low_);
  put_raw(out, high_);
  put_raw(out, nans_);
  put_bytes(out, {reinterpret_cast<const char*>(centroids_.data()),
                  centroids_.size() * sizeof(Centroid)});
  put_bytes(out, {reinterpret_cast<const char*>(recent_.data()), recent_.size() * sizeof(double)});
}

bool TDigest::restore(std::string_view& in) {
  std::string_view centroids, recent;
  if (!take_raw(in, &count_) || !take_raw(in, &low_) || !take_raw(in, &high_) ||
      !take_raw(in, &nans_) || !take_bytes(in, &centroids) || !take_bytes(in, &recent) ||
      centroids.size() % sizeof(Centroid) != 0 || recent.size() % sizeof(double) != 0 || nans_ < 0)
    return false;
  centroids_.resize(centroids.size() / sizeof(Centroid));
  recent_.resize(recent.size() / sizeof(double));
  if (!centroids.empty()) std::memcpy(centroids_.data(), centroids.data(), centroids.size());
  if (!recent.empty()) std::memcpy(recent_.data(), recent.data(), recent.size());
  return true;
}

void HyperLogLog::add(uint64_t hash) {
  const auto index = static_cast<uint32_t>(hash >> kLongest);
  const uint64_t rest = hash << kBits;
  const int zeros = rest == 0 ? kLongest : std::countl_zero(rest);
  raise(index, static_cast<uint8_t>(zeros + 1));
}

void HyperLogLog::raise(uint32_t index, uint8_t value) {
  if (all_.empty()) {
    const auto at = std::lower_bound(few_.begin(), few_.end(), index * 64);
    if (at != few_.end() && *at / 64 == index) {
      *at = std::max(*at, index * 64 + value);
      return;
    }
    few_.insert(at, index * 64 + value);
    if (few_.size() > kMostFew) spread();
    return;
  }
  all_[index] = std::max(all_[index], value);
}

void HyperLogLog::spread() {
  all_.assign(kRegisters, 0);
  for (const uint32_t entry : few_) all_[entry / 64] = static_cast<uint8_t>(entry % 64);
  few_.clear();
  few_.shrink_to_fit();
}

void HyperLogLog::merge(const HyperLogLog& other) {
  for (const uint32_t entry : other.few_) raise(entry / 64, static_cast<uint8_t>(entry % 64));
  if (other.all_.empty()) return;
  if (all_.empty()) spread();
  for (size_t i = 0; i < all_.size(); ++i) all_[i] = std::max(all_[i], other.all_[i]);
}

int64_t HyperLogLog::estimate() const {
  std::vector<double> registers_of(kLongest + 2);
  for (const uint8_t value : all_) ++registers_of[value];
  for (const uint32_t entry : few_) ++registers_of[entry % 64];
  if (all_.empty()) registers_of[0] = static_cast<double>(kRegisters - few_.size());
  constexpr double m = kRegisters;
  // Ertl's sigma and tau, algorithm 6 of the paper.
  const auto sigma = [](double x) {
    if (x == 1) return std::numeric_limits<double>::infinity();
    double y = 1, z = x, before = 0;
    do {
      x *= x;
      before = z;
      z += x * y;
      y += y;
    } while (z != before);
    return z;
  };
  const auto tau = [](double x) {
    if (x == 0 || x == 1) return 0.0;
    double y = 1, z = 1 - x, before = 0;
    do {
      x = std::sqrt(x);
      before = z;
      y *= 0.5;
      z -= (1 - x) * (1 - x) * y;
    } while (z != before);
    return z / 3;
  };
  double z = m * tau(1 - registers_of[kLongest + 1] / m);
  for (int k = kLongest; k >= 1; --k) z = 0.5 * (z + registers_of[static_cast<size_t>(k)]);
  z += m * sigma(registers_of[0] / m);
  constexpr double kLn2 = 0.693147180559945309417;
  return static_cast<int64_t>(std::llround(m * m / (2 * kLn2 * z)));
}

int64_t HyperLogLog::bytes() const {
  return static_cast<int64_t>(sizeof(*this) + few_.capacity() * 4 + all_.capacity());
}

void HyperLogLog::save(std::string& out) const {
  put_bytes(out, {reinterpret_cast<const char*>(few_.data()), few_.size() * sizeof(uint32_t)});
  put_bytes(out, {reinterpret_cast<const char*>(all_.data()), all_.size()});
}

bool HyperLogLog::restore(std::string_view& in) {
  std::string_view few, all;
  if (!take_bytes(in, &few) || !take_bytes(in, &all) || few.size() % sizeof(uint32_t) != 0 ||
      few.size() > kMostFew * sizeof(uint32_t) || (!all.empty() && all.size() != kRegisters))
    return false;
  few_.resize(few.size() / sizeof(uint32_t));
  if (!few.empty()) std::memcpy(few_.data(), few.data(), few.size());
  all_.assign(all.begin(), all.end());
  const auto wrong = [](uint32_t value) { return value > kLongest + 1; };
  return std::none_of(few_.begin(), few_.end(),
                      [&](uint32_t e) { return e / 64 >= kRegisters || wrong(e % 64); }) &&
         std::none_of(all_.begin(), all_.end(), wrong);
}

}  // namespace weirflow::flow
