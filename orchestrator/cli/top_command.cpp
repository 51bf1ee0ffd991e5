// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>

#include "cli/commands.h"
#include "cli/picture.h"
#include "cli/terminal.h"
#include "cli/top_target.h"
#include "cli/top_view.h"

namespace weirflow::cli {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// Twice a second; rates of a single look are those of the same time.
constexpr milliseconds kEvery(500);
/// For an answer; on a screen keys wait for it as well.
constexpr milliseconds kPatience(5000), kPatienceOnScreen(1000);

int fail(const wf::Status& status) {
  complain(status.message());
  return exit_code(status.code());
}

void print_lines(const TopState& state, TopLook look) {
  look.height = 0;
  for (const std::string& line : top_lines(state, look)) std::printf("%s\n", line.c_str());
}

/// Two looks, so that there are rates, unless the run ends between them.
int print_once(const TopArguments& arguments, const TopTarget& target, TopHistory history) {
  (void)::poll(nullptr, 0, static_cast<int>(kEvery.count()));
  if (auto second = fetch(target, kPatience); second.ok()) history.add(std::move(*second));
  if (arguments.common.json) {
    std::printf("%s\n", top_json(history.state(), target.address.text()).c_str());
    return kOk;
  }
  TopLook look;
  look.width = terminal_width();
  look.color = wants_color(arguments.common, STDOUT_FILENO);
  look.unicode = wants_unicode();
  print_lines(history.state(), look);
  return kOk;
}

/// The screen of a run, until the user has seen enough or the run is over.
class Watch {
 public:
  Watch(const TopArguments& arguments, const TopTarget& target, TopHistory& history)
      : target_(target), history_(history) {
    look_.color = wants_color(arguments.common, STDOUT_FILENO);
    look_.unicode = wants_unicode();
  }

  /// Nothing when the user has quit, else why there is no more to see.
  std::optional<wf::Status> show(Terminal& terminal) {
    auto next = Clock::now();
    for (;;) {
      if (Clock::now() >= next) {
        next = Clock::now() + kEvery;
        if (auto ended = look_again()) return ended;
      }
      const Terminal::Size size = terminal.size();
      look_.width = size.width;
      look_.height = size.height;
      const TopState state = history_.state();
      const int last = largest_scroll(state, look_);
      look_.scroll = std::clamp(look_.scroll, 0, last);
      terminal.draw(top_lines(state, look_));
      const auto left = std::chrono::ceil<milliseconds>(next - Clock::now());
      if (!take(terminal.wait(std::max(left, milliseconds(0))), size.height, last)) return {};
    }
  }

 private:
  std::optional<wf::Status> look_again() {
    auto snapshot = fetch(target_, kPatienceOnScreen);
    if (snapshot.ok()) {
      history_.add(std::move(*snapshot));
      look_.notice = "q quits, arrows scroll";
      return {};
    }
    if (snapshot.error().code() != wf::Code::timeout) return snapshot.error();
    look_.notice = snapshot.error().message() + "; q quits";
    return {};
  }

  bool take(Terminal::Key key, int height, int last) {
    using Key = Terminal::Key;
    const int page = std::max(height - 8, 1);
    switch (key) {
      case Key::quit:
        return false;
      case Key::up:
        --look_.scroll;
        break;
      case Key::down:
        ++look_.scroll;
        break;
      case Key::page_up:
        look_.scroll -= page;
        break;
      case Key::page_down:
        look_.scroll += page;
        break;
      case Key::home:
        look_.scroll = 0;
        break;
      case Key::end:
        look_.scroll = last;
        break;
      case Key::none:
      case Key::resized:
        break;
    }
    return true;
  }

  const TopTarget& target_;
  TopHistory& history_;
  TopLook look_;
};

}  // namespace

int top_command(const TopArguments& arguments) {
  const auto target = find_target(arguments.target, home_folder(arguments.common, ""));
  if (!target.ok()) {
    const int code = fail(target.error());
    return target.error().code() == wf::Code::invalid_config ? static_cast<int>(kUsage) : code;
  }
  auto first = fetch(*target, kPatience);
  if (!first.ok())
    return fail(wf::Status(first.error()).with_context("no metrics of a run to be had"));
  TopHistory history;
  history.add(std::move(*first));
  const bool interactive = !arguments.once && !arguments.common.json &&
                           ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
  if (!interactive) return print_once(arguments, *target, std::move(history));

  std::optional<wf::Status> ended;
  Watch watch(arguments, *target, history);
  {
    auto terminal = Terminal::open();
    if (!terminal.ok()) return fail(terminal.error());
    ended = watch.show(**terminal);
  }
  TopLook look;
  look.width = terminal_width();
  look.color = wants_color(arguments.common, STDOUT_FILENO);
  look.unicode = wants_unicode();
  print_lines(history.state(), look);
  if (ended) complain("the run has ended, or serves its metrics no more: " + ended->message());
  return kOk;
}

}  // namespace weirflow::cli
