// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Turns the directives of a rules file into Rules. Used by Rules::parse only; one thread.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules.h"

namespace weirflow::text {

class RulesBuilder {
 public:
  RulesBuilder() { rules_->names_ = {"token", "space", "special", "joined", "url"}; }

  /// One directive with its words, e.g. {"suffix", "plus", "after", "digit", "text", "+"}.
  /// Errors: invalid_config, without the line.
  wf::Status add(const std::vector<std::string_view>& words);
  /// Compiles what was added. Errors: invalid_config.
  wf::Result<std::shared_ptr<const Rules>> finish();

 private:
  using Words = std::vector<std::string_view>;
  enum class Place : uint8_t { prefix, suffix, infix };

  wf::Status add_class(const Words& words);
  wf::Status add_affix(Place place, const Words& words);
  wf::Status add_body(Place place, Rules::Alternative pattern, const Words& words, size_t at);
  wf::Status add_whole(const Words& words);
  wf::Status add_combine(const Words& words);
  wf::Status add_url(const Words& words);
  void add_case(const std::vector<std::string>& parts, bool title);
  wf::Result<uint64_t> class_bit(std::string_view name) const;

  void index_alternatives();
  [[nodiscard]] bool letters_stay_whole() const;
  void add_joined_forms();

  std::unique_ptr<Rules> rules_{new Rules()};
  std::vector<CharClass> classes_;
  std::map<std::string, size_t, std::less<>> class_names_;
  std::vector<Place> places_;  ///< of each alternative
  std::vector<std::vector<std::string>> cases_;
  std::string apostrophe_;
};

}  // namespace weirflow::text
