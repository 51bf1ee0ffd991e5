// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// What nodes answer, read with simdjson.

#include <simdjson.h>

#include "bulk_reply.h"
#include "search_reply.h"
#include "weirflow/io/text.hpp"

namespace weirflow::elasticsearch {
namespace {

namespace dom = simdjson::dom;

std::string text_of(const dom::element& object, const char* key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

/// The error of an item or of a whole answer: an object, or a text from an old proxy.
void read_error(const dom::element& error, ItemReply* out) {
  std::string_view plain;
  if (error.get(plain) == simdjson::SUCCESS) {
    out->type = "error";
    out->reason = plain;
    return;
  }
  out->type = text_of(error, "type");
  out->reason = text_of(error, "reason");
  if (out->type.empty()) out->type = "error";
  dom::element cause;
  if (error["caused_by"].get(cause) != simdjson::SUCCESS) return;
  const std::string why = text_of(cause, "reason");
  if (!why.empty() && out->reason.find(why) == std::string::npos) out->reason += ": " + why;
}

bool read_item(const dom::element& item, ItemReply* out) {
  dom::object outer;
  if (item.get(outer) != simdjson::SUCCESS || outer.size() != 1) return false;
  const dom::element inner = (*outer.begin()).value;
  int64_t status = 0;
  if (inner["status"].get(status) != simdjson::SUCCESS) return false;
  out->status = static_cast<int>(status);
  dom::element error;
  if (inner["error"].get(error) == simdjson::SUCCESS) read_error(error, out);
  return true;
}

}  // namespace

wf::Result<std::vector<ItemReply>> parse_bulk_reply(const std::string& text, size_t expected) {
  dom::parser parser;
  dom::element root;
  if (parser.parse(text).get(root) != simdjson::SUCCESS)
    return wf::invalid_data("the answer is no JSON: " + wf::io::printable(text, 100));
  dom::array items;
  if (root["items"].get(items) != simdjson::SUCCESS)
    return wf::invalid_data("the answer has no items: " + wf::io::printable(text, 100));
  std::vector<ItemReply> replies;
  replies.reserve(expected);
  for (const dom::element item : items)
    if (!read_item(item, &replies.emplace_back()))
      return wf::invalid_data("item " + std::to_string(replies.size()) + " has no status");
  if (replies.size() != expected)
    return wf::invalid_data("the answer has " + std::to_string(replies.size()) + " items for " +
                            std::to_string(expected) + " documents");
  return replies;
}

std::string error_reason(const std::string& text) {
  dom::parser parser;
  dom::element root, error;
  if (parser.parse(text).get(root) != simdjson::SUCCESS ||
      root["error"].get(error) != simdjson::SUCCESS)
    return wf::io::printable(text, 200);
  ItemReply item;
  read_error(error, &item);
  return item.type + ": " + item.reason;
}

Judgement judge(const ItemReply& item, const Expectation& expected, bool may_be_there) {
  const int status = item.status;
  if (status >= 200 && status < 300) return {Verdict::done, ""};
  // A document to be deleted that is not there has no error, one in an index that is not there has.
  if (status == 404 && expected.op == Op::remove && item.type.empty()) return {Verdict::done, ""};
  if (status == 409) {
    if (expected.versioned) return {Verdict::done, ""};
    if (expected.op == Op::update) return {Verdict::retry, ""};
    if (expected.op == Op::create && (expected.deterministic || may_be_there))
      return {Verdict::done, ""};
    return {Verdict::refused, expected.op == Op::create ? "exists" : "conflict"};
  }
  if (status == 429 || status == 408 || status >= 500) return {Verdict::retry, ""};
  if (status == 401 || status == 403) return {Verdict::stop, ""};
  if (status == 404) return {Verdict::refused, "not_found"};
  if (status == 413) return {Verdict::refused, "too_large"};
  return {Verdict::refused, status == 400 ? "bad_document" : "rejected"};
}

namespace {

namespace ondemand = simdjson::ondemand;

/// The JSON of a value as it stands in the text, without blanks around it.
std::string raw_of(ondemand::value value) {
  simdjson::ondemand::json_type type{};
  std::string_view raw;
  if (value.type().get(type) != simdjson::SUCCESS) return {};
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (value.get_object().get(object) == simdjson::SUCCESS &&
        object.raw_json().get(raw) == simdjson::SUCCESS)
      return std::string(raw);
  }
  if (type == ondemand::json_type::array) {
    ondemand::array array;
    if (value.get_array().get(array) == simdjson::SUCCESS &&
        array.raw_json().get(raw) == simdjson::SUCCESS)
      return std::string(raw);
  }
  return {};
}

simdjson::error_code read_hit(ondemand::object object, Hit* hit, std::string* after) {
  hit->source = "{}";
  for (auto field : object) {
    std::string_view key, text;
    SIMDJSON_TRY(field.unescaped_key().get(key));
    if (key == "_id" || key == "_index") {
      SIMDJSON_TRY(field.value().get_string().get(text));
      (key == "_id" ? hit->id : hit->index) = text;
    } else if (key == "_source") {
      hit->source = raw_of(field.value().value());
    } else if (key == "sort") {
      *after = raw_of(field.value().value());
    }
  }
  return simdjson::SUCCESS;
}

simdjson::error_code read_hits(ondemand::object outer, Page* page) {
  for (auto field : outer) {
    std::string_view key;
    SIMDJSON_TRY(field.unescaped_key().get(key));
    if (key != "hits") continue;
    ondemand::array hits;
    SIMDJSON_TRY(field.value().get_array().get(hits));
    for (auto hit : hits) {
      ondemand::object object;
      SIMDJSON_TRY(hit.get_object().get(object));
      SIMDJSON_TRY(read_hit(object, &page->hits.emplace_back(), &page->after));
    }
  }
  return simdjson::SUCCESS;
}

simdjson::error_code read_page(ondemand::object root, Page* page, bool* timed_out) {
  for (auto field : root) {
    std::string_view key, text;
    SIMDJSON_TRY(field.unescaped_key().get(key));
    if (key == "pit_id") {
      SIMDJSON_TRY(field.value().get_string().get(text));
      page->pit = text;
    } else if (key == "timed_out") {
      SIMDJSON_TRY(field.value().get_bool().get(*timed_out));
    } else if (key == "hits") {
      ondemand::object hits;
      SIMDJSON_TRY(field.value().get_object().get(hits));
      SIMDJSON_TRY(read_hits(hits, page));
    }
  }
  return simdjson::SUCCESS;
}

}  // namespace

wf::Result<Page> parse_page(const std::string& text) {
  ondemand::parser parser;
  const simdjson::padded_string padded(text);
  ondemand::document document;
  ondemand::object root;
  Page page;
  bool timed_out = false;
  simdjson::error_code error = parser.iterate(padded).get(document);
  if (!error) error = document.get_object().get(root);
  if (!error) error = read_page(root, &page, &timed_out);
  if (error)
    return wf::invalid_data("the answer to the search cannot be read (" +
                            std::string(simdjson::error_message(error)) +
                            "): " + wf::io::printable(text, 100));
  if (timed_out) return wf::invalid_data("the node answered with a part of the hits only");
  if (!page.hits.empty() && page.after.empty())
    return wf::invalid_data("the hits have no sort values");
  return page;
}

std::string parse_pit(const std::string& text) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view id;
  if (parser.parse(text).get(root) != simdjson::SUCCESS) return {};
  if (root["pit_id"].get(id) == simdjson::SUCCESS || root["id"].get(id) == simdjson::SUCCESS)
    return std::string(id);
  return {};
}

}  // namespace weirflow::elasticsearch
