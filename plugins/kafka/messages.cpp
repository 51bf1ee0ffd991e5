// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

/// Messages in snapshots.

#include <charconv>

#include "encode.h"

namespace weirflow::kafka {
namespace {

using wf::Result;
using wf::Status;

constexpr std::string_view kHeader = "kafka.sink 1\n";

std::string length(const std::optional<std::string_view>& text) {
  return text ? std::to_string(text->size()) : "-";
}

/// Reads what write() wrote; any misfit makes it damaged for good.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool at_end() const { return damaged_ || bytes_.empty(); }
  [[nodiscard]] bool damaged() const { return damaged_; }
  std::string_view word(char end) {
    const size_t n = bytes_.find(end);
    if (n == std::string_view::npos) return damaged_ = true, std::string_view();
    const std::string_view word = bytes_.substr(0, n);
    bytes_.remove_prefix(n + 1);
    return word;
  }
  template <typename T>
  T number(char end) {
    const std::string_view text = word(end);
    T value{};
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) damaged_ = true;
    return value;
  }
  /// A length, or "-" for null.
  std::optional<size_t> length(char end) {
    if (!bytes_.starts_with('-')) return number<size_t>(end);
    word(end);
    return std::nullopt;
  }
  std::optional<std::string_view> take(std::optional<size_t> n) {
    if (!n) return std::nullopt;
    if (*n > bytes_.size()) damaged_ = true;
    if (damaged_) return std::string_view();
    const std::string_view bytes = bytes_.substr(0, *n);
    bytes_.remove_prefix(*n);
    return bytes;
  }

 private:
  std::string_view bytes_;
  bool damaged_ = false;
};

}  // namespace

void Messages::write(const std::vector<size_t>& which, std::string* out) const {
  if (out->empty()) out->append(kHeader);
  for (const size_t i : which) {
    const Message& m = list[i];
    out->append("message ").append(m.topic);
    out->append(" " + std::to_string(m.partition) + " " + std::to_string(m.timestamp_ms) + " " +
                length(m.key) + " " + length(m.value) + " " + std::to_string(m.headers) + "\n");
    if (m.key) out->append(*m.key);
    if (m.value) out->append(*m.value);
    out->push_back('\n');
    for (uint32_t k = 0; k < m.headers; ++k) {
      const Header& header = headers[m.first_header + k];
      out->append(std::to_string(header.name.size()) + " " + length(header.value) + "\n");
      out->append(header.name);
      if (header.value) out->append(*header.value);
      out->push_back('\n');
    }
  }
}

Result<Messages> Messages::read(std::string_view bytes) {
  const Status damaged = wf::invalid_data("the snapshot of kafka.sink is damaged");
  Messages to;
  if (bytes.empty()) return to;
  if (!bytes.starts_with(kHeader))
    return wf::invalid_data("this is no snapshot of kafka.sink, or of a later version");
  Reader in(to.arena.keep(bytes.substr(kHeader.size())));
  while (!in.at_end()) {
    if (in.word(' ') != "message") return damaged;
    Message m;
    m.topic = in.word(' ');
    m.partition = in.number<int32_t>(' ');
    m.timestamp_ms = in.number<int64_t>(' ');
    const auto key = in.length(' '), value = in.length(' ');
    m.headers = in.number<uint32_t>('\n');
    m.key = in.take(key);
    m.value = in.take(value);
    if (in.word('\n') != "") return damaged;
    m.first_header = static_cast<uint32_t>(to.headers.size());
    for (uint32_t k = 0; k < m.headers && !in.damaged(); ++k) {
      const auto name = in.length(' '), text = in.length('\n');
      Header header;
      header.name = in.take(name).value_or("");
      header.value = in.take(text);
      if (in.word('\n') != "") return damaged;
      to.headers.push_back(header);
    }
    to.list.push_back(m);
  }
  if (in.damaged()) return damaged;
  return to;
}

}  // namespace weirflow::kafka
