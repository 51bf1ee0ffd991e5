// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The keys of kafka.source with their help.

#include "config.h"

namespace weirflow::kafka {

inline constexpr auto kSourceFields = wf::fields(
    wf::field("topics", &SourceConfig::topics)
        .required()
        .help("Topics to read")
        .example("[\"comments\"]"),
    wf::field("format", &SourceConfig::format)
        .one_of("raw", "utf8", "json")
        .help("What values are: raw and utf8 give one column `value`, json the declared columns")
        .example("\"json\""),
    wf::field("columns", &SourceConfig::columns)
        .help("Columns of format json: a type, or a table with path (JSON pointer), type, required")
        .example("{ id = \"utf8\", body = { path = \"/data/body\", type = \"utf8\" } }"),
    wf::field("misfits", &SourceConfig::misfits)
        .one_of("refuse", "null")
        .help("A JSON value that does not fit its column: the record is refused, or the value null")
        .example("\"null\""),
    wf::field("tombstones", &SourceConfig::tombstones)
        .one_of("refuse", "null_row")
        .help("A record without a value in format json: refused, or a row of nulls")
        .example("\"null_row\""),
    wf::field("add", &SourceConfig::add)
        .one_of("kafka_topic", "kafka_partition", "kafka_offset", "kafka_timestamp", "kafka_key",
                "kafka_headers")
        .help("Columns that say where a record stood")
        .example("[\"kafka_partition\", \"kafka_offset\"]"),
    wf::field("start", &SourceConfig::start)
        .one_of("checkpoint", "earliest", "latest", "timestamp", "offsets")
        .help("Where to begin when there is no checkpoint, which always comes first; checkpoint: "
              "then earliest")
        .example("\"latest\""),
    wf::field("start_timestamp", &SourceConfig::start_timestamp)
        .help("With start = \"timestamp\": the first record of this time or later (ISO 8601)")
        .example("\"2026-11-01T00:00:00Z\""),
    wf::field("start_offsets", &SourceConfig::start_offsets)
        .help("With start = \"offsets\": first offset by partition; others from the earliest")
        .example("{ \"comments[0]\" = 1200 }"),
    wf::field("stop", &SourceConfig::stop)
        .one_of("never", "latest", "timestamp", "offsets", "rows")
        .help("Where to end: latest is what is there at the start")
        .example("\"latest\""),
    wf::field("stop_timestamp", &SourceConfig::stop_timestamp)
        .help("With stop = \"timestamp\": the first record of this time or later is not read")
        .example("\"2026-12-01T00:00:00Z\""),
    wf::field("stop_offsets", &SourceConfig::stop_offsets)
        .help("With stop = \"offsets\": first offset not read, for every partition")
        .example("{ \"comments[0]\" = 5000 }"),
    wf::field("stop_rows", &SourceConfig::stop_rows)
        .at_least(0)
        .help("With stop = \"rows\": records to read, refused ones included")
        .example("1000"),
    wf::field("isolation", &SourceConfig::isolation)
        .one_of("read_committed", "read_uncommitted")
        .help("Whether records of open and aborted transactions are read")
        .example("\"read_uncommitted\""),
    wf::field("group", &SourceConfig::group)
        .help("Consumer group that is told the positions, for lag tools; they are never read back")
        .example("\"weirflow-comments\""),
    wf::field("on_gap", &SourceConfig::on_gap)
        .one_of("fail", "earliest", "latest")
        .help("When the next offset is no longer there: fail, or go on at one end, with a warning "
              "and the metric kafka_gap_records")
        .example("\"earliest\""),
    wf::field("event_time", &SourceConfig::event_time)
        .help(
            "Column of type timestamp that watermarks go by, or kafka_timestamp, the record's own")
        .example("\"created_utc\""),
    wf::field("out_of_order", &SourceConfig::out_of_order)
        .at_least(0)
        .help("How far behind the highest event time of its partition a record may come")
        .example("\"5s\""),
    wf::field("idle_after", &SourceConfig::idle_after)
        .at_least(0)
        .help("A partition that has been at its end for so long holds no watermark back")
        .example("\"1m\""),
    wf::field("discover_every", &SourceConfig::discover_every)
        .range(1e5, 3e7)
        .help("How often to look for new partitions")
        .example("\"5s\""),
    wf::field("queue_bytes", &SourceConfig::queue_bytes)
        .size()
        .range(1024, 1 << 30)
        .help("Bytes fetched ahead of the rows handed on")
        .example("\"64MiB\""),
    wf::field("batch_rows", &SourceConfig::batch_rows)
        .range(1, 1 << 20)
        .help("Rows of a batch at most")
        .example("1000"),
    wf::field("batch_bytes", &SourceConfig::batch_bytes)
        .size()
        .range(1, 1 << 30)
        .help("A batch ends once its records have so many bytes")
        .example("\"1MiB\""));

}  // namespace weirflow::kafka
