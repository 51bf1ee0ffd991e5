// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/check_cases.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>
#include <random>

#include "core/text.h"
#include "plugin/check_drive.h"
#include "plugin/elf_symbols.h"
#include "plugin/info_json.h"
#include "plugin/library.h"

namespace weirflow::plugin {

namespace {

namespace fs = std::filesystem;
using wf::testing::Harness;
using Note = wf::Result<std::string>;

wf::Status failed(const ComponentInfo& info, const std::string& what) {
  return wf::internal_error("`" + info.id + "`: " + what);
}

/// Calls f(drive) for every component that can be driven; the answer names the others.
template <typename F>
Note for_each_drive(const fs::path& file, F&& f) {
  WF_ASSIGN(const Library* library, Library::load(file));
  std::string note;
  for (const ComponentInfo& info : library->info().components) {
    const auto skip = [&](const std::string& why) {
      note += (note.empty() ? "not driven: `" : "; `") + info.id + "` (" + why + ")";
    };
    if (!is_harmless(info)) {
      skip("acts on the outside");
      continue;
    }
    const wf::Result<Drive> drive = find_drive(*library, info);
    if (!drive.ok()) {
      skip(drive.error().message());
      continue;
    }
    WF_TRY(f(*drive));
  }
  return note;
}

Note loads_now(const fs::path& file) {
  WF_TRY(Library::load(file).status());
  return std::string();
}

Note exports_only_entry(const fs::path& file) {
  WF_ASSIGN(const auto symbols, exported_symbols(file));
  std::vector<std::string> others;
  bool entry = false;
  // Older linkers list these of every library.
  const std::vector<std::string> usual = {"_init", "_fini", "__bss_start", "_edata", "_end"};
  for (const std::string& symbol : symbols) {
    if (symbol == WF_PLUGIN_ENTRY_NAME)
      entry = true;
    else if (std::find(usual.begin(), usual.end(), symbol) == usual.end())
      others.push_back(symbol);
  }
  if (!entry) return wf::invalid_data("does not export `" WF_PLUGIN_ENTRY_NAME "`");
  if (others.empty()) return std::string();
  std::string list;
  for (size_t i = 0; i < std::min<size_t>(others.size(), 3); ++i)
    list += (i ? ", `" : "`") + others[i] + "`";
  return wf::invalid_data(
      "exports " + std::to_string(others.size()) + " symbols besides the entry: " + list +
      (others.size() > 3 ? ", ..." : "") + "; link with weirflow-plugin.version");
}

/// Nanoseconds that this thread was ready and had no processor: the machine's doing, not the
/// plugin's. 0 when the kernel does not say.
int64_t waited_for_processor() {
  std::ifstream in("/proc/thread-self/schedstat");
  int64_t ran = 0, waited = 0;
  in >> ran >> waited;
  return waited;
}

Note scans_fast(const fs::path& file) {
  const auto start = std::chrono::steady_clock::now();
  const int64_t waited = waited_for_processor();
  WF_TRY(Library::load(file).status());
  const std::chrono::nanoseconds all = std::chrono::steady_clock::now() - start;
  const int64_t took = (all.count() - (waited_for_processor() - waited)) / 1'000'000;
  if (took < 100) return std::string();
  return wf::timed_out("loading took " + std::to_string(took) + " ms, more than 100");
}

Note unknown_ids_answer_null(const fs::path& file) {
  WF_ASSIGN(const Library* library, Library::load(file));
  for (const ComponentInfo& info : library->info().components) {
    Harness harness(library->find(info.id)->self);
    if (!harness.instance()) return failed(info, "create: " + harness.created().message());
    if (!harness.instance()->get_extension) continue;
    for (const char* id : {"", "wf.nothing/1", "wf.source/999", "wf.source", "WF.SOURCE/1"})
      if (harness.instance()->get_extension(harness.instance(), wf::str(id)))
        return failed(info, "answers something for the unknown id \"" + std::string(id) + "\"");
  }
  return std::string();
}

Note descriptor_stable(const fs::path& file) {
  WF_ASSIGN(const Library* library, Library::load(file));
  for (int round = 0; round < 3; ++round) {
    WF_ASSIGN(const LibraryInfo again, library->read_again());
    if (to_json(again) != to_json(library->info()))
      return wf::invalid_data("the entry describes the library differently when called again");
    for (const ComponentInfo& info : library->info().components)
      Harness harness(library->find(info.id)->self);
  }
  return std::string();
}

/// A file in the working folder that this check has not made, or empty.
std::string foreign_file() {
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(".", error))
    if (std::find(std::begin(kSampleFiles), std::end(kSampleFiles), entry.path().filename()) ==
        std::end(kSampleFiles))
      return entry.path().filename().string();
  return {};
}

std::string bind_once(Harness& harness, const Drive& drive) {
  const wf::Status status = harness.bind(bind_inputs(drive));
  std::string text = status.to_string() + "\n";
  for (size_t i = 0; i < harness.output_names().size(); ++i) {
    const auto& schema = harness.output_schema(static_cast<int>(i));
    text += harness.output_names()[i] + " " + (schema ? wf::testing::to_text(*schema) : "?") + "\n";
  }
  return text;
}

Note bind_is_pure(const fs::path& file) {
  return for_each_drive(file, [](const Drive& drive) -> wf::Status {
    Harness first(drive.cls), second(drive.cls);
    WF_TRY(first.configure(drive.config));
    WF_TRY(second.configure(drive.config));
    const std::string once = bind_once(first, drive);
    if (bind_once(first, drive) != once)
      return failed(*drive.info, "bind answers differently when called again");
    if (bind_once(second, drive) != once)
      return failed(*drive.info, "bind answers differently in a second instance");
    if (const std::string file_name = foreign_file(); !file_name.empty())
      return failed(*drive.info, "bind wrote the file `" + file_name + "`");
    return {};
  });
}

/// Random configurations: any type for any key, missing and unknown keys, extremes.
class ConfigFuzzer {
 public:
  explicit ConfigFuzzer(uint64_t seed) : random_(seed) {}
  wf::Value::Table table(const std::vector<FieldInfo>& fields) {
    wf::Value::Table made;
    for (const FieldInfo& field : fields)
      if (pick(5)) made.emplace_back(field.key, value(2));
    if (!pick(4)) made.emplace_back("no_such_key", value(1));
    return made;
  }

 private:
  uint64_t pick(uint64_t n) { return random_() % n; }
  wf::Value value(int depth) {
    static const int64_t kIntegers[] = {0, 1, -1, 7, INT64_MIN, INT64_MAX, int64_t{1} << 31};
    static const double kNumbers[] = {0.0, -0.0, 0.5, -1e308, 1e308};
    static const char* const kTexts[] = {"", "id", "text", "-", "a\nb", "ü", "*.csv", "1; drop"};
    switch (pick(depth > 0 ? 8 : 6)) {
      case 0:
        return wf::Value();
      case 1:
        return wf::Value(pick(2) == 0);
      case 2:
        return wf::Value(kIntegers[pick(std::size(kIntegers))]);
      case 3:
        return wf::Value(kNumbers[pick(std::size(kNumbers))]);
      case 4:
        return wf::Value(std::string(pick(5000), 'x'));
      case 5:
        return wf::Value(kTexts[pick(std::size(kTexts))]);
      case 6: {
        wf::Value::List list(pick(4));
        for (wf::Value& item : list) item = value(depth - 1);
        return wf::Value(std::move(list));
      }
      default:
        return wf::Value(wf::Value::Table{{"made", value(depth - 1)}, {"", value(depth - 1)}});
    }
  }
  std::mt19937_64 random_;
};

wf::Status check_answer(const ComponentInfo& info, const char* call, int32_t code,
                        const wf_error& error) {
  if (code == WF_OK) return {};
  const std::string said = std::string(call) + " answered " + std::to_string(code);
  if (code > 0 || code < WF_ERR_INTERNAL) return failed(info, said + ", which is no code");
  if (error.code != code)
    return failed(info, said + " and the error says " + std::to_string(error.code));
  const std::string_view message(error.message, strnlen(error.message, sizeof(error.message)));
  if (message.empty()) return failed(info, said + " without a message");
  if (message.size() == sizeof(error.message) || find_invalid_utf8(message) != message.npos)
    return failed(info, said + " with a message that is no NUL-terminated UTF-8");
  return {};
}

Note config_fuzz(const fs::path& file) {
  WF_ASSIGN(const Library* library, Library::load(file));
  for (const ComponentInfo& info : library->info().components) {
    ConfigFuzzer fuzzer(1);
    for (int round = 0; round < 200; ++round) {
      Harness harness(library->find(info.id)->self);
      if (!harness.instance()) return failed(info, "create: " + harness.created().message());
      const wf::Value config(fuzzer.table(info.fields));
      const wf::AbiValue abi(config);
      wf_error error = wf::make_error();
      const int32_t code = harness.instance()->configure(harness.instance(), abi.get().as.table,
                                                         abi.get().count, &error);
      WF_TRY(check_answer(info, "configure", code, error));
    }
  }
  return std::string();
}

/// The run may refuse the rows, but not break a rule of the ABI.
wf::Status check_rules(const Drive& drive, const Outcome& outcome) {
  if (outcome.status.code() == wf::Code::internal)
    return failed(*drive.info, outcome.status.message());
  if (outcome.released_twice) return failed(*drive.info, "an input batch was released twice");
  if (outcome.unreleased)
    return failed(*drive.info,
                  std::to_string(outcome.unreleased) + " input batches were not released by close");
  return {};
}

Note zero_row_batch(const fs::path& file) {
  return for_each_drive(file, [](const Drive& drive) -> wf::Status {
    if (drive.info->inputs.empty()) return {};
    const wf::Batch none = drive.sample.slice(0, 0);
    const Outcome alone = run_drive(drive, {none});
    WF_TRY(check_rules(drive, alone));
    if (alone.status.ok()) WF_TRY(wf::Status(alone.conservation));
    // No rows at all may be refused, by what computes a figure over them; rows behind none may not.
    if (!run_drive(drive, {drive.sample}).status.ok()) return {};
    const Outcome before = run_drive(drive, {none, drive.sample});
    WF_TRY(check_rules(drive, before));
    if (!before.status.ok())
      return failed(*drive.info, "a batch without rows: " + before.status.message());
    return before.conservation;
  });
}

/// A whole run of the sample with its null counts marked as unknown, on input 0.
wf::Status push_uncounted(Harness& harness, const wf::Batch& batch) {
  ArrowArray array{};
  wf::export_batch(batch, &array);
  for (int64_t i = 0; i < array.n_children; ++i) array.children[i]->null_count = -1;
  WF_TRY(harness.push_array(&array, batch));
  WF_TRY(harness.finish());
  return harness.commit();
}

Note null_and_sliced_batches(const fs::path& file) {
  return for_each_drive(file, [](const Drive& drive) -> wf::Status {
    if (drive.info->inputs.empty()) return {};
    WF_TRY(check_rules(drive, run_drive(drive, {all_null(drive.sample, 5)})));
    const wf::Batch slice = drive.sample.slice(1, 4);
    WF_ASSIGN(const wf::Batch copy, wf::testing::parse_batch(wf::testing::to_text(slice)));
    const Outcome sliced = run_drive(drive, {slice}), copied = run_drive(drive, {copy});
    WF_TRY(check_rules(drive, sliced));
    if (!drive.info->can(WF_ABILITY_DETERMINISTIC)) return {};
    if (sliced.text != copied.text)
      return failed(*drive.info, "a sliced batch gives other rows than a copy of it:\n" +
                                     sliced.text + "and\n" + copied.text);
    Harness uncounted(drive.cls);
    WF_TRY(start(uncounted, drive));
    const wf::Status status = push_uncounted(uncounted, slice);
    if (status.ok() != sliced.status.ok())
      return failed(*drive.info, "a batch whose null counts are unknown: " + status.message());
    return {};
  });
}

Note error_then_reuse(const fs::path& file) {
  return for_each_drive(file, [](const Drive& drive) -> wf::Status {
    const std::vector<wf::Batch> rows(drive.info->inputs.empty() ? 0 : 1, drive.sample);
    const Outcome before = run_drive(drive, rows);
    {
      Harness wrong(drive.cls);
      if (wrong.configure(drive.config).ok())
        (void)wrong.bind(
            std::vector<std::optional<wf::Schema>>(drive.info->inputs.size(), wf::Schema()));
    }
    {
      Harness stopped(drive.cls);
      if (start(stopped, drive).ok()) {
        stopped.cancel();
        if (!rows.empty()) (void)stopped.push(drive.sample);
      }
    }
    const Outcome after = run_drive(drive, rows);
    if (after.status.to_string() != before.status.to_string())
      return failed(*drive.info, "works no more after an error of another instance: " +
                                     after.status.to_string());
    if (drive.info->can(WF_ABILITY_DETERMINISTIC) && after.text != before.text)
      return failed(*drive.info, "gives other rows after an error of another instance");
    return {};
  });
}

Note two_instances(const fs::path& file) {
  WF_ASSIGN(const Library* library, Library::load(file));
  for (const ComponentInfo& info : library->info().components)
    for (int i = 0; i < 100; ++i) {
      Harness harness(library->find(info.id)->self);
      if (!harness.instance())
        return failed(
            info, "create number " + std::to_string(i + 1) + ": " + harness.created().message());
    }
  return for_each_drive(file, [](const Drive& drive) -> wf::Status {
    if (drive.info->inputs.empty() || drive.info->kind == Kind::sink) return {};
    if (!drive.info->can(WF_ABILITY_DETERMINISTIC)) return {};
    const wf::Batch front = drive.sample.slice(0, 3), back = drive.sample.slice(3, 3);
    const Outcome alone = run_drive(drive, {front});
    Harness one(drive.cls), two(drive.cls);
    WF_TRY(start(one, drive));
    WF_TRY(start(two, drive));
    wf::Status status = one.push(front);
    (void)two.push(back);
    if (status.ok()) status = one.finish();
    (void)two.finish();
    std::string text;
    for (size_t i = 0; i < one.output_names().size(); ++i)
      text += one.output_names()[i] + ":\n" + one.text(static_cast<int>(i));
    for (const auto& refused : one.refused())
      text += "refused " + refused.code + ": " + refused.text + "\n";
    if (status.to_string() != alone.status.to_string() || text != alone.text)
      return failed(*drive.info, "an instance works differently while there is another one");
    return {};
  });
}

Note inputs_released_once(const fs::path& file) {
  return for_each_drive(file, [](const Drive& drive) -> wf::Status {
    std::vector<wf::Batch> rows;
    if (!drive.info->inputs.empty()) rows = {drive.sample, drive.sample.slice(2, 3), drive.sample};
    const Outcome outcome = run_drive(drive, rows);
    WF_TRY(check_rules(drive, outcome));
    if (outcome.status.ok() && !outcome.conservation.ok())
      return failed(*drive.info, outcome.conservation.message());
    return {};
  });
}

}  // namespace

const CheckCase kCheckCases[kCheckCount] = {
    {"loads-now", "all symbols are found when it is loaded, and its description is valid",
     loads_now},
    {"exports-only-entry", "no symbol but the entry is visible to others", exports_only_entry},
    {"scans-fast", "loading and describing take less than 100 ms", scans_fast},
    {"unknown-ids-answer-null", "an unknown extension id is answered with NULL",
     unknown_ids_answer_null},
    {"descriptor-stable", "the entry says the same whenever it is called", descriptor_stable},
    {"bind-is-pure", "bind answers the same each time and writes no file", bind_is_pure},
    {"config-fuzz", "200 wrong configurations a component are refused with a proper error",
     config_fuzz},
    {"zero-row-batch", "a batch without rows is taken", zero_row_batch},
    {"null-and-sliced-batches",
     "nulls, slices, unknown null counts and text beyond ASCII change nothing",
     null_and_sliced_batches},
    {"error-then-reuse", "an error or a cancel of one instance leaves others as they were",
     error_then_reuse},
    {"two-instances", "instances do not disturb each other; 100 can be made and destroyed",
     two_instances},
    {"inputs-released-once",
     "each input is released exactly once, emitted batches are valid, counts add up",
     inputs_released_once},
};

}  // namespace weirflow::plugin
