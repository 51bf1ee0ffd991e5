// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the tests of the components share: a harness for one component at a time.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weirflow/testing/harness.hpp"

namespace weirflow::ml {

using wf::Value;
using wf::testing::batch;
using wf::testing::Harness;
using Table = Value::Table;

/// A status as "key: message (hint)", or "ok".
inline std::string said(const wf::Status& status) {
  if (status.ok()) return "ok";
  const wf::Status::Place* place = status.place();
  if (!place) return status.message();
  return place->key + ": " + status.message() +
         (place->hint.empty() ? "" : " (" + place->hint + ")");
}

/// What configure and bind say of these columns, `a:utf8 b:int64`.
template <typename T>
std::string bound(Table config, std::string_view columns) {
  Harness h = Harness::of<T>();
  return said(h.start(std::move(config), {wf::testing::schema(columns)}));
}

/// The same for rows that left a group fitted on them.
template <typename T>
std::string bound_training(Table config, std::string_view columns) {
  const wf::Schema plain = wf::testing::schema(columns);
  Harness h = Harness::of<T>();
  return said(
      h.start(std::move(config), {wf::Schema(plain.fields(), {{"weirflow.rows", "training"}})}));
}

/// The state that a fit on these batches gives; `threads` as the task says.
template <typename T>
wf::Result<std::string> fitted(Table config, const std::vector<wf::Batch>& batches,
                               uint32_t threads = 1) {
  Harness h = Harness::of<T>();
  h.host().task().threads = threads;
  WF_TRY(h.start(std::move(config), {batches.front().schema()}));
  return h.fit(batches);
}

/// Cuts a batch into batches of up to `rows` rows.
inline std::vector<wf::Batch> cut(const wf::Batch& whole, int64_t rows) {
  std::vector<wf::Batch> parts;
  for (int64_t at = 0; at < whole.rows(); at += rows)
    parts.push_back(whole.slice(at, std::min(rows, whole.rows() - at)));
  return parts;
}

/// An instance with this state after it took the batches. The counters balance.
template <typename T>
Harness applied(Table config, const std::string& state, const std::vector<wf::Batch>& batches) {
  Harness h = Harness::of<T>();
  EXPECT_EQ(said(h.configure(std::move(config))), "ok");
  EXPECT_EQ(said(h.load(state)), "ok");
  EXPECT_EQ(said(h.bind({batches.front().schema()})), "ok");
  EXPECT_EQ(said(h.open()), "ok");
  for (const wf::Batch& b : batches) EXPECT_EQ(said(h.push(b)), "ok");
  EXPECT_EQ(said(h.finish()), "ok");
  EXPECT_EQ(said(h.conservation()), "ok");
  EXPECT_EQ(said(h.close()), "ok");
  EXPECT_EQ(h.unreleased(), 0);
  return h;
}

/// fit and apply on the same rows.
template <typename T>
Harness fit_and_apply(const Table& config, const wf::Batch& rows) {
  const wf::Result<std::string> state = fitted<T>(config, {rows});
  EXPECT_EQ(said(state.status()), "ok");
  return applied<T>(config, state.ok() ? *state : "", {rows});
}

/// What load says of a state.
template <typename T>
std::string loaded(Table config, const std::string& state) {
  Harness h = Harness::of<T>();
  EXPECT_EQ(said(h.configure(std::move(config))), "ok");
  return said(h.load(state));
}

/// A state as a later release might write it: the format's number, at byte 8, is another.
inline std::string of_later_version(std::string state) {
  ++state.at(8);
  return state;
}

}  // namespace weirflow::ml
