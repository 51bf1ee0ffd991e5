// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// embed FUNCTION INPUT OUTPUT: writes a C++ source whose weirflow::text::FUNCTION() returns the
// bytes of INPUT.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: embed FUNCTION INPUT OUTPUT\n");
    return 2;
  }
  std::ifstream in(argv[2], std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::ofstream out(argv[3], std::ios::binary);
  out << "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n#include \"embedded.h\"\n\n"
      << "std::string_view weirflow::text::" << argv[1] << "() {\n"
      << "  static constexpr char bytes[] =";
  for (size_t at = 0; at < bytes.size() || at == 0;) {
    out << "\n      \"";
    for (const size_t stop = at + 80; at < stop && at < bytes.size(); ++at) {
      char octal[5];
      std::snprintf(octal, sizeof octal, "\\%03o", static_cast<unsigned char>(bytes[at]));
      const bool plain = bytes[at] >= ' ' && bytes[at] < 127 && bytes[at] != '"' &&
                         bytes[at] != '\\' && bytes[at] != '?';
      if (plain) {
        out << bytes[at];
      } else {
        out << octal;
      }
    }
    out << '"';
    if (bytes.empty()) break;
  }
  out << ";\n  return {bytes, sizeof bytes - 1};\n}\n";
  out.close();
  if (!in || !out) {
    std::fprintf(stderr, "embed: cannot read %s or write %s\n", argv[2], argv[3]);
    return 1;
  }
  return 0;
}
