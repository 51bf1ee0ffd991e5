// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "tail_position.h"

#include <charconv>

#include "weirflow/io/json.hpp"
#include "weirflow/io/output.hpp"
#include "weirflow/io/values.hpp"
#include "weirflow/row_hash.hpp"

namespace weirflow::file {
namespace {

using wf::Result;
using wf::Status;

constexpr int64_t kVersion = 1;

/// JSON numbers past 2^53 are not safe everywhere: 64-bit values are strings of digits.
void put(std::string_view key, uint64_t value, std::string* out) {
  out->append(",\"").append(key).append("\":\"").append(std::to_string(value)).append("\"");
}

Status damaged(const std::string& what) {
  return wf::invalid_data("the positions of file.tail are damaged: " + what);
}

class Reader {
 public:
  explicit Reader(const std::vector<wf::io::JsonCell>& cells) : cells_(cells) {}
  bool text(size_t i, std::string* out) const {
    if (cells_[i].kind != wf::io::JsonCell::Kind::text) return false;
    *out = cells_[i].text;
    return true;
  }
  bool number(size_t i, uint64_t* out) const {
    if (cells_[i].kind != wf::io::JsonCell::Kind::text || cells_[i].text.empty()) return false;
    uint64_t value = 0;
    for (const char c : cells_[i].text) {
      if (c < '0' || c > '9') return false;
      value = value * 10 + static_cast<uint64_t>(c - '0');
    }
    *out = value;
    return true;
  }
  /// Pairs of hexadecimal digits; a missing cell changes nothing.
  bool bytes(size_t i, std::string* out) const {
    if (cells_[i].kind == wf::io::JsonCell::Kind::missing) return true;
    const std::string_view text = cells_[i].text;
    if (cells_[i].kind != wf::io::JsonCell::Kind::text || text.size() % 2 != 0) return false;
    out->clear();
    for (size_t at = 0; at < text.size(); at += 2) {
      unsigned byte = 0;
      const char* end = text.data() + at + 2;
      if (std::from_chars(text.data() + at, end, byte, 16).ptr != end) return false;
      out->push_back(static_cast<char>(byte));
    }
    return true;
  }
  bool boolean(size_t i, bool* out) const {
    *out = cells_[i].integer == 1;
    return cells_[i].kind == wf::io::JsonCell::Kind::boolean;
  }
  [[nodiscard]] bool version() const {
    return cells_[0].kind == wf::io::JsonCell::Kind::integer && cells_[0].integer == kVersion;
  }

 private:
  const std::vector<wf::io::JsonCell>& cells_;
};

std::string_view next_line(std::string_view* text) {
  const size_t end = text->find('\n');
  const std::string_view line = text->substr(0, end);
  text->remove_prefix(end == std::string_view::npos ? text->size() : end + 1);
  return line;
}

}  // namespace

Print Print::of(std::string_view bytes) {
  return {bytes.size(), bytes.empty() ? 0 : wf::hash_bytes(bytes, 0)};
}

std::string TailSnapshot::to_string() const {
  std::string out = "{\"version\":" + std::to_string(kVersion) +
                    ",\"started\":" + (started ? "true" : "false") + ",\"watermarks\":";
  wf::io::append_json_string(watermarks, &out);
  out += "}\n";
  for (const TailPosition& file : files) {
    out += "{\"path\":";
    wf::io::append_json_string(file.path, &out);
    // The text alone would not lead back to a name that is not valid UTF-8.
    if (!wf::io::valid_utf8(file.path)) {
      out += ",\"path_bytes\":\"";
      for (const char c : file.path) {
        out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
        out += "0123456789abcdef"[c & 15];
      }
      out += '"';
    }
    put("offset", file.offset, &out);
    put("device", file.id.device, &out);
    put("inode", file.id.inode, &out);
    out += std::string(",\"passing\":") + (file.passing ? "true" : "false");
    put("head_size", file.head.size, &out);
    put("head", file.head.hash, &out);
    put("tail_size", file.tail.size, &out);
    put("tail", file.tail.hash, &out);
    out += "}\n";
  }
  return out;
}

Result<TailSnapshot> TailSnapshot::parse(std::string_view text) {
  TailSnapshot snapshot;
  std::vector<wf::io::JsonCell> cells;
  WF_ASSIGN(auto whole, wf::io::JsonFields::make({"/version", "/started", "/watermarks"}));
  if (!whole.parse(next_line(&text), false, &cells).ok()) return damaged("the first line");
  const Reader first(cells);
  if (!first.version() || !first.boolean(1, &snapshot.started) ||
      !first.text(2, &snapshot.watermarks))
    return damaged("the first line, or it is of another version");
  WF_ASSIGN(auto fields, wf::io::JsonFields::make({"/path", "/offset", "/device", "/inode",
                                                   "/passing", "/head_size", "/head", "/tail_size",
                                                   "/tail", "/path_bytes"}));
  while (!text.empty()) {
    const std::string_view line = next_line(&text);
    TailPosition& file = snapshot.files.emplace_back();
    if (!fields.parse(line, false, &cells).ok())
      return damaged("line " + std::to_string(snapshot.files.size() + 1));
    const Reader cell(cells);
    if (!cell.text(0, &file.path) || !cell.number(1, &file.offset) ||
        !cell.number(2, &file.id.device) || !cell.number(3, &file.id.inode) ||
        !cell.boolean(4, &file.passing) || !cell.number(5, &file.head.size) ||
        !cell.number(6, &file.head.hash) || !cell.number(7, &file.tail.size) ||
        !cell.number(8, &file.tail.hash) || !cell.bytes(9, &file.path))
      return damaged("line " + std::to_string(snapshot.files.size() + 1));
  }
  return snapshot;
}

}  // namespace weirflow::file
