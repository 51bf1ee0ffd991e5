// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// A component that ends the process that it runs in, in each of the ways there are.

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "weirflow/plugin.hpp"

namespace {

struct Config {
  std::string how;
};

/// Uses up the stack of the thread; `depth` keeps the compiler from making a loop of it.
int overflow(volatile int* depth) {
  volatile char frame[512] = {};
  *depth = *depth + frame[0] + 1;
  return *depth < 0 ? 0 : overflow(depth) + frame[1];
}

/// exit() must not get this far: other threads still use what it destroys.
struct Destroyed {
  ~Destroyed() { std::fputs("statics destroyed\n", stderr); }
} destroyed;

class EndsProcess : public wf::Transform<Config> {
 public:
  static constexpr auto kInfo = wf::component("ends.process")
                                    .version("1.0.0")
                                    .cardinality(wf::Cardinality::map)
                                    .summary("Ends the process when it is given rows");
  static constexpr auto kConfig =
      wf::fields(wf::field("how", &Config::how)
                     .one_of("", "segv", "abort", "overflow", "exit", "_exit", "kill", "memory"));

  wf::Status bind(const wf::Schema&, wf::SchemaBuilder&) override { return {}; }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    const std::string& how = config().how;
    int depth = 0;
    if (how == "segv") std::raise(SIGSEGV);
    if (how == "abort") std::abort();
    if (how == "overflow") return overflow(&depth) ? wf::Status() : wf::internal_error("");
    if (how == "exit") {
      std::printf("last words\n");
      std::exit(7);
    }
    if (how == "_exit") ::_exit(7);
    if (how == "kill") std::raise(SIGKILL);
    if (how == "memory") {
      std::vector<std::string> all;
      for (;;) all.emplace_back(size_t{64} << 20, 'x');
    }
    return out.emit(in), wf::Status();
  }
};

}  // namespace

WF_PLUGIN(EndsProcess)
