// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "compress.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>

namespace wf::io {
namespace {

constexpr size_t kStep = 1 << 17;

class GzipCompressor final : public Compressor {
 public:
  explicit GzipCompressor(int level) {
    ready_ = deflateInit2(&stream_, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~GzipCompressor() override {
    if (ready_) deflateEnd(&stream_);
  }
  Status add(std::string_view bytes, std::string* out) override {
    while (!bytes.empty()) {
      const size_t n = std::min<size_t>(bytes.size(), 1u << 30);
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      stream_.avail_in = static_cast<uInt>(n);
      WF_TRY(run(Z_NO_FLUSH, out));
      bytes.remove_prefix(n);
    }
    return {};
  }
  Status finish(std::string* out) override {
    stream_.avail_in = 0;
    return run(Z_FINISH, out);
  }

 private:
  Status run(int mode, std::string* out) {
    if (!ready_) return exhausted("there is no memory to compress with gzip");
    for (;;) {
      const size_t at = out->size();
      out->resize(at + kStep);
      stream_.next_out = reinterpret_cast<Bytef*>(out->data() + at);
      stream_.avail_out = kStep;
      const int answer = deflate(&stream_, mode);
      out->resize(at + kStep - stream_.avail_out);
      if (answer == Z_STREAM_ERROR) return internal_error("gzip refused to compress");
      if (mode == Z_FINISH ? answer == Z_STREAM_END : stream_.avail_out > 0) return {};
    }
  }
  z_stream stream_{};
  bool ready_;
};

class ZstdCompressor final : public Compressor {
 public:
  explicit ZstdCompressor(int level) : context_(ZSTD_createCCtx()) {
    if (!context_) return;
    ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context_, ZSTD_c_checksumFlag, 1);
  }
  ~ZstdCompressor() override { ZSTD_freeCCtx(context_); }
  Status add(std::string_view bytes, std::string* out) override {
    return run(bytes, ZSTD_e_continue, out);
  }
  Status finish(std::string* out) override { return run({}, ZSTD_e_end, out); }

 private:
  Status run(std::string_view bytes, ZSTD_EndDirective mode, std::string* out) {
    if (!context_) return exhausted("there is no memory to compress with zstd");
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    for (;;) {
      const size_t at = out->size();
      out->resize(at + kStep);
      ZSTD_outBuffer to{out->data() + at, kStep, 0};
      const size_t left = ZSTD_compressStream2(context_, &to, &in, mode);
      out->resize(at + to.pos);
      if (ZSTD_isError(left))
        return internal_error(std::string("zstd refused to compress: ") + ZSTD_getErrorName(left));
      if (mode == ZSTD_e_end ? left == 0 : in.pos == in.size) return {};
    }
  }
  ZSTD_CCtx* context_;
};

}  // namespace

Result<std::unique_ptr<Compressor>> make_compressor(Compression compression, int level) {
  if (compression == Compression::gzip) {
    if (level < 0 || level > 9) return invalid_config("gzip has the levels 1 to 9");
    return std::unique_ptr<Compressor>(new GzipCompressor(level ? level : 6));
  }
  if (compression == Compression::zstd) {
    if (level < 0 || level > 19) return invalid_config("zstd has the levels 1 to 19");
    return std::unique_ptr<Compressor>(new ZstdCompressor(level ? level : 3));
  }
  return std::unique_ptr<Compressor>();
}

}  // namespace wf::io
