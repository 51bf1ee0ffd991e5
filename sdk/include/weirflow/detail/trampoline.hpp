// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// From the C functions of abi/component.h to the virtuals of component.hpp. Every function here is
/// noexcept: what a component throws becomes an error code.

#include <new>

#include "weirflow/component.hpp"

namespace wf {

/// Calls f, turning what it throws into a Status.
template <typename F>
Status guarded(F&& f) noexcept {
  try {
    return f();
  } catch (const std::bad_alloc&) {
    return exhausted("out of memory");
  } catch (const std::length_error& e) {
    return exhausted(e.what());
  } catch (const std::exception& e) {
    return internal_error(std::string("exception: ") + e.what());
  } catch (...) {
    return internal_error("an unknown exception");
  }
}

inline Status ComponentBase::do_bind(const wf_bind_context& abi) {
  BindContext context;
  for (uint32_t i = 0; i < abi.n_inputs; ++i) {
    const wf_bind_port& port = *abi.inputs[i];
    BindInput& input = context.inputs_.emplace_back();
    input.name = view(port.name);
    input.connected = port.connected == 1;
    if (port.schema) {
      ArrowSchema borrowed =
          *port.schema;  // import takes over; a borrowed one must not be released
      borrowed.release = [](ArrowSchema* s) { s->release = nullptr; };
      WF_ASSIGN(Schema schema, import_schema(&borrowed));
      input.schema = std::move(schema);
    }
  }
  for (uint32_t i = 0; i < abi.n_outputs; ++i) {
    context.output_names_.emplace_back(view(abi.outputs[i]->name));
    context.output_connected_.push_back(abi.outputs[i]->connected == 1);
  }
  context.outputs_.resize(abi.n_outputs);
  context.remembered_ = view(abi.remembered);
  Status status = guarded([&] { return bind_ports(context); });
  const auto tell = [&](uint32_t severity, const std::vector<Status>& list) {
    for (const Status& s : list) {
      wf_error error = make_error();
      to_abi(s, &error);
      abi.diagnose(abi.context, severity, &error);
    }
  };
  tell(1, context.errors_);
  tell(2, context.warnings_);
  if (!status.ok()) return status;
  if (context.remember_) abi.remember(abi.context, str(*context.remember_));
  input_schemas_.clear();
  for (const BindInput& input : context.inputs_)
    input_schemas_.push_back(
        std::make_shared<const Schema>(input.schema ? *input.schema : Schema()));
  output_schemas_.clear();
  for (uint32_t i = 0; i < abi.n_outputs; ++i) {
    const SchemaBuilder& built = context.outputs_[i];
    output_schemas_.push_back(std::make_shared<const Schema>(built.finish()));
    if (built.is_unknown()) {
      abi.set_output_unknown(abi.context, i);
      continue;
    }
    ArrowSchema schema{};
    export_schema(*output_schemas_.back(), &schema);
    if (const int32_t code = abi.set_output(abi.context, i, &schema); code < 0)
      return {static_cast<Code>(code),
              "the host did not accept the columns of output '" + context.output_names_[i] + "'"};
  }
  return {};
}

inline void ComponentBase::count_unsaid(Emitter& out, int64_t rows) {
  if (source_) {
    if (!out.read_said_) out.count(WF_COUNT_READ, out.emitted_ + out.refused_ + out.filtered_);
    return;
  }
  const int64_t rest = rows - out.refused_ - out.filtered_;
  if (counts_rows_ || rest <= 0) return;
  out.count(cardinality_ == WF_CARDINALITY_REGROUP ? WF_COUNT_ABSORBED : WF_COUNT_PASSED, rest);
}

template <typename Call>
int32_t ComponentBase::run(const wf_emitter* abi, wf_error* error, uint32_t port, int64_t rows,
                           Call&& call) {
  assert(working_.fetch_add(1) == 0 && "two [worker] calls of one instance overlap");
  Emitter out(abi, &*host_, &output_schemas_, port);
  Status status = guarded([&] { return call(out); });
  if (status.ok()) status = std::move(out.status_);
  if (status.ok()) count_unsaid(out, rows);
  assert(working_.fetch_sub(1) == 1);
  if (!status.ok()) return to_abi(status, error);
  if (source_)
    return out.verdict_ == WF_DONE ? WF_SOURCE_END : out.idle_ ? WF_SOURCE_IDLE : WF_SOURCE_MORE;
  return out.verdict_;
}

inline int32_t ComponentBase::do_process(uint32_t port, ArrowArray* array, const wf_emitter* abi,
                                         wf_error* error) {
  if (!array) return run(abi, error, port, 0, [&](Emitter& out) { return resume(out); });
  if (port >= input_schemas_.size()) {
    release(array);
    return to_abi(internal_error("there is no input " + std::to_string(port)), error);
  }
  Result<Batch> in = import_batch(array, input_schemas_[port]);
  if (!in.ok()) return to_abi(in.error(), error);
  return run(abi, error, port, in->rows(),
             [&](Emitter& out) { return process_port(static_cast<int>(port), *in, out); });
}

/// The C side of component class T.
template <typename T>
struct Trampoline {
  struct Box {
    wf_instance abi{};
    T object;
  };
  static T& self(wf_instance* i) { return static_cast<Box*>(i->state)->object; }
  static ComponentBase& base(wf_instance* i) { return self(i); }

  static int32_t configure(wf_instance* i, const wf_config_item* items, uint32_t n,
                           wf_error* error) noexcept {
    return to_abi(guarded([&]() -> Status {
                    if constexpr (requires { T::kConfig; }) {
                      auto& configured =
                          static_cast<detail::Configured<typename T::ConfigType>&>(self(i));
                      return detail::read_fields(T::kConfig, items, n, configured.config_, "");
                    }
                    return (void)items, (void)n, Status();
                  }),
                  error);
  }
  static int32_t bind(wf_instance* i, const wf_bind_context* context, wf_error* error) noexcept {
    return to_abi(guarded([&] { return base(i).do_bind(*context); }), error);
  }
  static int32_t open(wf_instance* i, wf_error* error) noexcept {
    return to_abi(guarded([&] { return base(i).open(); }), error);
  }
  static int32_t process(wf_instance* i, uint32_t port, ArrowArray* array, const wf_emitter* out,
                         wf_error* error) noexcept {
    if constexpr (T::kKind == WF_KIND_ACTION) {
      if (array) release(array);
      const Status status = guarded([&] { return run_action(self(i)); });
      return status.ok() ? WF_DONE : to_abi(status, error);
    } else {
      return base(i).do_process(port, array, out, error);
    }
  }
  static int32_t finish_input(wf_instance* i, uint32_t port, const wf_emitter* out,
                              wf_error* error) noexcept {
    return base(i).run(out, error, port, 0,
                       [&](Emitter& e) { return base(i).finish_input(static_cast<int>(port), e); });
  }
  static int32_t finish(wf_instance* i, const wf_emitter* out, wf_error* error) noexcept {
    return base(i).run(out, error, 0, 0, [&](Emitter& e) { return base(i).finish(e); });
  }
  static void cancel(wf_instance* i) noexcept {
    (void)guarded([&] { return base(i).cancel(), Status(); });
  }
  static void wake(wf_instance* i) noexcept {
    (void)guarded([&] { return base(i).wake(), Status(); });
  }
  static int32_t close(wf_instance* i, wf_error* error) noexcept {
    return to_abi(guarded([&] { return base(i).close(); }), error);
  }
  static void destroy(wf_instance* i) noexcept { delete static_cast<Box*>(i->state); }

  // wf.source/1
  static uint32_t boundedness(wf_instance* i) noexcept {
    return base(i).is_bounded() ? WF_BOUNDED : WF_UNBOUNDED;
  }
  static int32_t next(wf_instance* i, int64_t max_wait_us, const wf_emitter* out,
                      wf_error* error) noexcept {
    return base(i).run(out, error, 0, 0,
                       [&](Emitter& e) { return base(i).next(e, Duration(max_wait_us)); });
  }
  static int32_t snapshot(wf_instance* i, uint64_t epoch, const wf_writer* writer,
                          wf_error* error) noexcept {
    return to_abi(guarded([&]() -> Status {
                    WF_ASSIGN(const std::string bytes, base(i).snapshot(epoch));
                    return written(*writer, bytes);
                  }),
                  error);
  }
  static int32_t restore(wf_instance* i, wf_str bytes, wf_error* error) noexcept {
    return to_abi(guarded([&] { return base(i).restore(view(bytes)); }), error);
  }
  static int64_t total_bytes(wf_instance* i) noexcept { return base(i).total_bytes(); }
  static int64_t read_bytes(wf_instance* i) noexcept { return base(i).read_bytes(); }
  static void committed(wf_instance* i, uint64_t epoch) noexcept {
    (void)guarded([&] { return base(i).committed(epoch), Status(); });
  }
  static void retired(wf_instance* i, uint64_t epoch) noexcept {
    (void)guarded([&] { return base(i).retired(epoch), Status(); });
  }
  static void paused(wf_instance* i, uint32_t is_paused) noexcept {
    (void)guarded([&] { return base(i).paused(is_paused == 1), Status(); });
  }

  // wf.state/1: a frozen view is the bytes themselves.
  static void* freeze(wf_instance* i, uint64_t epoch, wf_error* error) noexcept {
    std::unique_ptr<std::string> bytes;
    const Status status = guarded([&]() -> Status {
      WF_ASSIGN(std::string taken, base(i).snapshot(epoch));
      bytes = std::make_unique<std::string>(std::move(taken));
      return {};
    });
    if (!status.ok()) return to_abi(status, error), nullptr;
    return bytes.release();
  }
  static int32_t write_state(wf_instance*, void* frozen, const wf_writer* writer,
                             wf_error* error) noexcept {
    return to_abi(guarded([&] { return written(*writer, *static_cast<std::string*>(frozen)); }),
                  error);
  }
  static void release_state(wf_instance*, void* frozen) noexcept {
    delete static_cast<std::string*>(frozen);
  }

  // wf.timers/1
  static int32_t on_watermark(wf_instance* i, int64_t us, const wf_emitter* out,
                              wf_error* error) noexcept {
    return base(i).run(out, error, 0, 0, [&](Emitter& e) { return base(i).on_watermark(us, e); });
  }
  static int32_t on_timer(wf_instance* i, uint32_t time, int64_t at_us, wf_str key,
                          const wf_emitter* out, wf_error* error) noexcept {
    return base(i).run(out, error, 0, 0, [&](Emitter& e) {
      return base(i).on_timer(static_cast<TimeKind>(time), at_us, view(key), e);
    });
  }

  // wf.estimator/1
  static int32_t fit(wf_instance* i, const wf_spool* spool, const wf_writer* writer,
                     wf_error* error) noexcept {
    return to_abi(guarded([&]() -> Status {
                    std::string state;
                    WF_TRY(base(i).fit(Spool(spool), state));
                    return written(*writer, state);
                  }),
                  error);
  }
  static int32_t load(wf_instance* i, wf_str state, wf_error* error) noexcept {
    return to_abi(
        guarded([&] {
          return base(i).load({reinterpret_cast<const std::byte*>(state.data), state.length});
        }),
        error);
  }

  // wf.commit/1
  struct CommitterBox {
    wf_committer abi{};
    std::optional<Host> host;
    std::unique_ptr<Committer> object;
  };
  static Committer& committer(wf_committer* c) {
    return *static_cast<CommitterBox*>(c->state)->object;
  }
  static int32_t commit_key(wf_instance* i, const wf_writer* writer, wf_error* error) noexcept {
    return to_abi(guarded([&] { return written(*writer, base(i).commit_key()); }), error);
  }
  static wf_committer* create_committer(const wf_host* host, wf_instance* of, wf_str key,
                                        wf_str shard, wf_error* error) noexcept {
    auto box = std::make_unique<CommitterBox>();
    const Status status = guarded([&]() -> Status {
      box->host.emplace(host);
      const T* configured = of ? &self(of) : nullptr;
      if constexpr (requires {
                      T::make_committer(*box->host, configured, view(key), view(shard));
                    }) {
        WF_ASSIGN(box->object, T::make_committer(*box->host, configured, view(key), view(shard)));
        return {};
      }
      return (void)key, (void)shard, not_implemented("this sink has no committer");
    });
    if (!status.ok()) return to_abi(status, error), nullptr;
    box->abi.struct_size = sizeof(wf_committer);
    box->abi.state = box.get();
    box->abi.prepare = [](wf_committer* c, uint64_t epoch, const wf_writer* writer, wf_error* e) {
      return to_abi(guarded([&]() -> Status {
                      WF_ASSIGN(const std::string blob, committer(c).prepare(epoch));
                      return written(*writer, blob);
                    }),
                    e);
    };
    box->abi.commit = [](wf_committer* c, uint64_t epoch, wf_str hash, wf_str blob, wf_error* e) {
      return to_abi(guarded([&] { return committer(c).commit(epoch, view(hash), view(blob)); }), e);
    };
    box->abi.abort = [](wf_committer* c, uint64_t epoch, wf_str blob, wf_error* e) {
      return to_abi(guarded([&] { return committer(c).abort(epoch, view(blob)); }), e);
    };
    box->abi.recover = [](wf_committer* c, int64_t* epoch, const wf_writer* hash, wf_error* e) {
      return to_abi(guarded([&]() -> Status {
                      WF_ASSIGN(const Committer::Recorded recorded, committer(c).recover());
                      *epoch = recorded.epoch;
                      return written(*hash, recorded.manifest_hash);
                    }),
                    e);
    };
    if (T::kSendsLater)
      box->abi.delivered = [](wf_committer* c) { return committer(c).delivered(); };
    box->abi.cancel = [](wf_committer* c) {
      (void)guarded([&] { return committer(c).cancel(), Status(); });
    };
    box->abi.destroy = [](wf_committer* c) { delete static_cast<CommitterBox*>(c->state); };
    return &box.release()->abi;
  }
  static int32_t attach(wf_instance* i, wf_committer* c, wf_error* error) noexcept {
    return to_abi(guarded([&] { return base(i).attach(committer(c)); }), error);
  }
  static uint32_t mode(wf_instance* i) noexcept {
    return static_cast<uint32_t>(base(i).commit_mode());
  }
  static uint32_t replay(wf_instance* i) noexcept { return base(i).replay(); }
  static int32_t shared_options(wf_instance* i, const wf_writer* writer, wf_error* error) noexcept {
    return to_abi(guarded([&] { return written(*writer, base(i).shared_options()); }), error);
  }

  static const void* get_extension(wf_instance* i, wf_str id) noexcept {
    (void)i;
    if constexpr (T::kKind == WF_KIND_SOURCE) {
      static const wf_source source{sizeof(wf_source), 0,       boundedness, next,
                                    snapshot,          restore, total_bytes, read_bytes,
                                    committed,         paused,  retired};
      if (view(id) == WF_EXT_SOURCE) return &source;
    }
    if constexpr (T::kKind == WF_KIND_ESTIMATOR) {
      static const wf_estimator estimator{sizeof(wf_estimator), 0, fit, load};
      if (view(id) == WF_EXT_ESTIMATOR) return &estimator;
    }
    if constexpr (T::kKind == WF_KIND_SINK && requires { &T::make_committer; }) {
      static const wf_commit commit{
          sizeof(wf_commit), 0, commit_key, create_committer, attach, mode, replay, shared_options};
      if (view(id) == WF_EXT_COMMIT) return &commit;
    }
    if constexpr (T::kHasState && T::kKind != WF_KIND_SOURCE) {
      static const wf_state state{sizeof(wf_state), 0, freeze, write_state, release_state, restore};
      if (view(id) == WF_EXT_STATE) return &state;
    }
    if constexpr (T::kHasTimers) {
      static const wf_timers timers{sizeof(wf_timers), 0, on_watermark, on_timer};
      if (view(id) == WF_EXT_TIMERS) return &timers;
    }
    return nullptr;
  }

  static wf_instance* create(const wf_component_class*, const wf_host* host,
                             wf_error* error) noexcept {
    Box* box = nullptr;
    const Status status = guarded([&] {
      auto made = std::make_unique<Box>();
      ComponentBase& object = made->object;
      object.host_.emplace(host);
      object.cardinality_ = detail::describe<T>()->cardinality;
      object.counts_rows_ = T::kCountsRows;
      object.source_ = T::kKind == WF_KIND_SOURCE;
      box = made.release();
      return Status();
    });
    if (!status.ok()) return to_abi(status, error), nullptr;
    wf_instance& abi = box->abi;
    abi.struct_size = sizeof(abi);
    abi.state = box;
    abi.configure = configure;
    abi.bind = bind;
    abi.open = open;
    abi.process = T::kKind == WF_KIND_SOURCE ? nullptr : process;
    abi.finish_input = finish_input;
    abi.finish = finish;
    abi.cancel = cancel;
    abi.wake = wake;
    abi.close = close;
    abi.destroy = destroy;
    abi.get_extension = get_extension;
    return &abi;
  }

  static const wf_component_class* component_class() {
    static const wf_component_class made{sizeof(wf_component_class), 0, detail::describe<T>(),
                                         create};
    return &made;
  }

 private:
  static Status written(const wf_writer& writer, std::string_view bytes) {
    const int32_t code = writer.write(writer.context, bytes.data(), bytes.size());
    return code == WF_OK ? Status()
                         : Status(static_cast<Code>(code), "the host could not take the bytes");
  }
  static Status run_action(T& object) {
    if constexpr (T::kKind == WF_KIND_ACTION)
      return static_cast<Action<typename T::ConfigType>&>(object).run();
    return {};
  }
};

namespace detail {

template <typename... T>
const wf_entry* make_entry() noexcept {
  static const wf_component_class* const classes[] = {Trampoline<T>::component_class()...};
  static const wf_entry entry = [] {
    wf_entry e{};
    e.struct_size = sizeof(e);
    e.abi_major = WF_ABI_MAJOR;
    e.abi_minor = WF_ABI_MINOR;
    e.min_host_minor = 0;
    const std::string_view id = view(classes[0]->descriptor->id);
    e.name = str(id.substr(0, id.find('.')));
    e.version = classes[0]->descriptor->version;
    e.license = str("");
    e.sdk = str("weirflow-sdk c++");
    e.n_components = sizeof...(T);
    e.components = classes;
    return e;
  }();
  return &entry;
}

}  // namespace detail
}  // namespace wf
