// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "source.h"

#include <nlohmann/json.hpp>
#include <random>

#include "bulk_reply.h"

namespace weirflow::elasticsearch {
namespace {

using nlohmann::ordered_json;

constexpr uint64_t kOnly = 1;
constexpr int kExpiredAtMost = 3;

ordered_json to_json(const wf::Value& value) {
  if (const auto* b = value.boolean()) return *b;
  if (const auto* i = value.integer()) return *i;
  if (const auto* d = value.number()) return *d;
  if (const auto* s = value.string()) return *s;
  if (const auto* list = value.list()) {
    ordered_json array = ordered_json::array();
    for (const wf::Value& item : *list) array.push_back(to_json(item));
    return array;
  }
  if (const auto* table = value.table()) {
    ordered_json object = ordered_json::object();
    for (const auto& [key, item] : *table) object[key] = to_json(item);
    return object;
  }
  return nullptr;
}

std::string text_of(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

/// An index expression keeps its commas, stars and date brackets' escapes.
std::string index_path(const std::string& index) {
  std::string out;
  for (const char c : index) out += c == ',' || c == '*' ? std::string(1, c) : url_encoded({&c, 1});
  return out;
}

bool is_unanswered(int status) {
  return status == 0 || status == 408 || status == 429 || status >= 500;
}

}  // namespace

wf::Status ElasticSource::read_query() {
  const wf::Value& query = config().query;
  const auto wrong = [](const std::string& what) {
    return wf::invalid_config(what).at(
        {"query", 0, 0, "write query = { match_all = {} }, or the same as JSON text"});
  };
  if (query.is_null()) return query_ = "{\"match_all\":{}}", wf::Status();
  ordered_json json;
  if (query.string())
    json = ordered_json::parse(*query.string(), nullptr, false);
  else
    json = to_json(query);
  if (json.is_discarded()) return wrong("the query is no JSON");
  if (!json.is_object() || json.empty()) return wrong("the query is no object");
  if (json.size() == 1 && json.contains("query"))
    return wrong("the query is inside of another 'query': leave that one out");
  query_ = text_of(json);
  return {};
}

wf::Status ElasticSource::bind(wf::SchemaBuilder& out) {
  WF_TRY(http_options(config()).status());
  WF_TRY(read_query());
  WF_ASSIGN(rows_, HitRows::make(config()));
  for (const wf::Field& field : rows_->schema()->fields()) WF_TRY(out.add(field));
  return {};
}

wf::Status ElasticSource::open() {
  WF_TRY(read_query());
  WF_ASSIGN(rows_, HitRows::make(config()));
  WF_ASSIGN(const HttpOptions options, http_options(config()));
  WF_ASSIGN(auto http, HttpPool::make(options));
  {
    const std::lock_guard lock(wake_mutex_);
    http_ = std::move(http);
  }
  backoff_.emplace(config().retry_min, config().retry_max, std::random_device()());
  product_known_ = config().product != "auto";
  is_opensearch_ = config().product != "elasticsearch";
  return {};
}

void ElasticSource::wake() {
  const std::lock_guard lock(wake_mutex_);
  if (http_) http_->wake();
}

wf::Status ElasticSource::close() {
  if (!http_) return {};
  http_->abandon();
  if (!pit_.empty() && failures_ == 0 && !host().is_cancelled()) {
    // The node would keep it until keep_alive is over; whether this succeeds changes nothing here.
    HttpRequest request{"DELETE", is_opensearch_ ? "/_search/point_in_time" : "/_pit", "",
                        "application/json"};
    request.body = is_opensearch_ ? text_of({{"pit_id", {pit_}}}) : text_of({{"id", pit_}});
    http_->call(std::move(request), [this] { return host().is_cancelled(); });
  }
  const std::lock_guard lock(wake_mutex_);
  http_.reset();
  return {};
}

std::string ElasticSource::keep_alive_text() const {
  return std::to_string((config().keep_alive.count() + 999'999) / 1'000'000) + "s";
}

std::string ElasticSource::sort_text() const {
  ordered_json sort = ordered_json::array();
  bool by_id = false;
  for (const std::string& one : config().sort) {
    const size_t colon = one.rfind(':');
    const bool has_order =
        colon != std::string::npos && (one.substr(colon) == ":asc" || one.substr(colon) == ":desc");
    const std::string field = has_order ? one.substr(0, colon) : one;
    sort.push_back({{field, has_order ? one.substr(colon + 1) : "asc"}});
    by_id = by_id || field == "_id";
  }
  // A tie would be cut by a page's end. Elasticsearch adds one of its own to a point in time, which
  // OpenSearch before 3.3 does not know.
  if (is_opensearch_ && !by_id) sort.push_back({{"_id", "asc"}});
  if (!is_opensearch_ && sort.empty()) sort.push_back({{"_shard_doc", "asc"}});
  return text_of(sort);
}

HttpRequest ElasticSource::request() const {
  HttpRequest made{"POST", "", "", "application/json"};
  if (step_ == Step::open_pit) {
    made.path = "/" + index_path(config().index) +
                (is_opensearch_ ? "/_search/point_in_time" : "/_pit") +
                "?keep_alive=" + keep_alive_text();
    return made;
  }
  made.path =
      "/_search?allow_partial_search_results=false"
      "&filter_path=pit_id,timed_out,hits.hits._id,hits.hits._index,hits.hits._source,"
      "hits.hits.sort";
  made.body = "{\"size\":" + std::to_string(config().page_rows) +
              ",\"track_total_hits\":false,\"query\":" + query_ +
              ",\"pit\":" + text_of({{"id", pit_}, {"keep_alive", keep_alive_text()}}) +
              ",\"sort\":" + sort_text();
  if (!after_.empty()) made.body += ",\"search_after\":" + after_;
  made.body += "}";
  return made;
}

void ElasticSource::begin() {
  http_->start(kOnly, request());
  running_ = true;
}

wf::Status ElasticSource::next(wf::Emitter& out, wf::Duration max_wait) {
  if (step_ == Step::done) return out.done(), wf::Status();
  const auto now = Clock::now();
  wf::Duration wait = max_wait;
  if (!running_) {
    const Duration held =
        std::max(http_->unavailable_for(),
                 not_before_ > now ? std::chrono::ceil<Duration>(not_before_ - now) : Duration(0));
    if (held > Duration(0))
      wait = std::min(wait, held);
    else
      begin();
  }
  auto replies = http_->poll(wait);
  if (replies.empty()) return out.idle(), wf::Status();
  running_ = false;
  return handle(replies.front().second, out);
}

wf::Status ElasticSource::handle(const HttpReply& reply, wf::Emitter& out) {
  if (is_unanswered(reply.status)) return handle_failure(reply);
  failures_ = 0;
  failing_since_ = {};
  wf::Status status = step_ == Step::open_pit ? handle_pit(reply) : handle_page(reply, out);
  if (!status.ok()) return std::move(status).with_context(reply.host);
  return {};
}

wf::Status ElasticSource::handle_failure(const HttpReply& reply) {
  const auto now = Clock::now();
  if (failures_++ == 0) failing_since_ = now;
  const std::string why = reply.status == 0 ? reply.error
                                            : "status " + std::to_string(reply.status) + ", " +
                                                  error_reason(reply.body);
  if (now - failing_since_ >= config().retry_for) return wf::unavailable(reply.host + ": " + why);
  host().log(wf::LogLevel::warning, reply.host + ": " + why + "; it is asked again");
  host().count("retries", 1);
  not_before_ = now + std::max(backoff_->before(failures_), reply.retry_after);
  return {};
}

wf::Status ElasticSource::handle_pit(const HttpReply& reply) {
  if (reply.status >= 200 && reply.status < 300) {
    pit_ = parse_pit(reply.body);
    if (pit_.empty()) return wf::invalid_data("the answer has no point in time");
    product_known_ = true;
    step_ = Step::search;
    return {};
  }
  const std::string why = error_reason(reply.body);
  if (reply.status == 401 || reply.status == 403)
    return wf::Status(wf::Code::permission_denied, why);
  const bool is_missing = why.starts_with("index_not_found");
  if (!product_known_ && is_opensearch_ && !is_missing) {
    is_opensearch_ = false;
    return {};
  }
  if (is_missing) return wf::not_found(why).at({"index", 0, 0, ""});
  return wf::invalid_config("no point in time: status " + std::to_string(reply.status) + ", " + why)
      .at({"index", 0, 0, ""});
}

wf::Status ElasticSource::handle_page(const HttpReply& reply, wf::Emitter& out) {
  if (reply.status == 404) {
    // The point in time has expired, or is of an earlier process.
    if (!is_opensearch_ && config().sort.empty() && !after_.empty())
      return wf::unavailable("the point in time has expired, and its order is lost with it: " +
                             error_reason(reply.body))
          .retryable(false)
          .at({"sort", 0, 0, "name a field with unique values, or raise keep_alive"});
    host().log(wf::LogLevel::warning,
               "the point in time has expired; a new one is read on from "
               "the same place");
    step_ = Step::open_pit;
    if (++expired_ <= kExpiredAtMost) return {};
    return wf::unavailable("the node keeps no point in time: " + error_reason(reply.body));
  }
  if (reply.status == 401 || reply.status == 403)
    return wf::Status(wf::Code::permission_denied, error_reason(reply.body));
  if (reply.status < 200 || reply.status >= 300)
    return wf::invalid_config("the query is not accepted: " + error_reason(reply.body))
        .at({"query", 0, 0, ""});
  WF_ASSIGN(Page page, parse_page(reply.body));
  if (!page.pit.empty()) pit_ = page.pit;
  expired_ = 0;
  if (page.hits.empty()) {
    step_ = Step::done;
    return out.done(), wf::Status();
  }
  after_ = page.after;
  // The next page is on its way while this one is worked on.
  begin();
  const auto refuse = [&](const Hit& hit, std::string_view code, const std::string& why) {
    out.refuse_raw(hit.source, hit.index + "/" + hit.id, code, why);
  };
  WF_ASSIGN(const wf::Batch batch, rows_->rows_of(page.hits, refuse));
  if (batch.rows() > 0) out.emit(batch);
  return {};
}

wf::Result<std::string> ElasticSource::snapshot(uint64_t) {
  return text_of({{"v", 1},
                  {"pit", pit_},
                  {"after", after_},
                  {"opensearch", is_opensearch_},
                  {"known", product_known_},
                  {"done", step_ == Step::done}});
}

wf::Status ElasticSource::restore(std::string_view snapshot) {
  const ordered_json json = ordered_json::parse(snapshot, nullptr, false);
  const auto text = [&](const char* key) { return json.value(key, std::string()); };
  if (!json.is_object() || json.value("v", 0) != 1)
    return wf::invalid_data("the snapshot of the search is damaged");
  pit_ = text("pit");
  after_ = text("after");
  is_opensearch_ = json.value("opensearch", true);
  product_known_ = json.value("known", false);
  step_ = json.value("done", false) ? Step::done : pit_.empty() ? Step::open_pit : Step::search;
  return {};
}

}  // namespace weirflow::elasticsearch
