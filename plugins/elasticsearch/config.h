// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Configuration of elasticsearch.sink and elasticsearch.source.

#include <string>
#include <vector>

#include "http_pool.h"
#include "weirflow/config.hpp"

namespace weirflow::elasticsearch {

struct AuthConfig {
  std::string user;
  std::string password;
  std::string api_key;
  std::string bearer;

  static constexpr auto kFields =
      wf::fields(wf::field("user", &AuthConfig::user)
                     .help("Name for basic authentication; with password")
                     .example("\"weirflow\""),
                 wf::field("password", &AuthConfig::password)
                     .secret()
                     .help("Password of user")
                     .example("\"{{ secret.ELASTIC_PASSWORD }}\""),
                 wf::field("api_key", &AuthConfig::api_key)
                     .secret()
                     .help("API key in its encoded form, instead of user and password")
                     .example("\"{{ secret.ELASTIC_API_KEY }}\""),
                 wf::field("bearer", &AuthConfig::bearer)
                     .secret()
                     .help("Token sent as a bearer, instead of user and password")
                     .example("\"{{ secret.ELASTIC_TOKEN }}\""));
};

struct TlsConfig {
  std::string ca;
  bool insecure = false;

  static constexpr auto kFields =
      wf::fields(wf::field("ca", &TlsConfig::ca)
                     .path()
                     .help("File of certificates (PEM) to trust; empty: the system's")
                     .example("\"ca.pem\""),
                 wf::field("insecure", &TlsConfig::insecure)
                     .help("Do not check the host's certificate; for experiments")
                     .example("true"));
};

/// What sink and source say of the other side.
struct ConnectConfig {
  std::vector<std::string> hosts;
  AuthConfig auth;
  TlsConfig tls;
  bool gzip = false;
  wf::Duration connect_timeout = std::chrono::seconds(5);
  wf::Duration request_timeout = std::chrono::seconds(60);
  wf::Duration retry_min = std::chrono::milliseconds(200);
  wf::Duration retry_max = std::chrono::seconds(30);
};

/// The fields of ConnectConfig for a Config derived from it.
template <typename Config>
constexpr auto connect_fields() {
  using wf::Duration;
  return std::tuple_cat(
      wf::fields(
          wf::field<Config>("hosts",
                            static_cast<std::vector<std::string> Config::*>(&Config::hosts))
              .required()
              .help(
                  "Nodes as URLs, asked in turn; one that does not answer is left out for a while")
              .example("[\"https://es1:9200\", \"https://es2:9200\"]")),
      wf::fields(wf::field<Config>("auth", static_cast<AuthConfig Config::*>(&Config::auth))
                     .help("Who asks: user and password, or api_key, or bearer")
                     .example("{ api_key = \"{{ secret.ELASTIC_API_KEY }}\" }")),
      wf::fields(wf::field<Config>("tls", static_cast<TlsConfig Config::*>(&Config::tls))
                     .help("How the certificate of an https host is checked")
                     .example("{ ca = \"ca.pem\" }")),
      wf::fields(wf::field<Config>("gzip", static_cast<bool Config::*>(&Config::gzip))
                     .help("Compress what is sent, and ask for compressed answers")
                     .example("true")),
      wf::fields(wf::field<Config>("connect_timeout",
                                   static_cast<Duration Config::*>(&Config::connect_timeout))
                     .range(1e3, 3.6e9)
                     .help("Longest time for a connection to be made")
                     .example("\"10s\"")),
      wf::fields(wf::field<Config>("request_timeout",
                                   static_cast<Duration Config::*>(&Config::request_timeout))
                     .range(1e3, 3.6e9)
                     .help("Longest time for a request; then it counts as not answered")
                     .example("\"2m\"")),
      wf::fields(wf::field<Config>("retry_min", static_cast<Duration Config::*>(&Config::retry_min))
                     .range(1e3, 3.6e9)
                     .help("Wait before the first repetition; doubled each time, with jitter")
                     .example("\"1s\"")),
      wf::fields(wf::field<Config>("retry_max", static_cast<Duration Config::*>(&Config::retry_max))
                     .range(1e3, 3.6e9)
                     .help("Longest wait before a repetition, unless the node names a longer one")
                     .example("\"5m\"")));
}

/// Checks the hosts (http or https, no user in them) and who asks. invalid_config with the key.
wf::Result<HttpOptions> http_options(const ConnectConfig& config);

struct SinkConfig : ConnectConfig {
  std::string index;
  std::string id;
  std::string op = "index";
  std::string routing;
  std::string version;
  std::string version_type = "external";
  std::string pipeline;
  bool data_stream = false;
  std::string timestamp;
  std::vector<std::string> exclude;
  bool nulls = true;
  bool upsert = true;
  std::string template_file;
  std::string template_name;
  std::string refresh = "false";
  std::string delivery = "auto";
  int64_t batch_documents = 1000;
  int64_t batch_bytes = 5 << 20;
  wf::Duration batch_age = std::chrono::milliseconds(200);
  int64_t max_requests = 4;
  wf::Duration flush_timeout = std::chrono::seconds(2);
  int64_t pending_limit = 64 << 20;
  wf::Duration retry_for = std::chrono::hours(24);
};

struct SourceConfig : ConnectConfig {
  std::string index;
  wf::Value query;
  wf::Map<wf::Value> columns;
  std::vector<std::string> sort;
  std::string product = "auto";
  std::string misfits = "refuse";
  std::string id_column;
  std::string index_column;
  int64_t page_rows = 1000;
  wf::Duration keep_alive = std::chrono::minutes(5);
  wf::Duration retry_for = std::chrono::minutes(5);
};

}  // namespace weirflow::elasticsearch
