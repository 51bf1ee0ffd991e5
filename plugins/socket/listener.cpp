// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace weirflow::socket {

using wf::Result;
using wf::Status;

namespace {

/// Of a queued row besides its text, so that empty lines count too.
constexpr int64_t kRowBytes = 64;
constexpr size_t kReadBytes = 64 * 1024;
constexpr int kReadsAtOnce = 16;  ///< of one socket, before the others have their turn

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
};

bool parse(const std::string& host, int port, Address* address) {
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address->storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address->storage);
  if (::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(static_cast<uint16_t>(port));
    address->size = sizeof(sockaddr_in);
    return true;
  }
  if (::inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) != 1) return false;
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(static_cast<uint16_t>(port));
  address->size = sizeof(sockaddr_in6);
  return true;
}

int port_of(const Address& address) {
  if (address.storage.ss_family == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_port);
  return ntohs(reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_port);
}

std::string text_of(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = address.storage.ss_family == AF_INET;
  const void* host = v4 ? static_cast<const void*>(
                              &reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_addr)
                        : &reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_addr;
  ::inet_ntop(address.storage.ss_family, host, text.data(), text.size());
  const std::string name = text.data();
  return (v4 ? name : "[" + name + "]") + ":" + std::to_string(port_of(address));
}

/// A peer whose machine went away without a word is found out, and its place becomes free.
void notice_loss(int fd) {
  const int on = 1, idle_s = 60, every_s = 10, tries = 6;
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every_s, sizeof every_s);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof tries);
}

Status socket_error(const std::string& what) {
  return wf::unavailable(what + ": " + std::strerror(errno));
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::start(const Options& options) {
  auto listener = std::unique_ptr<Listener>(new Listener(options));
  WF_TRY(listener->open());
  listener->thread_ = std::thread([own = listener.get()] { own->run(); });
  return listener;
}

Status Listener::open() {
  Address address;
  const std::string name = options_.host + " port " + std::to_string(options_.port);
  if (!parse(options_.host, options_.port, &address))
    return wf::invalid_config("'" + options_.host + "' is no IP address");
  const int kind = options_.udp ? SOCK_DGRAM : SOCK_STREAM;
  socket_ = ::socket(address.storage.ss_family, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  poll_ = ::epoll_create1(EPOLL_CLOEXEC);
  event_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (socket_ < 0 || poll_ < 0 || event_ < 0) return socket_error("no socket can be made");
  const int on = 1;
  if (!options_.udp) ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket_, address.raw(), address.size) != 0 ||
      (!options_.udp && ::listen(socket_, SOMAXCONN) != 0))
    return socket_error(name + " cannot be listened on");
  if (::getsockname(socket_, address.raw(), &address.size) == 0) port_ = port_of(address);
  spare_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  watch(socket_, true);
  watch(event_, true);
  return {};
}

Listener::~Listener() {
  stop();
  for (const int fd : {poll_, event_, spare_})
    if (fd >= 0) ::close(fd);
}

void Listener::stop() {
  stop_ = true;
  const uint64_t one = 1;
  if (event_ >= 0) (void)!::write(event_, &one, sizeof one);
  if (thread_.joinable()) thread_.join();
  (void)counts();
  for (const auto& [fd, client] : clients_) ::close(fd);
  clients_.clear();
  if (const int fd = std::exchange(socket_, -1); fd >= 0) ::close(fd);
}

void Listener::run() {
  std::array<epoll_event, 64> events{};
  while (!stop_) {
    const int n = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < n && !stop_; ++i) {
      const int fd = events[static_cast<size_t>(i)].data.fd;
      if (fd == event_) {
        uint64_t drained = 0;
        (void)!::read(event_, &drained, sizeof drained);
        read_all(true);
      } else if (fd == socket_) {
        if (options_.udp)
          read_datagrams();
        else
          accept_clients();
      } else if (const auto client = clients_.find(fd);
                 client != clients_.end() && reading_ && !read_client(client->second)) {
        drop_client(fd);
      }
      if (!options_.udp && reading_ && is_full()) read_all(false);
    }
  }
}

/// TCP: reads the clients, or lets them wait.
void Listener::read_all(bool on) {
  if (on) {
    const std::lock_guard held(mutex_);
    if (waits_for_room_) return;
  } else {
    const std::lock_guard held(mutex_);
    // The queue may have been emptied since it was looked at.
    if (queued_bytes_ < options_.queue) return;
    waits_for_room_ = true;
  }
  if (on == reading_) return;
  reading_ = on;
  for (const auto& [fd, client] : clients_) watch(fd, on);
}

/// Not by an empty set of events: hanging up is told even then, again and again.
void Listener::watch(int fd, bool on) const {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  ::epoll_ctl(poll_, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, fd, &event);
}

void Listener::accept_clients() {
  for (;;) {
    Address address;
    address.size = sizeof address.storage;
    const int fd = ::accept4(socket_, address.raw(), &address.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE)) turn_away();
    if (fd < 0) return;
    const bool over = clients_.size() >= static_cast<size_t>(options_.max_clients);
    {
      const std::lock_guard held(mutex_);
      ++(over ? counts_.refused_clients : counts_.clients);
    }
    if (over) {
      ::close(fd);
      continue;
    }
    notice_loss(fd);
    clients_.try_emplace(
        fd, Client{fd, text_of(address), FrameCutter(options_.framing, options_.max_line), 0});
    if (reading_) watch(fd, true);
  }
}

/// Out of descriptors the connection would wait, and be told of, for ever: it is taken with the one
/// that was kept for this, and closed.
void Listener::turn_away() {
  ::close(spare_);
  const int fd = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd >= 0) ::close(fd);
  spare_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const std::lock_guard held(mutex_);
  ++counts_.refused_clients;
}

void Listener::drop_client(int fd) {
  clients_.erase(fd);
  ::close(fd);
  const std::lock_guard held(mutex_);
  --counts_.clients;
}

bool Listener::read_client(Client& client) {
  std::array<char, kReadBytes> buffer{};
  const auto take = [&](FrameCutter::Frame frame) {
    put({std::move(frame.text), client.peer, ++client.rows, frame.too_long});
  };
  for (int i = 0; i < kReadsAtOnce && !is_full(); ++i) {
    const ssize_t n = ::recv(client.fd, buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (n <= 0) {
      // Who goes away in the middle of a line with an error, not with an end, did not end the line.
      if (n < 0 ? client.cutter.is_inside() : !client.cutter.finish(take)) {
        const std::lock_guard held(mutex_);
        ++counts_.broken_frames;
      }
      return false;
    }
    client.cutter.add({buffer.data(), static_cast<size_t>(n)}, take);
  }
  return true;
}

void Listener::read_datagrams() {
  std::array<char, kReadBytes> buffer{};
  for (int i = 0; i < kReadsAtOnce; ++i) {
    Address address;
    address.size = sizeof address.storage;
    const ssize_t n =
        ::recvfrom(socket_, buffer.data(), buffer.size(), 0, address.raw(), &address.size);
    if (n < 0) return;
    if (is_full()) {
      const std::lock_guard held(mutex_);
      ++counts_.dropped;
      continue;
    }
    const std::string peer = text_of(address);
    const auto take = [&](FrameCutter::Frame frame) {
      put({std::move(frame.text), peer, ++datagram_rows_, frame.too_long});
    };
    FrameCutter cutter(options_.framing, options_.max_line);
    cutter.add({buffer.data(), static_cast<size_t>(n)}, take);
    if (cutter.finish(take)) continue;
    const std::lock_guard held(mutex_);
    ++counts_.broken_frames;
  }
}

void Listener::put(Received received) {
  const std::lock_guard held(mutex_);
  queued_bytes_ += static_cast<int64_t>(received.text.size()) + kRowBytes;
  queue_.push_back(std::move(received));
  if (queue_.size() == 1) filled_or_woken_.notify_all();
}

bool Listener::is_full() const {
  const std::lock_guard held(mutex_);
  return queued_bytes_ >= options_.queue;
}

std::vector<Received> Listener::take(size_t rows, size_t bytes, wf::Duration at_most) {
  std::vector<Received> taken;
  bool room = false;
  {
    std::unique_lock held(mutex_);
    filled_or_woken_.wait_for(held, at_most, [&] { return woken_ || !queue_.empty(); });
    woken_ = false;
    size_t have = 0;
    while (!queue_.empty() && taken.size() < rows && have < bytes) {
      have += queue_.front().text.size();
      queued_bytes_ -= static_cast<int64_t>(queue_.front().text.size()) + kRowBytes;
      taken.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    room = waits_for_room_ && queued_bytes_ <= options_.queue / 2;
    if (room) waits_for_room_ = false;
  }
  const uint64_t one = 1;
  if (room) (void)!::write(event_, &one, sizeof one);
  return taken;
}

void Listener::wake() {
  const std::lock_guard held(mutex_);
  woken_ = true;
  filled_or_woken_.notify_all();
}

Listener::Counts Listener::counts() {
  const std::lock_guard held(mutex_);
  // Asked for, since the system tells of a loss by itself only with the datagram behind it.
  std::array<uint32_t, SK_MEMINFO_VARS> figures{};
  socklen_t size = sizeof figures;
  if (options_.udp && socket_ >= 0 &&
      ::getsockopt(socket_, SOL_SOCKET, SO_MEMINFO, figures.data(), &size) == 0) {
    const uint32_t dropped = figures[SK_MEMINFO_DROPS];
    counts_.dropped_by_kernel += dropped - std::exchange(kernel_dropped_, dropped);  // it wraps
  }
  return counts_;
}

size_t Listener::queued() const {
  const std::lock_guard held(mutex_);
  return queue_.size();
}

}  // namespace weirflow::socket
