// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A source component over a RecordReader: what every plugin that reads record files does the same
/// way. Link weirflow::io.

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weirflow/component.hpp"
#include "weirflow/io/records.hpp"

namespace wf::io {

/// A schema with the files it was read from, as bytes that bind remembers.
std::string remember_schema(const std::vector<std::string>& paths, const Schema& schema);
/// The schema, when the bytes are of these files and none has another size or time since.
std::optional<Schema> recall_schema(std::string_view remembered,
                                    const std::vector<std::string>& paths);

/// Derive, and answer what the format and the configuration say. bind() finds the schema without
/// reading where it can, reads the head of the first file where it must, and answers "unknown yet"
/// for files that are not there yet; the columns of standard input must be declared.
template <typename Config>
class FileSource : public wf::Source<Config> {
 protected:
  /// The files as configured: names, globs or "-".
  [[nodiscard]] virtual const std::vector<std::string>& path_patterns() const = 0;
  /// Checks and converts the configuration; called first at bind.
  virtual Status prepare() = 0;
  /// The schema, when the configuration alone tells it.
  [[nodiscard]] virtual std::optional<Schema> declared_schema() const = 0;
  /// The schema from the head of the files.
  [[nodiscard]] virtual Result<Schema> read_schema(const std::vector<std::string>& paths) const = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<RecordReader>> open_reader(
      const std::vector<std::string>& paths, const Schema& schema, BadRecordSink sink) const = 0;

  Status bind_ports(BindContext& context) override {
    WF_TRY(prepare());
    SchemaBuilder& out = context.output(0);
    schema_ = declared_schema();
    if (!schema_) {
      auto paths = expand_paths(path_patterns());
      if (!paths.ok() && paths.error().code() != Code::not_found)
        return std::move(paths).status().at({"path", 0, 0, ""});
      if (paths.ok() && (*paths)[0] == "-")
        return invalid_config(
                   "the columns of standard input are not known before it is read; declare them")
            .at({"columns", 0, 0, "set columns and select"});
      WF_TRY(find_schema(context, std::move(paths)));
    }
    if (!schema_) return out.unknown_yet(), Status();
    for (const Field& field : schema_->fields()) WF_TRY(out.add(field));
    return {};
  }

  Status open() override {
    WF_TRY(prepare());
    WF_ASSIGN(const std::vector<std::string> paths, expand_paths(path_patterns()));
    if (!schema_) {
      WF_ASSIGN(Schema found, read_schema(paths));
      schema_ = std::move(found);
    }
    WF_ASSIGN(reader_, open_reader(paths, *schema_, [this](const BadRecord& bad) {
                out_->refuse_raw(bad.raw, bad.position(), bad.code, bad.message);
                return this->host().is_cancelled() ? cancelled("reading was stopped") : Status();
              }));
    shown_.store(reader_.get());
    wake_.store(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    return {};
  }

  Status next(Emitter& out, Duration max_wait) override {
    out_ = &out;
    Batch batch;
    const ReaderCounts before = reader_->counts();
    const auto next = reader_->next(&batch);
    out_ = nullptr;
    if (!next.ok()) return next.error();
    out.filtered(reader_->counts().skipped - before.skipped);
    switch (*next) {
      case Next::end:
        out.done();
        break;
      case Next::batch:
        out.emit(batch);
        break;
      case Next::idle:
        if (reader_->wait_descriptor() < 0) break;
        wait(max_wait);
        out.idle();
        break;
    }
    return {};
  }

  Result<std::string> snapshot(uint64_t) override { return reader_->position().to_string(); }
  Status restore(std::string_view snapshot) override {
    WF_ASSIGN(const Position position, Position::parse(snapshot));
    return reader_->seek(position);
  }
  int64_t total_bytes() const override {
    const RecordReader* reader = shown_.load();
    return reader ? reader->total_bytes() : -1;
  }
  int64_t read_bytes() const override {
    const RecordReader* reader = shown_.load();
    return reader ? reader->read_bytes() : 0;
  }
  void cancel() override { wake(); }
  void wake() override {
    const int fd = wake_.load();
    const uint64_t one = 1;
    if (fd >= 0) (void)!::write(fd, &one, sizeof one);
  }
  ~FileSource() override {
    if (const int fd = wake_.load(); fd >= 0) ::close(fd);
  }

 private:
  Status find_schema(BindContext& context, Result<std::vector<std::string>> paths) {
    Status missing = paths.status();
    if (paths.ok()) {
      schema_ = recall_schema(context.remembered(), *paths);
      if (schema_) return context.remember(std::string(context.remembered())), Status();
      auto found = read_schema(*paths);
      if (found.ok()) {
        schema_ = std::move(found).value();
        context.remember(remember_schema(*paths, *schema_));
        return {};
      }
      missing = found.error();
    }
    if (missing.code() != Code::not_found)
      return missing.place() ? missing : Status(missing).at({"path", 0, 0, ""});
    context.warn(
        std::move(missing).at({"path", 0, 0, "its columns are checked when the run starts"}));
    return {};
  }
  void wait(Duration max_wait) {
    pollfd descriptors[2] = {{reader_->wait_descriptor(), POLLIN, 0}, {wake_.load(), POLLIN, 0}};
    const auto ms = std::clamp<int64_t>((max_wait.count() + 999) / 1000, 0, 60'000);
    if (::poll(descriptors, descriptors[1].fd >= 0 ? 2 : 1, static_cast<int>(ms)) <= 0) return;
    uint64_t drained = 0;
    if (descriptors[1].revents) (void)!::read(descriptors[1].fd, &drained, sizeof drained);
  }

  std::optional<Schema> schema_;
  std::unique_ptr<RecordReader> reader_;
  std::atomic<const RecordReader*> shown_{nullptr};
  std::atomic<int> wake_{-1};
  Emitter* out_ = nullptr;
};

}  // namespace wf::io
