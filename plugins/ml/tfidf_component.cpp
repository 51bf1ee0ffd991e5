// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "tfidf_component.h"

#include <fcntl.h>
#include <unistd.h>

#include "vectoriser_fit.h"

namespace weirflow::ml {

namespace {

wf::Result<DocumentBound> bound(const wf::Value& value, const char* key) {
  if (const auto* count = value.integer(); count && *count >= 1)
    return DocumentBound{false, static_cast<double>(*count)};
  if (const auto* share = value.number(); share && *share >= 0 && *share <= 1)
    return DocumentBound{true, *share};
  return wf::invalid_config(std::string("'") + key +
                            "' is a count from 1 up, or a share from 0.0 to 1.0")
      .at({key, 0, 0, ""});
}

/// A nameless file in the task's spill folder, closed at the end of the scope.
class SpillFile {
 public:
  explicit SpillFile(const wf::Host& host) {
    const auto folder = host.spill_folder();
    if (folder.ok()) fd_ = ::open(folder->c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  }
  ~SpillFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_ = -1;
};

}  // namespace

wf::Result<VectoriserOptions> Tfidf::options() const {
  const TfidfConfig& c = config();
  if (c.ngrams.front() < 1 || c.ngrams.back() < c.ngrams.front() ||
      c.ngrams.back() > int64_t{kMaxNgram})
    return at_key(wf::invalid_config("'ngrams' is one length, or the shortest and the longest, "
                                     "from 1 to " +
                                     std::to_string(kMaxNgram) + ": 2 or [1, 3]"),
                  "ngrams");
  VectoriserOptions o;
  o.min_n = static_cast<uint32_t>(c.ngrams.front());
  o.max_n = static_cast<uint32_t>(c.ngrams.back());
  WF_ASSIGN(o.min_df, bound(c.min_df, "min_df"));
  WF_ASSIGN(o.max_df, bound(c.max_df, "max_df"));
  o.max_features = static_cast<uint64_t>(c.max_features.value_or(0));
  o.sublinear_tf = c.sublinear_tf;
  o.binary = c.binary;
  o.idf = c.idf == "none"    ? Idf::none
          : c.idf == "plain" ? Idf::plain
          : c.idf == "spark" ? Idf::spark
                             : Idf::smooth;
  o.norm = c.norm == "none" ? Norm::none : c.norm == "l1" ? Norm::l1 : Norm::l2;
  o.min_tf = c.min_tf;
  o.hash_features = static_cast<uint32_t>(c.hash_features);
  if (c.preset == "spark") WF_TRY(apply_spark(o));
  if (o.hash_features > 0 && o.idf == Idf::plain)
    return at_key(wf::invalid_config("with hash_features there are columns without documents, so "
                                     "idf cannot be plain"),
                  "idf");
  WF_TRY(o.validate());
  return o;
}

wf::Status Tfidf::apply_spark(VectoriserOptions& o) const {
  const TfidfConfig& c = config();
  const auto fixed = [](const char* key, const char* why) {
    return at_key(wf::invalid_config(std::string("preset \"spark\" has ") + why), key);
  };
  if (o.min_n != o.max_n) return fixed("ngrams", "n-grams of one length");
  if (c.sublinear_tf) return fixed("sublinear_tf", "raw counts");
  if (c.idf != TfidfConfig().idf && c.idf != "spark") return fixed("idf", "the idf of Spark");
  if (c.norm != TfidfConfig().norm && c.norm != "none") return fixed("norm", "no norm");
  const VectoriserOptions spark = VectoriserOptions::spark(o.min_n);
  o.idf = spark.idf;
  o.norm = spark.norm;
  if (!c.max_features && o.hash_features == 0) o.max_features = spark.max_features;
  return {};
}

wf::Status Tfidf::bind(const wf::Schema& in, wf::SchemaBuilder& out) {
  WF_TRY(options().status());
  WF_ASSIGN(column_, require_column(in, config().column, "column", "list<utf8>"));
  const int64_t hashed = config().hash_features > 0 ? config().hash_features : -1;
  const int64_t size = vectoriser_ ? vectoriser_->columns() : hashed;
  WF_TRY(add_column(out, wf::sparse_field(config().into, size), "into"));
  if (!config().terms || hashed > 0) return {};
  return add_column(out, {"terms", wf::DataType::list_of(wf::Type::utf8)}, "terms");
}

wf::Status Tfidf::fit(const wf::Spool& in, std::string& state) {
  WF_ASSIGN(const VectoriserOptions chosen, options());
  FitResources resources;
  resources.threads = host().task().threads;
  resources.memory = static_cast<size_t>(std::max<int64_t>(host().memory_budget() / 2, 1 << 20));
  const SpillFile spill(host());
  resources.spill_descriptor = spill.get();
  WF_ASSIGN(auto vectoriser, VectoriserFit::make(chosen, resources));
  WF_ASSIGN(auto reader, in.open());
  for (;;) {
    WF_ASSIGN(auto batch, reader.next());
    if (!batch) break;
    if (host().is_cancelled()) return wf::cancelled("cancelled");
    WF_TRY(vectoriser->add(TokenColumn(*batch->column(column_)).batch()));
  }
  WF_ASSIGN(const std::vector<std::byte> bytes, vectoriser->finish());
  state.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {};
}

wf::Status Tfidf::load(std::span<const std::byte> state) {
  WF_ASSIGN(Vectoriser opened, Vectoriser::open(state));
  vectoriser_ = std::move(opened);
  return {};
}

wf::Status Tfidf::process(const wf::Batch& in, wf::Emitter& out) {
  if (!vectoriser_) return wf::internal_error("ml.tfidf is applied without a state");
  rows_.clear();
  vectoriser_->transform(TokenColumn(*in.column(column_)).batch(), 1, rows_);
  wf::SparseBuilder features;
  features.items().reserve(static_cast<int64_t>(rows_.indices.size()));
  wf::ListBuilder<wf::StringBuilder> terms;
  const bool named = out.schema()->size() > in.column_count() + 1;
  for (size_t i = 0; i < rows_.rows(); ++i) {
    const SparseRow row = rows_.view().row(i);
    features.items().append(row.indices, row.values, static_cast<int64_t>(row.size));
    features.append();
    if (!named) continue;
    for (size_t k = 0; k < row.size; ++k)
      terms.items().append(vectoriser_->term(static_cast<size_t>(row.indices[k])));
    terms.append();
  }
  std::vector<wf::ArrayPtr> added{features.finish()};
  if (named) added.push_back(terms.finish());
  out.emit(in.with_columns(out.schema(), std::move(added)));
  return {};
}

}  // namespace weirflow::ml
