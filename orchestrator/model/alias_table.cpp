// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "model/alias_table.h"

#include "model/json.h"
#include "model/reference.h"

namespace weirflow::model {

namespace {

wf::Value id_or_null(const std::string& id) { return id.empty() ? wf::Value() : wf::Value(id); }

}  // namespace

wf::Value to_value(const AliasMove& m) {
  return wf::Value(wf::Value::Table{{"alias", m.alias},
                                    {"version", id_or_null(m.version)},
                                    {"previous", id_or_null(m.previous)},
                                    {"actor", m.actor},
                                    {"reason", m.reason},
                                    {"run", m.run},
                                    {"time_us", m.time_us}});
}

wf::Result<AliasTable> AliasTable::read(const std::string& path) {
  WF_ASSIGN(Lines lines, read_lines(path));
  AliasTable table;
  table.warning_ = std::move(lines.warning);
  for (const wf::Value& line : lines.entries) {
    AliasMove move{text_at(line, "alias"),     text_at(line, "version"), text_at(line, "previous"),
                   text_at(line, "actor"),     text_at(line, "reason"),  text_at(line, "run"),
                   integer_at(line, "time_us")};
    if (move.version.empty())
      table.current_.erase(move.alias);
    else
      table.current_[move.alias] = move.version;
    if (move.alias == kChampion && !move.previous.empty())
      table.current_[std::string(kPrevious)] = move.previous;
    table.moves_.push_back(std::move(move));
  }
  return table;
}

std::string AliasTable::find(std::string_view alias) const {
  const auto found = current_.find(alias);
  return found == current_.end() ? std::string() : found->second;
}

const AliasMove* AliasTable::last_move(std::string_view alias) const {
  for (auto move = moves_.rbegin(); move != moves_.rend(); ++move)
    if (move->alias == alias) return &*move;
  return nullptr;
}

}  // namespace weirflow::model
