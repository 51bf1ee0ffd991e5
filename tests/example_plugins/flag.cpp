// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// c++ -std=c++20 -O2 -shared -fPIC -fvisibility=hidden -I sdk/include flag.cpp -o flag.so
//     -Wl,--version-script=sdk/cmake/weirflow-plugin.version
#include <weirflow/plugin.hpp>

struct Config {
  std::string column;
  double threshold = 0.5;
};

class Flag : public wf::Transform<Config> {
 public:
  static constexpr auto kInfo =
      wf::component("demo.flag").version("1.0.0").summary("Marks high values");
  static constexpr auto kConfig =
      wf::fields(wf::field("column", &Config::column).required().column(),
                 wf::field("threshold", &Config::threshold).range(0, 1));
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override {
    WF_ASSIGN(at_, in.require(config().column, "column"));
    return out.add({"high", wf::Type::boolean});
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    wf::BoolBuilder high;
    for (const auto x = in.numbers<double>(at_); high.length() < in.rows();)
      high.append(!x.is_null(high.length()) && x[high.length()] > config().threshold);
    return out.emit(in.with_columns(out.schema(), {high.finish()})), wf::Status();
  }
  int at_ = -1;
};
WF_PLUGIN(Flag)
