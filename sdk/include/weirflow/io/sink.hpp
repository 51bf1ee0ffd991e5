// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A sink component over a RowEncoder and an OutputFile. Link weirflow::io.

#include <filesystem>
#include <memory>
#include <string>

#include "weirflow/component.hpp"
#include "weirflow/io/output.hpp"

namespace wf::io {

/// The files of one sink: prepare() makes one whole under its hidden name, commit() shows it. A
/// bounded region has one epoch and one file. With checkpoints there is one for each epoch that had
/// rows, NAME-EPOCH.EXTENSION; what is written directly goes on through all of them.
class FileCommitter final : public Committer {
 public:
  /// By the one sink that writes the file; before open(), on the thread that sets the region up.
  Status claim(const std::string& path) {
    if (claimed_) return {Code::conflict, path + ": two sinks of this DAG write the same file"};
    claimed_ = true;
    return {};
  }
  void set_target(std::string path, const OutputOptions& options, bool rolls) {
    path_ = std::move(path);
    options_ = options;
    rolls_ = rolls;
  }
  /// Precondition: there is none.
  Status create_file() {
    WF_ASSIGN(file_, OutputFile::create(path_, options_));
    return {};
  }
  /// Of the running epoch; null before its first row.
  [[nodiscard]] OutputFile* file() { return file_.get(); }

  /// There are no more rows.
  Status finish() {
    if (!file_) return {};
    WF_TRY(file_->flush());
    // Directly written: no epoch ends it by giving it its name.
    return rolls_ && file_->is_direct() ? file_->prepare().status() : Status();
  }

  Result<std::string> prepare(uint64_t epoch) override {
    if (!rolls_) {
      if (prepared_)
        return not_implemented("the file is of one epoch; " + std::to_string(epoch) +
                               " is a further one");
      if (!file_) return internal_error("the file was never opened");
      prepared_ = true;
      return file_->prepare();
    }
    if (!file_) return std::string();
    if (file_->is_direct()) {
      WF_TRY(file_->flush());
      return std::string();
    }
    file_->rename(rolled_name(epoch));
    WF_ASSIGN(const std::string blob, file_->prepare());
    file_.reset();
    return std::string(kRolled) + blob;
  }
  Status commit(uint64_t, std::string_view, std::string_view blob) override {
    if (blob.empty()) return {};
    if (!blob.starts_with(kRolled)) return OutputFile::commit(blob);
    Status status = OutputFile::commit(blob.substr(kRolled.size()));
    // Shown before, and taken away since by whom it was for.
    return status.code() == Code::not_found ? Status() : status;
  }
  Status abort(uint64_t, std::string_view blob) override {
    if (blob.empty()) return file_.reset(), Status();
    return OutputFile::abort(blob.starts_with(kRolled) ? blob.substr(kRolled.size()) : blob);
  }

 private:
  static constexpr std::string_view kRolled = "rolled\n";
  /// "out.jsonl.gz" of epoch 7: "out-00000007.jsonl.gz".
  [[nodiscard]] std::string rolled_name(uint64_t epoch) const {
    const std::string name = path_.substr(path_.rfind('/') + 1);
    const size_t dot = std::min(name.find('.', 1), name.size());
    std::string number = std::to_string(epoch);
    number.insert(0, number.size() < 8 ? 8 - number.size() : 0, '0');
    return name.substr(0, dot) + "-" + number + name.substr(dot);
  }
  std::unique_ptr<OutputFile> file_;
  std::string path_;
  OutputOptions options_;
  bool rolls_ = false;
  bool claimed_ = false;
  bool prepared_ = false;
};

/// Derive, and answer what the format and the configuration say. The host commits through
/// wf.commit/1; a host without it gets the file at finish().
template <typename Config>
class FileSink : public wf::Sink<Config> {
 public:
  static Result<std::unique_ptr<Committer>> make_committer(const Host&, const void*,
                                                           std::string_view, std::string_view) {
    return std::unique_ptr<Committer>(std::make_unique<FileCommitter>());
  }

 protected:
  [[nodiscard]] virtual const std::string& path() const = 0;
  [[nodiscard]] virtual Result<OutputOptions> output_options() const = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<RowEncoder>> make_encoder(
      const Schema& schema) const = 0;

  Status bind(const Schema& in) override {
    WF_TRY(output_options().status());
    return make_encoder(in).status();
  }
  std::string commit_key() const override { return "file:" + path(); }
  Status attach(Committer& committer) override {
    // The host attaches what make_committer() of this class made.
    committer_ = static_cast<FileCommitter*>(&committer);
    return committer_->claim(path());
  }
  Status open() override {
    WF_ASSIGN(encoder_, make_encoder(*this->input_schema()));
    WF_ASSIGN(const OutputOptions options, output_options());
    if (!committer_) {
      own_ = std::make_unique<FileCommitter>();
      committer_ = own_.get();
    }
    const bool rolls = this->host().task().checkpointed == 1;
    committer_->set_target(target(), options, rolls);
    return rolls ? Status() : begin_file();
  }
  Status process(const Batch& in, Emitter&) override {
    if (!committer_->file()) WF_TRY(begin_file());
    // A slice at a time, so that a large batch is not held twice as text.
    static constexpr int64_t kRows = 1024;
    for (int64_t at = 0; at < in.rows(); at += kRows) {
      encoder_->append(in, at, std::min(kRows, in.rows() - at), &text_);
      WF_TRY(write());
    }
    return {};
  }
  Status finish(Emitter&) override {
    WF_TRY(committer_->finish());
    if (!own_) return {};
    WF_ASSIGN(const std::string blob, own_->prepare(1));
    return own_->commit(1, {}, blob);
  }

 private:
  /// A replay of dead letters adds to what is there: "out-RUN.csv" beside "out.csv".
  [[nodiscard]] std::string target() const {
    const std::string_view run = view(this->host().task().run);
    std::error_code error;
    const auto kind = std::filesystem::status(path(), error).type();
    const bool special = path() == "-" || (kind != std::filesystem::file_type::not_found &&
                                           kind != std::filesystem::file_type::regular);
    if (!run.starts_with("replay-") || special) return path();
    const size_t name = path().rfind('/') + 1;
    const size_t dot = std::min(path().find('.', name + 1), path().size());
    return path().substr(0, dot) + "-" + std::string(run) + path().substr(dot);
  }
  Status begin_file() {
    WF_TRY(committer_->create_file());
    encoder_->begin(&text_);
    return write();
  }
  Status write() {
    WF_TRY(committer_->file()->write(text_));
    text_.clear();
    return {};
  }
  FileCommitter* committer_ = nullptr;
  std::unique_ptr<FileCommitter> own_;
  std::unique_ptr<RowEncoder> encoder_;
  std::string text_;
};

}  // namespace wf::io
