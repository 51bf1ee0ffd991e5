// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "delivery.h"

#include <charconv>

#include "weirflow/io/output.hpp"

namespace weirflow::http {

using wf::Result;

namespace {

template <typename T>
bool number(const wf::io::JsonCell& cell, T* out) {
  const char* end = cell.text.data() + cell.text.size();
  return cell.kind == wf::io::JsonCell::Kind::text &&
         std::from_chars(cell.text.data(), end, *out).ptr == end && !cell.text.empty();
}

}  // namespace

std::string Delivery::to_bytes() const {
  // Numbers as strings of digits: 64 bits of them are not safe as JSON numbers everywhere.
  std::string bytes = "{\"time_us\":\"" + std::to_string(time_us) + "\",\"peer\":";
  wf::io::append_json_string(peer, &bytes);
  bytes += ",\"key\":";
  wf::io::append_json_string(key, &bytes);
  bytes += ",\"body_hash\":\"" + std::to_string(body_hash) + "\",\"rows\":\"" +
           std::to_string(rows) + "\"}\n";
  return bytes + lines.text();
}

Result<Delivery> Delivery::parse(std::string_view bytes, bool head_only) {
  WF_ASSIGN(auto fields,
            wf::io::JsonFields::make({"/time_us", "/peer", "/key", "/body_hash", "/rows"}));
  const size_t head = bytes.find('\n');
  std::vector<wf::io::JsonCell> cells;
  Delivery delivery;
  if (head == std::string_view::npos || !fields.parse(bytes.substr(0, head), false, &cells).ok() ||
      !number(cells[0], &delivery.time_us) || !number(cells[3], &delivery.body_hash) ||
      !number(cells[4], &delivery.rows))
    return wf::invalid_data("the record of the spool is no delivery");
  delivery.peer = cells[1].text;
  delivery.key = cells[2].text;
  if (head_only) return delivery;
  for (size_t at = head + 1; at < bytes.size();) {
    const size_t end = bytes.find('\n', at);
    if (end == std::string_view::npos) break;
    delivery.lines.add(bytes.substr(at, end - at));
    at = end + 1;
  }
  if (delivery.lines.size() != delivery.rows)
    return wf::invalid_data("a delivery of " + std::to_string(delivery.rows) + " rows has " +
                            std::to_string(delivery.lines.size()));
  return delivery;
}

}  // namespace weirflow::http
