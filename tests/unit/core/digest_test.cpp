// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "core/digest.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace weirflow {
namespace {

TEST(Sha256, GivesTheStandardsVectors) {  // FIPS 180-4, examples
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, DoesNotDependOnThePieces) {
  Sha256 digest;
  for (const char* piece : {"a", "", "b", "c"}) digest.update(piece);
  EXPECT_EQ(digest.finish_hex(), sha256_hex("abc"));
}

TEST(Hex, GoesThereAndBack) {
  const std::string bytes(
      "\x00\xff\x7f"
      "a",
      4);
  EXPECT_EQ(hex_encode(bytes), "00ff7f61");
  EXPECT_EQ(hex_decode("00ff7f61"), bytes);
  EXPECT_FALSE(hex_decode("0"));
  EXPECT_FALSE(hex_decode("0g"));
  EXPECT_FALSE(hex_decode("FF"));
}

TEST(Base64, DecodesWhatRfc4648Has) {
  for (const auto& [text, bytes] : std::vector<std::pair<std::string, std::string>>{
           {"", ""}, {"Zg==", "f"}, {"Zm8=", "fo"}, {"Zm9v", "foo"}, {"Zm9vYmFy", "foobar"}})
    EXPECT_EQ(base64_decode(text), bytes) << text;
  EXPECT_EQ(base64_decode("AP/+"), std::string("\0\xFF\xFE", 3));
}

TEST(Base64, RefusesTheRest) {
  for (const char* text : {"Z", "Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zg=a", "Zm9v\n", "Zm-_"})
    EXPECT_FALSE(base64_decode(text)) << text;
}

}  // namespace
}  // namespace weirflow
