// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A socket that others send rows to, read by one thread into a bounded queue.
///
/// TCP: when the queue is full no socket is read until it is half empty; TCP then holds the senders
/// back. UDP cannot: what comes meanwhile is dropped and counted.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "frames.h"
#include "weirflow/config.hpp"
#include "weirflow/status.hpp"

namespace weirflow::socket {

/// A row's text with its sender.
struct Received {
  std::string text;
  std::string peer;     ///< "127.0.0.1:40312"
  uint64_t number = 0;  ///< of the rows of this connection (UDP: of the socket), from 1
  bool too_long = false;
};

class Listener {
 public:
  struct Options {
    bool udp = false;
    std::string host = "127.0.0.1";
    int port = 0;
    Framing framing = Framing::line;
    size_t max_line = 64 * 1024;
    int max_clients = 1000;
    int64_t queue = 16 << 20;  ///< bytes of texts
  };
  struct Counts {
    int64_t clients = 0;            ///< connected now
    int64_t refused_clients = 0;    ///< over max_clients
    int64_t dropped = 0;            ///< UDP: datagrams, here
    int64_t dropped_by_kernel = 0;  ///< UDP: datagrams, since the socket's buffer was full
    int64_t broken_frames = 0;      ///< connections that broke, datagrams that ended, inside a row
  };

  /// unavailable: the address cannot be had.
  static wf::Result<std::unique_ptr<Listener>> start(const Options& options);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// Closes the socket and all connections; what is queued stays. Not at the same time as itself.
  void stop();
  /// Up to so many rows and (about) bytes, after waiting for the first one.
  std::vector<Received> take(size_t rows, size_t bytes, wf::Duration at_most);
  /// [any] Ends a wait.
  void wake();
  [[nodiscard]] Counts counts();
  /// Rows that were received and not taken.
  [[nodiscard]] size_t queued() const;

 private:
  struct Client {
    int fd = -1;
    std::string peer;
    FrameCutter cutter;
    uint64_t rows = 0;
  };
  explicit Listener(const Options& options) : options_(options) {}
  wf::Status open();
  void run();
  void accept_clients();
  /// False: the client is gone.
  bool read_client(Client& client);
  void read_datagrams();
  void drop_client(int fd);
  void turn_away();
  void watch(int fd, bool on) const;
  void read_all(bool on);
  void put(Received received);
  [[nodiscard]] bool is_full() const;

  Options options_;
  int port_ = 0;
  int socket_ = -1, poll_ = -1, event_ = -1, spare_ = -1;
  std::map<int, Client> clients_;  ///< of the thread
  bool reading_ = true;            ///< of the thread
  uint64_t datagram_rows_ = 0;
  std::atomic<bool> stop_{false};

  mutable std::mutex mutex_;
  std::condition_variable filled_or_woken_;
  std::deque<Received> queue_;
  int64_t queued_bytes_ = 0;
  bool woken_ = false;
  bool waits_for_room_ = false;
  Counts counts_;
  uint32_t kernel_dropped_ = 0;  ///< as the system counts
  std::thread thread_;
};

}  // namespace weirflow::socket
