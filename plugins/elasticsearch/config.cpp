// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <random>

namespace weirflow::elasticsearch {
namespace {

wf::Status check_host(const std::string& host, const std::string& key) {
  const auto wrong = [&](const std::string& why, const std::string& hint) {
    return wf::invalid_config("host '" + host + "': " + why).at({key, 0, 0, hint});
  };
  const bool plain = host.starts_with("http://"), tls = host.starts_with("https://");
  if (!plain && !tls)
    return wrong("it must begin with http:// or https://", "write \"http://" + host + "\"");
  const std::string_view rest = std::string_view(host).substr(plain ? 7 : 8);
  const size_t end = rest.find('/');
  const std::string_view name = rest.substr(0, end);
  if (name.empty()) return wrong("the name is missing", "");
  if (name.find('@') != std::string_view::npos)
    return wf::invalid_config("a host may not carry a user and password")
        .at({key, 0, 0, "put them into auth.user and auth.password"});
  if (rest.find_first_of("?# ") != std::string_view::npos)
    return wrong("it may have a path, but no query or blank", "");
  return {};
}

wf::Status check_auth(const AuthConfig& auth) {
  const int ways = !auth.user.empty() + !auth.api_key.empty() + !auth.bearer.empty();
  if (ways > 1)
    return wf::invalid_config("user, api_key and bearer exclude each other")
        .at({"auth", 0, 0, "keep one of them"});
  if (auth.user.empty() && !auth.password.empty())
    return wf::invalid_config("there is a password without a user")
        .at({"auth", 0, 0, "set auth.user"});
  if (auth.user.find(':') != std::string::npos)
    return wf::invalid_config("a user's name cannot have a colon").at({"auth.user", 0, 0, ""});
  for (const std::string* token : {&auth.api_key, &auth.bearer})
    if (token->find_first_of("\r\n") != std::string::npos)
      return wf::invalid_config("a key or token cannot have a line end").at({"auth", 0, 0, ""});
  return {};
}

}  // namespace

wf::Result<HttpOptions> http_options(const ConnectConfig& config) {
  HttpOptions options;
  if (config.hosts.empty())
    return wf::invalid_config("no host is named")
        .at({"hosts", 0, 0, "write hosts = [\"http://localhost:9200\"]"});
  for (size_t i = 0; i < config.hosts.size(); ++i) {
    WF_TRY(check_host(config.hosts[i], "hosts[" + std::to_string(i) + "]"));
    std::string& host = options.hosts.emplace_back(config.hosts[i]);
    while (host.ends_with('/')) host.pop_back();
  }
  WF_TRY(check_auth(config.auth));
  options.user = config.auth.user;
  options.password = config.auth.password;
  if (!config.auth.api_key.empty()) options.authorization = "ApiKey " + config.auth.api_key;
  if (!config.auth.bearer.empty()) options.authorization = "Bearer " + config.auth.bearer;
  options.ca_file = config.tls.ca;
  options.insecure = config.tls.insecure;
  options.gzip = config.gzip;
  options.connect_timeout = config.connect_timeout;
  options.request_timeout = config.request_timeout;
  options.dead_min = config.retry_min;
  options.dead_max = config.retry_max;
  options.seed = std::random_device()();
  return options;
}

}  // namespace weirflow::elasticsearch
