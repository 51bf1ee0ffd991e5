// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// text.ngrams: words to n-grams, see ngrams.h.

#include <string>
#include <vector>

#include "component_parts.h"
#include "token_list.h"

namespace weirflow::text {

struct NgramsConfig {
  std::string column = "tokens";
  std::string into = "ngrams";
  std::vector<int32_t> ngrams = {1, 2};
};

/// Map. A null list stays null; a null word counts as not there. Refuses no row.
class Ngrams : public wf::Transform<NgramsConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("text.ngrams")
          .version("1.0.0")
          .concurrent()
          .summary("Makes n-grams of words")
          .docs(
              "An n-gram is n neighbouring words joined by one space; shorter n-grams come first, "
              "then by position. Fewer than n words have none. A null list stays null, a null "
              "word counts as not there.");
  static constexpr auto kConfig =
      wf::fields(wf::field("column", &NgramsConfig::column)
                     .column()
                     .help("Column with the words.")
                     .example("\"words\""),
                 wf::field("into", &NgramsConfig::into)
                     .help("Column for the n-grams, list<utf8>; may be that of the words.")
                     .example("\"tokens\""),
                 wf::field("ngrams", &NgramsConfig::ngrams)
                     .range(1, 2)
                     .help("Fewest and most words of an n-gram; one number: exactly so many.")
                     .example("[1, 3]"));
  static constexpr auto kPorts = wf::ports(
      wf::input("in").summary("Rows with words").column_from("column", "list<utf8>", "Words"),
      wf::output("out")
          .summary("The rows with their n-grams")
          .column_from("into", "list<utf8>", "N-grams"));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override;
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override;

 private:
  int column_ = -1;
  NgramRange range_;
  TokenList words_;
};

}  // namespace weirflow::text
