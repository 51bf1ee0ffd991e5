// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Silences: alerts whose labels match are not sent until the silence expires.
///
/// Threads: one at a time.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alert.h"
#include "weirflow/config.hpp"

namespace weirflow::alert {

/// "name=value", "name!=value", "name=~regex", "name!~regex" (RE2, the whole value). A label that
/// is absent is "".
class Matcher {
 public:
  /// invalid_config.
  static wf::Result<Matcher> parse(const std::string& text);
  [[nodiscard]] bool matches(const Labels& labels) const;

 private:
  struct Pattern;
  std::string name_, value_;
  bool negated_ = false;
  std::shared_ptr<const Pattern> pattern_;
};

struct SilenceConfig {
  std::vector<std::string> matchers;
  std::string expires;
  std::string author;
  std::string reason;

  static constexpr auto kFields =
      wf::fields(wf::field("matchers", &SilenceConfig::matchers)
                     .required()
                     .help("Labels that an alert must have, all of them: =, !=, =~ (regex), !~")
                     .example("[\"alertname=removed\", \"subreddit=~ask.*\"]"),
                 wf::field("expires", &SilenceConfig::expires)
                     .required()
                     .help("Time from which on the silence counts no more, ISO 8601")
                     .example("\"2026-12-01T08:00:00Z\""),
                 wf::field("author", &SilenceConfig::author)
                     .required()
                     .help("Who wants it")
                     .example("\"ana\""),
                 wf::field("reason", &SilenceConfig::reason)
                     .required()
                     .help("Why")
                     .example("\"model under repair\""));
};

class Silences {
 public:
  /// `file`: JSON, a list of objects with the keys of SilenceConfig, "" for none; one that is not
  /// there yet has none. invalid_config, invalid_data for a file that is wrong now.
  static wf::Result<Silences> make(const std::vector<SilenceConfig>& configured, std::string file);

  /// Reads the file again when it has changed. A file that is wrong is an error once for each
  /// change; what it said before goes on to count.
  wf::Status refresh();
  /// The author of a silence that holds for these labels at `now_us`, or nothing.
  [[nodiscard]] std::optional<std::string> author_of(const Labels& labels, int64_t now_us) const;

 private:
  struct Silence {
    std::vector<Matcher> matchers;
    int64_t expires_us = 0;
    std::string author;
  };
  /// What tells one content of the file from another.
  struct Stamp {
    int64_t modified_ns = -1, size = -1;
    uint64_t inode = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  static wf::Result<Silence> make_one(const SilenceConfig& config, const std::string& key);
  [[nodiscard]] Stamp stamp() const;
  wf::Status read();

  std::vector<Silence> configured_, from_file_;
  std::string file_;
  Stamp seen_;
};

}  // namespace weirflow::alert
