// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Objects that live for one call into an instance.

#include <atomic>
#include <cassert>
#include <string>

#include "plugin/instance.h"

namespace weirflow::plugin {

/// Asserts that [setup] and [worker] calls of an instance do not overlap.
class BusyMark {
 public:
  explicit BusyMark(std::atomic<int>& busy) : busy_(busy) {
    [[maybe_unused]] const int before = busy_.fetch_add(1);
    assert(before == 0 && "two [setup] or [worker] calls of one instance overlap");
  }
  BusyMark(const BusyMark&) = delete;
  BusyMark& operator=(const BusyMark&) = delete;
  ~BusyMark() { busy_.fetch_sub(1); }

 private:
  std::atomic<int>& busy_;
};

/// A wf_emitter in front of an Output: takes batches over and checks that they fit.
class EmitCall {
 public:
  EmitCall(Output& out, const std::vector<wf::SchemaPtr>& schemas);
  EmitCall(const EmitCall&) = delete;
  EmitCall& operator=(const EmitCall&) = delete;
  [[nodiscard]] const wf_emitter* abi() const { return &abi_; }
  /// What the component did that it must not, whatever its call answered.
  [[nodiscard]] const wf::Status& broken() const { return broken_; }

 private:
  int32_t emit(uint32_t port, ArrowArray* batch);
  void count(uint32_t what, int64_t rows);
  wf_emitter abi_{};
  Output& out_;
  const std::vector<wf::SchemaPtr>& schemas_;
  wf::Status broken_;
};

/// A wf_writer in front of a ByteSink.
class WriteCall {
 public:
  explicit WriteCall(const ByteSink& sink);
  WriteCall(const WriteCall&) = delete;
  WriteCall& operator=(const WriteCall&) = delete;
  [[nodiscard]] const wf_writer* abi() const { return &abi_; }
  /// What the sink answered, if it failed.
  [[nodiscard]] const wf::Status& failed() const { return failed_; }

 private:
  wf_writer abi_{};
  const ByteSink& sink_;
  wf::Status failed_;
};

/// Collects what `call(const wf_writer*, wf_error*)` writes.
template <typename Call>
wf::Result<std::string> collect_bytes(Call&& call) {
  std::string bytes;
  const ByteSink sink = [&](std::string_view part) {
    bytes.append(part);
    return wf::Status();
  };
  WriteCall writer(sink);
  wf_error error = wf::make_error();
  WF_TRY(wf::from_abi(call(writer.abi(), &error), error));
  return bytes;
}

}  // namespace weirflow::plugin
