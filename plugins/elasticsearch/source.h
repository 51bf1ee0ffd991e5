// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// elasticsearch.source: the documents of a query at one point in time, page by page. See
/// README.md.

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "backoff.h"
#include "hit_rows.h"
#include "weirflow/component.hpp"

namespace weirflow::elasticsearch {

class ElasticSource final : public wf::Source<SourceConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("elasticsearch.source")
          .version("1.0.0")
          .blocking()
          .uses_network()
          .nondeterministic()
          .summary("Reads the documents of a query from Elasticsearch or OpenSearch");
  static constexpr auto kConfig = std::tuple_cat(
      connect_fields<SourceConfig>(),
      wf::fields(
          wf::field("index", &SourceConfig::index)
              .required()
              .help("Index, alias, data stream or pattern; several with commas")
              .example("\"comments-*\""),
          wf::field("query", &SourceConfig::query)
              .help("Which documents: query DSL as a table or as JSON text; unset: all")
              .example("{ term = { removed = true } }"),
          wf::field("columns", &SourceConfig::columns)
              .help("Columns by name: a type, or a table with path (JSON pointer), type, required")
              .example("{ body = \"utf8\", user = { path = \"/author/name\", type = \"utf8\" } }"),
          wf::field("id_column", &SourceConfig::id_column)
              .help("Name of a column for the document's _id; empty: none")
              .example("\"id\""),
          wf::field("index_column", &SourceConfig::index_column)
              .help("Name of a column for the document's index; empty: none")
              .example("\"index\""),
          wf::field("sort", &SourceConfig::sort)
              .help("Order, as field, field:asc or field:desc; with a unique field a run can go on "
                    "after its point in time has expired")
              .example("[\"created\", \"_id\"]"),
          wf::field("product", &SourceConfig::product)
              .one_of("auto", "opensearch", "elasticsearch")
              .help("Whose point-in-time API; auto tries OpenSearch's first")
              .example("\"elasticsearch\""),
          wf::field("misfits", &SourceConfig::misfits)
              .one_of("refuse", "null")
              .help("A value that does not fit its column: the document is refused, or it is null")
              .example("\"null\""),
          wf::field("page_rows", &SourceConfig::page_rows)
              .range(1, 10'000)
              .help("Documents of a page, which is a batch")
              .example("5000"),
          wf::field("keep_alive", &SourceConfig::keep_alive)
              .range(1e6, 8.64e10)
              .help("How long the node keeps the point in time between two pages")
              .example("\"1h\""),
          wf::field("retry_for", &SourceConfig::retry_for)
              .at_least(0)
              .help("How long a request is repeated while no node answers it")
              .example("\"1h\"")));

 protected:
  wf::Status bind(wf::SchemaBuilder& out) override;
  wf::Status open() override;
  wf::Status next(wf::Emitter& out, wf::Duration max_wait) override;
  wf::Result<std::string> snapshot(uint64_t epoch) override;
  wf::Status restore(std::string_view snapshot) override;
  void cancel() override { wake(); }
  void wake() override;
  wf::Status close() override;

 private:
  enum class Step : uint8_t { open_pit, search, done };
  wf::Status read_query();
  [[nodiscard]] HttpRequest request() const;
  [[nodiscard]] std::string sort_text() const;
  [[nodiscard]] std::string keep_alive_text() const;
  wf::Status handle(const HttpReply& reply, wf::Emitter& out);
  wf::Status handle_pit(const HttpReply& reply);
  wf::Status handle_page(const HttpReply& reply, wf::Emitter& out);
  wf::Status handle_failure(const HttpReply& reply);
  void begin();

  std::optional<HitRows> rows_;
  std::string query_;      ///< JSON
  std::mutex wake_mutex_;  ///< of http_ as wake() sees it
  std::unique_ptr<HttpPool> http_;
  std::optional<Backoff> backoff_;
  Step step_ = Step::open_pit;
  bool is_opensearch_ = true, product_known_ = false;
  bool running_ = false;
  std::string pit_;
  std::string after_;  ///< of the last emitted page
  Clock::time_point not_before_{}, failing_since_{};
  uint32_t failures_ = 0;
  int expired_ = 0;  ///< points in time in a row that gave no page
};

}  // namespace weirflow::elasticsearch
