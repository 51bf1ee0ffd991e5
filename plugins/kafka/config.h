// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Configuration of kafka.source and kafka.sink as the DAG gives it; options.h checks it.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "weirflow/config.hpp"

namespace weirflow::kafka {

/// How to reach the brokers. Empty strings: not set.
struct SecurityConfig {
  std::string protocol = "plaintext";
  std::string mechanism, username, password;
  std::string ca, certificate, key, key_password;

  static constexpr auto kFields = wf::fields(
      wf::field("protocol", &SecurityConfig::protocol)
          .one_of("plaintext", "ssl", "sasl_plaintext", "sasl_ssl")
          .help("What is spoken with the brokers")
          .example("\"sasl_ssl\""),
      wf::field("mechanism", &SecurityConfig::mechanism)
          .one_of("", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
          .help("SASL mechanism; needed with the sasl protocols")
          .example("\"SCRAM-SHA-512\""),
      wf::field("username", &SecurityConfig::username)
          .help("SASL user name")
          .example("\"weirflow\""),
      wf::field("password", &SecurityConfig::password)
          .secret()
          .help("SASL password")
          .example("\"{{ secret.KAFKA_PASSWORD }}\""),
      wf::field("ca", &SecurityConfig::ca)
          .path()
          .help("PEM file of the authorities that the brokers' certificates are checked against; "
                "empty: the system's")
          .example("\"ca.pem\""),
      wf::field("certificate", &SecurityConfig::certificate)
          .path()
          .help("PEM file of the client's certificate")
          .example("\"client.pem\""),
      wf::field("key", &SecurityConfig::key)
          .path()
          .help("PEM file of the client's private key")
          .example("\"client.key\""),
      wf::field("key_password", &SecurityConfig::key_password)
          .secret()
          .help("Password of the private key")
          .example("\"{{ secret.KAFKA_KEY_PASSWORD }}\""));
};

/// What both components have.
struct ClientConfig {
  std::vector<std::string> brokers;
  SecurityConfig security;
  wf::Map<std::string> options;
  wf::Duration connect_timeout = std::chrono::seconds(10);
};

/// The fields of ClientConfig for a Config derived from it.
template <typename Config>
constexpr auto client_fields() {
  return wf::fields(
      wf::field<Config>("brokers",
                        static_cast<std::vector<std::string> Config::*>(&Config::brokers))
          .required()
          .help("Addresses to start from: host:port")
          .example("[\"kafka1:9092\", \"kafka2:9092\"]"),
      wf::field<Config>("security", static_cast<SecurityConfig Config::*>(&Config::security))
          .help("Encryption and authentication")
          .example("{ protocol = \"sasl_ssl\", mechanism = \"PLAIN\", username = \"weirflow\", "
                   "password = \"{{ secret.KAFKA_PASSWORD }}\" }"),
      wf::field<Config>("options", static_cast<wf::Map<std::string> Config::*>(&Config::options))
          .help("Properties handed to librdkafka as they are; those that the component sets itself "
                "are refused")
          .example("{ \"client.id\" = \"weirflow\", \"socket.keepalive.enable\" = \"true\" }"),
      wf::field<Config>("connect_timeout",
                        static_cast<wf::Duration Config::*>(&Config::connect_timeout))
          .range(1e5, 3.6e9)
          .help("How long to wait for the brokers at the start")
          .example("\"30s\""));
}

struct SourceConfig : ClientConfig {
  std::vector<std::string> topics;
  std::string format = "raw";
  wf::Map<wf::Value> columns;
  std::string misfits = "refuse";
  std::string tombstones = "refuse";
  std::vector<std::string> add;
  std::string start = "checkpoint";
  std::string start_timestamp;
  wf::Map<int64_t> start_offsets;
  std::string stop = "never";
  std::string stop_timestamp;
  wf::Map<int64_t> stop_offsets;
  int64_t stop_rows = 0;
  std::string isolation = "read_committed";
  std::string group;
  std::string on_gap = "fail";
  std::string event_time = "kafka_timestamp";
  wf::Duration out_of_order{0};
  wf::Duration idle_after = std::chrono::seconds(10);
  wf::Duration discover_every = std::chrono::seconds(10);
  int64_t queue_bytes = 16 << 20;
  int64_t batch_rows = 4096;
  int64_t batch_bytes = 256 * 1024;
};

struct CreateTopicConfig {
  int64_t partitions = 1;
  int64_t replication = -1;
  wf::Map<std::string> config;

  static constexpr auto kFields =
      wf::fields(wf::field("partitions", &CreateTopicConfig::partitions)
                     .range(1, 100'000)
                     .help("Partitions of the new topic")
                     .example("3"),
                 wf::field("replication", &CreateTopicConfig::replication)
                     .range(-1, 100)
                     .help("Copies of each partition; -1: the brokers' default")
                     .example("3"),
                 wf::field("config", &CreateTopicConfig::config)
                     .help("Settings of the new topic")
                     .example("{ \"cleanup.policy\" = \"compact\" }"));
};

struct SinkConfig : ClientConfig {
  std::string topic, topic_column;
  std::string format = "json";
  std::vector<std::string> columns;
  std::string value;
  bool nulls = true;
  std::string key;
  std::vector<std::string> headers;
  std::string timestamp, partition;
  std::string partitioner = "murmur2_random";
  std::string compression = "none";
  std::string delivery = "at_least_once";
  wf::Duration flush_timeout = std::chrono::seconds(2);
  wf::Duration delivery_timeout = std::chrono::minutes(2);
  int64_t pending_bytes = 64 << 20;
  wf::Duration transaction_timeout = std::chrono::minutes(15);
  wf::Duration commit_timeout = std::chrono::seconds(30);
  std::optional<CreateTopicConfig> create_topic;
};

}  // namespace weirflow::kafka
