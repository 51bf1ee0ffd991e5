// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Counts the releases of every struct of an exported tree, children included.

#include <list>

#include "weirflow/bridge.hpp"

namespace weirflow::testing {

template <typename T>
class Counted {
 public:
  /// Puts a counting callback in front of each struct's own. Outlives the tree.
  explicit Counted(T* tree) { wrap(tree); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  [[nodiscard]] int structs() const { return static_cast<int>(nodes_.size()); }
  [[nodiscard]] bool each_released_once() const {
    for (const Node& node : nodes_)
      if (node.count != 1) return false;
    return true;
  }
  [[nodiscard]] int releases() const {
    int sum = 0;
    for (const Node& node : nodes_) sum += node.count;
    return sum;
  }

 private:
  struct Node {
    void (*release)(T*);
    void* private_data;
    int count = 0;
  };
  void wrap(T* tree) {
    for (int64_t i = 0; i < tree->n_children; ++i) wrap(tree->children[i]);
    nodes_.push_back({tree->release, tree->private_data});
    tree->private_data = &nodes_.back();
    tree->release = [](T* self) {
      Node& node = *static_cast<Node*>(self->private_data);
      ++node.count;
      self->private_data = node.private_data;
      node.release(self);
    };
  }
  std::list<Node> nodes_;
};

}  // namespace weirflow::testing
