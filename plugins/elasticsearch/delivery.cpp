// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "delivery.h"

namespace weirflow::elasticsearch {

wf::Result<std::unique_ptr<Delivery>> Delivery::make(const wf::Host& host, Route route,
                                                     Options options) {
  WF_ASSIGN(RowReader rows, RowReader::make(route.schema, route.sender.expected.op));
  WF_ASSIGN(auto http, HttpPool::make(route.http));
  std::unique_ptr<Delivery> made(new Delivery(host, std::move(route), options, std::move(rows)));
  made->sender_ = std::make_unique<Sender>(made->route_.sender, std::move(http),
                                           static_cast<SenderEvents&>(*made));
  return made;
}

Delivery::~Delivery() {
  sender_.reset();  // its thread calls this object
  if (resting_) host_.let_sources_rest(false, "");
}

void Delivery::add(std::vector<Document> documents, bool hurry) {
  sender_->add(std::move(documents), hurry);
  weigh(sender_->bytes());
}

void Delivery::set_staged(int64_t bytes) {
  {
    const std::lock_guard lock(pressure_mutex_);
    staged_ = bytes;
  }
  weigh(sender_->bytes());
}

void Delivery::weigh(int64_t bytes) {
  if (!options_.may_rest) return;
  const std::lock_guard lock(pressure_mutex_);
  pending_ = bytes;
  const int64_t held = staged_ + pending_;
  if (!resting_ && held >= options_.pending_limit) {
    resting_ = true;
    host_.let_sources_rest(
        true, std::to_string(held) + " bytes of documents wait for " + route_.http.hosts.front());
  } else if (resting_ && held < options_.pending_limit / 2) {
    resting_ = false;
    host_.let_sources_rest(false, "");
  }
}

void Delivery::acknowledged(int64_t documents) {
  if (options_.counts) host_.count_rows(WF_COUNT_PASSED, documents);
  host_.count("documents", static_cast<double>(documents));
}

wf::Status Delivery::refused(const Document& document, std::string_view code,
                             const std::string& message) {
  ++refused_;
  host_.count("refused_documents", 1);
  auto row = rows_.row_of(document);
  if (!row.ok()) return std::move(row).status().with_context("a refused document");
  return host_.refuse_batch(*row, code, message);
}

void Delivery::told(bool is_error, const std::string& message) {
  host_.log(is_error ? wf::LogLevel::error : wf::LogLevel::info, message);
  if (is_error) host_.count("stops", 1);
}

void Delivery::gauges(const Gauges& now) {
  host_.gauge("pending_documents", static_cast<double>(now.documents));
  host_.gauge("pending_bytes", static_cast<double>(now.bytes));
  host_.gauge("requests_in_flight", static_cast<double>(now.in_flight));
  host_.gauge("request_limit", now.request_limit);
  host_.gauge("stopped", now.stopped ? 1 : 0);
  weigh(now.bytes);
}

void Delivery::requested(int64_t bytes, double seconds, int64_t repeated) {
  host_.count("requests", 1);
  host_.count("bytes", static_cast<double>(bytes));
  host_.observe("request_seconds", seconds);
  if (repeated > 0) host_.count("retries", static_cast<double>(repeated));
}

}  // namespace weirflow::elasticsearch
