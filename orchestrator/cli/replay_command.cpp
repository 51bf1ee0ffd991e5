// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// `weirflow dead-letters replay`: rows that a task refused go through it again, and through
// everything behind it.

#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "cli/commands.h"
#include "cli/conditions.h"
#include "cli/dag_place.h"
#include "cli/end_guard.h"
#include "cli/figures.h"
#include "cli/json_text.h"
#include "cli/model_adapter.h"
#include "cli/run_output.h"
#include "cli/signals.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/text.h"
#include "engine/replay.h"
#include "engine/run.h"

namespace weirflow::cli {

namespace {

using nlohmann::ordered_json;

int failed(const wf::Status& status) {
  complain(status.message());
  return exit_code(status.code());
}

/// Rows of the letters while they are on their way, beside the letters; gone with the object.
class Selected {
 public:
  explicit Selected(std::string path) : path_(std::move(path)) {}
  ~Selected() { remove(); }
  Selected(const Selected&) = delete;
  Selected& operator=(const Selected&) = delete;
  /// Without what a crash left there.
  wf::Status make() const {
    remove();
    return make_folders(path_);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  void remove() const {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string path_;
};

class Replay {
 public:
  explicit Replay(const DeadLettersArguments& arguments)
      : arguments_(arguments),
        home_(home_folder(arguments.common, arguments.dag)),
        registry_(open_registry(arguments.common, home_)) {}
  ~Replay() {
    if (lock_ >= 0) ::close(lock_);
  }
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  int run() {
    const auto whole = load(std::nullopt);
    if (!whole->plan) return refused(*whole);
    dag_ = whole->plan->dag;
    if (!has_task(*whole->plan)) return kNoInput;
    for (const dag::PlanNode& node : whole->plan->nodes)
      if (node.component.id == "group.output") boundaries_[node.task] = node.config;
    if (const wf::Status status = begin(); !status.ok()) return failed(status);
    const Selected selected(engine::letters_folder(home_, dag_) + "/selected");
    if (const wf::Status status = select(selected); !status.ok()) return failed(status);
    say_what_stays(*whole->plan);
    int code = selection_.rows == 0 && selection_.raw + selection_.without_input > 0
                   ? static_cast<int>(kDataError)
                   : static_cast<int>(kOk);
    for (const engine::ReplaySet& set : selection_.sets) {
      code = run_set(set);
      if (code == kOk) continue;
      if (replayed_ > 0) complain(counted(replayed_, "row") + " were put back before that");
      return code;
    }
    print_result();
    return code == kOk && again_ > 0 ? static_cast<int>(kDeadLetters) : code;
  }

 private:
  [[nodiscard]] bool has_task(const dag::Plan& plan) const {
    std::vector<std::string> names;
    for (const dag::PlanNode& node : plan.nodes) {
      if (node.task == arguments_.task) return true;
      names.push_back(node.task);
    }
    const auto near = nearest_name(arguments_.task, names);
    complain("no task of `" + dag_ + "` is called `" + arguments_.task + "`" +
             (near ? "; did you mean `" + *near + "`?" : ""));
    return false;
  }

  /// Warnings are of what does not run.
  [[nodiscard]] int refused(const DagFile& file) const {
    print_diagnostics(file, arguments_.common);
    return refusal_code(file);
  }

  [[nodiscard]] std::unique_ptr<DagFile> load(std::optional<dag::ReplayOptions> replay) const {
    DagOptions options;
    options.set = arguments_.set;
    options.home = home_;
    // What is in front of the task does not run.
    options.planner.missing_inputs_allowed = true;
    options.planner.replay = std::move(replay);
    return load_dag(arguments_.dag, registry_, options);
  }

  /// Alone, and behind the commits of earlier replays.
  wf::Status begin() {
    const std::string folder = engine::letters_folder(home_, dag_);
    WF_TRY(make_folders(folder));
    wf::Result<int> locked = lock_file(folder + "/lock");
    if (!locked.ok() && locked.error().code() == wf::Code::conflict)
      return {wf::Code::conflict, "dead letters of `" + dag_ + "` are being replayed already (" +
                                      folder + "/lock is locked)"};
    WF_ASSIGN(lock_, std::move(locked));
    WF_TRY(engine::roll_forward_runs(home_, registry_));
    engine::remove_uncommitted_replays(home_, dag_);
    return {};
  }

  wf::Status select(const Selected& selected) {
    WF_TRY(selected.make());
    WF_ASSIGN(const std::string since, since_text(arguments_.since));
    std::vector<std::string> problems;
    WF_ASSIGN(selection_,
              engine::select_replay(home_, dag_, {arguments_.task, arguments_.code, since},
                                    selected.path(), problems));
    for (const std::string& problem : problems) complain(problem);
    return {};
  }

  void say_what_stays(const dag::Plan& plan) const {
    const dag::PlanNode* node = plan.find(arguments_.task);
    const std::string component = node ? node->component.id : "the task";
    if (selection_.raw > 0)
      complain(counted(selection_.raw, "letter") + " of `" + arguments_.task +
               "` cannot be put back: these are records that " + component +
               " could not make rows of, and it has no way to read them from anywhere but its "
               "input; `weirflow dead-letters show " +
               arguments_.dag + " --task " + arguments_.task + " --json` has their bytes");
    if (selection_.without_input > 0)
      complain(counted(selection_.without_input, "letter") + " of `" + arguments_.task +
               "` cannot be put back: the row with its columns was not kept");
  }

  int run_set(const engine::ReplaySet& set) {
    const std::string run_id = std::string(engine::kReplay) + engine::make_run_id(wall_us());
    const auto file = load(dag::ReplayOptions{arguments_.task, set.port, set.spool, set.marks,
                                              engine::mark_path(home_, dag_, run_id), boundaries_});
    if (!file->plan) return refused(*file);
    for (const dag::PlanNode& node : file->plan->nodes) tasks_.insert(node.task);
    if (arguments_.dry_run) return kOk;

    engine::RunOptions options;
    options.home = home_;
    options.run_id = run_id;
    options.earlier = &selection_.earlier;
    options.condition = evaluate_condition;
    RunOutput output(arguments_.common, arguments_.quiet);
    options.log = [&](const engine::LogLine& line) { output.log(line); };
    options.on_progress = [&](const engine::Progress& p) { output.progress(p); };
    StoredModels models(home_);
    engine::Run run(*file->plan, registry_, &models, std::move(options));
    Signals signals([&] { run.cancel(); });
    EndGuard::renew();
    auto report = run.execute();
    output.end_progress();
    if (!report.ok()) return failed(report.error());
    if (!arguments_.common.json || !report->success) output.print(*file->plan, *report);
    if (!report->silent.empty()) ::_exit(report->cancelled ? kInterrupted : kRunFailed);
    if (report->cancelled) return kInterrupted;
    if (!report->success) return kRunFailed;
    runs_.push_back(report->run_id);
    replayed_ += set.rows;
    again_ += report->dead_letters;
    return kOk;
  }

  void print_result() const {
    tasks_.erase("dead-letters");
    tasks_.erase("dead-letters-mark");
    if (arguments_.common.json) {
      ordered_json json = {{"format", 1},
                           {"dag", dag_},
                           {"task", arguments_.task},
                           {"dry_run", arguments_.dry_run},
                           {"selected", selection_.rows},
                           {"codes", selection_.codes},
                           {"replayed", replayed_},
                           {"refused_again", again_},
                           {"not_replayable", selection_.raw + selection_.without_input},
                           {"tasks", tasks_},
                           {"runs", runs_}};
      std::printf("%s\n", json_text(json).c_str());
      return;
    }
    if (arguments_.dry_run && selection_.rows > 0) {
      std::string codes, tasks;
      for (const auto& [code, rows] : selection_.codes)
        codes += (codes.empty() ? "" : ", ") + code + " " + count_text(rows);
      for (const std::string& task : tasks_) tasks += (tasks.empty() ? "" : ", ") + task;
      std::printf("%s would go through `%s` again (%s)\ntasks: %s\n",
                  counted(selection_.rows, "row").c_str(), arguments_.task.c_str(), codes.c_str(),
                  tasks.c_str());
    } else if (!arguments_.quiet && selection_.rows == 0 &&
               selection_.raw + selection_.without_input == 0) {
      std::printf("no dead letters of `%s` wait to be put back\n", arguments_.task.c_str());
    } else if (!arguments_.quiet && selection_.rows > 0) {
      std::printf("%s of `%s` put back, %s refused again\n", counted(replayed_, "row").c_str(),
                  arguments_.task.c_str(), count_text(again_).c_str());
    }
  }

  const DeadLettersArguments& arguments_;
  const std::string home_;
  plugin::Registry registry_;
  std::string dag_;
  int lock_ = -1;
  std::map<std::string, wf::Value::Table> boundaries_;
  engine::ReplaySelection selection_;
  mutable std::set<std::string> tasks_;
  std::vector<std::string> runs_;
  int64_t replayed_ = 0, again_ = 0;
};

}  // namespace

int replay_command(const DeadLettersArguments& arguments) {
  const EndGuard guard;
  if (arguments.dag.empty() || arguments.task.empty()) {
    complain("dead-letters replay needs a DAG FILE and --task TASK");
    return kUsage;
  }
  if (const auto since = since_text(arguments.since); !since.ok()) {
    complain(since.error().message());
    return kUsage;
  }
  return Replay(arguments).run();
}

}  // namespace weirflow::cli
