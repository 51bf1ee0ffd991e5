// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The byte form of a fitted state: named sections in one little-endian blob that can be mapped
/// and used in place.
///
///   offset 0   magic "WFMLBLOB"
///          8   u32 format version (1), u32 kind (what the state is)
///         16   u64 size of the whole blob, u64 checksum of all bytes from offset 64 on
///         32   u32 number of sections, u32 0, then zeros up to 64
///         64   section table: u32 tag, u32 element size, u64 offset, u64 bytes, each
///         ..   sections, each beginning at a multiple of 64; gaps are zero
///
/// Equal contents give equal bytes.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "weirflow/status.hpp"

namespace weirflow::ml {

static_assert(std::endian::native == std::endian::little,
              "states are little-endian, used in place");

/// What a blob holds.
enum class BlobKind : uint32_t {
  vectoriser = 1,
  linear_model = 2,
  online_model = 3,
  calibration = 4,
  drift = 5
};

/// Four letters as a section's name.
constexpr uint32_t section_tag(const char (&name)[5]) {
  return static_cast<uint32_t>(static_cast<uint8_t>(name[0])) |
         static_cast<uint32_t>(static_cast<uint8_t>(name[1])) << 8 |
         static_cast<uint32_t>(static_cast<uint8_t>(name[2])) << 16 |
         static_cast<uint32_t>(static_cast<uint8_t>(name[3])) << 24;
}

/// Collects sections; finish() lays them out in the order of the calls.
class BlobWriter {
 public:
  explicit BlobWriter(BlobKind kind) : kind_(kind) {}

  template <typename T>
  void add(uint32_t tag, std::span<const T> items) {
    static_assert(std::is_trivially_copyable_v<T>);
    add_bytes(tag, sizeof(T), std::as_bytes(items));
  }
  template <typename T>
  void add_one(uint32_t tag, const T& item) {
    add(tag, std::span<const T>(&item, 1));
  }
  [[nodiscard]] std::vector<std::byte> finish() const;

 private:
  struct Section {
    uint32_t tag;
    uint32_t element;
    std::vector<std::byte> bytes;
  };
  void add_bytes(uint32_t tag, size_t element, std::span<const std::byte> bytes);

  BlobKind kind_;
  std::vector<Section> sections_;
};

/// An opened blob. Borrows the bytes when they are aligned to 8, else keeps an aligned copy; move
/// only. Thread-safe to read.
class BlobView {
 public:
  BlobView() = default;
  BlobView(BlobView&&) noexcept = default;
  BlobView& operator=(BlobView&&) noexcept = default;
  BlobView(const BlobView&) = delete;
  BlobView& operator=(const BlobView&) = delete;

  /// Checks magic, version, kind, size, checksum, and that every section lies inside. Borrowed
  /// bytes must live as long as the view. Errors: invalid_data, saying what is wrong.
  static wf::Result<BlobView> open(std::span<const std::byte> bytes, BlobKind kind);
  /// As open, and the view owns the bytes.
  static wf::Result<BlobView> adopt(std::vector<std::byte> bytes, BlobKind kind);

  /// The items of a section; invalid_data when it is absent or of another element size.
  template <typename T>
  [[nodiscard]] wf::Result<std::span<const T>> section(uint32_t tag) const {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 8);
    WF_ASSIGN(const std::span<const std::byte> raw, find(tag, sizeof(T)));
    return std::span<const T>(reinterpret_cast<const T*>(raw.data()), raw.size() / sizeof(T));
  }
  /// A section that holds exactly one item.
  template <typename T>
  [[nodiscard]] wf::Result<T> one(uint32_t tag) const {
    WF_ASSIGN(const std::span<const T> items, section<T>(tag));
    if (items.size() != 1) return wf::invalid_data("state: a section has a wrong length");
    return items[0];
  }
  [[nodiscard]] bool has(uint32_t tag) const;
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  wf::Result<std::span<const std::byte>> find(uint32_t tag, size_t element) const;

  std::vector<std::byte> owned_;
  std::span<const std::byte> bytes_;
};

/// Writes the checksum into a blob whose bytes were changed. For tests of what the checks behind
/// the checksum refuse.
void reseal_blob(std::span<std::byte> bytes);

/// Texts as offsets and bytes, in two sections.
void add_strings(BlobWriter& writer, uint32_t offsets_tag, uint32_t bytes_tag,
                 std::span<const std::string> texts);

/// Texts borrowed from a blob.
struct StringsView {
  std::span<const uint64_t> offsets;
  std::span<const char> bytes;
  [[nodiscard]] size_t size() const { return offsets.size() - 1; }
  [[nodiscard]] std::string_view operator[](size_t i) const {
    return {bytes.data() + offsets[i], static_cast<size_t>(offsets[i + 1] - offsets[i])};
  }
};
/// Checks that there is at least one offset, that they ascend from 0 and end with the bytes.
wf::Result<StringsView> read_strings(const BlobView& blob, uint32_t offsets_tag,
                                     uint32_t bytes_tag);

}  // namespace weirflow::ml
