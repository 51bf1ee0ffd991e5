// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/io/columns.hpp"

#include <cassert>

namespace wf::io {

void ColumnBuilder::append_bool(bool) { assert(false && "the column holds no bool"); }
void ColumnBuilder::append_int(int64_t) { assert(false && "the column holds no integer"); }
void ColumnBuilder::append_double(double) { assert(false && "the column holds no float"); }
void ColumnBuilder::append_text(std::string_view) { assert(false && "the column holds no text"); }
ColumnBuilder& ColumnBuilder::child(size_t) {
  assert(false && "the column has no children");
  return *this;
}
void ColumnBuilder::append_children() { assert(false && "the column has no children"); }

namespace {

/// Shares what every column of one wf builder does.
template <typename Builder>
class Plain : public ColumnBuilder {
 public:
  explicit Plain(Builder builder = Builder()) : builder_(std::move(builder)) {}
  void append_null() override { builder_.append_null(); }
  [[nodiscard]] int64_t length() const override { return builder_.length(); }
  ArrayPtr finish() override { return builder_.finish(); }

 protected:
  Builder builder_;
};

class BoolColumn final : public Plain<BoolBuilder> {
 public:
  void append_bool(bool value) override { builder_.append(value); }
};

template <typename T>
class IntColumn final : public Plain<NumericBuilder<T>> {
 public:
  using Plain<NumericBuilder<T>>::Plain;
  void append_int(int64_t value) override { this->builder_.append(static_cast<T>(value)); }
  void reserve(int64_t rows, int64_t) override { this->builder_.reserve(rows); }
};

template <typename T>
class FloatColumn final : public Plain<NumericBuilder<T>> {
 public:
  void append_double(double value) override { this->builder_.append(static_cast<T>(value)); }
  void reserve(int64_t rows, int64_t) override { this->builder_.reserve(rows); }
};

class TextColumn final : public Plain<StringBuilder> {
 public:
  using Plain::Plain;
  void append_text(std::string_view value) override { builder_.append(value); }
  void reserve(int64_t rows, int64_t bytes) override { builder_.reserve(rows, bytes); }
};

class NullColumn final : public ColumnBuilder {
 public:
  void append_null() override { ++length_; }
  [[nodiscard]] int64_t length() const override { return length_; }
  ArrayPtr finish() override {
    auto array = std::make_shared<Array>();
    array->type = Type::null;
    array->length = length_;
    array->null_count_cache = length_;
    length_ = 0;
    return array;
  }

 private:
  int64_t length_ = 0;
};

/// What ListBuilder needs of an item builder.
struct Items {
  std::unique_ptr<ColumnBuilder> column;
  [[nodiscard]] int64_t length() const { return column->length(); }
  ArrayPtr finish() { return column->finish(); }
};

class ListColumn final : public ColumnBuilder {
 public:
  ListColumn(DataType type, std::unique_ptr<ColumnBuilder> item)
      : type_(std::move(type)), builder_(Items{std::move(item)}) {}
  void append_null() override { builder_.append_null(); }
  ColumnBuilder& child(size_t) override { return *builder_.items().column; }
  void append_children() override { builder_.append(); }
  [[nodiscard]] int64_t length() const override { return builder_.length(); }
  ArrayPtr finish() override {
    ArrayPtr made = builder_.finish();
    auto typed = std::make_shared<Array>(*made);
    typed->type = type_;
    return typed;
  }

 private:
  DataType type_;
  ListBuilder<Items> builder_;
};

class StructColumn final : public ColumnBuilder {
 public:
  StructColumn(DataType type, std::vector<std::unique_ptr<ColumnBuilder>> members)
      : type_(std::move(type)), members_(std::move(members)) {}
  void append_null() override {
    for (auto& member : members_) member->append_null();
    validity_.append_null();
  }
  ColumnBuilder& child(size_t index) override { return *members_[index]; }
  void append_children() override { validity_.append_valid(); }
  [[nodiscard]] int64_t length() const override { return validity_.length(); }
  ArrayPtr finish() override {
    auto array = std::make_shared<Array>();
    array->type = type_;
    validity_.finish(*array);
    for (auto& member : members_) array->children.push_back(member->finish());
    return array;
  }

 private:
  DataType type_;
  std::vector<std::unique_ptr<ColumnBuilder>> members_;
  ValidityBuilder validity_;
};

}  // namespace

Result<std::unique_ptr<ColumnBuilder>> make_column_builder(const DataType& type) {
  using Made = std::unique_ptr<ColumnBuilder>;
  switch (type.id()) {
    case Type::null:
      return Made(new NullColumn);
    case Type::boolean:
      return Made(new BoolColumn);
    case Type::int32:
      return Made(new IntColumn<int32_t>);
    case Type::int64:
      return Made(new IntColumn<int64_t>);
    case Type::timestamp:
      return Made(new IntColumn<int64_t>(Int64Builder(Type::timestamp)));
    case Type::float32:
      return Made(new FloatColumn<float>);
    case Type::float64:
      return Made(new FloatColumn<double>);
    case Type::utf8:
    case Type::binary:
      return Made(new TextColumn(StringBuilder(type.id())));
    case Type::list: {
      WF_ASSIGN(Made item, make_column_builder(type.children()[0].type));
      return Made(new ListColumn(type, std::move(item)));
    }
    case Type::structure: {
      std::vector<Made> members;
      for (const Field& field : type.children()) {
        WF_ASSIGN(Made member, make_column_builder(field.type));
        members.push_back(std::move(member));
      }
      return Made(new StructColumn(type, std::move(members)));
    }
    default:
      return invalid_config("a column of type " + type.to_string() + " cannot be built");
  }
}

}  // namespace wf::io
