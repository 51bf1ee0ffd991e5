// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/instance.h"

#include <cassert>

#include "plugin/instance_calls.h"
#include "plugin/sized.h"
#include "weirflow/bridge.hpp"
#include "weirflow/error.hpp"

namespace weirflow::plugin {

namespace {

// What the host does in place of a function that a component leaves out.
int32_t no_bind(wf_instance*, const wf_bind_context*, wf_error*) { return WF_OK; }
int32_t no_open(wf_instance*, wf_error*) { return WF_OK; }
int32_t no_finish_input(wf_instance*, uint32_t, const wf_emitter*, wf_error*) {
  return WF_CONTINUE;
}
int32_t no_finish(wf_instance*, const wf_emitter*, wf_error*) { return WF_CONTINUE; }
void no_call(wf_instance*) {}
const void* no_extension(wf_instance*, wf_str) { return nullptr; }
int32_t no_process(wf_instance*, uint32_t, ArrowArray* batch, const wf_emitter*, wf_error* error) {
  wf::release(batch);
  return wf::to_abi(wf::internal_error("the component has no process function"), error);
}

template <typename F>
void fill(F& slot, F stub) {
  if (!slot) slot = stub;
}

template <typename T>
wf::Status find(Instance& instance, const char* id, std::optional<T>& out) {
  const void* found = instance.extension(id);
  if (!found) return {};
  WF_ASSIGN(out, copy_sized(static_cast<const T*>(found), sizeof(T), id));
  return {};
}

}  // namespace

std::vector<std::string> output_names(const ComponentInfo& component,
                                      const wf::Value::Table& config) {
  std::vector<std::string> names;
  for (const PortInfo& port : component.outputs) {
    if (!port.dynamic) {
      names.push_back(port.name);
      continue;
    }
    for (const auto& [key, value] : config) {
      if (key != port.names_from) continue;
      if (value.table())
        for (const auto& [name, _] : *value.table()) names.push_back(name);
      if (value.list())
        for (const wf::Value& name : *value.list())
          if (name.string()) names.push_back(*name.string());
    }
  }
  return names;
}

wf::Result<std::unique_ptr<Instance>> Instance::create(const ComponentClass& cls,
                                                       HostServices& services) {
  std::unique_ptr<Instance> instance(new Instance(services));
  wf_error error = wf::make_error();
  wf_instance* made = nullptr;
  try {
    made = cls.create(cls.self, instance->host_.abi(), &error);
  } catch (const std::exception& e) {
    return wf::internal_error(std::string("create threw: ") + e.what());
  } catch (...) {
    return wf::internal_error("create threw");
  }
  if (!made) return wf::from_abi(error.code < 0 ? error.code : WF_ERR_INTERNAL, error);
  WF_TRY(instance->adopt(made));
  WF_TRY(instance->find_extensions());
  return instance;
}

wf::Status Instance::adopt(wf_instance* made) {
  WF_ASSIGN(fn_,
            copy_sized(static_cast<const wf_instance*>(made), sizeof(wf_instance), "the instance"));
  if (!fn_.destroy) return wf::invalid_data("the instance has no destroy function");
  self_ = made;
  if (!fn_.configure) return wf::invalid_data("the instance has no configure function");
  fill(fn_.bind, no_bind);
  fill(fn_.open, no_open);
  fill(fn_.process, no_process);
  fill(fn_.finish_input, no_finish_input);
  fill(fn_.finish, no_finish);
  fill(fn_.cancel, no_call);
  fill(fn_.wake, no_call);
  fill(fn_.close, no_open);
  fill(fn_.get_extension, no_extension);
  return {};
}

wf::Status Instance::find_extensions() {
  WF_TRY(find(*this, WF_EXT_SOURCE, source_));
  WF_TRY(find(*this, WF_EXT_ESTIMATOR, estimator_));
  WF_TRY(find(*this, WF_EXT_COMMIT, commit_));
  WF_TRY(find(*this, WF_EXT_STATE, state_));
  WF_TRY(find(*this, WF_EXT_TIMERS, timers_));
  const auto missing = [](const char* id) {
    return wf::invalid_data(std::string(id) + " lacks a function that it must have");
  };
  if (source_ && (!source_->boundedness || !source_->next)) return missing(WF_EXT_SOURCE);
  if (estimator_ && (!estimator_->fit || !estimator_->load)) return missing(WF_EXT_ESTIMATOR);
  if (commit_ && (!commit_->commit_key || !commit_->create_committer || !commit_->attach))
    return missing(WF_EXT_COMMIT);
  if (state_ && (!state_->freeze || !state_->write || !state_->release || !state_->restore))
    return missing(WF_EXT_STATE);
  return {};
}

Instance::~Instance() {
  if (!self_) return;
  (void)close();
  fn_.destroy(self_);
}

wf::Status Instance::configure(const wf::Value::Table& values) {
  const BusyMark mark(busy_);
  const wf::Value table(values);
  const wf::AbiValue abi(table);
  wf_error error = wf::make_error();
  return wf::from_abi(fn_.configure(self_, abi.get().as.table, abi.get().count, &error), error);
}

wf::Status Instance::open() {
  const BusyMark mark(busy_);
  opened_ = true;
  wf_error error = wf::make_error();
  return wf::from_abi(fn_.open(self_, &error), error);
}

wf::Status Instance::close() {
  if (!opened_) return {};
  const BusyMark mark(busy_);
  opened_ = false;
  wf_error error = wf::make_error();
  return wf::from_abi(fn_.close(self_, &error), error);
}

template <typename Call>
wf::Result<int32_t> Instance::run(Output& out, Call&& call) {
  const BusyMark mark(busy_);
  EmitCall emit(out, outputs_);
  wf_error error = wf::make_error();
  const int32_t code = call(emit.abi(), &error);
  if (!emit.broken().ok()) return emit.broken();
  if (code < 0) return wf::from_abi(code, error);
  return code;
}

template <typename Call>
wf::Result<Step> Instance::step(Output& out, Call&& call) {
  WF_ASSIGN(const int32_t code, run(out, std::forward<Call>(call)));
  switch (code) {
    case WF_CONTINUE:
      return Step::go_on;
    case WF_MORE:
      return Step::more;
    case WF_DONE:
      return Step::done;
    default:
      return wf::internal_error("the component answered " + std::to_string(code) +
                                ", which means nothing here");
  }
}

wf::Result<Step> Instance::process(uint32_t port, const wf::Batch& batch, Output& out) {
  ArrowArray array{};
  wf::export_batch(batch, &array);
  wf::Result<Step> answer = step(out, [&](const wf_emitter* emitter, wf_error* error) {
    return fn_.process(self_, port, &array, emitter, error);
  });
  if (!array.release) return answer;
  wf::release(&array);
  WF_TRY(answer.status());
  return wf::internal_error("the component left its input batch to the host");
}

wf::Result<Step> Instance::resume(uint32_t port, Output& out) {
  return step(out, [&](const wf_emitter* emitter, wf_error* error) {
    return fn_.process(self_, port, nullptr, emitter, error);
  });
}

wf::Result<Step> Instance::finish_input(uint32_t port, Output& out) {
  return step(out, [&](const wf_emitter* emitter, wf_error* error) {
    return fn_.finish_input(self_, port, emitter, error);
  });
}

wf::Result<Step> Instance::finish(Output& out) {
  return step(out, [&](const wf_emitter* emitter, wf_error* error) {
    return fn_.finish(self_, emitter, error);
  });
}

wf::Result<Step> Instance::on_watermark(int64_t us, Output& out) {
  if (!timers_ || !timers_->on_watermark) return Step::go_on;
  return step(out, [&](const wf_emitter* emitter, wf_error* error) {
    return timers_->on_watermark(self_, us, emitter, error);
  });
}

wf::Result<Step> Instance::on_timer(wf::TimeKind time, int64_t at_us, std::string_view key,
                                    Output& out) {
  if (!timers_ || !timers_->on_timer)
    return wf::internal_error("the component has set a timer and takes none");
  return step(out, [&](const wf_emitter* emitter, wf_error* error) {
    return timers_->on_timer(self_, static_cast<uint32_t>(time), at_us, wf::str(key), emitter,
                             error);
  });
}

void Instance::cancel() { fn_.cancel(self_); }
void Instance::wake() { fn_.wake(self_); }
const void* Instance::extension(std::string_view id) {
  return fn_.get_extension(self_, wf::str(id));
}

wf::Result<int32_t> Instance::next(int64_t max_wait_us, Output& out) {
  if (!source_) return wf::not_implemented("the component is no source");
  WF_ASSIGN(const int32_t code, run(out, [&](const wf_emitter* emitter, wf_error* error) {
              return source_->next(self_, max_wait_us, emitter, error);
            }));
  if (code >= WF_SOURCE_MORE && code <= WF_SOURCE_END) return code;
  return wf::internal_error("the source answered " + std::to_string(code) +
                            ", which means nothing here");
}

}  // namespace weirflow::plugin
