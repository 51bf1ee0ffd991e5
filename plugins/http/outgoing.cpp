// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "outgoing.h"

#include "client.h"
#include "weirflow/io/lines.hpp"
#include "weirflow/row_hash.hpp"

namespace weirflow::http {

using wf::Result;

namespace {

constexpr char kHash[] = "body_hash";

std::string hash_of(std::string_view body) {
  // Two hashes, so that keys of different bodies do not meet.
  std::string hex;
  for (const uint64_t seed : {1ULL, 2ULL}) {
    const uint64_t hash = wf::hash_bytes(body, seed);
    for (int shift = 60; shift >= 0; shift -= 4) hex += "0123456789abcdef"[hash >> shift & 15];
  }
  return hex;
}

/// A type that the reader of JSON makes.
wf::DataType readable(const wf::DataType& type) {
  if (type.id() == wf::Type::large_utf8) return wf::Type::utf8;
  if (type.id() == wf::Type::large_binary) return wf::Type::binary;
  return type;
}

}  // namespace

Result<RequestMaker> RequestMaker::make(const Options& options, wf::SchemaPtr schema) {
  RequestMaker maker;
  maker.options_ = options;
  WF_ASSIGN(maker.url_, RowTemplate::make(options.url, *schema, "url"));
  WF_ASSIGN(maker.key_, RowTemplate::make(options.key, *schema, "idempotency_key", {kHash}));
  // A value must not choose the host that gets the rows.
  const std::string& start = maker.url_.start();
  const size_t scheme = start.find("://");
  const bool known = start.starts_with("http://") || start.starts_with("https://");
  if (!known || start.size() == scheme + 3)
    return wf::invalid_config("'" + options.url + "' is no URL of HTTP")
        .at({"url", 0, 0, "it begins with http:// or https:// and a host"});
  if (maker.url_.has_columns() && start.find('/', scheme + 3) == std::string::npos)
    return wf::invalid_config("columns may stand behind the host of the URL only")
        .at({"url", 0, 0, "as in https://host/items/{id}"});
  maker.schema_ = std::move(schema);
  return maker;
}

std::string RequestMaker::content_type() const {
  return options_.body == Body::ndjson ? "application/x-ndjson" : "application/json";
}

std::string RequestMaker::row_json(const wf::Batch& batch, int64_t row) const {
  std::string json = "{";
  for (int c = 0; c < batch.column_count(); ++c) {
    if (c) json += ',';
    wf::io::append_json_string(batch.schema().field(c).name, &json);
    json += ':';
    wf::io::append_json_value(*batch.column(c), row, &json);
  }
  return json + "}";
}

Outgoing RequestMaker::finish(const wf::Batch& batch, int64_t first, int64_t count, std::string url,
                              std::string key, std::string rows) const {
  Outgoing request;
  request.rows = batch.slice(first, count);
  request.url = std::move(url);
  request.body = options_.body == Body::array ? "[" + rows + "]" : std::move(rows);
  std::string null;
  if (key.empty() && !options_.key.empty())
    key = key_.render(batch, first, false, hash_of(request.body), &null).value_or("");
  request.key = std::move(key);
  return request;
}

std::vector<Outgoing> RequestMaker::make_requests(const wf::Batch& batch,
                                                  const Refuse& refuse) const {
  std::vector<Outgoing> requests;
  const int64_t most = options_.body == Body::row ? 1 : options_.rows;
  int64_t first = 0, count = 0;
  std::string url, rows;
  const auto end_request = [&] {
    if (count > 0) requests.push_back(finish(batch, first, count, url, "", std::move(rows)));
    rows.clear();
    count = 0;
  };
  for (int64_t row = 0; row < batch.rows(); ++row) {
    std::string null;
    auto its_url = url_.render(batch, row, true, "", &null);
    const auto its_key = key_.render(batch, row, false, "", &null);
    if (!its_url || !its_key) {
      end_request();
      refuse(row, "missing_value", "column '" + null + "' of the URL or key is null");
      continue;
    }
    if (!is_header_text(*its_key)) {
      end_request();
      refuse(row, "bad_value", "the Idempotency-Key would have a control character");
      continue;
    }
    if (count == most || *its_url != url || static_cast<int64_t>(rows.size()) >= options_.bytes)
      end_request();
    if (count == 0) first = row;
    url = std::move(*its_url);
    if (count > 0 && options_.body == Body::array) rows += ',';
    rows += row_json(batch, row);
    if (options_.body == Body::ndjson) rows += '\n';
    ++count;
  }
  end_request();
  return requests;
}

std::string RequestMaker::snapshot(const std::vector<const Outgoing*>& pending) const {
  std::string text = "{\"version\":1,\"requests\":" + std::to_string(pending.size()) + "}\n";
  for (const Outgoing* request : pending) {
    text += "{\"rows\":" + std::to_string(request->rows.rows()) + ",\"key\":";
    wf::io::append_json_string(request->key, &text);
    text += "}\n";
    for (int64_t row = 0; row < request->rows.rows(); ++row)
      text += row_json(request->rows, row) + "\n";
  }
  return text;
}

Result<wf::Batch> RequestMaker::parse_rows(std::string_view text) const {
  wf::io::JsonlOptions options;
  for (const wf::Field& field : schema_->fields())
    options.columns.push_back({field.name, {}, readable(field.type), false});
  WF_ASSIGN(const auto reader, wf::io::LineRows::make(wf::io::LineFormat::json, options));
  wf::io::Lines lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    lines.add(text.substr(at, end - at));
    at = end + 1;
  }
  WF_ASSIGN(wf::io::LineBatch rows, reader.read(lines));
  if (!rows.bad.empty())
    return wf::invalid_data("a pending row does not fit the columns: " + rows.bad[0].message);
  return std::move(rows.batch);
}

Result<std::vector<Outgoing>> RequestMaker::restore(std::string_view snapshot) const {
  const auto damaged = [] { return wf::invalid_data("the pending rows of http.sink are damaged"); };
  const auto take_line = [&](std::string_view* line) {
    const size_t end = snapshot.find('\n');
    if (end == std::string_view::npos) return false;
    *line = snapshot.substr(0, end);
    snapshot.remove_prefix(end + 1);
    return true;
  };
  WF_ASSIGN(auto first, wf::io::JsonFields::make({"/version", "/requests"}));
  WF_ASSIGN(auto head, wf::io::JsonFields::make({"/rows", "/key"}));
  std::vector<wf::io::JsonCell> cells;
  std::string_view line;
  if (!take_line(&line) || !first.parse(line, false, &cells).ok() || cells[0].integer != 1)
    return damaged();
  const int64_t count = cells[1].integer;
  std::vector<Outgoing> requests;
  for (int64_t i = 0; i < count; ++i) {
    if (!take_line(&line) || !head.parse(line, false, &cells).ok()) return damaged();
    const int64_t rows = cells[0].integer;
    std::string key(cells[1].text);
    const char* const start = snapshot.data();
    for (int64_t row = 0; row < rows; ++row)
      if (!take_line(&line)) return damaged();
    WF_ASSIGN(const wf::Batch batch,
              parse_rows({start, static_cast<size_t>(snapshot.data() - start)}));
    if (batch.rows() == 0) return damaged();
    std::string null;
    auto url = url_.render(batch, 0, true, "", &null);
    if (!url) return damaged();
    std::string body;
    for (int64_t row = 0; row < rows; ++row) {
      if (row > 0 && options_.body == Body::array) body += ',';
      body += row_json(batch, row);
      if (options_.body == Body::ndjson) body += '\n';
    }
    requests.push_back(finish(batch, 0, rows, std::move(*url), std::move(key), std::move(body)));
  }
  return requests;
}

}  // namespace weirflow::http
