// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "intake.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "weirflow/io/output.hpp"
#include "weirflow/row_hash.hpp"

namespace weirflow::http {
namespace {

using wf::Status;

constexpr size_t kMostReasons = 100;
constexpr size_t kLongestKey = 255;
constexpr std::array<std::string_view, 5> kJsonTypes{"application/json", "application/x-ndjson",
                                                     "application/ndjson", "application/jsonl",
                                                     "application/x-jsonlines"};

ServerResponse problem(int status, std::string_view what, const std::string& more = "") {
  ServerResponse response;
  response.status = status;
  response.body = "{\"error\":";
  wf::io::append_json_string(what, &response.body);
  response.body += more + "}\n";
  return response;
}

bool is_key(std::string_view text) {
  return text.size() <= kLongestKey &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

/// "application/json" of "Application/JSON; charset=utf-8".
std::string media_type(std::string_view text) {
  text = text.substr(0, text.find(';'));
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::string type(text);
  for (char& c : type) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return type;
}

/// Takes as long whatever the first difference is.
bool equal_secrets(std::string_view a, std::string_view b) {
  unsigned char different = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < a.size(); ++i)
    different |= static_cast<unsigned char>(a[i] ^ b[b.empty() ? 0 : i % b.size()]);
  return different == 0 && a.size() == b.size();
}

/// The items of a JSON array, each as one line. Only brackets and strings are looked at; what an
/// item holds is checked when it is read.
class ArraySplitter {
 public:
  explicit ArraySplitter(std::string_view text) : text_(text) {}
  std::optional<wf::io::Lines> split() {
    skip();
    if (!eat('[')) return std::nullopt;
    skip();
    if (eat(']')) return at_end() ? std::optional(std::move(lines_)) : std::nullopt;
    do {
      if (!item()) return std::nullopt;
    } while (eat(','));
    return eat(']') && at_end() ? std::optional(std::move(lines_)) : std::nullopt;
  }

 private:
  void skip() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }
  bool eat(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool at_end() {
    skip();
    return at_ == text_.size();
  }
  bool item() {
    std::string line;
    int depth = 0;
    bool in_string = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (in_string) {
        // A line end inside a string is wrong JSON; another control character keeps it so.
        line.push_back(c == '\n' || c == '\r' ? '\x01' : c);
        if (c == '\\' && at_ + 1 < text_.size()) line.push_back(text_[++at_]);
        if (c == '"') in_string = false;
        continue;
      }
      if (depth == 0 && (c == ',' || c == ']')) break;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      in_string = c == '"';
      line.push_back(c == '\n' || c == '\r' ? ' ' : c);
    }
    std::replace(line.begin(), line.end(), '\n', '\x01');  // behind a backslash
    if (wf::io::is_blank_line(line) || in_string || depth != 0) return false;
    lines_.add(line);
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  wf::io::Lines lines_;
};

std::string reasons_of(const wf::io::LineBatch& rows) {
  std::string text = ",\"rows\":[";
  for (size_t i = 0; i < rows.bad.size() && i < kMostReasons; ++i) {
    if (i) text += ',';
    text += "{\"row\":" + std::to_string(rows.bad[i].index + 1) + ",\"code\":";
    wf::io::append_json_string(rows.bad[i].code, &text);
    text += ",\"reason\":";
    wf::io::append_json_string(rows.bad[i].message, &text);
    text += '}';
  }
  return text + "]";
}

}  // namespace

std::optional<wf::io::Lines> split_body(std::string_view body, wf::io::LineFormat format) {
  if (format == wf::io::LineFormat::json) {
    const size_t first = body.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && body[first] == '[') return ArraySplitter(body).split();
  }
  wf::io::Lines lines;
  for (size_t at = 0; at < body.size();) {
    const size_t end = std::min(body.find('\n', at), body.size());
    const std::string_view line = body.substr(at, end - at);
    if (format == wf::io::LineFormat::line || !wf::io::is_blank_line(line)) lines.add(line);
    at = end + 1;
  }
  return lines;
}

std::optional<ServerResponse> Intake::refuse_early(const ServerRequest& request) const {
  if (request.path != options_.path)
    return problem(404, "there is nothing here; rows are posted to " + options_.path);
  if (!options_.token.empty()) {
    constexpr std::string_view kBearer = "Bearer ";
    const std::string_view given = request.authorization;
    if (!given.starts_with(kBearer) ||
        !equal_secrets(given.substr(kBearer.size()), options_.token)) {
      ServerResponse response = problem(401, "a bearer token is needed");
      response.authenticate = "Bearer";
      return response;
    }
  } else if (!request.origin.empty()) {
    return problem(403, "requests of web pages are taken with a token only");
  }
  if (request.method != "POST") {
    ServerResponse response = problem(405, "rows are posted");
    response.allow = "POST";
    return response;
  }
  if (request.too_large)
    return problem(413, "the body is over " + std::to_string(options_.max_body) +
                            " bytes; send fewer rows at a time");
  if (request.incomplete) return problem(408, "the body did not come to its end");
  if (!request.content_encoding.empty() && media_type(request.content_encoding) != "identity")
    return problem(415, "the body must not be compressed");
  const std::string type = media_type(request.content_type);
  const bool fits = rows_.format() == wf::io::LineFormat::line
                        ? type == "text/plain"
                        : std::find(kJsonTypes.begin(), kJsonTypes.end(), type) != kJsonTypes.end();
  if (!fits)
    return problem(415, rows_.format() == wf::io::LineFormat::line
                            ? "Content-Type must be text/plain, one row a line"
                            : "Content-Type must be application/json (an array of objects) or "
                              "application/x-ndjson (one object a line)");
  if (!is_key(request.idempotency_key))
    return problem(400, "the Idempotency-Key has over 255 characters, or others than ASCII's");
  return std::nullopt;
}

ServerResponse Intake::take(const ServerRequest& request) {
  if (auto refused = refuse_early(request)) return std::move(*refused);
  auto lines = split_body(request.body, rows_.format());
  if (!lines)
    return problem(400, "the body is no JSON array: its brackets or strings are not closed");
  return take_rows(request, std::move(*lines));
}

ServerResponse Intake::take_rows(const ServerRequest& request, wf::io::Lines lines) {
  if (!lines.empty()) {
    const auto rows = rows_.read(lines);
    if (!rows.ok()) return problem(400, rows.error().message());
    if (!rows->bad.empty())
      return problem(400,
                     std::to_string(rows->bad.size()) + " of " + std::to_string(lines.size()) +
                         " rows cannot be taken, so none was",
                     reasons_of(*rows));
  }
  Delivery delivery;
  delivery.time_us = now_us_();
  delivery.peer = request.peer;
  delivery.key = request.idempotency_key;
  delivery.body_hash = wf::hash_bytes(request.body, 0);
  delivery.rows = lines.size();
  delivery.lines = std::move(lines);
  if (delivery.key.empty()) return spool_rows(delivery);

  IdempotencyKeys::Answered before;
  switch (keys_.begin(delivery.key, delivery.body_hash, delivery.time_us, &before)) {
    case IdempotencyKeys::Verdict::repeated:
      return {200, "{\"rows\":" + std::to_string(before.rows) + "}\n", 0, {}, {}};
    case IdempotencyKeys::Verdict::under_way: {
      ServerResponse response = problem(409, "a request with this Idempotency-Key is under way");
      response.retry_after_s = 1;
      return response;
    }
    case IdempotencyKeys::Verdict::other_body:
      return problem(422, "this Idempotency-Key was used for another body");
    case IdempotencyKeys::Verdict::fresh:
      break;
  }
  const std::string key = delivery.key;
  const IdempotencyKeys::Answered answer{delivery.time_us, delivery.body_hash, delivery.rows};
  ServerResponse response = spool_rows(delivery);
  if (response.status == 200)
    keys_.answered(key, answer);
  else
    keys_.gave_up(key);
  return response;
}

ServerResponse Intake::spool_rows(const Delivery& delivery) {
  // Without rows there is nothing to keep, and a repetition does no harm.
  const Status status = delivery.rows == 0 ? Status() : spool_.append(delivery.to_bytes());
  if (status.ok()) return {200, "{\"rows\":" + std::to_string(delivery.rows) + "}\n", 0, {}, {}};
  if (status.code() == wf::Code::invalid_data)
    return problem(413, "the rows are over what the spool may hold; send fewer at a time");
  ServerResponse response =
      problem(503, status.code() == wf::Code::resource_exhausted
                       ? "rows are not read as fast as they come; nothing was taken"
                       : "rows cannot be stored now; nothing was taken");
  response.retry_after_s = options_.retry_after_s;
  return response;
}

}  // namespace weirflow::http
