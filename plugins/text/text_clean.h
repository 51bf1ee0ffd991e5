// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// text.clean: raw comment text made plain, see clean.h for the steps.

#include <string>
#include <vector>

#include "clean.h"
#include "component_parts.h"

namespace weirflow::text {

struct CleanConfig {
  std::vector<std::string> column;
  std::vector<std::string> into;
  std::string encoding = "utf-8|cp1252";
  bool html = true;
  bool line_breaks = true;
  bool code_points = true;
  bool backslashes = true;
  std::string bad_utf8 = std::string(kRefuse);
};

/// Map. Null stays null. A row is refused as "bad_utf8" as its key says; the other columns go on as
/// they are.
class Clean : public wf::Transform<CleanConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("text.clean")
          .version("1.0.0")
          .concurrent()
          .summary("Decodes text and takes web markup, odd line ends and escapes out of it")
          .docs(
              "Steps, in this order: bytes to text; HTML character references, once; CR LF to "
              "one space; `<U+XXXX>` to ` U+XXXX `; backslashes dropped. Null stays null.");
  static constexpr auto kConfig = wf::fields(
      wf::field("column", &CleanConfig::column)
          .required()
          .column()
          .at_least(1)
          .help("Column to clean, or several. Each is text, or bytes that become text.")
          .example("\"body\""),
      wf::field("into", &CleanConfig::into)
          .help("New columns for the result, one for each of `column`. Default: in place.")
          .example("\"body_clean\""),
      wf::field("encoding", &CleanConfig::encoding)
          .one_of("utf-8|cp1252", "utf-8", "cp1252")
          .help("How columns of bytes are read; `utf-8|cp1252` takes a whole value as cp1252 if "
                "it is not UTF-8. Columns of text are UTF-8 always.")
          .example("\"utf-8\""),
      wf::field("html", &CleanConfig::html)
          .help("Replace character references of HTML: `&amp;` by `&`.")
          .example("false"),
      wf::field("line_breaks", &CleanConfig::line_breaks)
          .help("Replace CR LF by one space.")
          .example("false"),
      wf::field("code_points", &CleanConfig::code_points)
          .help("Replace `<U+0001F600>` by ` U+0001F600 `, a word of its own.")
          .example("false"),
      wf::field("backslashes", &CleanConfig::backslashes)
          .help("Drop every backslash.")
          .example("false"),
      wf::field("bad_utf8", &CleanConfig::bad_utf8)
          .one_of(kRefuse, kReplace)
          .help("What becomes of a value that is not UTF-8: its row is refused, or each bad byte "
                "becomes U+FFFD.")
          .example("\"replace\""));
  static constexpr auto kPorts =
      wf::ports(wf::input("in")
                    .summary("Rows of any columns")
                    .column_from("column", "utf8|binary", "Text or bytes"),
                wf::output("out")
                    .summary("The rows with cleaned text")
                    .column_from("into", "utf8", "Cleaned text"));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override;
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override;

 private:
  wf::ArrayPtr clean_column(const wf::Array& column);

  std::vector<int> columns_;  // positions in the input, as config().column
  std::string cleaned_, scratch_, decoded_;
};

}  // namespace weirflow::text
