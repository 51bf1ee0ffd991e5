// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/plugin.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "line_splitter.h"
#include "process.h"

namespace weirflow::run {

namespace {

struct Config {
  std::string program;
  std::vector<wf::Value> args;
  wf::Map<wf::Value> env;
  bool clean_env = false;
  std::optional<std::string> cwd;
  std::string input;
  wf::Duration time_limit{0};
  std::vector<int64_t> ok{0}, retry;
  int64_t keep_stdout = 0;
};

template <typename T>
std::string number_text(T value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof(text), value).ptr};
}

/// An argument or a variable as text; lists, tables and null have none.
wf::Result<std::string> text_of(const wf::Value& value, const std::string& key) {
  if (const auto* s = value.string()) return *s;
  if (const auto* b = value.boolean()) return std::string(*b ? "true" : "false");
  if (const auto* i = value.integer()) return number_text(*i);
  if (const auto* d = value.number()) return number_text(*d);
  return wf::invalid_config("`" + key + "` is no text, number or truth value but " +
                            std::string(value.type_name()))
      .at({key.substr(0, key.find_first_of("[.")), 0, 0, ""});
}

bool has(const std::vector<int64_t>& codes, int code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

}  // namespace

class Command : public wf::Action<Config> {
 public:
  static constexpr auto kInfo = wf::component("run.command")
                                    .version("1.0.0")
                                    .summary("Runs a program and waits for its end")
                                    .docs(
                                        "No shell: `args` reach the program as they are. Its "
                                        "output goes to the task's log. Results: "
                                        "`exit_code`, and `stdout` with `keep_stdout`.")
                                    .blocking()
                                    .runs_programs()
                                    .nondeterministic();
  static constexpr auto kConfig = wf::fields(
      wf::field("program", &Config::program)
          .required()
          .help("A name to find in PATH, or a path (relative to `cwd`)")
          .example("\"python3\""),
      wf::field("args", &Config::args)
          .help("Its arguments: texts, numbers, truth values")
          .example("[\"--rows\", 10]"),
      wf::field("env", &Config::env).help("Variables to add").example("{ LANG = \"C.UTF-8\" }"),
      wf::field("clean_env", &Config::clean_env)
          .help("Inherit only PATH, HOME, USER, LANG, LC_ALL, TZ and TMPDIR"),
      wf::field("cwd", &Config::cwd).path().help("Folder to run in; else where weirflow runs"),
      wf::field("stdin", &Config::input).help("Text for its standard input; else it is empty"),
      wf::field("time_limit", &Config::time_limit)
          .at_least(0)
          .help("Stop it after that; 0: never")
          .example("\"10m\""),
      wf::field("ok", &Config::ok).help("Exit codes that are a success"),
      wf::field("retry", &Config::retry)
          .help("Exit codes after which another attempt may help; none: all that are no success")
          .example("[75]"),
      wf::field("keep_stdout", &Config::keep_stdout)
          .size()
          .range(0, 32 << 10)
          .help("So many last bytes of its standard output are the result `stdout`")
          .example("\"4KiB\""));

 protected:
  wf::Status bind_ports(wf::BindContext&) override {
    if (config().program.empty())
      return wf::invalid_config("`program` is empty").at({"program", 0, 0, ""});
    for (const auto& [name, value] : config().env)
      if (name.empty() || name.find('=') != std::string::npos)
        return wf::invalid_config("`" + name + "` is no name of a variable").at({"env", 0, 0, ""});
    for (const auto* codes : {&config().ok, &config().retry})
      for (const int64_t code : *codes)
        if (code < 0 || code > 255)
          return wf::invalid_config("an exit code is 0 to 255, not " + std::to_string(code))
              .at({codes == &config().ok ? "ok" : "retry", 0, 0, ""});
    return {};
  }

  wf::Status run() override {
    WF_ASSIGN(ProcessSpec spec, specify());
    LineSplitter out([this](std::string_view line) { host().log(wf::LogLevel::info, line); });
    std::string last_error;
    LineSplitter err([&](std::string_view line) {
      host().log(wf::LogLevel::warning, line);
      if (line.find_first_not_of(" \t") != std::string_view::npos) last_error = line.substr(0, 300);
    });
    Tail tail(static_cast<size_t>(config().keep_stdout));
    spec.output = [&](bool error, std::string_view bytes) {
      (error ? err : out).add(bytes);
      if (!error && config().keep_stdout > 0) tail.add(bytes);
    };
    WF_ASSIGN(const ProcessEnd end, run_process(spec, stop_));
    out.finish();
    err.finish();
    WF_TRY(host().set_result("exit_code", end.exit_code));
    if (config().keep_stdout > 0) WF_TRY(host().set_result("stdout", tail.text()));
    return verdict(end, last_error);
  }

  void cancel() override { stop_.request(); }

 private:
  wf::Result<ProcessSpec> specify() {
    ProcessSpec spec;
    for (size_t i = 0; i < config().args.size(); ++i) {
      WF_ASSIGN(std::string text, text_of(config().args[i], "args[" + std::to_string(i) + "]"));
      spec.args.push_back(std::move(text));
    }
    spec.environment = inherited_variables(config().clean_env);
    const wf_task task = host().task();
    set_variable(spec.environment, "WEIRFLOW_DAG", std::string(wf::view(task.dag)));
    set_variable(spec.environment, "WEIRFLOW_TASK", std::string(wf::view(task.task)));
    set_variable(spec.environment, "WEIRFLOW_RUN", std::string(wf::view(task.run)));
    set_variable(spec.environment, "WEIRFLOW_ATTEMPT", std::to_string(task.attempt));
    for (const auto& [name, value] : config().env) {
      WF_ASSIGN(std::string text, text_of(value, "env." + name));
      set_variable(spec.environment, name, std::move(text));
    }
    spec.cwd = config().cwd.value_or("");
    spec.input = config().input;
    spec.limit = config().time_limit;
    WF_ASSIGN(spec.program, find_program(config().program, spec.environment, spec.cwd));
    return spec;
  }

  [[nodiscard]] wf::Status verdict(const ProcessEnd& end, const std::string& last_error) const {
    if (end.stopped) return wf::cancelled("`" + config().program + "` was stopped");
    if (end.timed_out)
      return wf::timed_out("`" + config().program + "` was stopped after its time limit of " +
                           number_text(static_cast<double>(config().time_limit.count()) / 1e6) +
                           " s");
    if (has(config().ok, end.exit_code)) return {};
    std::string message = "`" + config().program + "` ";
    if (end.signal)
      message +=
          "was ended by signal " + std::to_string(end.signal) + " (" + strsignal(end.signal) + ")";
    else
      message += "ended with exit code " + std::to_string(end.exit_code);
    if (!last_error.empty()) message += ": " + last_error;
    if (config().retry.empty()) return wf::io_error(message);
    return wf::io_error(message).retryable(has(config().retry, end.exit_code));
  }

  Stop stop_;
};

}  // namespace weirflow::run

WF_PLUGIN(weirflow::run::Command)
