// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/completions.h"

#include <cstdio>

#include "cli/session.h"

namespace weirflow::cli {

namespace {

std::string words_text(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view w : words) text += (text.empty() ? "" : " ") + std::string(w);
  return text;
}

std::string command_names() {
  std::string text;
  for (const CommandInfo& c : command_infos())
    text += (text.empty() ? "" : " ") + std::string(c.name);
  return text;
}

/// In single quotes of a shell.
std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out + "'";
}

std::string bash_value(Complete value, const std::vector<std::string_view>& words) {
  switch (value) {
    case Complete::words:
      return "_weirflow_words " + in_quotes(words_text(words));
    case Complete::dag_file:
      return "_weirflow_files '!*.toml'";
    case Complete::any_file:
      return "_weirflow_files ''";
    case Complete::folder:
      return "_weirflow_folders";
    case Complete::nothing:
      break;
  }
  return ":";
}

std::string bash_command(const CommandInfo& c) {
  std::string options, values, flags, out = "    " + std::string(c.name) + ")\n";
  for (const OptionInfo& o : c.options) {
    options += std::string(o.name) + " ";
    if (!o.takes_value) continue;
    flags += (flags.empty() ? "" : "|") + std::string(o.name);
    values +=
        "        " + std::string(o.name) + ") " + bash_value(o.value, o.words) + "; return ;;\n";
  }
  if (!values.empty()) out += "      case $previous in\n" + values + "      esac\n";
  out += "      if [[ $current == -* ]]; then _weirflow_words " + in_quotes(options + "--help") +
         "; return; fi\n";
  out += "      case $(_weirflow_position " + in_quotes(flags.empty() ? "-" : flags) + ") in\n";
  for (size_t i = 0; i < c.positions.size(); ++i)
    out += "        " + std::to_string(i) + ") " +
           bash_value(c.positions[i].value, c.positions[i].words) + " ;;\n";
  return out + "      esac ;;\n";
}

std::string bash_script() {
  std::string out = R"SH(# bash completion of weirflow.
_weirflow_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current"); }
_weirflow_folders() { compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$current"); }
_weirflow_files() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen -d -- "$current"; compgen -f -X "$1" -- "$current")
}
# Number of the argument at the cursor, options and their values left out.
_weirflow_position() {
  local i n=0
  for ((i = 2; i < COMP_CWORD; i++)); do
    if [[ ${COMP_WORDS[i]} == -* ]]; then
      [[ "|$1|" == *"|${COMP_WORDS[i]}|"* ]] && ((i++))
    else
      ((n++))
    fi
  done
  echo $n
}
_weirflow() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
)SH";
  out += "    _weirflow_words " + in_quotes(command_names() + " --help") +
         "\n    return\n  fi\n  case ${COMP_WORDS[1]} in\n";
  for (const CommandInfo& c : command_infos()) out += bash_command(c);
  return out + "  esac\n}\ncomplete -F _weirflow weirflow\n";
}

/// Colons and brackets part the fields of zsh's specifications.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_value(Complete value, const std::vector<std::string_view>& words) {
  switch (value) {
    case Complete::words:
      return "(" + words_text(words) + ")";
    case Complete::dag_file:
      return "_files -g \"*.toml\"";
    case Complete::any_file:
      return "_files";
    case Complete::folder:
      return "_files -/";
    case Complete::nothing:
      break;
  }
  return " ";
}

std::string zsh_script() {
  std::string out =
      "#compdef weirflow\n# zsh completion of weirflow.\n_weirflow() {\n  local -a commands\n  "
      "commands=(\n";
  for (const CommandInfo& c : command_infos())
    out += "    " + in_quotes(zsh_text(c.name) + ":" + std::string(c.summary)) + "\n";
  out +=
      "  )\n  if ((CURRENT == 2)); then\n    _describe command commands\n    return\n  fi\n"
      "  local command=$words[2]\n  shift words\n  ((CURRENT--))\n  case $command in\n";
  for (const CommandInfo& c : command_infos()) {
    out += "    " + std::string(c.name) + ")\n      _arguments";
    for (const OptionInfo& o : c.options) {
      std::string spec = std::string(o.name) == "--set" || o.name == "--plugins" ? "*" : "";
      spec += std::string(o.name) + "[" + zsh_text(o.summary) + "]";
      if (o.takes_value) spec += ":value:" + zsh_value(o.value, o.words);
      out += " \\\n        " + in_quotes(spec);
    }
    out += " \\\n        '--help[This text]'";
    for (size_t i = 0; i < c.positions.size(); ++i)
      out += " \\\n        " + in_quotes(std::to_string(i + 1) + ":argument:" +
                                         zsh_value(c.positions[i].value, c.positions[i].words));
    out += " ;;\n";
  }
  return out +
         "  esac\n}\nif [[ $funcstack[1] == _weirflow ]]; then _weirflow \"$@\"; else compdef "
         "_weirflow weirflow; fi\n";
}

std::string fish_value(Complete value, const std::vector<std::string_view>& words) {
  switch (value) {
    case Complete::words:
      return " -f -a " + in_quotes(words_text(words));
    case Complete::dag_file:
      return " -k -f -a '(__fish_complete_suffix .toml)'";
    case Complete::any_file:
      return " -F";
    case Complete::folder:
      return " -f -a '(__fish_complete_directories)'";
    case Complete::nothing:
      break;
  }
  return " -f";
}

std::string fish_script() {
  std::string out = R"SH(# fish completion of weirflow.
# Number of the argument at the cursor, counted from the command.
function __weirflow_at
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test $words[2] = $argv[1]; or return 1
    set -l n 0
    for word in $words[3..-1]
        string match -q -- '-*' $word; or set n (math $n + 1)
    end
    test $n -eq $argv[2]
end
complete -c weirflow -f
)SH";
  for (const CommandInfo& c : command_infos()) {
    const std::string name(c.name);
    out += "complete -c weirflow -n __fish_use_subcommand -a " + name + " -d " +
           in_quotes(c.summary) + "\n";
    const std::string seen = "complete -c weirflow -n '__fish_seen_subcommand_from " + name + "'";
    for (const OptionInfo& o : c.options) {
      out += seen + " -l " + std::string(o.name.substr(2)) + " -d " + in_quotes(o.summary);
      if (o.takes_value) out += " -r" + fish_value(o.value, o.words);
      out += "\n";
    }
    for (size_t i = 0; i < c.positions.size(); ++i)
      if (c.positions[i].value != Complete::nothing)
        out += "complete -c weirflow -n '__weirflow_at " + name + " " + std::to_string(i) + "'" +
               fish_value(c.positions[i].value, c.positions[i].words) + "\n";
  }
  return out;
}

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  return {};
}

int completion_command(const std::string& shell) {
  const std::string script = completion_script(shell);
  if (script.empty()) {
    complain("there is no completion for `" + shell + "`; there is bash, zsh and fish");
    return kUsage;
  }
  std::fputs(script.c_str(), stdout);
  return kOk;
}

}  // namespace weirflow::cli
