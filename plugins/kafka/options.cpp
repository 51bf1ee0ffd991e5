// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <algorithm>
#include <charconv>

namespace weirflow::kafka {
namespace {

using wf::Result;
using wf::Status;

/// A property that is not the user's to set, and what to use instead.
struct Owned {
  std::string_view property, instead;
};
constexpr std::string_view kCheckpoints = "positions are kept in checkpoints, not in the group";
constexpr std::string_view kIdempotent = "the sink is always idempotent, with acks = all";
constexpr Owned kOwned[] = {
    {"bootstrap.servers", "use 'brokers'"},
    {"metadata.broker.list", "use 'brokers'"},
    {"security.protocol", "use 'security.protocol'"},
    {"sasl.mechanism", "use 'security.mechanism'"},
    {"sasl.mechanisms", "use 'security.mechanism'"},
    {"sasl.username", "use 'security.username'"},
    {"sasl.password", "use 'security.password'"},
    {"ssl.ca.location", "use 'security.ca'"},
    {"ssl.certificate.location", "use 'security.certificate'"},
    {"ssl.key.location", "use 'security.key'"},
    {"ssl.key.password", "use 'security.key_password'"},
    {"plugin.library.paths", "it would load other libraries into the process"},
    {"group.id", "use 'group'"},
    {"auto.offset.reset", "use 'start' and 'on_gap'"},
    {"enable.auto.commit", kCheckpoints},
    {"auto.commit.enable", kCheckpoints},
    {"enable.auto.offset.store", kCheckpoints},
    {"enable.partition.eof", "watermarks and 'stop' need it"},
    {"isolation.level", "use 'isolation'"},
    {"queued.max.messages.kbytes", "use 'queue_bytes'"},
    {"enable.idempotence", kIdempotent},
    {"acks", kIdempotent},
    {"request.required.acks", kIdempotent},
    {"max.in.flight", kIdempotent},
    {"max.in.flight.requests.per.connection", kIdempotent},
    {"retries", "rows are retried until they are acknowledged"},
    {"message.send.max.retries", "rows are retried until they are acknowledged"},
    {"message.timeout.ms", "use 'delivery_timeout'"},
    {"delivery.timeout.ms", "use 'delivery_timeout'"},
    {"queue.buffering.max.messages", "use 'pending_bytes'"},
    {"queue.buffering.max.kbytes", "use 'pending_bytes'"},
    {"message.max.bytes", "it is read from the topic"},
    {"compression.codec", "use 'compression'"},
    {"compression.type", "use 'compression'"},
    {"partitioner", "use 'partitioner'"},
    {"transactional.id", "it is the shard's"},
    {"transaction.timeout.ms", "use 'transaction_timeout'"},
};

Status at_key(Status status, std::string key) {
  return std::move(status).at({std::move(key), 0, 0, ""});
}

Status check_broker(std::string_view broker) {
  const auto wrong = [&] {
    return wf::invalid_config("'" + std::string(broker) + "' is no host:port");
  };
  const size_t colon = broker.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return wrong();
  if (broker.find_first_of(" \t/\"") != std::string_view::npos) return wrong();
  const std::string_view port = broker.substr(colon + 1);
  int number = 0;
  const auto read = std::from_chars(port.data(), port.data() + port.size(), number);
  if (read.ec != std::errc() || read.ptr != port.data() + port.size()) return wrong();
  return number >= 1 && number <= 65535 ? Status() : wrong();
}

Status add_security(const SecurityConfig& security, Properties* out) {
  const bool sasl = security.protocol.starts_with("sasl");
  const bool tls = security.protocol.ends_with("ssl");
  if (sasl && security.mechanism.empty())
    return at_key(wf::invalid_config("protocol " + security.protocol + " needs a mechanism"),
                  "security.mechanism");
  if (!sasl && (!security.mechanism.empty() || !security.username.empty()))
    return at_key(wf::invalid_config("a user name is sent with protocol sasl_ssl or "
                                     "sasl_plaintext, not with " +
                                     security.protocol),
                  "security.protocol");
  if (!tls && (!security.ca.empty() || !security.certificate.empty() || !security.key.empty()))
    return at_key(wf::invalid_config("certificates are used with protocol ssl or sasl_ssl, not "
                                     "with " +
                                     security.protocol),
                  "security.protocol");
  if (security.certificate.empty() != security.key.empty())
    return at_key(wf::invalid_config("certificate and key go together"), "security.key");
  const auto add = [&](const char* property, const std::string& value) {
    if (!value.empty()) out->emplace_back(property, value);
  };
  add("security.protocol", security.protocol);
  add("sasl.mechanisms", security.mechanism);
  add("sasl.username", security.username);
  add("sasl.password", security.password);
  add("ssl.ca.location", security.ca);
  add("ssl.certificate.location", security.certificate);
  add("ssl.key.location", security.key);
  add("ssl.key.password", security.key_password);
  return {};
}

std::string milliseconds(wf::Duration duration) { return std::to_string(duration.count() / 1000); }

/// Options come last but for what nobody may change, so that they win over mere defaults.
Result<Properties> with_options(const ClientConfig& config, Properties defaults) {
  WF_ASSIGN(Properties all, client_properties(config));
  defaults.insert(defaults.end(), all.begin(), all.end());
  return defaults;
}

}  // namespace

Result<std::string> broker_list(const std::vector<std::string>& brokers) {
  std::vector<std::string> all;
  for (const std::string& item : brokers)
    for (size_t from = 0; from <= item.size();) {
      const size_t comma = std::min(item.find(',', from), item.size());
      std::string broker = item.substr(from, comma - from);
      broker.erase(0, broker.find_first_not_of(' '));
      broker.erase(broker.find_last_not_of(' ') + 1);
      if (Status s = check_broker(broker); !s.ok()) return at_key(std::move(s), "brokers");
      all.push_back(std::move(broker));
      from = comma + 1;
    }
  if (all.empty()) return at_key(wf::invalid_config("'brokers' names none"), "brokers");
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::string text;
  for (const std::string& broker : all) text += (text.empty() ? "" : ",") + broker;
  return text;
}

Result<Properties> client_properties(const ClientConfig& config) {
  Properties out;
  WF_ASSIGN(std::string brokers, broker_list(config.brokers));
  out.emplace_back("bootstrap.servers", std::move(brokers));
  WF_TRY(add_security(config.security, &out));
  for (const auto& [property, value] : config.options) {
    for (const Owned& owned : kOwned)
      if (owned.property == property)
        return at_key(wf::invalid_config("option '" + property + "' is set by the component: " +
                                         std::string(owned.instead)),
                      "options");
    out.emplace_back(property, value);
  }
  return out;
}

Result<Properties> consumer_properties(const SourceConfig& config, const std::string& group) {
  return with_options(config, {{"group.id", group},
                               {"enable.auto.commit", "false"},
                               {"enable.auto.offset.store", "false"},
                               {"auto.offset.reset", "error"},
                               {"enable.partition.eof", "true"},
                               {"isolation.level", config.isolation},
                               {"allow.auto.create.topics", "false"},
                               {"log.connection.close", "false"},
                               {"reconnect.backoff.max.ms", "2000"},
                               {"queued.max.messages.kbytes",
                                std::to_string(std::max<int64_t>(1, config.queue_bytes >> 10))}});
}

Result<Properties> producer_properties(const SinkConfig& config,
                                       const std::string& transactional_id, int64_t largest_batch) {
  const bool transactional = !transactional_id.empty();
  // Outside of a transaction a row is given up by the sink, never by librdkafka's clock.
  Properties own{
      {"enable.idempotence", "true"},
      {"acks", "all"},
      {"linger.ms", "5"},
      {"batch.size", std::to_string(std::clamp<int64_t>(largest_batch, 1000, 1'000'000))},
      {"message.max.bytes", "1000000000"},
      {"queue.buffering.max.messages", "2147483647"},
      {"compression.codec", config.compression},
      {"partitioner", config.partitioner},
      {"log.connection.close", "false"},
      {"reconnect.backoff.max.ms", "2000"}};
  if (transactional) {
    // Adding offsets first waits out the markers of the transaction before in steps of this; 100 ms
    // is the default.
    own.emplace_back("retry.backoff.ms", "5");
    own.emplace_back("transactional.id", transactional_id);
    own.emplace_back("transaction.timeout.ms", milliseconds(config.transaction_timeout));
    own.emplace_back("message.timeout.ms", milliseconds(config.transaction_timeout));
    own.emplace_back("queue.buffering.max.kbytes",
                     std::to_string(std::max<int64_t>(1, config.pending_bytes >> 10)));
  } else {
    own.emplace_back("message.timeout.ms", "0");
    own.emplace_back("queue.buffering.max.kbytes", "2147483647");
  }
  return with_options(config, std::move(own));
}

bool is_secret(std::string_view property) {
  for (const std::string_view word :
       {"password", "secret", ".pem", "oauthbearer.config", "keystore"})
    if (property.find(word) != std::string_view::npos) return true;
  return false;
}

std::string describe(const Properties& properties) {
  std::vector<std::string> lines;
  for (const auto& [property, value] : properties)
    lines.push_back(property + " = " + (is_secret(property) ? "(secret)" : value) + "\n");
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

Result<std::string> cluster_key(const ClientConfig& config) {
  WF_ASSIGN(const std::string brokers, broker_list(config.brokers));
  return "kafka " + brokers + " " + config.security.protocol;
}

}  // namespace weirflow::kafka
