// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/checkpoint_manifest.h"

#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/text.h"

namespace weirflow::engine {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const StatePart& part) {
  Json json;
  if (!part.file.empty()) {
    json["file"] = part.file;
    json["bytes"] = part.bytes;
    json["sha256"] = part.sha256;
  } else if (find_invalid_utf8(part.inline_bytes) == std::string::npos) {
    json["text"] = part.inline_bytes;
  } else {
    json["hex"] = hex_encode(part.inline_bytes);
  }
  return json;
}

StatePart part_of(const Json& json) {
  StatePart part;
  if (json.contains("file")) {
    part.file = json.at("file");
    part.bytes = json.at("bytes");
    part.sha256 = json.at("sha256");
    // A name of this folder and of no other.
    if (part.file.empty() || part.file.find('/') != std::string::npos || part.file == "..")
      throw std::invalid_argument("'" + part.file + "' is no file name");
  } else if (json.contains("text")) {
    part.inline_bytes = json.at("text");
  } else {
    const auto bytes = hex_decode(json.at("hex").get<std::string>());
    if (!bytes) throw std::invalid_argument("a part is not hexadecimal");
    part.inline_bytes = *bytes;
  }
  return part;
}

Json json_of(const TaskSnapshot& task) {
  Json json{{"task", task.task}, {"component", task.component}, {"version", task.version}};
  if (task.watermark != INT64_MIN) json["watermark"] = task.watermark;
  if (!task.model_version.empty()) json["model_version"] = task.model_version;
  if (task.ended) json["ended"] = true;
  json["counters"] = task.counters;
  Json parts = Json::object();
  for (const auto& [name, part] : task.parts) parts[name] = json_of(part);
  json["parts"] = std::move(parts);
  return json;
}

TaskSnapshot task_of(const Json& json) {
  TaskSnapshot task;
  task.task = json.at("task");
  task.component = json.at("component");
  task.version = json.at("version");
  task.watermark = json.value("watermark", INT64_MIN);
  task.model_version = json.value("model_version", "");
  task.ended = json.value("ended", false);
  task.counters = json.at("counters").get<std::map<std::string, int64_t>>();
  for (const auto& [name, part] : json.at("parts").items()) task.parts[name] = part_of(part);
  return task;
}

}  // namespace

std::string manifest_text(const Manifest& m) {
  Json json{{"format", 1},
            {"dag", m.dag},
            {"dag_version", m.dag_version},
            {"run", m.run},
            {"epoch", m.epoch},
            {"lineage", m.lineage},
            {"time_us", m.time_us},
            {"duration_us", m.duration_us},
            {"final", m.final},
            {"savepoint", m.savepoint}};
  json["tasks"] = Json::array();
  for (const TaskSnapshot& task : m.tasks) json["tasks"].push_back(json_of(task));
  json["edges"] = Json::array();
  for (const EdgeSnapshot& e : m.edges)
    json["edges"].push_back({{"from", e.from},
                             {"to", e.to},
                             {"produced", e.produced},
                             {"consumed", e.consumed},
                             {"discarded", e.discarded},
                             {"shed", e.shed}});
  json["commits"] = Json::array();
  for (const CommitEntry& c : m.commits)
    json["commits"].push_back({{"task", c.task},
                               {"component", c.component},
                               {"key", c.key},
                               {"epoch", c.epoch},
                               {"decides", c.decides},
                               {"blob", json_of(c.blob)}});
  json["dead_letters"] = {
      {"file", m.dead_letter_file}, {"bytes", m.dead_letter_bytes}, {"rows", m.dead_letter_rows}};
  return json.dump(1);
}

wf::Result<Manifest> manifest_of(std::string_view text, const std::string& file) {
  // The library says by exceptions what is missing or of another type.
  try {
    const Json json = Json::parse(text);
    if (json.at("format") != 1)
      return wf::invalid_data(file + ": has format " + json.at("format").dump() +
                              "; this version reads format 1");
    Manifest m;
    m.dag = json.at("dag");
    m.dag_version = json.at("dag_version");
    m.run = json.at("run");
    m.epoch = json.at("epoch");
    m.lineage = json.at("lineage");
    m.time_us = json.at("time_us");
    m.duration_us = json.value("duration_us", int64_t{0});
    m.final = json.at("final");
    m.savepoint = json.at("savepoint");
    for (const Json& task : json.at("tasks")) m.tasks.push_back(task_of(task));
    for (const Json& e : json.at("edges"))
      m.edges.push_back({e.at("from"), e.at("to"), e.at("produced"), e.at("consumed"),
                         e.at("discarded"), e.at("shed")});
    for (const Json& c : json.at("commits"))
      m.commits.push_back({c.at("task"), c.at("component"), c.at("key"), c.at("epoch"),
                           c.at("decides"), part_of(c.at("blob"))});
    const Json& dead = json.at("dead_letters");
    m.dead_letter_file = dead.at("file");
    m.dead_letter_bytes = dead.at("bytes");
    m.dead_letter_rows = dead.at("rows");
    return m;
  } catch (const std::exception& e) {
    return wf::invalid_data(file + ": is damaged: " + e.what());
  }
}

}  // namespace weirflow::engine
