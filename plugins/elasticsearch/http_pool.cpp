// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "http_pool.h"

#include <curl/curl.h>
#include <zlib.h>

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "backoff.h"

namespace weirflow::elasticsearch {
namespace {

struct MultiCloser {
  void operator()(CURLM* m) const { curl_multi_cleanup(m); }
};
struct EasyCloser {
  void operator()(CURL* e) const { curl_easy_cleanup(e); }
};
struct ListFreer {
  void operator()(curl_slist* l) const { curl_slist_free_all(l); }
};

/// A node that has failed `failures` times in a row may be asked again at `dead_until`.
struct Node {
  std::string url;
  uint32_t failures = 0;
  Clock::time_point dead_until{};
};

struct Transfer {
  uint64_t id = 0;
  size_t node = 0;
  std::unique_ptr<CURL, EasyCloser> easy;
  std::unique_ptr<curl_slist, ListFreer> headers;
  std::string body, answer;
  Clock::time_point begun;
  char error[CURL_ERROR_SIZE] = {0};
};

size_t take_bytes(char* data, size_t size, size_t count, void* to) {
  static_cast<std::string*>(to)->append(data, size * count);
  return size * count;
}

/// Empty when zlib has no memory: the body then goes as it is.
std::string gzipped(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, 3, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int answer = deflate(&stream, Z_FINISH);
  out.resize(answer == Z_STREAM_END ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

class CurlPool final : public HttpPool {
 public:
  CurlPool(HttpOptions options, std::unique_ptr<CURLM, MultiCloser> multi)
      : options_(std::move(options)),
        multi_(std::move(multi)),
        backoff_(options_.dead_min, options_.dead_max, options_.seed) {
    for (const std::string& url : options_.hosts) nodes_.push_back({url, 0, {}});
  }
  ~CurlPool() override { abandon(); }

  void start(uint64_t id, HttpRequest request) override;
  std::vector<std::pair<uint64_t, HttpReply>> poll(Duration max_wait) override;
  [[nodiscard]] size_t running() const override { return transfers_.size(); }
  [[nodiscard]] Duration unavailable_for() const override;
  void wake() override { curl_multi_wakeup(multi_.get()); }
  void abandon() override {
    for (auto& [easy, transfer] : transfers_) curl_multi_remove_handle(multi_.get(), easy);
    transfers_.clear();
    failed_.clear();
  }

 private:
  size_t next_node();
  void set_options(Transfer& transfer, const HttpRequest& request);
  HttpReply reply_of(Transfer& transfer, CURLcode code);
  void judge(Node& node, const HttpReply& reply);

  HttpOptions options_;
  std::unique_ptr<CURLM, MultiCloser> multi_;
  Backoff backoff_;
  std::vector<Node> nodes_;
  size_t turn_ = 0;
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> transfers_;
  std::vector<std::pair<uint64_t, HttpReply>> failed_;  ///< could not even be begun
};

size_t CurlPool::next_node() {
  const auto now = Clock::now();
  size_t soonest = turn_ % nodes_.size();
  for (size_t k = 0; k < nodes_.size(); ++k) {
    const size_t i = (turn_ + k) % nodes_.size();
    if (nodes_[i].dead_until <= now) {
      turn_ = i + 1;
      return i;
    }
    if (nodes_[i].dead_until < nodes_[soonest].dead_until) soonest = i;
  }
  turn_ = soonest + 1;
  return soonest;
}

Duration CurlPool::unavailable_for() const {
  const auto now = Clock::now();
  Clock::time_point soonest = Clock::time_point::max();
  for (const Node& node : nodes_) soonest = std::min(soonest, node.dead_until);
  if (soonest <= now) return Duration(0);
  return std::chrono::ceil<Duration>(soonest - now);
}

void CurlPool::set_options(Transfer& transfer, const HttpRequest& request) {
  CURL* easy = transfer.easy.get();
  const auto ms = [](Duration d) { return static_cast<long>((d.count() + 999) / 1000); };
  curl_easy_setopt(easy, CURLOPT_URL, (nodes_[transfer.node].url + request.path).c_str());
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, ms(options_.connect_timeout));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, ms(options_.request_timeout));
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer.answer);
  if (options_.gzip) curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  if (!options_.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
  if (options_.insecure) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!options_.user.empty()) {
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(easy, CURLOPT_USERNAME, options_.user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, options_.password.c_str());
  }
  const auto header = [&](const std::string& line) {
    transfer.headers.reset(curl_slist_append(transfer.headers.release(), line.c_str()));
  };
  header("Content-Type: " + request.content_type);
  header("Accept: application/json");
  header("Expect:");  // else a large body waits for a "100 Continue" first
  if (!options_.authorization.empty()) header("Authorization: " + options_.authorization);
  if (!transfer.body.empty()) {
    if (options_.gzip)
      if (std::string small = gzipped(transfer.body); !small.empty()) {
        transfer.body = std::move(small);
        header("Content-Encoding: gzip");
      }
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(transfer.body.size()));
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers.get());
}

void CurlPool::start(uint64_t id, HttpRequest request) {
  auto transfer = std::make_unique<Transfer>();
  transfer->id = id;
  transfer->node = next_node();
  transfer->easy.reset(curl_easy_init());
  transfer->body = std::move(request.body);
  transfer->begun = Clock::now();
  CURL* easy = transfer->easy.get();
  if (easy) {
    set_options(*transfer, request);
    if (curl_multi_add_handle(multi_.get(), easy) == CURLM_OK) {
      transfers_.emplace(easy, std::move(transfer));
      return;
    }
  }
  HttpReply reply;
  reply.arrived = false;
  reply.error = "libcurl has no memory for a request";
  reply.host = nodes_[transfer->node].url;
  failed_.emplace_back(id, std::move(reply));
}

HttpReply CurlPool::reply_of(Transfer& transfer, CURLcode code) {
  HttpReply reply;
  reply.host = nodes_[transfer.node].url;
  reply.took = std::chrono::duration_cast<Duration>(Clock::now() - transfer.begun);
  if (code != CURLE_OK) {
    reply.arrived = code != CURLE_COULDNT_CONNECT && code != CURLE_COULDNT_RESOLVE_HOST &&
                    code != CURLE_COULDNT_RESOLVE_PROXY && code != CURLE_SSL_CONNECT_ERROR &&
                    code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_SSL_CACERT_BADFILE;
    reply.error = transfer.error[0] ? transfer.error : curl_easy_strerror(code);
    return reply;
  }
  long status = 0;
  curl_off_t seconds = 0;
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_RETRY_AFTER, &seconds);
  reply.status = static_cast<int>(status);
  reply.retry_after = std::chrono::seconds(std::clamp<curl_off_t>(seconds, 0, 86'400));
  reply.body = std::move(transfer.answer);
  return reply;
}

void CurlPool::judge(Node& node, const HttpReply& reply) {
  const bool silent =
      reply.status == 0 || reply.status == 502 || reply.status == 503 || reply.status == 504;
  if (!silent) {
    node.failures = 0;
    node.dead_until = {};
    return;
  }
  // Requests that ran together and failed together count once.
  if (node.dead_until > Clock::now()) return;
  node.dead_until = Clock::now() + std::max(backoff_.before(++node.failures), reply.retry_after);
}

std::vector<std::pair<uint64_t, HttpReply>> CurlPool::poll(Duration max_wait) {
  std::vector<std::pair<uint64_t, HttpReply>> replies = std::move(failed_);
  failed_.clear();
  int running = 0;
  curl_multi_perform(multi_.get(), &running);
  const auto finished = [&] {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* easy = message->easy_handle;
      const CURLcode code = message->data.result;
      curl_multi_remove_handle(multi_.get(), easy);
      const auto found = transfers_.find(easy);
      HttpReply reply = reply_of(*found->second, code);
      judge(nodes_[found->second->node], reply);
      replies.emplace_back(found->second->id, std::move(reply));
      transfers_.erase(found);
    }
  };
  finished();
  if (!replies.empty()) return replies;
  const auto ms = std::clamp<int64_t>((max_wait.count() + 999) / 1000, 0, 60'000);
  curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(ms), nullptr);
  curl_multi_perform(multi_.get(), &running);
  finished();
  return replies;
}

}  // namespace

wf::Result<std::unique_ptr<HttpPool>> HttpPool::make(HttpOptions options) {
  static std::once_flag once;
  static CURLcode ready = CURLE_FAILED_INIT;
  std::call_once(once, [] { ready = curl_global_init(CURL_GLOBAL_DEFAULT); });
  std::unique_ptr<CURLM, MultiCloser> multi(ready == CURLE_OK ? curl_multi_init() : nullptr);
  if (!multi) return wf::exhausted("libcurl could not be set up");
  if (options.hosts.empty()) return wf::invalid_config("there is no host to ask");
  return std::unique_ptr<HttpPool>(new CurlPool(std::move(options), std::move(multi)));
}

HttpReply HttpPool::call(HttpRequest request, const std::function<bool()>& is_cancelled) {
  constexpr Duration kGlance = std::chrono::milliseconds(100);
  constexpr uint64_t kOnly = 1;
  start(kOnly, std::move(request));
  while (true) {
    auto replies = poll(kGlance);
    if (!replies.empty()) return std::move(replies.front().second);
    if (!is_cancelled || !is_cancelled()) continue;
    abandon();
    HttpReply reply;
    reply.error = "the request was stopped";
    return reply;
  }
}

std::string url_encoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    out += '%';
    out += kHex[static_cast<uint8_t>(c) >> 4];
    out += kHex[static_cast<uint8_t>(c) & 15];
  }
  return out;
}

}  // namespace weirflow::elasticsearch
