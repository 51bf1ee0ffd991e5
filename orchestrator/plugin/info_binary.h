// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// LibraryInfo in a compact form of this machine, for the plugin cache: reading it is a small part
/// of what JSON costs, and `weirflow run` reads it at every start.

#include <cstring>
#include <string>
#include <string_view>

#include "plugin/component_info.h"

namespace weirflow::plugin {

/// Appends to a string: integers of 8 bytes, strings and lists with their length in front.
class BinaryWriter {
 public:
  explicit BinaryWriter(std::string& out) : out_(out) {}
  void put(uint64_t v) { out_.append(reinterpret_cast<const char*>(&v), sizeof(v)); }
  void put(std::string_view v) {
    put(uint64_t{v.size()});
    out_.append(v);
  }
  void put(const LibraryInfo& info);

 private:
  std::string& out_;
};

/// Reads what BinaryWriter wrote. After the first thing that does not fit, ok() is false and every
/// further read answers nothing.
class BinaryReader {
 public:
  explicit BinaryReader(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  uint64_t number() {
    uint64_t v = 0;
    if (!take(sizeof(v))) return 0;
    std::memcpy(&v, taken_.data(), sizeof(v));
    return v;
  }
  std::string_view text() {
    const uint64_t size = number();
    return take(size) ? taken_ : std::string_view();
  }
  LibraryInfo library();
  void fail() {
    ok_ = false;
    rest_ = {};
  }
  [[nodiscard]] size_t left() const { return rest_.size(); }

 private:
  bool take(uint64_t n) {
    if (!ok_ || n > rest_.size()) return fail(), false;
    taken_ = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return true;
  }
  std::string_view rest_, taken_;
  bool ok_ = true;
};

}  // namespace weirflow::plugin
