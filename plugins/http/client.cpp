// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "client.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <mutex>

namespace weirflow::http {

using wf::Result;
using wf::Status;

namespace {

constexpr size_t kMostBody = 4096;

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, ListDeleter>;

void add(Headers* headers, const std::string& line) {
  curl_slist* const longer = curl_slist_append(headers->get(), line.c_str());
  if (!longer) throw std::bad_alloc();
  (void)headers->release();
  headers->reset(longer);
}

size_t keep_body(char* data, size_t, size_t size, void* to) {
  std::string& body = *static_cast<std::string*>(to);
  body.append(data, std::min(size, kMostBody - body.size()));
  return size;
}

int stop_asked(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

Status failure(CURLcode code, const std::string& url, const char* text) {
  const std::string message = url + ": " + (*text ? text : curl_easy_strerror(code));
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
      return wf::cancelled(message);
    case CURLE_OPERATION_TIMEDOUT:
      return wf::timed_out(message);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
      return wf::invalid_config(message);
    case CURLE_PEER_FAILED_VERIFICATION:
      return {wf::Code::permission_denied, message};
    default:
      return wf::unavailable(message);
  }
}

}  // namespace

struct Client::State {
  ClientOptions options;
  const std::atomic<bool>* stop = nullptr;
  std::unique_ptr<CURL, EasyDeleter> easy;
  char error[CURL_ERROR_SIZE] = {};
};

bool is_header_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

std::string url_escaped(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || c == '-' || c == '.' || c == '_' || c == '~') {
      out.push_back(c);
      continue;
    }
    out.push_back('%');
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15]);
  }
  return out;
}

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::make(const ClientOptions& options,
                                             const std::atomic<bool>& stop) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  auto state = std::make_unique<State>();
  state->options = options;
  state->stop = &stop;
  state->easy.reset(curl_easy_init());
  if (!state->easy) return wf::exhausted("libcurl cannot make a handle");
  CURL* const easy = state->easy.get();
  const auto set = [&](CURLoption option, const std::string& text) {
    if (!text.empty()) curl_easy_setopt(easy, option, text.c_str());
  };
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, state->error);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_body);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, stop_asked);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &stop);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count() / 1000));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(options.connect_timeout.count() / 1000));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, options.verify ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, options.verify ? 2L : 0L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "weirflow");
  set(CURLOPT_CAINFO, options.ca_file);
  set(CURLOPT_SSLCERT, options.certificate);
  set(CURLOPT_SSLKEY, options.key);
  set(CURLOPT_CUSTOMREQUEST, options.method);
  if (!options.user.empty()) {
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    set(CURLOPT_USERNAME, options.user);
    set(CURLOPT_PASSWORD, options.password);
  }
  if (!options.token.empty()) {
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    set(CURLOPT_XOAUTH2_BEARER, options.token);
  }
  return std::unique_ptr<Client>(new Client(std::move(state)));
}

Result<ClientAnswer> Client::send(const std::string& url, const std::string& body,
                                  const std::string& content_type,
                                  const std::string& idempotency_key) {
  CURL* const easy = state_->easy.get();
  Headers headers;
  // The body goes at once: waiting for "100 Continue" costs a second with peers that do not know
  // it.
  add(&headers, "Expect:");
  add(&headers, "Content-Type: " + content_type);
  for (const std::string& line : state_->options.headers) add(&headers, line);
  if (!idempotency_key.empty()) add(&headers, "Idempotency-Key: " + idempotency_key);
  ClientAnswer answer;
  state_->error[0] = '\0';
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer.body);
  const CURLcode code = curl_easy_perform(easy);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, nullptr);
  if (code != CURLE_OK) return failure(code, url, state_->error);
  long status = 0;
  curl_off_t retry_after = 0;
  char* location = nullptr;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
  curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &location);
  answer.status = static_cast<int>(status);
  answer.retry_after = std::chrono::seconds(std::max<curl_off_t>(retry_after, 0));
  if (location) answer.location = location;
  return answer;
}

}  // namespace weirflow::http
