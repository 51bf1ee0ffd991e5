// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/keys.h"

#include <algorithm>

#include "dag/words.h"

namespace weirflow::dag {

namespace {

using Words = std::vector<std::string>;

const Words kTriggers = {"all_success",
                         "all_failed",
                         "all_done",
                         "all_done_min_one_success",
                         "all_skipped",
                         "one_failed",
                         "one_success",
                         "one_done",
                         "none_failed",
                         "none_failed_min_one_success",
                         "none_skipped",
                         "always",
                         "all_done_setup_success"};
const Words kModes = {"fit", "apply"};
const Words kOnMissing = {"fail", "skip"};
const Words kOnError = {"fail", "dead_letter", "skip"};
const Words kBackoff = {"constant", "exponential"};
const Words kWhenFull = {"block", "spill", "shed"};
const Words kIsolation = {"none", "process"};
const Words kParamTypes = {"string", "int", "float", "bool", "path", "list"};
const Words kOnGap = {"skip", "next", "before"};
const Words kOnOverlap = {"first", "second", "both"};

const std::vector<Key> kDagFile = {
    {"dag", Shape::section, "What this file is.", true, nullptr, Section::dag},
    {"schedule", Shape::section_list, "When the service runs it; several are allowed.", false,
     nullptr, Section::schedule},
    {"params", Shape::params, "Values that `--set params.NAME=...` can change.", false, nullptr,
     Section::param},
    {"defaults", Shape::section, "Settings for all tasks that do not say otherwise.", false,
     nullptr, Section::defaults},
    {"checkpoint", Shape::section, "How often a stream keeps what it would go on from.", false,
     nullptr, Section::checkpoint},
    {"task", Shape::section_map, "The tasks.", true, nullptr, Section::task},
};
const std::vector<Key> kGroupFile = {
    {"group", Shape::section, "The ports of the group.", true, nullptr, Section::group},
    {"params", Shape::params, "Values that the using task gives in `with`.", false, nullptr,
     Section::param},
    {"defaults", Shape::section, "Settings for all tasks that do not say otherwise.", false,
     nullptr, Section::defaults},
    {"task", Shape::section_map, "The tasks.", true, nullptr, Section::task},
};
const std::vector<Key> kDag = {
    {"name", Shape::dashed_name, "Name of the DAG: lower-case letters, digits, `_`, `-`.", true},
    {"format", Shape::format, "Version of the file format; 1."},
    {"description", Shape::text, "What it does, for people."},
    {"tags", Shape::text_list, "Words to find it by."},
};
const std::vector<Key> kSchedule = {
    {"cron", Shape::text,
     "Minute, hour, day of month, month, day of week; seconds may go before; or @daily and the "
     "like."},
    {"every", Shape::duration, "Fixed interval, such as \"15m\"."},
    {"timezone", Shape::text, "Name of the time zone, such as \"Europe/London\"; UTC if absent."},
    {"on_gap", Shape::choice, "When the clock jumps over the time.", false, &kOnGap},
    {"on_overlap", Shape::choice, "When the clock passes the time twice.", false, &kOnOverlap},
    {"catchup", Shape::boolean, "Whether times that were missed are run later."},
    {"start", Shape::text, "No run before this date or time."},
    {"end", Shape::text, "No run after this date or time."},
};
const std::vector<Key> kParam = {
    {"type", Shape::choice, "Type of the value; taken from the default if absent.", false,
     &kParamTypes},
    {"default", Shape::any, "Value when none is given."},
    {"required", Shape::boolean, "True: a run must give a value."},
    {"allowed", Shape::scalar_list, "The only values that are accepted."},
    {"help", Shape::text, "What it is for."},
};
const std::vector<Key> kDefaults = {
    {"retries", Shape::count, "How often a failed task is tried again."},
    {"retry_delay", Shape::duration, "Wait before the first retry."},
    {"backoff", Shape::choice, "Whether the wait stays the same or doubles.", false, &kBackoff},
    {"max_retry_delay", Shape::duration, "Upper bound of the wait."},
    {"timeout", Shape::duration, "Longest time of one attempt."},
    {"on_error", Shape::choice, "What becomes of rows that the task refuses.", false, &kOnError},
    {"isolation", Shape::choice, "`process`: make the run in a worker process.", false,
     &kIsolation},
};
const std::vector<Key> kCheckpoint = {
    {"interval", Shape::duration, "From one checkpoint to the next; \"0s\" takes none."},
    {"timeout", Shape::duration, "Longest time for all tasks to answer."},
    {"keep", Shape::count, "How many committed ones stay; at least 2."},
};
const std::vector<Key> kTask = {
    {"uses", Shape::component, "The component, `library.name`."},
    {"group", Shape::path, "A group file to run as this task, relative to this file."},
    {"from", Shape::inputs,
     "Where the rows come from: a task, `task.port`, a list of them, or a table with one entry for "
     "each input port."},
    {"with", Shape::free_table, "Configuration of the component, or params of the group."},
    {"after", Shape::names, "Tasks that must be over before this one starts; no rows flow."},
    {"when", Shape::expression, "Condition on params and task results; false skips the task."},
    {"trigger", Shape::choice, "Which outcomes of `after` let the task start.", false, &kTriggers},
    {"mode", Shape::choice, "`fit` trains the group's model, `apply` uses a stored one.", false,
     &kModes},
    {"model", Shape::model, "Name of the model to fit, or `name@alias` to apply."},
    {"on_missing", Shape::choice, "What to do when there is no such model.", false, &kOnMissing},
    {"retries", Shape::count, "How often a failed task is tried again."},
    {"retry_delay", Shape::duration, "Wait before the first retry."},
    {"backoff", Shape::choice, "Whether the wait stays the same or doubles.", false, &kBackoff},
    {"max_retry_delay", Shape::duration, "Upper bound of the wait."},
    {"timeout", Shape::duration, "Longest time of one attempt."},
    {"on_error", Shape::choice, "What becomes of rows that the task refuses.", false, &kOnError},
    {"retry_duplicates", Shape::boolean, "Retry although a sink may then hold rows twice."},
    {"isolation", Shape::choice, "`process`: make the run in a worker process.", false,
     &kIsolation},
    {"for_each", Shape::reserved, "not available in format 1"},
};
const std::vector<Key> kEdge = {
    {"edge", Shape::port, "Where the rows come from, `task` or `task.port`.", true},
    {"when_full", Shape::choice, "What to do when the queue is full.", false, &kWhenFull},
    {"limit", Shape::size, "Bytes that the queue may hold."},
};
const std::vector<Key> kGroup = {
    {"name", Shape::dashed_name, "What people call it."},
    {"inputs", Shape::group_inputs,
     "Input ports: name = the member port that gets the rows, or a list of them."},
    {"outputs", Shape::group_outputs,
     "Output ports: name = the member port whose rows leave, or a table with `port` and `add`."},
    {"description", Shape::text, "What it does, for people."},
};
const std::vector<Key> kGroupOutput = {
    {"port", Shape::port, "The member port whose rows leave here.", true},
    {"add", Shape::text_list, "Columns that leave beside the group's input columns."},
};

const std::vector<Key>& table(Section section) {
  switch (section) {
    case Section::dag_file:
      return kDagFile;
    case Section::group_file:
      return kGroupFile;
    case Section::dag:
      return kDag;
    case Section::schedule:
      return kSchedule;
    case Section::param:
      return kParam;
    case Section::defaults:
      return kDefaults;
    case Section::checkpoint:
      return kCheckpoint;
    case Section::task:
      return kTask;
    case Section::edge:
      return kEdge;
    case Section::group:
      return kGroup;
    case Section::group_output:
      return kGroupOutput;
  }
  return kDag;
}

}  // namespace

const Words& words(TriggerRule) { return kTriggers; }
const Words& words(Mode) { return kModes; }
const Words& words(OnMissing) { return kOnMissing; }
const Words& words(OnError) { return kOnError; }
const Words& words(Backoff) { return kBackoff; }
const Words& words(WhenFull) { return kWhenFull; }
const Words& words(Isolation) { return kIsolation; }
const Words& words(ParamType) { return kParamTypes; }

std::span<const Key> keys_of(Section section) { return table(section); }

const Key* find_key(Section section, std::string_view name) {
  const auto keys = keys_of(section);
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const Key& key) { return key.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

std::vector<std::string> key_names(Section section) {
  std::vector<std::string> names;
  for (const Key& key : keys_of(section))
    if (key.shape != Shape::reserved) names.emplace_back(key.name);
  return names;
}

std::string_view describe(Section section) {
  switch (section) {
    case Section::dag_file:
      return "a DAG file";
    case Section::group_file:
      return "a group file";
    case Section::dag:
      return "`[dag]`";
    case Section::schedule:
      return "`[[schedule]]`";
    case Section::param:
      return "a param";
    case Section::defaults:
      return "`[defaults]`";
    case Section::checkpoint:
      return "`[checkpoint]`";
    case Section::task:
      return "a task";
    case Section::edge:
      return "an edge";
    case Section::group:
      return "`[group]`";
    case Section::group_output:
      return "a group's output";
  }
  return "";
}

std::string_view describe(Shape shape) {
  switch (shape) {
    case Shape::boolean:
      return "true or false";
    case Shape::count:
    case Shape::format:
      return "an integer";
    case Shape::duration:
      return "a duration in quotes, such as \"10s\"";
    case Shape::size:
      return "a size in quotes, such as \"64MiB\"";
    case Shape::text_list:
      return "a list of strings";
    case Shape::names:
      return "a name or a list of names";
    case Shape::scalar_list:
    case Shape::any:
      return "a list";
    case Shape::inputs:
      return "a string, a list of strings, or a table of ports";
    case Shape::free_table:
    case Shape::group_inputs:
    case Shape::group_outputs:
    case Shape::section:
    case Shape::section_map:
    case Shape::params:
      return "a table";
    case Shape::section_list:
      return "a list of tables, each under its own `[[schedule]]`";
    default:
      return "a string";
  }
}

bool is_name(std::string_view text, bool dashes) {
  if (text.empty() || text[0] < 'a' || text[0] > 'z') return false;
  return std::all_of(text.begin(), text.end(), [dashes](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (dashes && c == '-');
  });
}

}  // namespace weirflow::dag
