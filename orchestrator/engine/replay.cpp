// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/replay.h"

#include <filesystem>

#include "batch/frame.h"
#include "batch/spool.h"
#include "core/file.h"
#include "engine/refused_input.h"
#include "weirflow/component.hpp"
#include "weirflow/kernels.hpp"

namespace weirflow::engine {

namespace {

/// Rows of a batch that goes back.
constexpr size_t kBatchRows = 1024;

/// One ReplaySet being written.
class SetWriter {
 public:
  static wf::Result<std::unique_ptr<SetWriter>> create(const std::string& folder, size_t number,
                                                       const std::string& port,
                                                       const wf::SchemaPtr& schema) {
    std::unique_ptr<SetWriter> made(new SetWriter());
    made->set_.port = port;
    made->set_.schema = *schema;
    made->set_.spool = folder + "/rows-" + std::to_string(number);
    made->set_.marks = folder + "/marks-" + std::to_string(number);
    made->schema_ = schema;
    WF_ASSIGN(made->spool_, batch::SpoolWriter::create(made->set_.spool, schema));
    return made;
  }
  wf::Status add(const DeadLetter& letter, const wf::Batch& row) {
    // One schema object for all rows; their columns are the same.
    std::vector<wf::ArrayPtr> columns;
    for (int i = 0; i < row.column_count(); ++i) columns.push_back(row.column(i));
    rows_.emplace_back(schema_, 1, std::move(columns));
    marks_ += mark_line(letter);
    ++set_.rows;
    return rows_.size() < kBatchRows ? wf::Status() : flush();
  }
  wf::Result<ReplaySet> finish() {
    WF_TRY(flush());
    WF_TRY(spool_->finish());
    WF_TRY(write_file_durably(set_.marks, marks_));
    return set_;
  }

 private:
  SetWriter() = default;
  wf::Status flush() {
    if (rows_.empty()) return {};
    const wf::Batch all = wf::concat(rows_);
    rows_.clear();
    return spool_->append(all);
  }
  ReplaySet set_;
  wf::SchemaPtr schema_;
  std::unique_ptr<batch::SpoolWriter> spool_;
  std::vector<wf::Batch> rows_;
  std::string marks_;
};

}  // namespace

wf::Result<ReplaySelection> select_replay(const std::string& home, const std::string& dag,
                                          const LetterFilter& filter, const std::string& folder,
                                          std::vector<std::string>& problems) {
  ReplaySelection selection;
  std::vector<std::unique_ptr<SetWriter>> writers;
  std::map<std::string, SetWriter*> by_columns;  // port, a line feed, and the schema
  wf::Status failed;
  const auto add = [&](const DeadLetter& letter) -> wf::Status {
    auto row = decode_input(letter.input);
    if (!row.ok()) {
      problems.push_back(letter.file + ": the letter at byte " + std::to_string(letter.offset) +
                         ": " + row.error().message());
      ++selection.without_input;
      return {};
    }
    std::string columns = letter.port + "\n";
    batch::encode_schema(row->schema(), columns);
    SetWriter*& writer = by_columns[columns];
    if (!writer) {
      WF_ASSIGN(auto made,
                SetWriter::create(folder, writers.size(), letter.port, row->schema_ptr()));
      writer = writers.emplace_back(std::move(made)).get();
    }
    WF_TRY(writer->add(letter, *row));
    int& earlier = selection.earlier[refusal_key(letter.task, letter.row)];
    earlier = std::max(earlier, static_cast<int>(letter.attempt));
    ++selection.codes[letter.code];
    ++selection.rows;
    return {};
  };
  WF_TRY(visit_letters(
      home, dag,
      [&](const DeadLetter& letter) {
        if (!letter.replayed.empty() || !filter.matches(letter)) return true;
        if (letter.input.empty()) {
          ++(letter.raw.empty() ? selection.without_input : selection.raw);
          return true;
        }
        failed = add(letter);
        return failed.ok();
      },
      problems));
  WF_TRY(std::move(failed));
  for (const auto& writer : writers) {
    WF_ASSIGN(ReplaySet set, writer->finish());
    selection.sets.push_back(std::move(set));
  }
  return selection;
}

std::string mark_path(const std::string& home, const std::string& dag, const std::string& run) {
  return letters_folder(home, dag) + "/replayed/" + run + ".jsonl";
}

namespace {

struct RowsConfig {
  std::string path;
};

class ReplayRows final : public wf::Source<RowsConfig> {
 public:
  static constexpr auto kInfo = wf::component("replay.rows")
                                    .version("1.0.0")
                                    .summary("Rows of dead letters, for `dead-letters replay`");
  static constexpr auto kConfig =
      wf::fields(wf::field("path", &RowsConfig::path).required().help("Spool file"));

 protected:
  wf::Status bind(wf::SchemaBuilder& out) override {
    WF_ASSIGN(const auto spool, batch::Spool::open(config().path));
    for (const wf::Field& field : spool->schema().fields()) WF_TRY(out.add(field));
    return {};
  }
  wf::Status open() override {
    WF_ASSIGN(auto spool, batch::Spool::open(config().path));
    reader_ = std::make_unique<batch::Spool::Reader>(std::move(spool));
    return {};
  }
  wf::Status next(wf::Emitter& out, wf::Duration) override {
    WF_ASSIGN(const auto batch, reader_->next());
    if (!batch) return out.done(), wf::Status();
    out.emit(*batch);
    ++emitted_;
    return {};
  }
  wf::Result<std::string> snapshot(uint64_t) override { return std::to_string(emitted_); }
  wf::Status restore(std::string_view snapshot) override {
    while (std::to_string(emitted_) != snapshot) {
      WF_ASSIGN(const auto batch, reader_->next());
      if (!batch) return wf::invalid_data("the replay has fewer rows than it had");
      ++emitted_;
    }
    return {};
  }

 private:
  std::unique_ptr<batch::Spool::Reader> reader_;
  int64_t emitted_ = 0;  ///< batches
};

/// Beside its place until the commit.
constexpr const char* kPrepared = ".prepared";

class MarkCommitter final : public wf::Committer {
 public:
  void set(std::string marks, std::string target) {
    marks_ = std::move(marks);
    target_ = std::move(target);
  }
  wf::Result<std::string> prepare(uint64_t) override {
    WF_ASSIGN(const std::string lines, read_file(marks_));
    WF_TRY(make_folders(std::filesystem::path(target_).parent_path().string()));
    WF_TRY(write_file_durably(target_ + kPrepared, lines));
    return target_;
  }
  wf::Status commit(uint64_t, std::string_view, std::string_view blob) override {
    const std::string target(blob);
    std::error_code error;
    if (std::filesystem::exists(target, error)) return {};
    return rename_durably(target + kPrepared, target);
  }
  wf::Status abort(uint64_t, std::string_view blob) override {
    std::error_code ignored;
    const std::string target = blob.empty() ? target_ : std::string(blob);
    if (!target.empty()) std::filesystem::remove(target + kPrepared, ignored);
    return {};
  }

 private:
  std::string marks_, target_;
};

struct MarkConfig {
  std::string marks, target;
};

class ReplayMark final : public wf::Sink<MarkConfig> {
 public:
  static constexpr auto kInfo = wf::component("replay.mark")
                                    .version("1.0.0")
                                    .writes_files()
                                    .replay(wf::Replay::exact)
                                    .summary("Remembers which dead letters were put back");
  static constexpr auto kConfig =
      wf::fields(wf::field("marks", &MarkConfig::marks).required().help("The letters, a line each"),
                 wf::field("target", &MarkConfig::target).required().help("Where they are kept"));
  static wf::Result<std::unique_ptr<wf::Committer>> make_committer(const wf::Host&,
                                                                   const ReplayMark*,
                                                                   std::string_view,
                                                                   std::string_view) {
    return std::unique_ptr<wf::Committer>(std::make_unique<MarkCommitter>());
  }

 protected:
  std::string commit_key() const override { return "replay:" + config().target; }
  wf::Status attach(wf::Committer& committer) override {
    static_cast<MarkCommitter&>(committer).set(config().marks, config().target);
    return {};
  }
  wf::Status process(const wf::Batch&, wf::Emitter&) override { return {}; }
};

}  // namespace

const wf_entry* replay_components() { return wf::detail::make_entry<ReplayRows, ReplayMark>(); }

}  // namespace weirflow::engine
