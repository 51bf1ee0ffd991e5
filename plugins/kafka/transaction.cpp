// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "transaction.h"

#include <librdkafka/rdkafka.h>

#include <charconv>
#include <cstring>

namespace weirflow::kafka {
namespace {

using wf::Result;
using wf::Status;

Status status_of(rd_kafka_error_t* error, const std::string& what) {
  if (!error) return {};
  Status status = failure(rd_kafka_error_code(error), what, rd_kafka_error_string(error));
  rd_kafka_error_destroy(error);
  return status;
}

using List =
    std::unique_ptr<rd_kafka_topic_partition_list_t, void (*)(rd_kafka_topic_partition_list_t*)>;

List record_list(const std::string& topic) {
  List list(rd_kafka_topic_partition_list_new(1), rd_kafka_topic_partition_list_destroy);
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), 0);
  return list;
}

}  // namespace

Status init_transactions(Producer& producer, int timeout_ms) {
  return status_of(rd_kafka_init_transactions(producer.client().native(), timeout_ms),
                   "init_transactions at " + producer.client().brokers());
}

Status begin_transaction(Producer& producer) {
  return status_of(rd_kafka_begin_transaction(producer.client().native()), "begin_transaction");
}

Status abort_transaction(Producer& producer, int timeout_ms) {
  return status_of(rd_kafka_abort_transaction(producer.client().native(), timeout_ms),
                   "abort_transaction at " + producer.client().brokers());
}

Status commit_transaction(Producer& producer, const std::string& group, const std::string& topic,
                          int64_t epoch, const std::string& metadata, int timeout_ms) {
  rd_kafka_t* handle = producer.client().native();
  const List list = record_list(topic);
  list->elems[0].offset = epoch;
  list->elems[0].metadata = strdup(metadata.c_str());  // the list frees it
  list->elems[0].metadata_size = metadata.size();
  const std::unique_ptr<rd_kafka_consumer_group_metadata_t,
                        void (*)(rd_kafka_consumer_group_metadata_t*)>
      member(rd_kafka_consumer_group_metadata_new(group.c_str()),
             rd_kafka_consumer_group_metadata_destroy);
  const std::string at = " at " + producer.client().brokers();
  WF_TRY(
      status_of(rd_kafka_send_offsets_to_transaction(handle, list.get(), member.get(), timeout_ms),
                "the record of epoch " + std::to_string(epoch) + at));
  return status_of(rd_kafka_commit_transaction(handle, timeout_ms),
                   "commit_transaction of epoch " + std::to_string(epoch) + at);
}

Result<wf::Committer::Recorded> read_record(const ClientConfig& config, const std::string& group,
                                            const std::string& topic, int timeout_ms) {
  WF_ASSIGN(Properties properties, client_properties(config));
  properties.emplace_back("group.id", group);
  properties.emplace_back("enable.auto.commit", "false");
  // An open transaction of the id has been ended; one still being written is waited for.
  properties.emplace_back("isolation.level", "read_committed");
  WF_ASSIGN(const auto client, Client::make(Client::Kind::consumer, properties, nullptr));
  const List list = record_list(topic);
  const std::string what = "the record of '" + group + "' at " + client->brokers();
  const auto error = rd_kafka_committed(client->native(), list.get(), timeout_ms);
  if (error) return failure(error, what);
  const rd_kafka_topic_partition_t& found = list->elems[0];
  if (found.err) return failure(found.err, what);
  wf::Committer::Recorded recorded;
  if (found.offset < 0) return recorded;
  const std::string_view metadata(static_cast<const char*>(found.metadata), found.metadata_size);
  const auto read =
      std::from_chars(metadata.data(), metadata.data() + metadata.size(), recorded.epoch);
  const size_t used = static_cast<size_t>(read.ptr - metadata.data());
  if (read.ec != std::errc() || recorded.epoch != found.offset || used >= metadata.size() ||
      metadata[used] != ' ')
    return wf::invalid_data(what + " says epoch " + std::to_string(found.offset) + " and '" +
                            std::string(metadata) + "', which is not Weirflow's");
  recorded.manifest_hash = metadata.substr(used + 1);
  return recorded;
}

}  // namespace weirflow::kafka
