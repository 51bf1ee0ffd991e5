// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/instance.h"
#include "plugin/instance_calls.h"
#include "weirflow/bridge.hpp"
#include "weirflow/error.hpp"

namespace weirflow::plugin {

namespace {

/// One bind call: the question in C form, and the answers as they come.
class BindCall {
 public:
  explicit BindCall(const BindRequest& request)
      : request_(request), schemas_(request.inputs.size()), said_(request.outputs.size()) {
    reply_.outputs.resize(request.outputs.size());
    for (size_t i = 0; i < request.inputs.size(); ++i) {
      const BindPort& port = request.inputs[i];
      if (port.schema) wf::export_schema(*port.schema, &schemas_[i]);
      ports_.push_back(make_port(port, port.schema ? &schemas_[i] : nullptr));
    }
    for (const BindPort& port : request.outputs) ports_.push_back(make_port(port, nullptr));
    for (const wf_bind_port& port : ports_)
      (inputs_.size() < request.inputs.size() ? inputs_ : outputs_).push_back(&port);
    abi_.struct_size = sizeof(abi_);
    abi_.n_inputs = static_cast<uint32_t>(inputs_.size());
    abi_.n_outputs = static_cast<uint32_t>(outputs_.size());
    abi_.inputs = inputs_.data();
    abi_.outputs = outputs_.data();
    abi_.remembered = wf::str(request.remembered);
    abi_.context = this;
    abi_.set_output = [](void* c, uint32_t port, ArrowSchema* schema) noexcept -> int32_t {
      const wf::Status s = wf::guarded([&] { return self(c).set_output(port, schema); });
      return static_cast<int32_t>(s.code());
    };
    abi_.set_output_unknown = [](void* c, uint32_t port) noexcept {
      (void)wf::guarded([&] { return self(c).claim(port); });
    };
    abi_.remember = [](void* c, wf_str bytes) noexcept {
      (void)wf::guarded(
          [&] { return self(c).reply_.remembered.emplace(wf::view(bytes)), wf::Status(); });
    };
    abi_.diagnose = [](void* c, uint32_t severity, const wf_error* error) noexcept {
      (void)wf::guarded([&] { return self(c).diagnose(severity, *error), wf::Status(); });
    };
  }
  BindCall(const BindCall&) = delete;
  BindCall& operator=(const BindCall&) = delete;
  ~BindCall() {
    for (ArrowSchema& schema : schemas_) wf::release(&schema);
  }
  [[nodiscard]] const wf_bind_context* abi() const { return &abi_; }

  BindReply finish(wf::Status returned) {
    if (!returned.ok()) reply_.errors.push_back(std::move(returned));
    for (size_t i = 0; i < said_.size() && reply_.errors.empty(); ++i)
      if (!said_[i])
        (void)broken("it said nothing of output `" + request_.outputs[i].name + "` at bind");
    if (!broken_.ok()) reply_.errors.push_back(broken_);
    if (!reply_.errors.empty()) reply_.status = reply_.errors.front();
    return std::move(reply_);
  }

 private:
  static BindCall& self(void* context) { return *static_cast<BindCall*>(context); }
  static wf_bind_port make_port(const BindPort& port, const ArrowSchema* schema) {
    return {sizeof(wf_bind_port), port.connected ? 1U : 2U, wf::str(port.name), schema};
  }
  wf::Status broken(std::string what) {
    if (broken_.ok())
      broken_ = wf::internal_error("the component broke the ABI: " + std::move(what));
    return broken_;
  }
  wf::Status claim(uint32_t port) {
    if (port >= said_.size()) return broken("there is no output " + std::to_string(port));
    if (said_[port])
      return broken("output `" + request_.outputs[port].name + "` was announced twice in one bind");
    said_[port] = true;
    return {};
  }
  wf::Status set_output(uint32_t port, ArrowSchema* schema) {
    if (wf::Status s = claim(port); !s.ok()) {
      wf::release(schema);
      return s;
    }
    wf::Result<wf::Schema> columns = wf::import_schema(schema);
    if (!columns.ok())
      return broken("columns of output `" + request_.outputs[port].name +
                    "`: " + columns.error().message());
    reply_.outputs[port] = std::make_shared<const wf::Schema>(std::move(*columns));
    return {};
  }
  void diagnose(uint32_t severity, const wf_error& error) {
    const int32_t code = error.code < 0 ? error.code : WF_ERR_INVALID_CONFIG;
    (severity == 2 ? reply_.warnings : reply_.errors).push_back(wf::from_abi(code, error));
  }

  const BindRequest& request_;
  std::vector<ArrowSchema> schemas_;
  std::vector<wf_bind_port> ports_;
  std::vector<const wf_bind_port*> inputs_, outputs_;
  std::vector<bool> said_;
  wf_bind_context abi_{};
  BindReply reply_;
  wf::Status broken_;
};

}  // namespace

BindReply Instance::bind(const BindRequest& request) {
  const BusyMark mark(busy_);
  BindCall call(request);
  wf_error error = wf::make_error();
  const int32_t code = fn_.bind(self_, call.abi(), &error);
  BindReply reply = call.finish(wf::from_abi(code, error));
  outputs_ = reply.outputs;
  return reply;
}

}  // namespace weirflow::plugin
