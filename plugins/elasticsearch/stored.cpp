// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "stored.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace weirflow::elasticsearch {
namespace {

using nlohmann::json;

wf::Status damaged(const std::string& what) {
  return wf::invalid_data("the stored documents are damaged: " + what);
}

json head_of(const Route& route, size_t documents, const std::string& stage) {
  json columns = json::array();
  for (const wf::Field& field : route.schema.fields())
    columns.push_back({field.name, field.type.to_string()});
  const HttpOptions& http = route.http;
  const SenderOptions& sender = route.sender;
  return {{"v", 1},
          {"stage", stage},
          {"documents", documents},
          {"hosts", http.hosts},
          {"ca", http.ca_file},
          {"insecure", http.insecure},
          {"gzip", http.gzip},
          {"secret", !http.user.empty() || !http.authorization.empty()},
          {"request_timeout_us", http.request_timeout.count()},
          {"path", sender.path},
          {"op", to_string(sender.expected.op)},
          {"versioned", sender.expected.versioned},
          {"batch_documents", sender.limits.documents},
          {"batch_bytes", sender.limits.bytes},
          {"columns", columns}};
}

/// "large_utf8" and "large_binary" have no text form that is read back, and rows.h gives the plain
/// ones anyway.
wf::Result<wf::DataType> type_of(const std::string& text) {
  if (text.starts_with("large_")) return wf::parse_type(text.substr(6));
  return wf::parse_type(text);
}

wf::Status read_head(const json& head, Stored* out) {
  if (head.at("v") != 1) return damaged("they are of a later version of this plugin");
  out->stage = head.at("stage");
  out->needs_secret = head.at("secret");
  HttpOptions& http = out->route.http;
  http.hosts = head.at("hosts");
  http.ca_file = head.at("ca");
  http.insecure = head.at("insecure");
  http.gzip = head.at("gzip");
  http.request_timeout = Duration(head.at("request_timeout_us").get<int64_t>());
  SenderOptions& sender = out->route.sender;
  sender.path = head.at("path");
  const auto op = parse_op(head.at("op").get<std::string>());
  if (!op) return damaged("the operation is not known");
  sender.expected.op = *op;
  sender.expected.versioned = head.at("versioned");
  sender.limits.documents = head.at("batch_documents");
  sender.limits.bytes = head.at("batch_bytes");
  std::vector<wf::Field> fields;
  for (const json& column : head.at("columns")) {
    WF_ASSIGN(wf::DataType type, type_of(column.at(1).get<std::string>()));
    fields.push_back({column.at(0).get<std::string>(), std::move(type), true, {}});
  }
  out->route.schema = wf::Schema(std::move(fields));
  return {};
}

/// A document is "tries may_be_there key action source rest\n" (numbers, the last three lengths)
/// and the three texts.
void append_document(const Document& document, std::string* out) {
  for (const uint64_t number :
       {uint64_t{document.tries}, uint64_t{document.may_be_there}, document.key,
        uint64_t{document.action.size()}, uint64_t{document.source.size()}})
    out->append(std::to_string(number)).push_back(' ');
  out->append(std::to_string(document.rest.size())).push_back('\n');
  out->append(document.action).append(document.source).append(document.rest);
}

bool take_number(std::string_view& bytes, char end, uint64_t* out) {
  const auto read = std::from_chars(bytes.data(), bytes.data() + bytes.size(), *out);
  const auto length = static_cast<size_t>(read.ptr - bytes.data());
  if (read.ec != std::errc() || length >= bytes.size() || bytes[length] != end) return false;
  bytes.remove_prefix(length + 1);
  return true;
}

bool take_text(std::string_view& bytes, uint64_t length, std::string* out) {
  if (length > bytes.size()) return false;
  *out = bytes.substr(0, length);
  bytes.remove_prefix(length);
  return true;
}

bool take_document(std::string_view& bytes, Document* out) {
  uint64_t tries = 0, there = 0, action = 0, source = 0, rest = 0;
  if (!take_number(bytes, ' ', &tries) || !take_number(bytes, ' ', &there) ||
      !take_number(bytes, ' ', &out->key) || !take_number(bytes, ' ', &action) ||
      !take_number(bytes, ' ', &source) || !take_number(bytes, '\n', &rest))
    return false;
  out->tries = static_cast<uint32_t>(tries);
  out->may_be_there = there == 1;
  return take_text(bytes, action, &out->action) && take_text(bytes, source, &out->source) &&
         take_text(bytes, rest, &out->rest);
}

}  // namespace

std::string route_text(const Route& route) {
  return head_of(route, 0, "").dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string store(const Route& route, const std::vector<Document>& documents,
                  const std::string& stage) {
  std::string bytes =
      head_of(route, documents.size(), stage).dump(-1, ' ', false, json::error_handler_t::replace);
  bytes += '\n';
  for (const Document& document : documents) append_document(document, &bytes);
  return bytes;
}

wf::Result<Stored> read_stored(std::string_view bytes) {
  const size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return damaged("the first line has no end");
  Stored stored;
  uint64_t documents = 0;
  try {
    const json head = json::parse(bytes.substr(0, end));
    documents = head.at("documents");
    WF_TRY(read_head(head, &stored));
  } catch (const json::exception& e) {
    return damaged(e.what());
  }
  bytes.remove_prefix(end + 1);
  while (!bytes.empty()) {
    if (!take_document(bytes, &stored.documents.emplace_back()))
      return damaged("document " + std::to_string(stored.documents.size()) + " is cut");
  }
  if (stored.documents.size() != documents)
    return damaged("there are " + std::to_string(stored.documents.size()) + " documents of " +
                   std::to_string(documents));
  return stored;
}

}  // namespace weirflow::elasticsearch
