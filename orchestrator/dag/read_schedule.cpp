// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "core/text.h"
#include "dag/read_parts.h"
#include "dag/section_check.h"

namespace weirflow::dag {

namespace {

struct CronField {
  std::string_view name;
  int low, high;
  std::vector<std::string> words;  ///< names of the values, from `low` on
  bool last;                       ///< L and # have a meaning here
};

const std::array<CronField, 6>& cron_fields() {
  static const std::array<CronField, 6> fields = {{
      {"second", 0, 59, {}, false},
      {"minute", 0, 59, {}, false},
      {"hour", 0, 23, {}, false},
      {"day of month", 1, 31, {}, true},
      {"month",
       1,
       12,
       {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"},
       false},
      {"day of week", 0, 7, {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}, true},
  }};
  return fields;
}

std::optional<int> cron_number(std::string_view text, const CronField& field) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (size_t i = 0; i < field.words.size(); ++i)
    if (field.words[i] == upper) return field.low + static_cast<int>(i);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// What is wrong with one item of a cron field, such as "1-5/2"; empty when nothing is.
std::string cron_fault(std::string_view item, const CronField& field) {
  const std::string shown = "\"" + std::string(item) + "\"";
  const std::string range = std::to_string(field.low) + "-" + std::to_string(field.high);
  const auto outside = [&](int value) { return value < field.low || value > field.high; };
  std::string_view body = item;
  if (const size_t slash = body.find('/'); slash != std::string_view::npos) {
    const auto step = cron_number(body.substr(slash + 1), {});
    if (!step || *step < 1) return shown + " has no step of at least 1 behind the `/`";
    body = body.substr(0, slash);
  }
  if (body == "*" || (field.last && (body == "?" || body == "L"))) return "";
  if (field.last && field.low == 0) {  // day of week: 5L, FRI#2
    const size_t hash = body.find('#');
    if (hash != std::string_view::npos) {
      const auto nth = cron_number(body.substr(hash + 1), {});
      if (!nth || *nth < 1 || *nth > 5)
        return shown + " asks for a week that no month has: # is followed by 1-5";
      body = body.substr(0, hash);
    } else if (body.size() > 1 && body.back() == 'L') {
      body.remove_suffix(1);
    }
  }
  const size_t dash = body.find('-');
  const auto first = cron_number(body.substr(0, dash), field);
  if (!first) return shown + " is no " + std::string(field.name);
  if (outside(*first)) return shown + " is outside " + range;
  if (dash == std::string_view::npos) return "";
  const auto last = cron_number(body.substr(dash + 1), field);
  if (!last) return shown + " is no " + std::string(field.name);
  if (outside(*last)) return shown + " is outside " + range;
  return *first > *last ? shown + " runs backwards" : "";
}

void check_cron(const Name& cron, ReadContext context) {
  static const std::vector<std::string> kNames = {"@hourly",  "@daily",  "@midnight", "@weekly",
                                                  "@monthly", "@yearly", "@annually"};
  const std::string_view text = cron.value;
  if (!text.empty() && text[0] == '@') {
    if (std::find(kNames.begin(), kNames.end(), text) == kNames.end())
      context.diagnostics
          .error("bad-cron", cron.range, "`" + std::string(text) + "` is no schedule")
          .hint = suggestion(text, kNames, "there are");
    return;
  }
  std::vector<std::pair<size_t, std::string_view>> parts;
  for (size_t at = 0; (at = text.find_first_not_of(" \t", at)) != std::string_view::npos;) {
    const size_t end = std::min(text.find_first_of(" \t", at), text.size());
    parts.emplace_back(at, text.substr(at, end - at));
    at = end;
  }
  if (parts.size() != 5 && parts.size() != 6) {
    context.diagnostics
        .error("bad-cron", cron.range,
               "`cron` has 5 fields, or 6 with seconds, not " + std::to_string(parts.size()))
        .hint =
        "minute, hour, day of month, month, day of week: \"0 3 * * *\" is every day at 03:00";
    return;
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto& [offset, part] = parts[i];
    const CronField& field = cron_fields()[i + (6 - parts.size())];
    for (size_t at = 0; at <= part.size();) {
      const size_t comma = std::min(part.find(',', at), part.size());
      const std::string_view item = part.substr(at, comma - at);
      const std::string fault = cron_fault(item, field);
      if (!fault.empty())
        context.diagnostics.error("bad-cron",
                                  context.sources.inside(cron.range, offset + at, item.size()),
                                  fault + ", in the field `" + std::string(field.name) + "`");
      at = comma + 1;
    }
  }
}

/// Whether the zone exists is a question for the machine's zone data; here, only its form.
void check_timezone(const Name& zone, ReadContext context) {
  const bool fine = !zone.value.empty() && zone.value.front() != '/' && zone.value.back() != '/' &&
                    std::all_of(zone.value.begin(), zone.value.end(), [](char c) {
                      return std::isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '_' ||
                             c == '-' || c == '+';
                    });
  if (!fine)
    context.diagnostics
        .error("bad-timezone", zone.range, toml_string(zone.value) + " is no name of a time zone")
        .hint = "names look like \"Europe/London\" or \"UTC\"";
}

/// 2026-01-31, or that and T03:00[:00[.5]][Z|+01:00].
bool is_date_or_time(std::string_view text) {
  const std::string_view date = "dddd-dd-dd";
  const auto match = [](std::string_view value, std::string_view pattern) {
    if (value.size() < pattern.size()) return false;
    for (size_t i = 0; i < pattern.size(); ++i) {
      const bool digit = value[i] >= '0' && value[i] <= '9';
      if (pattern[i] == 'd' ? !digit : pattern[i] != value[i]) return false;
    }
    return true;
  };
  if (!match(text, date)) return false;
  const int month = (text[5] - '0') * 10 + text[6] - '0',
            day = (text[8] - '0') * 10 + text[9] - '0';
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  text.remove_prefix(date.size());
  if (text.empty()) return true;
  if ((text[0] != 'T' && text[0] != ' ') || !match(text.substr(1), "dd:dd")) return false;
  const size_t rest = text.find_first_not_of("0123456789:.", 1);
  if (rest == std::string_view::npos || text.substr(rest) == "Z") return true;
  return (text[rest] == '+' || text[rest] == '-') && match(text.substr(rest + 1), "dd:dd") &&
         text.size() == rest + 6;
}

}  // namespace

std::vector<ScheduleSpec> read_schedules(const Value& list, ReadContext context) {
  std::vector<ScheduleSpec> schedules;
  for (const Value& table : *list.list()) {
    if (!table.table()) continue;
    ScheduleSpec schedule;
    schedule.range = table.range;
    check_section(table, Section::schedule, table.range, context.diagnostics);
    schedule.cron = get_text(table, "cron").value_or(Name{});
    schedule.every = get_duration(table, "every");
    schedule.timezone = get_text(table, "timezone").value_or(Name{});
    schedule.on_gap = get_text(table, "on_gap").value_or(Name{});
    schedule.on_overlap = get_text(table, "on_overlap").value_or(Name{});
    schedule.catchup = get_bool(table, "catchup");
    schedule.start = get_text(table, "start").value_or(Name{});
    schedule.end = get_text(table, "end").value_or(Name{});

    const Member* cron = table.find("cron");
    const Member* every = table.find("every");
    if (cron && every)
      context.diagnostics
          .error("schedule-twice", every->key_range, "a schedule has `cron` or `every`, not both")
          .hint = "write a second `[[schedule]]`";
    if (!cron && !every)
      context.diagnostics.error("schedule-empty", table.range,
                                "this schedule has neither `cron` nor `every`");
    if (schedule.every && schedule.every->value == 0)
      context.diagnostics.error("out-of-range", schedule.every->range, "`every` is zero");
    if (cron && cron->value.string()) check_cron(schedule.cron, context);
    if (table.find("timezone") && schedule.timezone.range.known())
      check_timezone(schedule.timezone, context);
    for (const Name* time : {&schedule.start, &schedule.end})
      if (time->range.known() && !is_date_or_time(time->value))
        context.diagnostics
            .error("bad-time", time->range, toml_string(time->value) + " is no date or time")
            .hint = "write 2026-01-31 or 2026-01-31T03:00:00Z";
    schedules.push_back(std::move(schedule));
  }
  return schedules;
}

}  // namespace weirflow::dag
