// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Keyed state of a component, kept by the host (abi/draft/state.h): tables of byte strings ordered
/// by key, in memory up to the task's budget and on disk beyond it, part of every checkpoint.
///
/// The component says stateful(). Threads: [worker], from open() on.

#include <optional>
#include <string>
#include <string_view>

#include "weirflow/error.hpp"
#include "weirflow/host.hpp"

namespace wf {

class StateTable {
 public:
  /// `table`: 0 to 255, the component's choice, the same in every version of it.
  StateTable(const Host& host, uint32_t table)
      : host_(host.raw()), state_(host.keyed_state()), table_(table) {}

  /// A view of the value, valid until the next call on any table of the component; nothing when
  /// there is none.
  [[nodiscard]] Result<std::optional<std::string_view>> get(std::string_view key) const {
    wf_error error = make_error();
    wf_str value{};
    if (!state_) return none();
    const int32_t code = state_->get(host_, table_, str(key), &value, &error);
    if (code < 0) return from_abi(code, error);
    return code == WF_STATE_FOUND ? std::optional(view(value)) : std::nullopt;
  }
  Status put(std::string_view key, std::string_view value) {
    wf_error error = make_error();
    if (!state_) return none();
    return from_abi(state_->put(host_, table_, str(key), str(value), &error), error);
  }
  Status erase(std::string_view key) {
    wf_error error = make_error();
    if (!state_) return none();
    return from_abi(state_->erase(host_, table_, str(key), &error), error);
  }
  /// Calls visit(key, value) for from <= key < to in order, until it answers false; `to` empty: to
  /// the end. The state must not be changed meanwhile.
  template <typename Visit>
  Status scan(std::string_view from, std::string_view to, Visit&& visit) const {
    wf_error error = make_error();
    if (!state_) return none();
    const auto visitor = [](void* context, wf_str key, wf_str value) -> int32_t {
      auto& f = *static_cast<std::remove_reference_t<Visit>*>(context);
      return f(view(key), view(value)) ? WF_VISIT_ON : WF_VISIT_STOP;
    };
    return from_abi(state_->scan(host_, table_, str(from), str(to), visitor, &visit, &error),
                    error);
  }

  struct Size {
    int64_t entries = 0;  ///< an estimate once the table is on disk
    int64_t bytes = 0;    ///< of keys and values
  };
  [[nodiscard]] Result<Size> size() const {
    wf_error error = make_error();
    if (!state_) return none();
    Size size;
    WF_TRY(from_abi(state_->size(host_, table_, &size.entries, &size.bytes, &error), error));
    return size;
  }

 private:
  static Status none() { return not_implemented("this host keeps no state by key"); }
  const wf_host* host_;
  const wf_keyed_state* state_;
  uint32_t table_;
};

}  // namespace wf
