// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "metrics/address.h"

#include <algorithm>
#include <charconv>

namespace weirflow::metrics {

std::string Address::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool Address::is_loopback() const {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

wf::Result<Address> parse_address(std::string_view text) {
  const std::string whole(text);
  const auto wrong = [&](const std::string& why) {
    return wf::invalid_config("`" + whole + "` is no address: " + why +
                              "; it is PORT or HOST:PORT, as in 9464 or 127.0.0.1:9464");
  };
  constexpr std::string_view kScheme = "http://";
  if (text.starts_with("https://")) return wrong("only http is spoken here");
  if (text.starts_with(kScheme)) {
    text.remove_prefix(kScheme.size());
    text = text.substr(0, text.find('/'));
  }
  Address address;
  std::string_view port = text;
  if (text.starts_with('[')) {
    const size_t end = text.find("]:");
    if (end == std::string_view::npos) return wrong("`]:` and a port are missing");
    address.host = text.substr(1, end - 1);
    port = text.substr(end + 2);
  } else if (const size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    address.host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (address.host.find(':') != std::string::npos)
      return wrong("an IPv6 address stands in brackets");
  }
  // What may stand in an address or a name: nothing that a server's options would take apart.
  const bool plain = std::all_of(address.host.begin(), address.host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':';
  });
  if (address.host.empty() || !plain) return wrong("the host is not a name or a number");
  const char* end = port.data() + port.size();
  const auto [stop, error] = std::from_chars(port.data(), end, address.port);
  if (error != std::errc() || stop != end || address.port < 0 || address.port > 65535)
    return wrong("`" + std::string(port) + "` is no port (0 to 65535)");
  return address;
}

}  // namespace weirflow::metrics
