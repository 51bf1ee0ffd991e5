// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A sink component over a RowEncoder and an OutputFile. Link weirflow::io.

#include <memory>
#include <string>

#include "weirflow/component.hpp"
#include "weirflow/io/output.hpp"

namespace wf::io {

/// The file of one sink: prepare() makes it whole under its hidden name, commit() shows it. Holds
/// one file, so it serves one epoch, which is what a bounded region has.
class FileCommitter final : public Committer {
 public:
  /// By the one sink that writes the file; before open(), on the thread that sets the region up.
  Status claim(const std::string& path) {
    if (claimed_) return {Code::conflict, path + ": two sinks of this DAG write the same file"};
    claimed_ = true;
    return {};
  }
  Status open(const std::string& path, const OutputOptions& options) {
    WF_ASSIGN(file_, OutputFile::create(path, options));
    return {};
  }
  [[nodiscard]] OutputFile* file() { return file_.get(); }

  Result<std::string> prepare(uint64_t epoch) override {
    if (prepared_)
      return not_implemented("a file sink serves one epoch; epoch " + std::to_string(epoch) +
                             " is a further one");
    if (!file_) return internal_error("the file was never opened");
    prepared_ = true;
    return file_->prepare();
  }
  Status commit(uint64_t, std::string_view, std::string_view blob) override {
    return OutputFile::commit(blob);
  }
  Status abort(uint64_t, std::string_view blob) override {
    if (blob.empty()) return file_.reset(), Status();
    return OutputFile::abort(blob);
  }

 private:
  std::unique_ptr<OutputFile> file_;
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
    WF_TRY(committer_->open(path(), options));
    encoder_->begin(&text_);
    return write();
  }
  Status process(const Batch& in, Emitter&) override {
    // A slice at a time, so that a large batch is not held twice as text.
    static constexpr int64_t kRows = 1024;
    for (int64_t at = 0; at < in.rows(); at += kRows) {
      encoder_->append(in, at, std::min(kRows, in.rows() - at), &text_);
      WF_TRY(write());
    }
    return {};
  }
  Status finish(Emitter&) override {
    WF_TRY(committer_->file()->flush());
    if (!own_) return {};
    WF_ASSIGN(const std::string blob, own_->prepare(1));
    return own_->commit(1, {}, blob);
  }

 private:
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
