// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "metrics/endpoint.h"

#include "metrics/exposition.h"
#include "metrics/text_format.h"

namespace weirflow::metrics {

wf::Result<std::unique_ptr<Endpoint>> Endpoint::start(const Address& address, std::string version) {
  std::unique_ptr<Endpoint> endpoint(new Endpoint(std::move(version)));
  WF_ASSIGN(endpoint->server_, HttpServer::start(address, [e = endpoint.get()](auto path) {
              return e->answer(path);
            }));
  return endpoint;
}

Endpoint::Serving::Serving(Endpoint& endpoint, Source source) : endpoint_(endpoint) {
  const std::lock_guard lock(endpoint_.mutex_);
  endpoint_.source_ = std::move(source);
}

Endpoint::Serving::~Serving() {
  const std::lock_guard lock(endpoint_.mutex_);
  endpoint_.source_ = nullptr;
}

Response Endpoint::answer(std::string_view path) {
  const std::string plain = "text/plain; charset=utf-8";
  if (path == "/") return {200, plain, "A run of Weirflow: /metrics, /healthz, /readyz\n"};
  if (path != "/metrics" && path != "/healthz" && path != "/readyz")
    return {404, plain, "here are /metrics, /healthz and /readyz\n"};
  Snapshot snapshot;
  {
    const std::lock_guard lock(mutex_);
    if (source_) snapshot = source_();
  }
  snapshot.version = version_;
  if (path == "/metrics") return {200, std::string(kTextContentType), to_text(snapshot)};
  const std::string wrong = trouble(snapshot);
  if (path == "/healthz")
    return snapshot.state == "failed" || snapshot.state == "cancelled"
               ? Response{503, plain, wrong + "\n"}
               : Response{200, plain, wrong.empty() ? "ok\n" : "ok, but " + wrong + "\n"};
  if (snapshot.state != "running") return {503, plain, "the run is " + snapshot.state + "\n"};
  if (!wrong.empty()) return {503, plain, wrong + "\n"};
  return {200, plain, "ok\n"};
}

}  // namespace weirflow::metrics
