// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// elasticsearch.sink: rows to documents, documents to a sender. See README.md.

#include <memory>
#include <string>

#include "bulk_body.h"
#include "committer.h"
#include "weirflow/component.hpp"

namespace weirflow::elasticsearch {

class ElasticSink final : public wf::Sink<SinkConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("elasticsearch.sink")
          .version("1.0.0")
          .blocking()
          .uses_network()
          .replay(wf::Replay::duplicates)
          .summary("Writes rows as documents into indices of Elasticsearch or OpenSearch");
  static constexpr bool kCountsRows = true;
  static constexpr bool kHasState = true;
  static constexpr bool kSendsLater = true;
  static constexpr auto kConfig = std::tuple_cat(
      connect_fields<SinkConfig>(),
      wf::fields(
          wf::field("index", &SinkConfig::index)
              .required()
              .help("Index, alias or data stream; {column} parts, timestamps with a format")
              .example("\"comments-{created:%Y.%m}\""),
          wf::field("id", &SinkConfig::id)
              .help("The document's _id with {column} parts; empty: the node makes one")
              .example("\"{kafka_topic}-{kafka_partition}-{kafka_offset}\""),
          wf::field("op", &SinkConfig::op)
              .one_of("index", "create", "update", "delete")
              .help("index replaces, create adds what is not there, update merges, delete removes")
              .example("\"create\""),
          wf::field("routing", &SinkConfig::routing)
              .help("Which shard, with {column} parts; empty: by id")
              .example("\"{thread_id}\""),
          wf::field("version", &SinkConfig::version)
              .column()
              .help("Column with the document's version: an older one never replaces a newer one")
              .example("\"edited_us\""),
          wf::field("version_type", &SinkConfig::version_type)
              .one_of("external", "external_gte")
              .help("Whether an equal version replaces (external_gte) or not")
              .example("\"external_gte\""),
          wf::field("pipeline", &SinkConfig::pipeline)
              .help("Ingest pipeline that the node runs on each document")
              .example("\"enrich\""),
          wf::field("data_stream", &SinkConfig::data_stream)
              .help("index names a data stream: op must be create, documents need @timestamp")
              .example("true"),
          wf::field("timestamp", &SinkConfig::timestamp)
              .column()
              .help("Column that is also written as @timestamp")
              .example("\"created\""),
          wf::field("exclude", &SinkConfig::exclude)
              .column()
              .help("Columns that serve for id, index, routing or version only")
              .example("[\"kafka_topic\", \"kafka_partition\", \"kafka_offset\"]"),
          wf::field("nulls", &SinkConfig::nulls)
              .help("Write null values; false: leave their keys out")
              .example("false"),
          wf::field("upsert", &SinkConfig::upsert)
              .help("op = update: a document that is not there is made")
              .example("false"),
          wf::field("template", &SinkConfig::template_file)
              .path()
              .help("JSON file with an index template that is installed first; dynamic mapping is "
                    "off unless it says otherwise")
              .example("\"comments-template.json\""),
          wf::field("template_name", &SinkConfig::template_name)
              .help("Name of the template; empty: the task's")
              .example("\"comments\""),
          wf::field("refresh", &SinkConfig::refresh)
              .one_of("false", "true", "wait_for")
              .help("Whether searches find the documents as soon as they count as written")
              .example("\"wait_for\"")),
      wf::fields(
          wf::field("delivery", &SinkConfig::delivery)
              .one_of("auto", "early", "on_commit")
              .help("early: as rows come; on_commit: an epoch's once it is committed; auto: early "
                    "where a repeated attempt brings the same documents")
              .example("\"on_commit\""),
          wf::field("batch_documents", &SinkConfig::batch_documents)
              .range(1, 100'000)
              .help("Documents of a request at most")
              .example("500"),
          wf::field("batch_bytes", &SinkConfig::batch_bytes)
              .size()
              .range(1024, 1 << 30)
              .help("Bytes of a request at most; a larger document goes alone")
              .example("\"10MiB\""),
          wf::field("batch_age", &SinkConfig::batch_age)
              .range(0, 3.6e9)
              .help("A document waits so long at most for a request to fill")
              .example("\"1s\""),
          wf::field("max_requests", &SinkConfig::max_requests)
              .range(1, 64)
              .help("Requests at once at most; fewer while a node has too much to do")
              .example("8"),
          wf::field("flush_timeout", &SinkConfig::flush_timeout)
              .range(0, 6e8)
              .help(
                  "How long a checkpoint waits for documents on their way; the rest is part of it")
              .example("\"5s\""),
          wf::field("pending_limit", &SinkConfig::pending_limit)
              .size()
              .range(1 << 16, 1LL << 40)
              .help("Documents waiting, in bytes, beyond which the sources rest")
              .example("\"256MiB\""),
          wf::field("retry_for", &SinkConfig::retry_for)
              .at_least(0)
              .help("A document that a node refuses for now (429, 5xx) goes to errors after so "
                    "long; 0: never")
              .example("\"1h\"")));

  static wf::Result<std::unique_ptr<wf::Committer>> make_committer(const wf::Host& host,
                                                                   const ElasticSink* of,
                                                                   std::string_view key,
                                                                   std::string_view shard);

 protected:
  wf::Status bind_ports(wf::BindContext& context) override;
  wf::Status open() override;
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override;
  wf::Status finish(wf::Emitter& out) override;
  wf::Status close() override;
  wf::Result<std::string> snapshot(uint64_t epoch) override;
  wf::Status restore(std::string_view snapshot) override;
  [[nodiscard]] std::string commit_key() const override;
  wf::Status attach(wf::Committer& committer) override;
  [[nodiscard]] wf::CommitMode commit_mode() const override;
  [[nodiscard]] uint32_t replay() const override;

 private:
  [[nodiscard]] bool is_early() const;
  [[nodiscard]] bool has_barriers() const { return host().task().checkpointed == 1; }
  [[nodiscard]] Delivery::Options delivery_options() const {
    return {config().pending_limit, has_barriers()};
  }
  /// Waits, numbers and the template; what is sent is up to make_route().
  wf::Result<SenderOptions> sender_options() const;
  wf::Result<Route> make_route() const;
  wf::Status hand_over(std::vector<Document> documents);
  wf::Status make_room();
  [[nodiscard]] bool cancelled() const { return host().is_cancelled(); }

  bool early_ = true;
  std::optional<DocumentEncoder> encoder_;
  std::unique_ptr<Delivery> delivery_;    ///< early
  StagedCommitter* committer_ = nullptr;  ///< on commit
};

}  // namespace weirflow::elasticsearch
