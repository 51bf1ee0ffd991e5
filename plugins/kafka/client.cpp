// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "client.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>

#include "weirflow/nearest.hpp"

namespace weirflow::kafka {
namespace {

using wf::Code;
using wf::Result;
using wf::Status;

constexpr int64_t kDefaultLargestBatch = 1'048'588;
constexpr size_t kReasonSize = 512;

void on_error(rd_kafka_t*, int error, const char* reason, void* opaque) {
  static_cast<Events*>(opaque)->error(error, reason ? reason : "");
}

void on_log(const rd_kafka_t* handle, int level, const char*, const char* text) {
  auto* events = static_cast<Events*>(rd_kafka_opaque(handle));
  // What librdkafka calls an error here it retries; the calls say what is final.
  if (events) events->log(level <= 4 ? wf::LogLevel::warning : wf::LogLevel::debug, text);
}

Status set_property(rd_kafka_conf_t* conf, const std::string& property, const std::string& value) {
  char reason[kReasonSize];
  if (rd_kafka_conf_set(conf, property.c_str(), value.c_str(), reason, sizeof(reason)) ==
      RD_KAFKA_CONF_OK)
    return {};
  // The reason quotes the value.
  const std::string shown = is_secret(property) ? "the value is not accepted" : reason;
  return wf::invalid_config("librdkafka: property '" + property + "': " + shown)
      .at({"options", 0, 0, ""});
}

struct QueueDeleter {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
struct EventDeleter {
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
struct OptionsDeleter {
  void operator()(rd_kafka_AdminOptions_t* options) const {
    rd_kafka_AdminOptions_destroy(options);
  }
};
using Queue = std::unique_ptr<rd_kafka_queue_t, QueueDeleter>;
using Event = std::unique_ptr<rd_kafka_event_t, EventDeleter>;
using Options = std::unique_ptr<rd_kafka_AdminOptions_t, OptionsDeleter>;

Options admin_options(rd_kafka_t* handle, rd_kafka_admin_op_t operation, SteadyTime deadline) {
  Options options(rd_kafka_AdminOptions_new(handle, operation));
  char reason[kReasonSize];
  rd_kafka_AdminOptions_set_request_timeout(
      options.get(), std::max(milliseconds_until(deadline), 1), reason, sizeof(reason));
  return options;
}

bool is_unknown_topic(int error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
}

}  // namespace

int milliseconds_until(SteadyTime deadline) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 3'600'000));
}

Code code_of(int error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return Code::ok;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return Code::not_found;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return Code::permission_denied;
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
      return Code::timeout;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__WAIT_CACHE:
    case RD_KAFKA_RESP_ERR__RETRY:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS:
      return Code::unavailable;
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED:
      return Code::conflict;
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
      return Code::invalid_config;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE:
      return Code::invalid_data;
    default:
      return Code::io_error;
  }
}

Status failure(int error, const std::string& what, const std::string& detail) {
  const auto code = static_cast<rd_kafka_resp_err_t>(error);
  std::string reason = detail.empty() ? rd_kafka_err2str(code) : detail;
  return {code_of(error), what + ": " + reason + " (" + rd_kafka_err2name(code) + ")"};
}

void Events::detach() {
  const std::lock_guard lock(mutex_);
  host_ = nullptr;
}
void Events::log(wf::LogLevel level, const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (host_) host_->log(level, "librdkafka: " + text);
}
void Events::error(int error, const std::string& text) {
  const std::lock_guard lock(mutex_);
  // "all brokers down" comes behind the reason and says less.
  if (error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || reason_.empty()) reason_ = text;
  if (code_of(error) == Code::permission_denied) refusal_ = text;
}
std::string Events::reason() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}
Status Events::refused() const {
  const std::lock_guard lock(mutex_);
  return refusal_.empty() ? Status() : Status(Code::permission_denied, refusal_);
}

Result<std::unique_ptr<Client>> Client::make(Kind kind, const Properties& properties,
                                             const wf::Host* host, Prepare prepare) {
  std::unique_ptr<rd_kafka_conf_t, void (*)(rd_kafka_conf_t*)> conf(rd_kafka_conf_new(),
                                                                    rd_kafka_conf_destroy);
  auto client = std::unique_ptr<Client>(new Client());
  client->events_ = std::make_shared<Events>(host);
  for (const auto& [property, value] : properties) {
    WF_TRY(set_property(conf.get(), property, value));
    if (property == "bootstrap.servers") client->brokers_ = value;
  }
  rd_kafka_conf_set_opaque(conf.get(), client->events_.get());
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  if (prepare) prepare(conf.get());
  char reason[kReasonSize];
  client->native_ = rd_kafka_new(kind == Kind::consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER,
                                 conf.get(), reason, sizeof(reason));
  if (!client->native_)
    return wf::invalid_config(std::string("librdkafka: ") + reason).at({"options", 0, 0, ""});
  conf.release();  // is the handle's now
  return client;
}

Client::~Client() {
  // Nothing is left to say to a group that was never joined.
  if (native_) rd_kafka_destroy_flags(native_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

Result<int32_t> Client::partitions(const std::string& topic, SteadyTime deadline,
                                   const wf::Host* host) {
  std::unique_ptr<rd_kafka_topic_t, void (*)(rd_kafka_topic_t*)> handle(
      rd_kafka_topic_new(native_, topic.c_str(), nullptr), rd_kafka_topic_destroy);
  if (!handle) return wf::invalid_config("'" + topic + "' is no name for a topic");
  for (;;) {
    const rd_kafka_metadata_t* answer = nullptr;
    const int wait = std::clamp(milliseconds_until(deadline), 1, 500);
    const auto error = rd_kafka_metadata(native_, 0, handle.get(), &answer, wait);
    int said = error;
    if (!error) {
      const std::unique_ptr<const rd_kafka_metadata_t, void (*)(const rd_kafka_metadata_t*)> hold(
          answer, rd_kafka_metadata_destroy);
      said =
          answer->topic_cnt > 0 ? answer->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
      if (!said && answer->topics[0].partition_cnt > 0) return answer->topics[0].partition_cnt;
      if (is_unknown_topic(said)) return unknown_topic(topic);
      if (code_of(said) == Code::permission_denied || code_of(said) == Code::io_error)
        return failure(said, "topic '" + topic + "' at " + brokers_);
    }
    rd_kafka_poll(native_, 0);
    if (Status s = events_->refused(); !s.ok()) return std::move(s).with_context(brokers_);
    if (host && host->is_cancelled()) return wf::cancelled("cancelled while connecting");
    if (milliseconds_until(deadline) == 0)
      return error ? unreachable("topic '" + topic + "'")
                   : failure(said, "topic '" + topic + "' at " + brokers_);
  }
}

Status Client::unreachable(const std::string& what) {
  const std::string reason = events_->reason();
  return wf::unavailable(what + ": no answer from " + brokers_ +
                         (reason.empty() ? "" : ": " + reason));
}

std::vector<std::string> Client::topic_names() {
  std::vector<std::string> names;
  const rd_kafka_metadata_t* answer = nullptr;
  if (rd_kafka_metadata(native_, 1, nullptr, &answer, 1000)) return names;
  for (int i = 0; i < answer->topic_cnt; ++i) names.emplace_back(answer->topics[i].topic);
  rd_kafka_metadata_destroy(answer);
  return names;
}

Status Client::unknown_topic(const std::string& topic) {
  std::vector<std::string> names = topic_names();
  std::erase(names, topic);
  const auto nearest = wf::nearest_name(topic, names);
  Status status = wf::not_found("there is no topic '" + topic + "' at " + brokers_ +
                                (nearest ? "; the nearest name is '" + *nearest + "'" : ""));
  return nearest ? std::move(status).at({"", 0, 0, *nearest}) : std::move(status);
}

Result<int64_t> Client::largest_batch(const std::string& topic, SteadyTime deadline) {
  rd_kafka_ConfigResource_t* resource =
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
  const Queue queue(rd_kafka_queue_new(native_));
  const Options options = admin_options(native_, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, deadline);
  rd_kafka_DescribeConfigs(native_, &resource, 1, options.get(), queue.get());
  rd_kafka_ConfigResource_destroy(resource);
  const Event event(rd_kafka_queue_poll(queue.get(), milliseconds_until(deadline) + 500));
  const auto error = event ? rd_kafka_event_error(event.get()) : RD_KAFKA_RESP_ERR__TIMED_OUT;
  // Old brokers, those that keep their settings to themselves, and no controller to ask: what is
  // too large will be refused by the broker.
  if (error == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE ||
      code_of(error) == Code::permission_denied || code_of(error) == Code::timeout) {
    events_->log(wf::LogLevel::warning, "settings of topic '" + topic + "' at " + brokers_ +
                                            " are not known (" + rd_kafka_err2str(error) +
                                            "); taking max.message.bytes as the brokers' default");
    return kDefaultLargestBatch;
  }
  if (error)
    return failure(error, "settings of topic '" + topic + "' at " + brokers_,
                   rd_kafka_event_error_string(event.get()));
  size_t count = 0;
  const rd_kafka_ConfigResource_t** resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const auto said = rd_kafka_ConfigResource_error(resources[i]);
    if (is_unknown_topic(said)) return unknown_topic(topic);
    if (said) return kDefaultLargestBatch;
    size_t entries = 0;
    const rd_kafka_ConfigEntry_t** list = rd_kafka_ConfigResource_configs(resources[i], &entries);
    for (size_t k = 0; k < entries; ++k)
      if (std::string_view(rd_kafka_ConfigEntry_name(list[k])) == "max.message.bytes" &&
          rd_kafka_ConfigEntry_value(list[k]))
        return static_cast<int64_t>(std::atoll(rd_kafka_ConfigEntry_value(list[k])));
  }
  return kDefaultLargestBatch;
}

Status Client::create_topic(const std::string& topic, const CreateTopicConfig& how,
                            SteadyTime deadline) {
  char reason[kReasonSize];
  rd_kafka_NewTopic_t* wanted =
      rd_kafka_NewTopic_new(topic.c_str(), static_cast<int>(how.partitions),
                            static_cast<int>(how.replication), reason, sizeof(reason));
  if (!wanted) return wf::invalid_config("topic '" + topic + "': " + reason);
  for (const auto& [key, value] : how.config)
    rd_kafka_NewTopic_set_config(wanted, key.c_str(), value.c_str());
  const Queue queue(rd_kafka_queue_new(native_));
  const Options options = admin_options(native_, RD_KAFKA_ADMIN_OP_CREATETOPICS, deadline);
  rd_kafka_CreateTopics(native_, &wanted, 1, options.get(), queue.get());
  rd_kafka_NewTopic_destroy(wanted);
  const Event event(rd_kafka_queue_poll(queue.get(), milliseconds_until(deadline) + 500));
  const std::string what = "topic '" + topic + "' could not be made at " + brokers_;
  if (!event) return unreachable(what);
  if (const auto error = rd_kafka_event_error(event.get()))
    return failure(error, what, rd_kafka_event_error_string(event.get()));
  size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_topic_result_error(results[i]);
    if (!error || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    const char* text = rd_kafka_topic_result_error_string(results[i]);
    return failure(error, what, text ? text : "");
  }
  return {};
}

std::string Client::cluster_id(SteadyTime deadline) {
  char* id = rd_kafka_clusterid(native_, milliseconds_until(deadline));
  const std::string text = id ? id : "";
  if (id) rd_kafka_mem_free(native_, id);
  return text;
}

}  // namespace weirflow::kafka
