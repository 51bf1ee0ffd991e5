// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The state behind harness.hpp: the instance, the emitter it is given, and the accounts.

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "weirflow/component.hpp"
#include "weirflow/testing/mock_host.hpp"

namespace wf::testing {

/// Row counts of one attempt; `in` and `out` are the harness's own.
struct Counters {
  int64_t in = 0, out = 0, refused = 0;
  int64_t passed = 0, filtered = 0, absorbed = 0, read = 0;
};

namespace detail {

struct Output {
  std::optional<Schema> schema;
  SchemaPtr shared;
  std::vector<Batch> batches;
};

/// One instance, what it was given and what it did.
struct Session {
  const wf_component_class* cls = nullptr;
  MockHost host;
  wf_instance* instance = nullptr;
  wf_instance fn{};
  Status created;
  std::vector<std::string> given_input_names, input_names, output_names;
  std::vector<SchemaPtr> inputs;  // null: unconnected
  std::vector<Output> outputs;
  std::string remembered;
  std::vector<Status> warnings, errors;
  Value::Table config;
  bool opened = false, done = false, pause = false;
  std::set<uint32_t> closed;
  Counters counters;
  std::vector<int64_t> watermarks;
  int64_t idle_watermarks = 0;
  int64_t released_twice = 0;
  Status broken;  // a rule of the ABI that the component broke
  std::vector<std::unique_ptr<char, void (*)(void*)>> states;
  wf_committer* committer = nullptr;
  wf_emitter emitter{};

  void create() {
    emitter.struct_size = sizeof(emitter);
    emitter.context = this;
    emitter.emit = emit;
    emitter.count = count;
    emitter.watermark = [](void* context, int64_t us) {
      Session& self = *static_cast<Session*>(context);
      if (self.watermarks.empty() || us > self.watermarks.back()) self.watermarks.push_back(us);
    };
    emitter.idle = [](void* context) { ++static_cast<Session*>(context)->idle_watermarks; };
    wf_error error = make_error();
    instance = cls->create(cls, host.abi(), &error);
    if (!instance) {
      created = from_abi(error.code < 0 ? error.code : WF_ERR_INTERNAL, error);
      return;
    }
    std::memcpy(&fn, instance, std::min<size_t>(sizeof(fn), instance->struct_size));
  }
  void destroy() {
    if (instance && opened && fn.close) {
      wf_error error = make_error();
      fn.close(instance, &error);
    }
    if (instance) fn.destroy(instance);
    if (committer && committer->destroy) committer->destroy(committer);
    instance = nullptr;
  }

  template <typename T>
  const T* extension(const char* id) const {
    if (!instance || !fn.get_extension) return nullptr;
    return static_cast<const T*>(fn.get_extension(instance, str(id)));
  }

  static int32_t emit(void* context, uint32_t port, ArrowArray* array) {
    Session& self = *static_cast<Session*>(context);
    if (port >= self.outputs.size() || !self.outputs[port].shared) {
      release(array);
      self.fail("a batch was emitted on output " + std::to_string(port) + ", which has no columns");
      return WF_ERR_INVALID_DATA;
    }
    Result<Batch> batch = import_batch(array, self.outputs[port].shared);
    if (!batch.ok()) {
      self.fail("emitted batch: " + batch.error().message());
      return WF_ERR_INVALID_DATA;
    }
    self.counters.out += batch->rows();
    if (self.closed.count(port)) return WF_EMIT_CLOSED;
    self.outputs[port].batches.push_back(std::move(*batch));
    return self.pause ? WF_EMIT_PAUSE : WF_EMIT_CONTINUE;
  }
  static void count(void* context, uint32_t what, int64_t rows) {
    Session& self = *static_cast<Session*>(context);
    if (rows < 0) self.fail("a counter was told a negative number of rows");
    if (what == WF_COUNT_PASSED)
      self.counters.passed += rows;
    else if (what == WF_COUNT_FILTERED)
      self.counters.filtered += rows;
    else if (what == WF_COUNT_ABSORBED)
      self.counters.absorbed += rows;
    else if (what == WF_COUNT_READ)
      self.counters.read += rows;
    else
      self.fail("unknown counter " + std::to_string(what));
  }
  void fail(std::string what) {
    if (broken.ok()) broken = internal_error(std::move(what));
  }

  /// Wraps an array so that its releases are counted.
  struct Tracked {
    ArrowArray inner;
    Session* owner;
    bool released = false;
  };
  std::vector<std::unique_ptr<Tracked>> tracked;
  void track(ArrowArray* array) {
    auto& t = *tracked.emplace_back(std::make_unique<Tracked>(Tracked{*array, this}));
    array->private_data = &t;
    array->release = [](ArrowArray* a) {
      auto& mine = *static_cast<Tracked*>(a->private_data);
      a->release = nullptr;
      if (mine.released) return void(++mine.owner->released_twice);
      mine.released = true;
      // Children may have been moved out; the inner release skips those that are.
      mine.inner.release(&mine.inner);
    };
  }

  /// Calls f until it no longer answers MORE.
  template <typename F>
  Status until_quiet(F&& first, uint32_t port) {
    wf_error error = make_error();
    int32_t code = first(error);
    for (int guard = 0; code == WF_MORE; ++guard) {
      if (guard > 10'000'000) return internal_error("the component answers MORE for ever");
      code = fn.process(instance, port, nullptr, &emitter, &error);
    }
    return settle(code, error);
  }
  Status settle(int32_t code, const wf_error& error) {
    if (code < 0) return from_abi(code, error);
    WF_TRY(broken);
    if (code == WF_DONE)
      done = true;
    else if (code != WF_CONTINUE)
      return internal_error("the component answered " + std::to_string(code));
    return {};
  }
};

}  // namespace detail
}  // namespace wf::testing
