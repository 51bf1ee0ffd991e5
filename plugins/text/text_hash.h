// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// text.hash: words to a sparse vector of their counts at hashed places, see weirflow/murmur3.hpp.

#include <string>
#include <vector>

#include "component_parts.h"
#include "weirflow/murmur3.hpp"

namespace weirflow::text {

struct HashConfig {
  std::string column = "tokens";
  std::string into = "features";
  int64_t size = wf::kSparkFeatures;
  bool binary = false;
};

/// Map. A null list gives an empty vector; a null word counts as not there. Refuses no row.
class Hash : public wf::Transform<HashConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("text.hash")
          .version("1.0.0")
          .concurrent()
          .summary("Counts words in a sparse vector at places given by a hash, as Spark does")
          .docs(
              "A word's place is its MurmurHash3 (32 bits, seed 42) modulo `size`, that of "
              "Spark's HashingTF since 3.0. Words that fall on one place are counted together. "
              "A null list gives an empty vector, a null word counts as not there.");
  static constexpr auto kConfig =
      wf::fields(wf::field("column", &HashConfig::column)
                     .column()
                     .help("Column with the words or n-grams.")
                     .example("\"ngrams\""),
                 wf::field("into", &HashConfig::into)
                     .help("New column for the vectors.")
                     .example("\"counts\""),
                 wf::field("size", &HashConfig::size)
                     .range(1, 2147483647)
                     .help("Places of the vector.")
                     .example("1048576"),
                 wf::field("binary", &HashConfig::binary)
                     .help("1 for each word that is there, instead of its count.")
                     .example("true"));
  static constexpr auto kPorts = wf::ports(
      wf::input("in").summary("Rows with words").column_from("column", "list<utf8>", "Words"),
      wf::output("out")
          .summary("The rows with their vectors")
          .column_from("into", "sparse", "Counts of words by place"));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override;
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override;

 private:
  int column_ = -1;
  std::vector<int32_t> places_;
};

}  // namespace weirflow::text
