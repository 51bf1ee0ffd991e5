// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Real services on loopback for tests, and a proxy that does harm to what goes to them. What is
/// not stopped ends with its object, and with this process however it dies.
///
/// A service takes 3 to 10 seconds to start and 200 to 350 MB: let the cases of a program share
/// one (shared_service), each with topics or indices of its own.
///
/// Environment: WEIRFLOW_SOURCE_DIR, set by ctest. Threads: one at a time for each object.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "weirflow/status.hpp"

namespace weirflow::cli {
class TemporaryFolder;
}

namespace weirflow::testing {

enum class ServiceKind : std::uint8_t { kafka, opensearch };

struct ServiceOptions {
  int port = 0;       ///< 0: a free one
  int advertise = 0;  ///< the port that Kafka tells its clients, that of a proxy; 0: its own
  std::vector<std::string> settings = {};  ///< KEY=VALUE, of server.properties or opensearch.yml
};

/// A Kafka broker or an OpenSearch node with a folder of its own, which goes with the object.
class Service {
 public:
  /// Returns when it can be used. Errors: it does not start; the message has the end of its log.
  static wf::Result<Service> start(ServiceKind kind, const ServiceOptions& options = {});
  Service(Service&& other) noexcept;
  Service& operator=(Service&& other) = delete;
  ~Service();

  [[nodiscard]] int port() const { return port_; }
  /// Of Kafka: clients that begin here never go to the advertised port, so to no proxy.
  [[nodiscard]] int direct_port() const { return port_ + 2; }
  /// "127.0.0.1:PORT"
  [[nodiscard]] std::string address() const;
  [[nodiscard]] const std::filesystem::path& folder() const;

  /// Both return when nothing of it is left. Errors: it had to be killed.
  wf::Status stop();
  wf::Status kill();
  /// Starts it again with the same data on the same port; one that runs is stopped first.
  wf::Status restart();

 private:
  Service(ServiceKind kind, const ServiceOptions& options);
  wf::Status run(const std::string& arguments) const;
  wf::Status launch();

  ServiceKind kind_;
  ServiceOptions options_;
  std::unique_ptr<cli::TemporaryFolder> folder_;
  int port_ = 0;
};

/// The service of this kind that all cases of the program share: it starts when it is first asked
/// for, and is killed when the program ends. Null when it did not start, which fails the case.
Service* shared_service(ServiceKind kind);

/// A proxy between a port of its own and another one on loopback. A mode holds for all connections
/// and replaces the one before; each call returns when it is in force.
/// Errors: the proxy is gone, or takes no such value.
class TcpProxy {
 public:
  enum class Way : std::uint8_t { up, down, both };  ///< to the target, from it

  struct State {
    std::string mode;            ///< "pass", "delay", "throttle", "half_open", "cut"
    int connections = 0;         ///< of clients
    std::int64_t up = 0;         ///< bytes to the target since the start
    std::int64_t down = 0;       ///< bytes from it
    std::int64_t swallowed = 0;  ///< bytes that half open connections lost, both ways
  };

  /// `target_port` may be 0 until target() is called: what it leads to may need to know port().
  static wf::Result<TcpProxy> start(int target_port = 0);
  TcpProxy(TcpProxy&& other) noexcept;
  TcpProxy& operator=(TcpProxy&& other) = delete;
  ~TcpProxy();

  [[nodiscard]] int port() const { return port_; }

  wf::Status target(int port);
  wf::Status pass();
  wf::Status delay(std::chrono::milliseconds each_way);
  /// Each connection, each way.
  wf::Status throttle(std::int64_t bytes_per_second);
  /// Keeps the connections and swallows what they send. They are reset when the next mode comes.
  wf::Status half_open();
  /// Resets the connections and refuses new ones.
  wf::Status cut();
  /// Cuts when so many more bytes have arrived, of all connections together.
  wf::Status cut_after(std::int64_t bytes, Way way = Way::both);
  wf::Result<State> state();

 private:
  TcpProxy() = default;
  wf::Result<std::string> line() const;
  wf::Result<std::string> ask(const std::string& command);

  int process_ = -1;
  int channel_ = -1;
  int port_ = 0;
};

/// True as soon as the condition holds, false when it does not within the limit.
bool wait_until(const std::function<bool()>& condition,
                std::chrono::milliseconds limit = std::chrono::seconds(30));

}  // namespace weirflow::testing
