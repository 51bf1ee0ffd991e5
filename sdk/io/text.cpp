// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/io/text.hpp"

#include <algorithm>
#include <array>

namespace wf::io {
namespace {

constexpr uint32_t kReplacement = 0xFFFD;

/// Bytes 80 to 9F of Windows-1252.
constexpr std::array<uint16_t, 32> kCp1252 = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

void decode_single_bytes(std::string_view bytes, bool cp1252, std::string* out) {
  for (size_t at = 0; at < bytes.size();) {
    size_t run = at;
    while (run < bytes.size() && static_cast<uint8_t>(bytes[run]) < 0x80) ++run;
    out->append(bytes.substr(at, run - at));
    for (at = run; at < bytes.size() && static_cast<uint8_t>(bytes[at]) >= 0x80; ++at) {
      const auto byte = static_cast<uint8_t>(bytes[at]);
      append_utf8(cp1252 && byte < 0xA0 ? kCp1252[byte - 0x80u] : byte, out);
    }
  }
}

/// Length of the valid sequence at `at`, or minus the length of the maximal invalid subpart.
int sequence_length(std::string_view bytes, size_t at) {
  const auto byte = [&](size_t i) -> uint32_t {
    return i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : 0;
  };
  const uint32_t first = byte(at);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return -1;
  const int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  uint32_t low = 0x80, high = 0xBF;
  if (first == 0xE0) low = 0xA0;
  if (first == 0xED) high = 0x9F;
  if (first == 0xF0) low = 0x90;
  if (first == 0xF4) high = 0x8F;
  for (int i = 1; i < length; ++i, low = 0x80, high = 0xBF) {
    const uint32_t next = byte(at + static_cast<size_t>(i));
    if (next < low || next > high) return -i;
  }
  return length;
}

void decode_replacing(std::string_view bytes, std::string* out) {
  for (size_t at = 0; at < bytes.size();) {
    const int length = sequence_length(bytes, at);
    if (length > 0)
      out->append(bytes.substr(at, static_cast<size_t>(length)));
    else
      append_utf8(kReplacement, out);
    at += static_cast<size_t>(length > 0 ? length : -length);
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

}  // namespace

Result<EncodingList> EncodingList::parse(std::string_view text) {
  EncodingList list;
  list.tries.clear();
  for (size_t start = 0; start <= text.size();) {
    const size_t bar = std::min(text.find('|', start), text.size());
    std::string_view part = text.substr(start, bar - start);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    const std::string name = lower(part);
    if (!list.tries.empty() && list.tries.back() != Encoding::utf8)
      return invalid_config("encoding '" + std::string(part) +
                            "' is never reached: every byte fits the one before it");
    if (name == "utf-8" || name == "utf8")
      list.tries.push_back(Encoding::utf8);
    else if (name == "latin-1" || name == "latin1" || name == "iso-8859-1")
      list.tries.push_back(Encoding::latin1);
    else if (name == "cp1252" || name == "windows-1252")
      list.tries.push_back(Encoding::cp1252);
    else if (name == "replace")
      list.tries.push_back(Encoding::replace);
    else
      return invalid_config("'" + std::string(part) +
                            "' is no encoding; known are utf-8, latin-1, cp1252, replace, and "
                            "fallbacks such as utf-8|cp1252");
    start = bar + 1;
  }
  if (list.tries.size() > 1 && list.tries[1] == Encoding::utf8)
    return invalid_config("encoding 'utf-8' stands twice");
  return list;
}

bool decode(const EncodingList& encodings, std::string_view bytes, std::string* out) {
  for (const Encoding encoding : encodings.tries) {
    switch (encoding) {
      case Encoding::utf8:
        if (!valid_utf8(bytes)) continue;
        out->append(bytes);
        return true;
      case Encoding::latin1:
        decode_single_bytes(bytes, false, out);
        return true;
      case Encoding::cp1252:
        decode_single_bytes(bytes, true, out);
        return true;
      case Encoding::replace:
        decode_replacing(bytes, out);
        return true;
    }
  }
  return false;
}

void append_utf8(uint32_t code_point, std::string* out) {
  const auto put = [&](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

std::string printable(std::string_view bytes, size_t limit) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  size_t at = 0;
  while (at < bytes.size() && at < limit) {
    const int length = sequence_length(bytes, at);
    const auto byte = static_cast<uint8_t>(bytes[at]);
    if (length < 0 || byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
      ++at;
    } else {
      out.append(bytes.substr(at, static_cast<size_t>(length)));
      at += static_cast<size_t>(length);
    }
  }
  if (at < bytes.size()) out += "...";
  return out;
}

}  // namespace wf::io
