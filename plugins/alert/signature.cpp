// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace weirflow::alert {
namespace {

constexpr size_t kSha256 = 32;

std::string base64(const unsigned char* bytes, size_t n) {
  std::string text(4 * ((n + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, static_cast<int>(n));
  text.resize(static_cast<size_t>(length));
  return text;
}

}  // namespace

std::string message_id(const std::vector<std::string>& ids) {
  std::string all;
  for (const std::string& id : ids) all.append(id).push_back('\n');
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_Digest(all.data(), all.size(), digest.data(), &length, EVP_sha256(), nullptr);
  constexpr char kHex[] = "0123456789abcdef";
  std::string text = "alert_";
  for (size_t i = 0; i < 16; ++i) {
    text += kHex[digest[i] >> 4];
    text += kHex[digest[i] & 15];
  }
  return text;
}

wf::Result<std::string> webhook_key(const std::string& secret) {
  constexpr std::string_view kPrefix = "whsec_";
  const std::string text = secret.starts_with(kPrefix) ? secret.substr(kPrefix.size()) : secret;
  const auto wrong = [] {
    return wf::invalid_config("the secret is no Standard Webhooks secret")
        .at({"secret", 0, 0, "whsec_ and the base64 of 24 to 64 random bytes"});
  };
  if (text.empty() || text.size() % 4 != 0) return wrong();
  std::string key(text.size() / 4 * 3, '\0');
  const int decoded = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(key.data()),
                                      reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()));
  if (decoded < 0) return wrong();
  size_t padding = 0;
  while (padding < 2 && text[text.size() - 1 - padding] == '=') ++padding;
  key.resize(static_cast<size_t>(decoded) - padding);
  if (key.size() < 24 || key.size() > 64) return wrong();
  return key;
}

std::string webhook_signature(const std::vector<std::string>& keys, std::string_view id,
                              int64_t timestamp_s, std::string_view body) {
  std::string text(id);
  text.append(".").append(std::to_string(timestamp_s)).append(".").append(body);
  std::string header;
  for (const std::string& key : keys) {
    std::array<unsigned char, kSha256> mac{};
    unsigned int length = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &length);
    if (!header.empty()) header += ' ';
    header += "v1," + base64(mac.data(), length);
  }
  return header;
}

}  // namespace weirflow::alert
