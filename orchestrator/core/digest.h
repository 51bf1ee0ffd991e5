// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// SHA-256 and hexadecimal text. Threads: any; a Sha256 belongs to one thread at a time.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weirflow {

/// FIPS 180-4, by OpenSSL.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  /// The digest of all updates; the object is spent.
  std::array<uint8_t, 32> finish();
  /// The same as 64 lower-case hex digits.
  std::string finish_hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256_hex(std::string_view bytes);
std::string hex_encode(std::string_view bytes);
/// Nothing when the text is not an even number of hex digits.
std::optional<std::string> hex_decode(std::string_view text);
/// RFC 4648, section 4, with its padding; nothing when the text is anything else.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace weirflow
