// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Status and Result<T>: how every fallible function of Weirflow and of its SDK answers.
///
/// Contract: no function of the SDK or of the host reports failure by exception. A function that
/// can fail returns `Status` (nothing to give back) or `Result<T>`; both are [[nodiscard]].
/// The numeric codes are those of the C ABI (weirflow/abi/types.h), so a Status crosses the
/// boundary without translation.
///
/// Threads: values; no shared state. A Status that is ok holds no memory.

#include <cassert>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "weirflow/abi/types.h"

namespace wf {

/// What went wrong, coarse enough for a policy (retry, exit code), never for a message.
enum class Code : int32_t {
  ok = WF_OK,
  invalid_config = WF_ERR_INVALID_CONFIG,    ///< what the user wrote is wrong; never retried
  invalid_data = WF_ERR_INVALID_DATA,        ///< a row or a batch is wrong
  not_found = WF_ERR_NOT_FOUND,              ///< a file, topic, model, ... is absent
  permission_denied = WF_ERR_PERMISSION,     ///< the system or a service said no
  unavailable = WF_ERR_UNAVAILABLE,          ///< a service is down; retryable by nature
  timeout = WF_ERR_TIMEOUT,                  ///< a time limit passed; retryable by nature
  cancelled = WF_ERR_CANCELLED,              ///< stopped on request
  resource_exhausted = WF_ERR_EXHAUSTED,     ///< memory, disk, a quota
  io_error = WF_ERR_IO,                      ///< reading or writing failed
  conflict = WF_ERR_CONFLICT,                ///< a compare-and-set lost, a lock is held
  not_implemented = WF_ERR_NOT_IMPLEMENTED,  ///< the ability is not there
  internal = WF_ERR_INTERNAL,                ///< a defect of Weirflow or of a plugin
};

/// The stable lower-case name of a code ("invalid_config"), as shown in reports and `--json`.
constexpr std::string_view to_string(Code code) {
  switch (code) {
    case Code::ok:
      return "ok";
    case Code::invalid_config:
      return "invalid_config";
    case Code::invalid_data:
      return "invalid_data";
    case Code::not_found:
      return "not_found";
    case Code::permission_denied:
      return "permission_denied";
    case Code::unavailable:
      return "unavailable";
    case Code::timeout:
      return "timeout";
    case Code::cancelled:
      return "cancelled";
    case Code::resource_exhausted:
      return "resource_exhausted";
    case Code::io_error:
      return "io_error";
    case Code::conflict:
      return "conflict";
    case Code::not_implemented:
      return "not_implemented";
    case Code::internal:
      return "internal";
  }
  return "unknown";
}

/// Success, or a code with a message for a person and the place in the configuration it is about.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message)
      : detail_(code == Code::ok ? nullptr : std::make_unique<Detail>()) {
    if (detail_) {
      detail_->code = code;
      detail_->message = std::move(message);
    }
  }
  Status(const Status& other)
      : detail_(other.detail_ ? std::make_unique<Detail>(*other.detail_) : nullptr) {}
  Status& operator=(const Status& other) {
    if (this != &other)
      detail_ = other.detail_ ? std::make_unique<Detail>(*other.detail_) : nullptr;
    return *this;
  }
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;
  ~Status() = default;

  [[nodiscard]] bool ok() const { return detail_ == nullptr; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] Code code() const { return detail_ ? detail_->code : Code::ok; }
  /// Message with its chain of context, outermost first, joined by ": ". Empty when ok.
  [[nodiscard]] const std::string& message() const {
    static const std::string empty;
    return detail_ ? detail_->message : empty;
  }
  /// "invalid_data: comments.csv: line 7: ..." or "ok".
  [[nodiscard]] std::string to_string() const {
    if (ok()) return "ok";
    return std::string(wf::to_string(detail_->code)) + ": " + detail_->message;
  }

  /// Whether another attempt may help. `by_code` unless whoever failed knows better: then it is up
  /// to the task's retries, but for invalid_config, not_implemented and internal.
  enum class Retry : uint8_t { by_code = 0, yes = 1, no = 2 };  // as wf_error.retryable
  [[nodiscard]] Retry retry() const { return detail_ ? detail_->retry : Retry::by_code; }
  Status&& retry(Retry value) && {
    if (detail_) detail_->retry = value;
    return std::move(*this);
  }
  Status&& retryable(bool value) && {
    return std::move(*this).retry(value ? Retry::yes : Retry::no);
  }
  /// The same call may succeed later; by_code: unavailable and timeout.
  [[nodiscard]] bool retryable() const {
    if (retry() != Retry::by_code) return retry() == Retry::yes;
    return code() == Code::unavailable || code() == Code::timeout;
  }

  /// Index of the row in the input batch that caused it, or -1.
  [[nodiscard]] int64_t row() const { return detail_ ? detail_->row : -1; }
  Status&& at_row(int64_t row) && {
    if (detail_) detail_->row = row;
    return std::move(*this);
  }

  /// Where in the configuration: key, byte offset and length inside that key's string value
  /// (0, 0 = the whole value), and a hint such as the nearest valid name. Used for carets.
  struct Place {
    std::string key;
    uint32_t offset = 0;
    uint32_t length = 0;
    std::string hint;
  };
  [[nodiscard]] const Place* place() const {
    return detail_ && detail_->place ? &*detail_->place : nullptr;
  }
  Status&& at(Place place) && {
    if (detail_) detail_->place = std::move(place);
    return std::move(*this);
  }

  /// Puts "context: " in front of the message; no effect when ok.
  Status&& with_context(std::string_view context) && {
    if (detail_) detail_->message = std::string(context) + ": " + detail_->message;
    return std::move(*this);
  }

 private:
  struct Detail {
    Code code = Code::internal;
    Retry retry = Retry::by_code;
    int64_t row = -1;
    std::string message;
    std::optional<Place> place;
  };
  std::unique_ptr<Detail> detail_;
};

/// A T, or the Status that says why there is none (never an ok Status).
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::in_place_index<1>, std::move(value)) {}        // NOLINT: by design
  Result(Status status) : value_(std::in_place_index<0>, std::move(status)) {  // NOLINT
    assert(!std::get<0>(value_).ok() && "a Result without a value needs a reason");
  }
  [[nodiscard]] bool ok() const { return value_.index() == 1; }
  explicit operator bool() const { return ok(); }

  /// Precondition: ok(). Moves out of an rvalue.
  T& value() & { return std::get<1>(value_); }
  const T& value() const& { return std::get<1>(value_); }
  T&& value() && { return std::get<1>(std::move(value_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// The reason, or an ok Status when there is a value.
  [[nodiscard]] Status status() const& { return ok() ? Status() : std::get<0>(value_); }
  [[nodiscard]] Status status() && { return ok() ? Status() : std::get<0>(std::move(value_)); }
  /// Precondition: !ok().
  const Status& error() const { return std::get<0>(value_); }

 private:
  std::variant<Status, T> value_;
};

// Short makers, so that a refusal reads as one line at the place where it happens.
inline Status invalid_config(std::string message) {
  return {Code::invalid_config, std::move(message)};
}
inline Status invalid_data(std::string message) { return {Code::invalid_data, std::move(message)}; }
inline Status not_found(std::string message) { return {Code::not_found, std::move(message)}; }
inline Status unavailable(std::string message) { return {Code::unavailable, std::move(message)}; }
inline Status timed_out(std::string message) { return {Code::timeout, std::move(message)}; }
inline Status cancelled(std::string message) { return {Code::cancelled, std::move(message)}; }
inline Status exhausted(std::string message) {
  return {Code::resource_exhausted, std::move(message)};
}
inline Status io_error(std::string message) { return {Code::io_error, std::move(message)}; }
inline Status not_implemented(std::string message) {
  return {Code::not_implemented, std::move(message)};
}
inline Status internal_error(std::string message) { return {Code::internal, std::move(message)}; }

}  // namespace wf

/// Returns from the enclosing function when the expression is a failed Status.
#define WF_TRY(expression)                                                           \
  do {                                                                               \
    if (::wf::Status wf_status_ = (expression); !wf_status_.ok()) return wf_status_; \
  } while (false)

#define WF_TRY_CONCAT_(a, b) a##b
#define WF_TRY_NAME_(a, b) WF_TRY_CONCAT_(a, b)
#define WF_TRY_ASSIGN_(result, declaration, expression) \
  auto result = (expression);                           \
  if (!result.ok()) return std::move(result).status();  \
  declaration = std::move(result).value()
/// `WF_ASSIGN(auto x, make_x());` declares x from a Result, or returns its Status.
#define WF_ASSIGN(declaration, expression) \
  WF_TRY_ASSIGN_(WF_TRY_NAME_(wf_result_, __COUNTER__), declaration, expression)
