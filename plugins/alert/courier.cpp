// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "courier.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>

namespace weirflow::alert {
namespace {

constexpr size_t kMostBody = 64 << 10;

struct MultiCloser {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct EasyCloser {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListCloser {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListCloser>;

void append(List& list, const std::string& line) {
  if (curl_slist* longer = curl_slist_append(list.get(), line.c_str())) {
    (void)list.release();
    list.reset(longer);
  }
}

size_t take_bytes(char* data, size_t size, size_t count, void* to) {
  auto& body = *static_cast<std::string*>(to);
  body.append(data, std::min(size * count, kMostBody - std::min(kMostBody, body.size())));
  return size * count;
}

/// Keeps the last line with which a mail server said no; it says bye after that.
size_t take_line(char* data, size_t size, size_t count, void* to) {
  std::string line(data, std::min(size * count, kMostBody));
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.pop_back();
  if (line.starts_with('4') || line.starts_with('5'))
    *static_cast<std::string*>(to) = std::move(line);
  return size * count;
}

struct Upload {
  std::string_view rest;
};
size_t give_bytes(char* data, size_t size, size_t count, void* from) {
  auto& upload = *static_cast<Upload*>(from);
  const size_t n = std::min(size * count, upload.rest.size());
  std::memcpy(data, upload.rest.data(), n);
  upload.rest.remove_prefix(n);
  return n;
}

/// Nothing that another attempt would change.
bool is_final(CURLcode code) {
  return code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
         code == CURLE_SSL_CACERT_BADFILE || code == CURLE_LOGIN_DENIED;
}

class CurlCourier final : public Courier {
 public:
  CurlCourier(CourierOptions options, std::unique_ptr<CURLM, MultiCloser> multi)
      : options_(std::move(options)), multi_(std::move(multi)) {}

  Reply post(const HttpPost& request) override {
    const Easy easy = begin();
    if (!easy) return no_memory();
    List headers;
    for (const std::string& line : request.headers) append(headers, line);
    append(headers, "Expect:");  // else a large body waits for a "100 Continue" first
    curl_easy_setopt(easy.get(), CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
    return perform(easy.get());
  }

  Reply mail(const Mail& mail) override {
    const Easy easy = begin();
    if (!easy) return no_memory();
    List to;
    for (const std::string& address : mail.to) append(to, "<" + address + ">");
    Upload upload{mail.text};
    const std::string from = "<" + mail.from + ">";
    curl_easy_setopt(easy.get(), CURLOPT_URL, mail.server.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy.get(), CURLOPT_USE_SSL,
                     static_cast<long>(mail.needs_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    curl_easy_setopt(easy.get(), CURLOPT_MAIL_FROM, from.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_MAIL_RCPT, to.get());
    curl_easy_setopt(easy.get(), CURLOPT_READFUNCTION, give_bytes);
    curl_easy_setopt(easy.get(), CURLOPT_READDATA, &upload);
    curl_easy_setopt(easy.get(), CURLOPT_UPLOAD, 1L);
    std::string said;
    curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, take_line);
    curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &said);
    Reply reply = perform(easy.get());
    if (reply.status >= 400 && !said.empty()) reply.error = said;
    return reply;
  }

  void stop() override {
    stopped_ = true;
    curl_multi_wakeup(multi_.get());
  }

 private:
  using Easy = std::unique_ptr<CURL, EasyCloser>;

  static Reply no_memory() {
    Reply reply;
    reply.error = "libcurl has no memory for a request";
    return reply;
  }

  Easy begin() {
    Easy easy(curl_easy_init());
    if (!easy) return easy;
    const auto ms = [](Duration d) { return static_cast<long>((d.count() + 999) / 1000); };
    error_[0] = '\0';
    body_.clear();
    curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy.get(), CURLOPT_CONNECTTIMEOUT_MS, ms(options_.connect_timeout));
    curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, ms(options_.timeout));
    curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, error_);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &body_);
    if (!options_.ca_file.empty())
      curl_easy_setopt(easy.get(), CURLOPT_CAINFO, options_.ca_file.c_str());
    if (options_.insecure) {
      curl_easy_setopt(easy.get(), CURLOPT_SSL_VERIFYPEER, 0L);
      curl_easy_setopt(easy.get(), CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (!options_.user.empty()) {
      curl_easy_setopt(easy.get(), CURLOPT_USERNAME, options_.user.c_str());
      curl_easy_setopt(easy.get(), CURLOPT_PASSWORD, options_.password.c_str());
    }
    return easy;
  }

  Reply perform(CURL* easy) {
    Reply reply;
    reply.error = "the request was stopped";
    if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK) return no_memory();
    for (int running = 1; !stopped_;) {
      curl_multi_perform(multi_.get(), &running);
      int left = 0;
      const CURLMsg* message = curl_multi_info_read(multi_.get(), &left);
      if (message && message->msg == CURLMSG_DONE) {
        reply = reply_of(easy, message->data.result);
        break;
      }
      curl_multi_poll(multi_.get(), nullptr, 0, 1000, nullptr);
    }
    curl_multi_remove_handle(multi_.get(), easy);
    return reply;
  }

  Reply reply_of(CURL* easy, CURLcode code) {
    Reply reply;
    long status = 0;
    curl_off_t seconds = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
    reply.retry_after = std::chrono::seconds(std::clamp<curl_off_t>(seconds, 0, 86'400));
    reply.body = std::move(body_);
    // A mail server's "no" is an error to libcurl, with the server's number.
    if (code == CURLE_OK || status >= 400) reply.status = static_cast<int>(status);
    if (code == CURLE_OK) return reply;
    reply.error = error_[0] ? error_ : curl_easy_strerror(code);
    reply.is_final = is_final(code);
    return reply;
  }

  const CourierOptions options_;
  const std::unique_ptr<CURLM, MultiCloser> multi_;
  std::atomic<bool> stopped_{false};
  std::string body_;
  char error_[CURL_ERROR_SIZE] = {};
};

}  // namespace

wf::Result<std::unique_ptr<Courier>> Courier::make(CourierOptions options) {
  static std::once_flag once;
  static CURLcode ready = CURLE_FAILED_INIT;
  std::call_once(once, [] { ready = curl_global_init(CURL_GLOBAL_DEFAULT); });
  std::unique_ptr<CURLM, MultiCloser> multi(ready == CURLE_OK ? curl_multi_init() : nullptr);
  if (!multi) return wf::exhausted("libcurl could not be set up");
  return std::unique_ptr<Courier>(new CurlCourier(std::move(options), std::move(multi)));
}

}  // namespace weirflow::alert
