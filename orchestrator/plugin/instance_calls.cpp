// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/instance_calls.h"

#include "weirflow/bridge.hpp"

namespace weirflow::plugin {

EmitCall::EmitCall(Output& out, const std::vector<wf::SchemaPtr>& schemas)
    : out_(out), schemas_(schemas) {
  abi_.struct_size = sizeof(abi_);
  abi_.context = this;
  abi_.emit = [](void* context, uint32_t port, ArrowArray* batch) noexcept -> int32_t {
    auto& self = *static_cast<EmitCall*>(context);
    int32_t answer = WF_ERR_INTERNAL;
    wf::Status status = wf::guarded([&] {
      answer = self.emit(port, batch);
      return wf::Status();
    });
    if (!status.ok() && self.broken_.ok()) self.broken_ = std::move(status);
    return answer;
  };
  abi_.count = [](void* context, uint32_t what, int64_t rows) noexcept {
    static_cast<EmitCall*>(context)->count(what, rows);
  };
  abi_.watermark = [](void* context, int64_t us) noexcept {
    static_cast<EmitCall*>(context)->out_.watermark(us);
  };
  abi_.idle = [](void* context) noexcept { static_cast<EmitCall*>(context)->out_.idle(); };
}

int32_t EmitCall::emit(uint32_t port, ArrowArray* batch) {
  const auto refuse = [&](std::string why) {
    if (broken_.ok()) broken_ = wf::internal_error("the component emitted " + std::move(why));
    return WF_ERR_INVALID_DATA;
  };
  if (port >= schemas_.size() || !schemas_[port]) {
    wf::release(batch);
    return refuse("a batch on output " + std::to_string(port) + ", which has no announced columns");
  }
  wf::Result<wf::Batch> imported = wf::import_batch(batch, schemas_[port]);
  if (!imported.ok()) return refuse("a batch that does not fit: " + imported.error().message());
  switch (out_.emit(port, std::move(*imported))) {
    case wf::Emit::go_on:
      return WF_EMIT_CONTINUE;
    case wf::Emit::pause:
      return WF_EMIT_PAUSE;
    case wf::Emit::closed:
      break;
  }
  return WF_EMIT_CLOSED;
}

void EmitCall::count(uint32_t what, int64_t rows) {
  if (what < WF_COUNT_PASSED || what > WF_COUNT_READ || rows < 0) {
    if (broken_.ok())
      broken_ = wf::internal_error("the component counted " + std::to_string(rows) +
                                   " rows as kind " + std::to_string(what));
    return;
  }
  out_.count(what, rows);
}

WriteCall::WriteCall(const ByteSink& sink) : sink_(sink) {
  abi_.struct_size = sizeof(abi_);
  abi_.context = this;
  abi_.write = [](void* context, const void* data, size_t size) noexcept -> int32_t {
    auto& self = *static_cast<WriteCall*>(context);
    wf::Status status = wf::guarded([&] {
      return self.sink_({static_cast<const char*>(data), size});
    });
    if (status.ok()) return WF_OK;
    const auto code = static_cast<int32_t>(status.code());
    if (self.failed_.ok()) self.failed_ = std::move(status);
    return code;
  };
}

}  // namespace weirflow::plugin
