// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/elf_symbols.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

namespace weirflow::plugin {

namespace {

/// Bounds-checked reads; offsets in the file are not to be trusted, nor is their alignment.
class Image {
 public:
  explicit Image(std::string bytes) : bytes_(std::move(bytes)) {}
  template <typename T>
  bool read(uint64_t offset, T& out) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return false;
    std::memcpy(&out, bytes_.data() + offset, sizeof(T));
    return true;
  }
  /// The NUL-terminated string at an offset; empty when it is not inside.
  [[nodiscard]] std::string text(uint64_t offset) const {
    if (offset >= bytes_.size()) return {};
    const size_t end = bytes_.find('\0', offset);
    return end == bytes_.npos ? std::string() : bytes_.substr(offset, end - offset);
  }

 private:
  std::string bytes_;
};

bool is_exported(const Elf64_Sym& symbol) {
  const auto binding = ELF64_ST_BIND(symbol.st_info);
  const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
  return symbol.st_shndx != SHN_UNDEF && symbol.st_name != 0 &&
         (binding == STB_GLOBAL || binding == STB_WEAK || binding == STB_GNU_UNIQUE) &&
         (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

}  // namespace

wf::Result<std::vector<std::string>> exported_symbols(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return wf::io_error("cannot be opened");
  const Image image(std::string(std::istreambuf_iterator<char>(in), {}));
  Elf64_Ehdr header{};
  if (!image.read(0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_shentsize != sizeof(Elf64_Shdr))
    return wf::invalid_data("is no 64-bit ELF file with sections");
  std::vector<std::string> names;
  bool found = false;
  for (uint64_t s = 0; s < header.e_shnum; ++s) {
    Elf64_Shdr section{}, strings{};
    if (!image.read(header.e_shoff + s * sizeof(section), section))
      return wf::invalid_data("its section table is cut off");
    if (section.sh_type != SHT_DYNSYM || section.sh_entsize != sizeof(Elf64_Sym)) continue;
    if (!image.read(header.e_shoff + uint64_t{section.sh_link} * sizeof(strings), strings))
      return wf::invalid_data("its symbols have no names");
    found = true;
    for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= section.sh_size; at += sizeof(Elf64_Sym)) {
      Elf64_Sym symbol{};
      if (!image.read(section.sh_offset + at, symbol))
        return wf::invalid_data("its symbol table is cut off");
      if (is_exported(symbol)) names.push_back(image.text(strings.sh_offset + symbol.st_name));
    }
  }
  if (!found) return wf::invalid_data("has no dynamic symbols");
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace weirflow::plugin
