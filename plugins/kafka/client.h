// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A connection to a Kafka cluster: one librdkafka handle, and the questions that both components
/// ask of it. The types of librdkafka stay in the .cpp files.
///
/// Threads: a Client is used by one thread unless a function says [any].

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "options.h"
#include "weirflow/host.hpp"

struct rd_kafka_s;
struct rd_kafka_conf_s;

namespace weirflow::kafka {

using SteadyTime = std::chrono::steady_clock::time_point;
/// Rounded up, within 0 and an hour.
int milliseconds_until(SteadyTime deadline);

/// The code for an error of librdkafka or of a broker (rd_kafka_resp_err_t).
wf::Code code_of(int error);
/// "what: reason", with the code of the error.
wf::Status failure(int error, const std::string& what, const std::string& detail = "");

/// What a handle says outside of calls. Outlives the handle, and the host's interest in it. [any]
class Events {
 public:
  explicit Events(const wf::Host* host) : host_(host) {}
  /// The host is told nothing more.
  void detach();
  void log(wf::LogLevel level, const std::string& text);
  void error(int error, const std::string& text);
  /// Why the brokers cannot be reached, as far as known; empty when nothing was said.
  [[nodiscard]] std::string reason() const;
  /// permission_denied once the brokers have turned the credentials down.
  [[nodiscard]] wf::Status refused() const;

 private:
  mutable std::mutex mutex_;
  const wf::Host* host_;
  std::string reason_;
  std::string refusal_;
};

class Client {
 public:
  enum class Kind : uint8_t { consumer, producer };
  /// Changes the configuration before the handle is made (callbacks).
  using Prepare = void (*)(rd_kafka_conf_s*);

  /// Makes the handle; connects to nothing yet. invalid_config names the property that librdkafka
  /// does not take. `host` may be null.
  static wf::Result<std::unique_ptr<Client>> make(Kind kind, const Properties& properties,
                                                  const wf::Host* host, Prepare prepare = nullptr);
  /// Ends the handle. No call may be inside it.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] rd_kafka_s* native() const { return native_; }
  [[nodiscard]] Events& events() const { return *events_; }
  [[nodiscard]] const std::string& brokers() const { return brokers_; }

  /// How many partitions a topic has. Waits for the brokers until `deadline`, or `host` is
  /// cancelled. not_found (with the nearest name), permission_denied, unavailable, cancelled; each
  /// names the topic and the brokers.
  wf::Result<int32_t> partitions(const std::string& topic, SteadyTime deadline,
                                 const wf::Host* host);
  /// Bytes of a batch that the topic takes (max.message.bytes); 1,048,588, the brokers' default,
  /// when they do not tell.
  wf::Result<int64_t> largest_batch(const std::string& topic, SteadyTime deadline);
  /// Makes the topic; one that is there already is fine, as it is.
  wf::Status create_topic(const std::string& topic, const CreateTopicConfig& how,
                          SteadyTime deadline);
  /// Empty when the brokers do not say until `deadline`.
  std::string cluster_id(SteadyTime deadline);

 private:
  Client() = default;
  [[nodiscard]] std::vector<std::string> topic_names();
  wf::Status unknown_topic(const std::string& topic);
  wf::Status unreachable(const std::string& what);

  std::shared_ptr<Events> events_;
  rd_kafka_s* native_ = nullptr;
  std::string brokers_;
};

}  // namespace weirflow::kafka
