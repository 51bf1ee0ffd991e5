// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The keys of kafka.sink with their help.

#include "config.h"

namespace weirflow::kafka {

inline constexpr auto kSinkFields = wf::fields(
    wf::field("topic", &SinkConfig::topic).help("Topic to write to").example("\"scores\""),
    wf::field("topic_column", &SinkConfig::topic_column)
        .column()
        .help("Column that names the topic of each row, instead of 'topic'")
        .example("\"target\""),
    wf::field("format", &SinkConfig::format)
        .one_of("json", "utf8", "raw")
        .help("json: an object of the columns; utf8, raw: the one column 'value' as it is")
        .example("\"utf8\""),
    wf::field("columns", &SinkConfig::columns)
        .column()
        .help("Columns of the JSON object; empty: all")
        .example("[\"id\", \"score\"]"),
    wf::field("value", &SinkConfig::value)
        .column()
        .help("Column that is the record's value with format utf8 or raw; null is a tombstone")
        .example("\"body\""),
    wf::field("nulls", &SinkConfig::nulls)
        .help("Write null values into the JSON object; false: leave their keys out")
        .example("false"),
    wf::field("key", &SinkConfig::key)
        .column()
        .help("Column that is the record's key; integers as decimal text")
        .example("\"id\""),
    wf::field("headers", &SinkConfig::headers)
        .column()
        .help("Columns that become headers of the same names")
        .example("[\"model_version\"]"),
    wf::field("timestamp", &SinkConfig::timestamp)
        .column()
        .help("Column that is the record's time; unset or null: the time of sending")
        .example("\"created_utc\""),
    wf::field("partition", &SinkConfig::partition)
        .column()
        .help("Column that says the partition; null: the partitioner does")
        .example("\"kafka_partition\""),
    wf::field("partitioner", &SinkConfig::partitioner)
        .one_of("random", "consistent", "consistent_random", "murmur2", "murmur2_random", "fnv1a",
                "fnv1a_random")
        .help("How keys become partitions; murmur2_random does as the Java client")
        .example("\"consistent_random\""),
    wf::field("compression", &SinkConfig::compression)
        .one_of("none", "gzip", "snappy", "lz4", "zstd")
        .help("Compression of what is sent")
        .example("\"lz4\""),
    wf::field("delivery", &SinkConfig::delivery)
        .one_of("at_least_once", "exactly_once", "at_most_once")
        .help("at_least_once: each row is acknowledged, or part of the checkpoint; exactly_once: "
              "in transactions, needs checkpoints; at_most_once: nobody waits for answers")
        .example("\"exactly_once\""),
    wf::field("flush_timeout", &SinkConfig::flush_timeout)
        .range(1e4, 6e8)
        .help("How long a checkpoint waits for acknowledgements")
        .example("\"5s\""),
    wf::field("delivery_timeout", &SinkConfig::delivery_timeout)
        .range(1e5, 8.64e10)
        .help("A run without checkpoints fails when nothing is acknowledged for so long")
        .example("\"10m\""),
    wf::field("pending_bytes", &SinkConfig::pending_bytes)
        .size()
        .range(1 << 16, 1ll << 40)
        .help("Bytes of rows not acknowledged at which the sources rest")
        .example("\"256MiB\""),
    wf::field("transaction_timeout", &SinkConfig::transaction_timeout)
        .range(1e6, 9e8)
        .help("After so long the brokers abort a transaction, with delivery exactly_once")
        .example("\"5m\""),
    wf::field("commit_timeout", &SinkConfig::commit_timeout)
        .range(1e5, 6e8)
        .help("How long the commit of a transaction may take before the shard recovers")
        .example("\"10s\""),
    wf::field("create_topic", &SinkConfig::create_topic)
        .help("Make topics that are not there, like this")
        .example(
            "{ partitions = 3, replication = 1, config = { \"retention.ms\" = \"86400000\" } }"));

}  // namespace weirflow::kafka
