// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "comment_lines.h"

namespace weirflow::reddit {
namespace {

class CommentLines final : public wf::io::LineParser {
 public:
  explicit CommentLines(std::unique_ptr<CommentReader> reader)
      : reader_(std::move(reader)),
        schema_(std::make_shared<const wf::Schema>(reader_->fields())) {}
  [[nodiscard]] const wf::SchemaPtr& schema() const override { return schema_; }
  std::optional<Problem> add(std::string_view line) override { return reader_->add(line, true); }
  std::vector<wf::ArrayPtr> finish() override { return reader_->finish(); }

 private:
  std::unique_ptr<CommentReader> reader_;
  wf::SchemaPtr schema_;
};

}  // namespace

wf::Result<wf::Schema> dump_schema(const std::vector<std::string>& columns) {
  WF_ASSIGN(const auto reader, CommentReader::make(columns));
  return wf::Schema(reader->fields());
}

wf::Result<std::unique_ptr<wf::io::RecordReader>> open_dump(const std::vector<std::string>& paths,
                                                            const std::vector<std::string>& columns,
                                                            const wf::io::JsonlOptions& options,
                                                            wf::io::BadRecordSink sink) {
  WF_ASSIGN(auto reader, CommentReader::make(columns));
  return wf::io::open_lines(paths, options, std::make_unique<CommentLines>(std::move(reader)),
                            std::move(sink));
}

}  // namespace weirflow::reddit
