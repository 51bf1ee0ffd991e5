// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "plugin/instance.h"
#include "plugin/instance_calls.h"
#include "plugin/sized.h"
#include "weirflow/bridge.hpp"
#include "weirflow/error.hpp"

namespace weirflow::plugin {

namespace {

/// One open reader of a FitInput as an ArrowArrayStream.
struct Stream {
  wf::SchemaPtr schema;
  std::unique_ptr<FitInput::Reader> reader;
  std::string error;

  static Stream& self(ArrowArrayStream* s) { return *static_cast<Stream*>(s->private_data); }
  static int get_schema(ArrowArrayStream* s, ArrowSchema* out) noexcept {
    return self(s).attempt([&] { return wf::export_schema(*self(s).schema, out), wf::Status(); });
  }
  static int get_next(ArrowArrayStream* s, ArrowArray* out) noexcept {
    *out = ArrowArray{};
    return self(s).attempt([&]() -> wf::Status {
      WF_ASSIGN(const std::optional<wf::Batch> batch, self(s).reader->next());
      if (batch) wf::export_batch(*batch, out);
      return {};
    });
  }
  static const char* get_last_error(ArrowArrayStream* s) noexcept { return self(s).error.c_str(); }
  static void release(ArrowArrayStream* s) noexcept {
    delete &self(s);
    s->release = nullptr;
  }

 private:
  template <typename F>
  int attempt(F&& f) noexcept {
    const wf::Status status = wf::guarded(std::forward<F>(f));
    if (!status.ok()) error = status.message();
    return status.ok() ? 0 : EIO;
  }
};

int32_t open_reader(void* context, ArrowArrayStream* out, wf_error* error) noexcept {
  auto& input = *static_cast<FitInput*>(context);
  return wf::to_abi(wf::guarded([&]() -> wf::Status {
                      auto stream = std::make_unique<Stream>();
                      stream->schema = input.schema();
                      WF_ASSIGN(stream->reader, input.open());
                      *out = {Stream::get_schema, Stream::get_next, Stream::get_last_error,
                              Stream::release, stream.release()};
                      return {};
                    }),
                    error);
}

}  // namespace

bool Instance::is_bounded() { return !source_ || source_->boundedness(self_) != WF_UNBOUNDED; }

wf::Result<std::string> Instance::snapshot(uint64_t epoch) {
  if (!source_ || !source_->snapshot) return wf::not_implemented("the component keeps no position");
  const BusyMark mark(busy_);
  return collect_bytes([&](const wf_writer* writer, wf_error* error) {
    return source_->snapshot(self_, epoch, writer, error);
  });
}

wf::Status Instance::restore(std::string_view snapshot) {
  if (!source_ || !source_->restore) return wf::not_implemented("the component keeps no position");
  const BusyMark mark(busy_);
  wf_error error = wf::make_error();
  return wf::from_abi(source_->restore(self_, wf::str(snapshot), &error), error);
}

void Instance::committed(uint64_t epoch) {
  if (!source_ || !source_->committed) return;
  const BusyMark mark(busy_);
  source_->committed(self_, epoch);
}

void Instance::paused(bool is_paused) {
  if (!source_ || !source_->paused) return;
  const BusyMark mark(busy_);
  source_->paused(self_, is_paused ? 1 : 2);
}

void Instance::retired(uint64_t epoch) {
  if (!source_ || !source_->retired) return;
  const BusyMark mark(busy_);
  source_->retired(self_, epoch);
}

int64_t Instance::total_bytes() {
  return source_ && source_->total_bytes ? source_->total_bytes(self_) : -1;
}
int64_t Instance::read_bytes() {
  return source_ && source_->read_bytes ? source_->read_bytes(self_) : -1;
}

wf::Status Instance::fit(FitInput& input, const ByteSink& state) {
  if (!estimator_) return wf::not_implemented("the component is no estimator");
  const BusyMark mark(busy_);
  wf_spool spool{};
  spool.struct_size = sizeof(spool);
  spool.rows = input.rows();
  spool.bytes = input.bytes();
  spool.context = &input;
  spool.open_reader = open_reader;
  WriteCall writer(state);
  wf_error error = wf::make_error();
  const int32_t code = estimator_->fit(self_, &spool, writer.abi(), &error);
  WF_TRY(writer.failed());
  return wf::from_abi(code, error);
}

wf::Status Instance::load(std::string_view state) {
  if (!estimator_) return wf::not_implemented("the component is no estimator");
  const BusyMark mark(busy_);
  wf_error error = wf::make_error();
  return wf::from_abi(estimator_->load(self_, wf::str(state), &error), error);
}

wf::Result<std::string> Instance::commit_key() {
  if (!commit_) return wf::not_implemented("the component does not commit");
  const BusyMark mark(busy_);
  return collect_bytes([&](const wf_writer* writer, wf_error* error) {
    return commit_->commit_key(self_, writer, error);
  });
}

wf::CommitMode Instance::commit_mode() {
  if (!commit_) return wf::CommitMode::none;
  if (!commit_->mode) return wf::CommitMode::follows;
  switch (commit_->mode(self_)) {
    case WF_COMMIT_NONE:
      return wf::CommitMode::none;
    case WF_COMMIT_DECIDES:
      return wf::CommitMode::decides;
    default:
      return wf::CommitMode::follows;
  }
}

wf::Result<std::string> Instance::shared_options() {
  if (!commit_ || !commit_->shared_options) return std::string();
  const BusyMark mark(busy_);
  return collect_bytes([&](const wf_writer* writer, wf_error* error) {
    return commit_->shared_options(self_, writer, error);
  });
}

uint32_t Instance::replay() { return commit_ && commit_->replay ? commit_->replay(self_) : 0; }

wf::Result<std::unique_ptr<Committer>> Instance::create_committer(HostServices& services, From from,
                                                                  std::string_view key,
                                                                  std::string_view shard) {
  if (!commit_) return wf::not_implemented("the component does not commit");
  std::unique_ptr<Committer> made(new Committer(services));
  wf_error error = wf::make_error();
  made->abi_ =
      commit_->create_committer(made->host_.abi(), from == From::configuration ? self_ : nullptr,
                                wf::str(key), wf::str(shard), &error);
  if (!made->abi_) return wf::from_abi(error.code < 0 ? error.code : WF_ERR_INTERNAL, error);
  WF_ASSIGN(made->fn_, copy_sized(static_cast<const wf_committer*>(made->abi_),
                                  sizeof(wf_committer), "the committer"));
  if (!made->fn_.prepare || !made->fn_.commit || !made->fn_.abort || !made->fn_.destroy)
    return wf::invalid_data("the committer lacks a function that it must have");
  return made;
}

wf::Status Instance::attach(Committer& committer) {
  if (!commit_) return wf::not_implemented("the component does not commit");
  const BusyMark mark(busy_);
  wf_error error = wf::make_error();
  return wf::from_abi(commit_->attach(self_, committer.abi_, &error), error);
}

Committer::~Committer() {
  if (abi_ && fn_.destroy) fn_.destroy(abi_);
}

wf::Result<std::string> Committer::prepare(uint64_t epoch) {
  return collect_bytes([&](const wf_writer* writer, wf_error* error) {
    return fn_.prepare(abi_, epoch, writer, error);
  });
}

wf::Status Committer::commit(uint64_t epoch, std::string_view hash, std::string_view blob) {
  wf_error error = wf::make_error();
  return wf::from_abi(fn_.commit(abi_, epoch, wf::str(hash), wf::str(blob), &error), error);
}

wf::Status Committer::abort(uint64_t epoch, std::string_view blob) {
  wf_error error = wf::make_error();
  return wf::from_abi(fn_.abort(abi_, epoch, wf::str(blob), &error), error);
}

wf::Result<Committer::Recorded> Committer::recover() {
  Recorded recorded;
  if (!fn_.recover) return recorded;
  WF_ASSIGN(recorded.manifest_hash, collect_bytes([&](const wf_writer* writer, wf_error* error) {
              return fn_.recover(abi_, &recorded.epoch, writer, error);
            }));
  return recorded;
}

void Committer::cancel() {
  if (fn_.cancel) fn_.cancel(abi_);
}

wf::Result<Instance::FrozenState> Instance::freeze(uint64_t epoch) {
  if (!state_) return wf::not_implemented("the component keeps no state");
  const BusyMark mark(busy_);
  wf_error error = wf::make_error();
  void* frozen = state_->freeze(self_, epoch, &error);
  if (!frozen) return wf::from_abi(error.code < 0 ? error.code : WF_ERR_INTERNAL, error);
  return FrozenState(frozen, [this](void* view) { state_->release(self_, view); });
}

wf::Status Instance::write_state(const FrozenState& frozen, const ByteSink& to) {
  WriteCall writer(to);
  wf_error error = wf::make_error();
  const int32_t code = state_->write(self_, frozen.get(), writer.abi(), &error);
  WF_TRY(writer.failed());
  return wf::from_abi(code, error);
}

wf::Status Instance::restore_state(std::string_view bytes) {
  if (!state_) return wf::not_implemented("the component keeps no state");
  const BusyMark mark(busy_);
  wf_error error = wf::make_error();
  return wf::from_abi(state_->restore(self_, wf::str(bytes), &error), error);
}

}  // namespace weirflow::plugin
