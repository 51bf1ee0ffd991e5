// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The inside of harness.hpp.

#include "weirflow/testing/harness.hpp"

namespace wf::testing {

namespace detail {

inline const wf_field_info* find_field(const wf_descriptor& d, std::string_view key) {
  for (uint32_t i = 0; i < d.n_fields; ++i)
    if (view(d.fields[i]->key) == key) return d.fields[i];
  return nullptr;
}

struct SpoolReader {
  std::vector<Batch> batches;
  Schema schema;
  size_t at = 0;
};

inline void open_stream(const std::vector<Batch>& batches, const Schema& schema,
                        ArrowArrayStream* out) {
  out->private_data = new SpoolReader{batches, schema, 0};
  out->get_schema = [](ArrowArrayStream* s, ArrowSchema* to) {
    export_schema(static_cast<SpoolReader*>(s->private_data)->schema, to);
    return 0;
  };
  out->get_next = [](ArrowArrayStream* s, ArrowArray* to) {
    auto& reader = *static_cast<SpoolReader*>(s->private_data);
    *to = ArrowArray{};
    if (reader.at < reader.batches.size()) export_batch(reader.batches[reader.at++], to);
    return 0;
  };
  out->get_last_error = [](ArrowArrayStream*) -> const char* { return nullptr; };
  out->release = [](ArrowArrayStream* s) {
    delete static_cast<SpoolReader*>(s->private_data);
    s->release = nullptr;
  };
}

/// A writer into a string.
inline wf_writer string_writer(std::string& to) {
  wf_writer writer{};
  writer.struct_size = sizeof(writer);
  writer.context = &to;
  writer.write = [](void* context, const void* data, size_t size) -> int32_t {
    static_cast<std::string*>(context)->append(static_cast<const char*>(data), size);
    return WF_OK;
  };
  return writer;
}

}  // namespace detail

inline Status Harness::configure(Value::Table values) {
  detail::Session& self = *impl_;
  WF_TRY(self.created);
  const wf_descriptor& d = *self.cls->descriptor;
  Value::Table full;
  for (auto& [key, value] : values) {
    const wf_field_info* field = detail::find_field(d, key);
    if (!field) return invalid_config("the component has no key '" + key + "'").at({key, 0, 0, ""});
    if (field->type == WF_FIELD_LIST && !value.list() && !value.is_null())
      value = Value(Value::List{std::move(value)});
  }
  for (uint32_t i = 0; i < d.n_fields; ++i) {
    const std::string key(view(d.fields[i]->key));
    const auto given =
        std::find_if(values.begin(), values.end(), [&](auto& kv) { return kv.first == key; });
    if (given != values.end())
      full.emplace_back(key, std::move(given->second));
    else if (d.fields[i]->flags & WF_FIELD_REQUIRED)
      return invalid_config("'" + key + "' is required").at({key, 0, 0, ""});
    else if (d.fields[i]->default_value.type != WF_VALUE_NULL)
      full.emplace_back(key, Value::from_abi(d.fields[i]->default_value));
  }
  self.config = full;
  const Value table(std::move(full));
  const AbiValue abi(table);
  wf_error error = make_error();
  return from_abi(self.fn.configure(self.instance, abi.get().as.table, abi.get().count, &error),
                  error);
}

inline Status Harness::bind(const std::vector<std::optional<Schema>>& given) {
  detail::Session& self = *impl_;
  WF_TRY(self.created);
  const wf_descriptor& d = *self.cls->descriptor;
  self.input_names.clear();
  self.output_names.clear();
  for (uint32_t i = 0; i < d.n_ports; ++i) {
    const wf_port_info& port = *d.ports[i];
    auto& names = port.direction == WF_PORT_INPUT ? self.input_names : self.output_names;
    if (!(port.flags & WF_PORT_DYNAMIC)) {
      names.emplace_back(view(port.name));
    } else if (port.direction == WF_PORT_INPUT) {
      const size_t count = std::max(given.size(), self.given_input_names.size());
      for (size_t k = 0; names.size() < count; ++k)
        names.push_back(k < self.given_input_names.size() ? self.given_input_names[k]
                                                          : "in" + std::to_string(k));
    } else {
      const Value config(self.config);
      const Value* from = config.find(view(port.names_from));
      if (from && from->table())
        for (const auto& [name, _] : *from->table()) names.push_back(name);
      if (from && from->list())
        for (const Value& name : *from->list())
          if (name.string()) names.push_back(*name.string());
    }
  }

  std::vector<ArrowSchema> schemas(self.input_names.size());
  std::vector<wf_bind_port> ports(self.input_names.size() + self.output_names.size());
  std::vector<const wf_bind_port*> in, out;
  self.inputs.assign(self.input_names.size(), nullptr);
  for (size_t i = 0; i < self.input_names.size(); ++i) {
    ports[i] = {sizeof(wf_bind_port), 2, str(self.input_names[i]), nullptr};
    if (i < given.size() && given[i]) {
      export_schema(*given[i], &schemas[i]);
      ports[i].connected = 1;
      ports[i].schema = &schemas[i];
      self.inputs[i] = std::make_shared<const Schema>(*given[i]);
    }
    in.push_back(&ports[i]);
  }
  for (size_t i = 0; i < self.output_names.size(); ++i) {
    wf_bind_port& port = ports[self.input_names.size() + i];
    port = {sizeof(wf_bind_port), 1, str(self.output_names[i]), nullptr};
    out.push_back(&port);
  }
  self.outputs.assign(self.output_names.size(), detail::Output());
  self.warnings.clear();
  self.errors.clear();
  const std::string before = self.remembered;
  wf_bind_context context{};
  context.struct_size = sizeof(context);
  context.n_inputs = static_cast<uint32_t>(in.size());
  context.n_outputs = static_cast<uint32_t>(out.size());
  context.inputs = in.data();
  context.outputs = out.data();
  context.remembered = str(before);
  context.context = &self;
  context.set_output = [](void* c, uint32_t port, ArrowSchema* schema) -> int32_t {
    detail::Session& me = *static_cast<detail::Session*>(c);
    Result<Schema> columns = import_schema(schema);
    if (port >= me.outputs.size() || !columns.ok()) {
      me.fail("set_output: " + (columns.ok() ? "no such output" : columns.error().message()));
      return WF_ERR_INVALID_DATA;
    }
    me.outputs[port].schema = std::move(*columns);
    me.outputs[port].shared = std::make_shared<const Schema>(*me.outputs[port].schema);
    return WF_OK;
  };
  context.set_output_unknown = [](void*, uint32_t) {};
  context.remember = [](void* c, wf_str bytes) {
    static_cast<detail::Session*>(c)->remembered = view(bytes);
  };
  context.diagnose = [](void* c, uint32_t severity, const wf_error* error) {
    detail::Session& me = *static_cast<detail::Session*>(c);
    (severity == 1 ? me.errors : me.warnings).push_back(from_abi(error->code, *error));
  };
  Status status;
  if (self.fn.bind) {
    wf_error error = make_error();
    status = from_abi(self.fn.bind(self.instance, &context, &error), error);
  }
  for (ArrowSchema& schema : schemas) release(&schema);
  WF_TRY(status);
  WF_TRY(self.broken);
  return self.errors.empty() ? Status() : self.errors.front();
}

inline Status Harness::open() {
  detail::Session& self = *impl_;
  WF_TRY(self.created);
  wf_error error = make_error();
  if (const auto* commit = self.extension<wf_commit>(WF_EXT_COMMIT); commit && !self.committer) {
    std::string key;
    const wf_writer writer = detail::string_writer(key);
    WF_TRY(from_abi(commit->commit_key(self.instance, &writer, &error), error));
    self.committer =
        commit->create_committer(self.host.abi(), self.instance, str(key), str("0"), &error);
    if (!self.committer) return from_abi(error.code < 0 ? error.code : WF_ERR_INTERNAL, error);
    WF_TRY(from_abi(commit->attach(self.instance, self.committer, &error), error));
  }
  self.opened = true;
  return self.fn.open ? from_abi(self.fn.open(self.instance, &error), error) : Status();
}

inline Status Harness::push(const Batch& batch, int port) {
  if (impl_->done) return {};
  ArrowArray array{};
  export_batch(batch, &array);
  return push_array(&array, batch, port);
}

inline Status Harness::push_array(ArrowArray* given, const Batch& rows, int port) {
  detail::Session& self = *impl_;
  if (self.done) return wf::release(given), Status();
  ArrowArray array = *given;
  given->release = nullptr;
  self.counters.in += rows.rows();
  self.track(&array);
  self.host.set_current(&rows);
  const Status status = self.until_quiet(
      [&](wf_error& error) {
        const int32_t code = self.fn.process(self.instance, static_cast<uint32_t>(port), &array,
                                             &self.emitter, &error);
        if (array.release) {
          array.release(&array);
          self.fail("process left its input batch to the host");
        }
        return code;
      },
      static_cast<uint32_t>(port));
  self.host.set_current(nullptr);
  WF_TRY(status);
  return self.broken;
}

inline Status Harness::finish_input(int port) {
  detail::Session& self = *impl_;
  if (!self.fn.finish_input || self.done) return {};
  wf_error error = make_error();
  int32_t code = WF_MORE;
  while (code == WF_MORE)
    code = self.fn.finish_input(self.instance, static_cast<uint32_t>(port), &self.emitter, &error);
  return self.settle(code, error);
}

inline Status Harness::finish() {
  detail::Session& self = *impl_;
  for (size_t i = 0; i < self.inputs.size(); ++i)
    if (self.inputs[i]) WF_TRY(finish_input(static_cast<int>(i)));
  if (!self.fn.finish) return {};
  wf_error error = make_error();
  int32_t code = WF_MORE;
  while (code == WF_MORE) code = self.fn.finish(self.instance, &self.emitter, &error);
  return self.settle(code, error);
}

inline Result<int32_t> Harness::next(Duration max_wait) {
  detail::Session& self = *impl_;
  const auto* source = self.extension<wf_source>(WF_EXT_SOURCE);
  if (!source) return internal_error("the component offers no wf.source/1");
  wf_error error = make_error();
  const int32_t code = source->next(self.instance, max_wait.count(), &self.emitter, &error);
  if (code < 0) return from_abi(code, error);
  WF_TRY(self.broken);
  if (code < WF_SOURCE_MORE || code > WF_SOURCE_END)
    return internal_error("next answered " + std::to_string(code));
  return code;
}

inline Result<bool> Harness::drain(int max_calls, Duration max_wait) {
  for (int i = 0; i < max_calls; ++i) {
    WF_ASSIGN(const int32_t answer, next(max_wait));
    if (answer == WF_SOURCE_END) return true;
  }
  return false;
}

inline Status Harness::act() {
  detail::Session& self = *impl_;
  while (!self.done) {
    wf_error error = make_error();
    const int32_t code = self.fn.process(self.instance, 0, nullptr, &self.emitter, &error);
    if (code != WF_MORE) WF_TRY(self.settle(code, error));
  }
  return {};
}

inline Result<std::string> Harness::prepare(uint64_t epoch) {
  detail::Session& self = *impl_;
  if (!self.committer) return not_implemented("the component has no committer");
  std::string blob;
  const wf_writer writer = detail::string_writer(blob);
  wf_error error = make_error();
  WF_TRY(from_abi(self.committer->prepare(self.committer, epoch, &writer, &error), error));
  return blob;
}
inline Status Harness::commit_blob(std::string_view blob, uint64_t epoch,
                                   std::string_view manifest_hash) {
  wf_error error = make_error();
  wf_committer* c = impl_->committer;
  return from_abi(c->commit(c, epoch, str(manifest_hash), str(blob), &error), error);
}
inline Status Harness::abort_blob(std::string_view blob, uint64_t epoch) {
  wf_error error = make_error();
  wf_committer* c = impl_->committer;
  return from_abi(c->abort(c, epoch, str(blob), &error), error);
}
inline Status Harness::commit(uint64_t epoch) {
  if (!impl_->committer) return {};
  WF_ASSIGN(const std::string blob, prepare(epoch));
  return commit_blob(blob, epoch);
}

inline Status Harness::close() {
  detail::Session& self = *impl_;
  if (!self.opened) return {};
  self.opened = false;
  Status status;
  if (self.fn.close) {
    wf_error error = make_error();
    status = from_abi(self.fn.close(self.instance, &error), error);
  }
  if (self.released_twice) self.fail("an input batch was released twice");
  WF_TRY(status);
  return self.broken;
}

inline Status Harness::run(Value::Table values, const std::vector<Batch>& batches) {
  std::vector<std::optional<Schema>> inputs;
  if (!batches.empty()) inputs.emplace_back(batches.front().schema());
  WF_TRY(start(std::move(values), inputs));
  for (const Batch& b : batches) WF_TRY(push(b));
  WF_TRY(finish());
  WF_TRY(commit());
  return close();
}

inline Result<std::string> Harness::fit(const std::vector<Batch>& batches) {
  detail::Session& self = *impl_;
  const auto* estimator = self.extension<wf_estimator>(WF_EXT_ESTIMATOR);
  if (!estimator) return internal_error("the component offers no wf.estimator/1");
  struct Context {
    const std::vector<Batch>* batches;
    Schema schema;
  } context{&batches, self.inputs.empty() || !self.inputs[0] ? Schema() : *self.inputs[0]};
  wf_spool spool{};
  spool.struct_size = sizeof(spool);
  for (const Batch& b : batches) spool.rows += b.rows();
  spool.context = &context;
  spool.open_reader = [](void* c, ArrowArrayStream* out, wf_error*) -> int32_t {
    auto& from = *static_cast<Context*>(c);
    detail::open_stream(*from.batches, from.schema, out);
    return WF_OK;
  };
  std::string state;
  const wf_writer writer = detail::string_writer(state);
  wf_error error = make_error();
  WF_TRY(from_abi(estimator->fit(self.instance, &spool, &writer, &error), error));
  return state;
}

inline Status Harness::load(std::string_view state) {
  detail::Session& self = *impl_;
  const auto* estimator = self.extension<wf_estimator>(WF_EXT_ESTIMATOR);
  if (!estimator) return internal_error("the component offers no wf.estimator/1");
  // Of the exact size, so that a sanitizer sees a read past the end.
  void* memory = nullptr;
  if (posix_memalign(&memory, kAlignment, std::max<size_t>(state.size(), 1)) != 0)
    return exhausted("out of memory");
  if (!state.empty()) std::memcpy(memory, state.data(), state.size());
  self.states.emplace_back(static_cast<char*>(memory), std::free);
  wf_error error = make_error();
  return from_abi(
      estimator->load(self.instance, {static_cast<char*>(memory), state.size()}, &error), error);
}

inline Result<std::string> Harness::snapshot(uint64_t epoch) {
  detail::Session& self = *impl_;
  std::string bytes;
  const wf_writer writer = detail::string_writer(bytes);
  wf_error error = make_error();
  if (const auto* source = self.extension<wf_source>(WF_EXT_SOURCE)) {
    WF_TRY(from_abi(source->snapshot(self.instance, epoch, &writer, &error), error));
    return bytes;
  }
  const auto* state = self.extension<wf_state>(WF_EXT_STATE);
  if (!state) return internal_error("the component offers neither wf.source/1 nor wf.state/1");
  void* frozen = state->freeze(self.instance, epoch, &error);
  if (!frozen) return from_abi(error.code < 0 ? error.code : WF_ERR_INTERNAL, error);
  const int32_t code = state->write(self.instance, frozen, &writer, &error);
  state->release(self.instance, frozen);
  WF_TRY(from_abi(code, error));
  return bytes;
}
inline Status Harness::restore(std::string_view bytes) {
  detail::Session& self = *impl_;
  wf_error error = make_error();
  if (const auto* source = self.extension<wf_source>(WF_EXT_SOURCE))
    return from_abi(source->restore(self.instance, str(bytes), &error), error);
  const auto* state = self.extension<wf_state>(WF_EXT_STATE);
  if (!state) return internal_error("the component offers neither wf.source/1 nor wf.state/1");
  return from_abi(state->restore(self.instance, str(bytes), &error), error);
}
inline void Harness::committed(uint64_t epoch) {
  const auto* source = impl_->extension<wf_source>(WF_EXT_SOURCE);
  if (source && source->committed) source->committed(impl_->instance, epoch);
}
inline void Harness::paused(bool is_paused) {
  const auto* source = impl_->extension<wf_source>(WF_EXT_SOURCE);
  if (source && source->paused) source->paused(impl_->instance, is_paused ? 1 : 2);
}
inline void Harness::retired(uint64_t epoch) {
  const auto* source = impl_->extension<wf_source>(WF_EXT_SOURCE);
  if (source && source->retired) source->retired(impl_->instance, epoch);
}
inline Status Harness::advance_watermark(int64_t us) {
  detail::Session& self = *impl_;
  const auto* timers = self.extension<wf_timers>(WF_EXT_TIMERS);
  if (!timers) return internal_error("the component offers no wf.timers/1");
  if (us <= self.host.watermark) return {};
  self.host.watermark = us;
  WF_TRY(fire(TimeKind::event, us));
  int32_t code = WF_MORE;
  wf_error error = make_error();
  while (timers->on_watermark && code == WF_MORE)
    code = timers->on_watermark(self.instance, us, &self.emitter, &error);
  return timers->on_watermark ? self.settle(code, error) : Status();
}
inline Status Harness::advance_time(int64_t now_us) {
  impl_->host.now_us = now_us;
  return fire(TimeKind::processing, now_us);
}
inline Status Harness::fire(TimeKind time, int64_t up_to_us) {
  detail::Session& self = *impl_;
  const auto* timers = self.extension<wf_timers>(WF_EXT_TIMERS);
  if (!timers) return internal_error("the component offers no wf.timers/1");
  while (const auto due = self.host.take_timer(time, up_to_us)) {
    int32_t code = WF_MORE;
    wf_error error = make_error();
    while (code == WF_MORE)
      code = timers->on_timer(self.instance, static_cast<uint32_t>(time), due->first,
                              str(due->second), &self.emitter, &error);
    WF_TRY(self.settle(code, error));
  }
  return {};
}
inline Result<Committer::Recorded> Harness::recover() {
  wf_committer* c = impl_->committer;
  if (!c || !c->recover) return not_implemented("the component's committer keeps no record");
  Committer::Recorded recorded;
  const wf_writer writer = detail::string_writer(recorded.manifest_hash);
  wf_error error = make_error();
  WF_TRY(from_abi(c->recover(c, &recorded.epoch, &writer, &error), error));
  return recorded;
}

inline std::vector<std::string> Harness::column(std::string_view name, int port) const {
  std::vector<std::string> cells;
  for (const Batch& b : output(port)) {
    const int c = b.schema().index_of(name);
    for (int64_t i = 0; c >= 0 && i < b.rows(); ++i) cells.push_back(cell_text(b, c, i));
  }
  return cells;
}

inline Counters Harness::counters() const {
  Counters c = impl_->counters;
  c.refused = static_cast<int64_t>(impl_->host.refused().size());
  c.passed += impl_->host.counted(WF_COUNT_PASSED);
  c.filtered += impl_->host.counted(WF_COUNT_FILTERED);
  c.absorbed += impl_->host.counted(WF_COUNT_ABSORBED);
  return c;
}

inline Status Harness::conservation() const {
  const Counters c = counters();
  const auto must = [](int64_t a, int64_t b, const char* rule) {
    if (a == b) return Status();
    return internal_error(std::string("counters: ") + rule +
                          " does not hold: " + std::to_string(a) + " and " + std::to_string(b));
  };
  const uint32_t kind = impl_->cls->descriptor->cardinality;
  if (kind == WF_CARDINALITY_NONE) return {};
  if (kind == WF_CARDINALITY_SOURCE)
    return must(c.read, c.out + c.filtered + c.refused, "read = out + filtered + refused");
  WF_TRY(must(c.in, c.passed + c.absorbed + c.filtered + c.refused,
              "in = passed + absorbed + filtered + refused"));
  if (kind == WF_CARDINALITY_MAP || kind == WF_CARDINALITY_FILTER || kind == WF_CARDINALITY_ROUTE)
    return must(c.out, c.passed, "out = passed");
  return {};
}

}  // namespace wf::testing
