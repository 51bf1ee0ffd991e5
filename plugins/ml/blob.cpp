// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "blob.h"

#include "hashing.h"

namespace weirflow::ml {
namespace {

constexpr char kMagic[8] = {'W', 'F', 'M', 'L', 'B', 'L', 'O', 'B'};
constexpr uint32_t kVersion = 1;
constexpr size_t kAlign = 64;
constexpr size_t kMaxSections = 64;

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t kind;
  uint64_t size;
  uint64_t checksum;
  uint32_t sections;
  uint32_t zero[7];
};
static_assert(sizeof(Header) == 64);

struct Entry {
  uint32_t tag;
  uint32_t element;
  uint64_t offset;
  uint64_t bytes;
};
static_assert(sizeof(Entry) == 24);

size_t aligned(size_t offset) { return (offset + kAlign - 1) / kAlign * kAlign; }

uint64_t checksum(std::span<const std::byte> bytes) {
  return hash_bytes(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Header header_of(std::span<const std::byte> bytes) {
  Header header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  return header;
}

Entry entry_of(std::span<const std::byte> bytes, size_t i) {
  Entry entry;
  std::memcpy(&entry, bytes.data() + sizeof(Header) + i * sizeof(Entry), sizeof(entry));
  return entry;
}

wf::Status check_entries(std::span<const std::byte> bytes, uint32_t sections) {
  if (sections > kMaxSections || sizeof(Header) + sections * sizeof(Entry) > bytes.size()) {
    return wf::invalid_data("state: the section table is broken");
  }
  for (size_t i = 0; i < sections; ++i) {
    const Entry entry = entry_of(bytes, i);
    if (entry.offset % kAlign != 0 || entry.offset > bytes.size() ||
        entry.bytes > bytes.size() - entry.offset || entry.element == 0 ||
        entry.bytes % entry.element != 0) {
      return wf::invalid_data("state: a section lies outside of the state");
    }
  }
  return {};
}

wf::Status check_blob(std::span<const std::byte> bytes, BlobKind kind) {
  if (bytes.size() < sizeof(Header)) return wf::invalid_data("state: shorter than its header");
  const Header header = header_of(bytes);
  if (std::memcmp(header.magic, kMagic, sizeof(kMagic)) != 0) {
    return wf::invalid_data("state: not a state of the ml plugin");
  }
  if (header.version != kVersion) {
    return wf::invalid_data("state: format version " + std::to_string(header.version) +
                            ", this plugin reads " + std::to_string(kVersion));
  }
  if (header.kind != static_cast<uint32_t>(kind)) {
    return wf::invalid_data("state: of another kind of component");
  }
  if (header.size != bytes.size()) return wf::invalid_data("state: truncated or with bytes added");
  for (const uint32_t word : header.zero) {
    if (word != 0) return wf::invalid_data("state: reserved bytes are set");
  }
  if (header.checksum != checksum(bytes.subspan(sizeof(Header)))) {
    return wf::invalid_data("state: the checksum does not match, bytes were changed");
  }
  return check_entries(bytes, header.sections);
}

}  // namespace

void BlobWriter::add_bytes(uint32_t tag, size_t element, std::span<const std::byte> bytes) {
  sections_.push_back({tag, static_cast<uint32_t>(element), {bytes.begin(), bytes.end()}});
}

std::vector<std::byte> BlobWriter::finish() const {
  size_t end = sizeof(Header) + sections_.size() * sizeof(Entry);
  std::vector<Entry> table;
  for (const Section& section : sections_) {
    end = aligned(end);
    table.push_back({section.tag, section.element, end, section.bytes.size()});
    end += section.bytes.size();
  }
  std::vector<std::byte> out(aligned(end));
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof(kMagic));
  header.version = kVersion;
  header.kind = static_cast<uint32_t>(kind_);
  header.size = out.size();
  header.sections = static_cast<uint32_t>(sections_.size());
  std::memcpy(out.data(), &header, sizeof(header));
  for (size_t i = 0; i < table.size(); ++i) {
    std::memcpy(out.data() + sizeof(Header) + i * sizeof(Entry), &table[i], sizeof(Entry));
    if (!sections_[i].bytes.empty()) {
      std::memcpy(out.data() + table[i].offset, sections_[i].bytes.data(),
                  sections_[i].bytes.size());
    }
  }
  reseal_blob(out);
  return out;
}

void reseal_blob(std::span<std::byte> bytes) {
  if (bytes.size() < sizeof(Header)) return;
  const uint64_t sum = checksum(bytes.subspan(sizeof(Header)));
  std::memcpy(bytes.data() + offsetof(Header, checksum), &sum, sizeof(sum));
}

wf::Result<BlobView> BlobView::open(std::span<const std::byte> bytes, BlobKind kind) {
  if (reinterpret_cast<uintptr_t>(bytes.data()) % 8 != 0) {
    return adopt({bytes.begin(), bytes.end()}, kind);
  }
  WF_TRY(check_blob(bytes, kind));
  BlobView view;
  view.bytes_ = bytes;
  return view;
}

wf::Result<BlobView> BlobView::adopt(std::vector<std::byte> bytes, BlobKind kind) {
  WF_TRY(check_blob(bytes, kind));
  BlobView view;
  view.owned_ = std::move(bytes);
  view.bytes_ = view.owned_;
  return view;
}

bool BlobView::has(uint32_t tag) const {
  const Header header = header_of(bytes_);
  for (size_t i = 0; i < header.sections; ++i) {
    if (entry_of(bytes_, i).tag == tag) return true;
  }
  return false;
}

wf::Result<std::span<const std::byte>> BlobView::find(uint32_t tag, size_t element) const {
  const Header header = header_of(bytes_);
  for (size_t i = 0; i < header.sections; ++i) {
    const Entry entry = entry_of(bytes_, i);
    if (entry.tag != tag) continue;
    if (entry.element != element)
      return wf::invalid_data("state: a section has another element size");
    return bytes_.subspan(entry.offset, entry.bytes);
  }
  return wf::invalid_data("state: a section is missing");
}

void add_strings(BlobWriter& writer, uint32_t offsets_tag, uint32_t bytes_tag,
                 std::span<const std::string> texts) {
  std::vector<uint64_t> offsets{0};
  offsets.reserve(texts.size() + 1);
  std::string bytes;
  for (const std::string& text : texts) {
    bytes += text;
    offsets.push_back(bytes.size());
  }
  writer.add<uint64_t>(offsets_tag, offsets);
  writer.add<char>(bytes_tag, bytes);
}

wf::Result<StringsView> read_strings(const BlobView& blob, uint32_t offsets_tag,
                                     uint32_t bytes_tag) {
  StringsView strings;
  WF_ASSIGN(strings.offsets, blob.section<uint64_t>(offsets_tag));
  WF_ASSIGN(strings.bytes, blob.section<char>(bytes_tag));
  if (strings.offsets.empty() || strings.offsets.front() != 0 ||
      strings.offsets.back() != strings.bytes.size()) {
    return wf::invalid_data("state: text offsets do not fit their bytes");
  }
  for (size_t i = 1; i < strings.offsets.size(); ++i) {
    if (strings.offsets[i] < strings.offsets[i - 1]) {
      return wf::invalid_data("state: text offsets descend");
    }
  }
  return strings;
}

}  // namespace weirflow::ml
