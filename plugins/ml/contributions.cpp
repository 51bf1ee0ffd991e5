// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "contributions.h"

#include <memory>

namespace weirflow::ml {

WordPlaces::WordPlaces(const wf::Array& tokens, const wf::Array& offsets)
    : tokens_(tokens), offsets_(offsets), texts_(*tokens_.items()), numbers_(*offsets_.items()) {}

bool WordPlaces::open_row(int64_t row) {
  words_.clear();
  const int64_t begin = tokens_.begin(row), count = tokens_.end(row) - begin;
  if (tokens_.is_null(row) || offsets_.is_null(row) ||
      offsets_.end(row) - offsets_.begin(row) != 2 * count)
    return false;
  const int32_t* offsets = numbers_.data() + offsets_.begin(row);
  // A null token is not there, for the vectoriser either.
  for (int64_t k = 0; k < count; ++k, offsets += 2) {
    if (texts_.is_null(begin + k)) continue;
    const std::string_view text = texts_[begin + k];
    words_.push_back({text, offsets[0], offsets[1], text.empty() ? '\0' : text.front()});
  }
  return true;
}

void WordPlaces::find(std::string_view ngram, wf::Int32Builder& to) const {
  int32_t last = -1;
  size_t found = 0;
  const char first = ngram.empty() ? '\0' : ngram.front();
  for (size_t k = 0; k < words_.size() && found < kMost; ++k) {
    // Of n-grams as tokens the longer ones come behind the shorter: the same places once more.
    if (words_[k].begin <= last) continue;
    if (words_[k].first != first && words_[k].first != '\0') continue;
    const int32_t end = match(k, ngram);
    if (end < 0) continue;
    to.append(last = words_[k].begin);
    to.append(end);
    ++found;
  }
}

int32_t WordPlaces::match(size_t at, std::string_view ngram) const {
  for (size_t k = at; k < words_.size(); ++k) {
    const Word& word = words_[k];
    if (!ngram.starts_with(word.text)) return -1;
    ngram.remove_prefix(word.text.size());
    if (ngram.empty()) return word.end;
    const bool follows = k + 1 < words_.size() && words_[k + 1].begin >= word.end;
    if (ngram.front() != ' ' || !follows) return -1;
    ngram.remove_prefix(1);
  }
  return -1;
}

void ContributionsBuilder::append(std::string_view ngram, double contribution,
                                  const WordPlaces* places) {
  ngram_.append(ngram);
  contribution_.append(contribution);
  if (!places) return offsets_.append_null();
  places->find(ngram, offsets_.items());
  offsets_.append();
}

wf::ArrayPtr ContributionsBuilder::finish() {
  auto array = std::make_shared<wf::Array>();
  array->length = ngram_.length();
  array->null_count_cache = 0;
  array->children = {ngram_.finish(), contribution_.finish(), offsets_.finish()};
  array->type = wf::DataType::struct_of({{"ngram", wf::Type::utf8},
                                         {"contribution", wf::Type::float64},
                                         {"offsets", array->children[2]->type}});
  return array;
}

}  // namespace weirflow::ml
