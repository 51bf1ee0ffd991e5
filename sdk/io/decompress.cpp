// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "decompress.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>

namespace wf::io {
namespace {

/// Compressed bytes waiting to be decompressed.
class Feed {
 public:
  Feed(std::unique_ptr<ByteInput> raw, std::string head, size_t read_size)
      : raw_(std::move(raw)), bytes_(std::move(head)), end_(bytes_.size()) {
    bytes_.resize(std::max({bytes_.size(), read_size, size_t{1}}));
  }
  /// Sees to it that there are bytes, unless the raw input has ended.
  Status fill() {
    if (at_ < end_ || ended_) return {};
    WF_ASSIGN(const size_t got, raw_->read(bytes_.data(), bytes_.size()));
    at_ = 0;
    end_ = got;
    ended_ = got == 0;
    return {};
  }
  [[nodiscard]] bool ended() const { return ended_ && at_ == end_; }
  [[nodiscard]] const char* data() const { return bytes_.data() + at_; }
  [[nodiscard]] size_t size() const { return end_ - at_; }
  void consume(size_t n) { at_ += n; }
  [[nodiscard]] const ByteInput& raw() const { return *raw_; }

 private:
  std::unique_ptr<ByteInput> raw_;
  std::string bytes_;
  size_t at_ = 0, end_;
  bool ended_ = false;
};

class Decompressing : public ByteInput {
 public:
  Decompressing(std::unique_ptr<ByteInput> raw, std::string head, std::string name,
                size_t read_size)
      : feed_(std::move(raw), std::move(head), read_size), name_(std::move(name)) {}
  [[nodiscard]] uint64_t raw_bytes() const override { return feed_.raw().raw_bytes(); }
  [[nodiscard]] FileStamp stamp() const override { return feed_.raw().stamp(); }
  [[nodiscard]] bool would_wait() const override {
    return feed_.size() == 0 && feed_.raw().would_wait();
  }
  [[nodiscard]] int wait_descriptor() const override { return feed_.raw().wait_descriptor(); }

 protected:
  Status damaged(const std::string& why) const { return invalid_data(name_ + ": " + why); }
  Feed feed_;
  std::string name_;
};

class Gzip final : public Decompressing {
 public:
  using Decompressing::Decompressing;
  ~Gzip() override {
    if (begun_) inflateEnd(&stream_);
  }
  Result<size_t> read(char* to, size_t size) override {
    for (;;) {
      WF_TRY(feed_.fill());
      if (feed_.ended()) {
        if (in_member_) return damaged("the gzip data ends in the middle: the file is truncated");
        return size_t{0};
      }
      if (!in_member_) WF_TRY(begin_member());
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(feed_.data()));
      stream_.avail_in = static_cast<uInt>(std::min<size_t>(feed_.size(), 1u << 30));
      stream_.next_out = reinterpret_cast<Bytef*>(to);
      stream_.avail_out = static_cast<uInt>(std::min<size_t>(size, 1u << 30));
      const uInt in = stream_.avail_in, out = stream_.avail_out;
      const int answer = inflate(&stream_, Z_NO_FLUSH);
      feed_.consume(in - stream_.avail_in);
      if (answer == Z_STREAM_END)
        in_member_ = false;
      else if (answer == Z_MEM_ERROR)
        return exhausted(name_ + ": out of memory while decompressing gzip");
      else if (answer != Z_OK && answer != Z_BUF_ERROR)
        return damaged(std::string("the gzip data is damaged") +
                       (stream_.msg ? std::string(": ") + stream_.msg : ""));
      if (const size_t made = out - stream_.avail_out) return made;
    }
  }

 private:
  Status begin_member() {
    if (begun_ && *feed_.data() == '\0') return skip_padding();
    if (begun_ ? inflateReset(&stream_) != Z_OK : inflateInit2(&stream_, 15 + 16) != Z_OK)
      return exhausted(name_ + ": out of memory while decompressing gzip");
    begun_ = in_member_ = true;
    return {};
  }
  /// Zeros after the last member, as tape-like storage leaves them, are no data.
  Status skip_padding() {
    while (!feed_.ended()) {
      const std::string_view bytes(feed_.data(), feed_.size());
      if (bytes.find_first_not_of('\0') != std::string_view::npos)
        return damaged("there are other bytes behind the gzip data");
      feed_.consume(bytes.size());
      WF_TRY(feed_.fill());
    }
    return {};
  }
  z_stream stream_{};
  bool begun_ = false, in_member_ = false;
};

class Zstd final : public Decompressing {
 public:
  Zstd(std::unique_ptr<ByteInput> raw, std::string head, std::string name, size_t read_size,
       int window_log)
      : Decompressing(std::move(raw), std::move(head), std::move(name), read_size),
        window_log_(window_log),
        context_(ZSTD_createDCtx()) {
    if (context_) ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, window_log);
  }
  ~Zstd() override { ZSTD_freeDCtx(context_); }
  Result<size_t> read(char* to, size_t size) override {
    if (!context_) return exhausted(name_ + ": out of memory while decompressing zstd");
    ZSTD_outBuffer out{to, size, 0};
    for (;;) {
      // A full output buffer may have left more inside the context: ask before reading on.
      if (!pending_) WF_TRY(feed_.fill());
      if (feed_.ended() && !pending_) {
        if (in_frame_) return damaged("the zstd data ends in the middle: the file is truncated");
        return size_t{0};
      }
      ZSTD_inBuffer in{feed_.data(), feed_.size(), 0};
      const size_t answer = ZSTD_decompressStream(context_, &out, &in);
      feed_.consume(in.pos);
      if (ZSTD_isError(answer)) return refused(answer);
      in_frame_ = answer != 0;
      pending_ = in_frame_ && out.pos == out.size;
      if (out.pos) return out.pos;
    }
  }

 private:
  Status refused(size_t answer) const {
    switch (ZSTD_getErrorCode(answer)) {
      case ZSTD_error_frameParameter_windowTooLarge:
        return exhausted(name_ + ": the zstd frame needs a window over 2^" +
                         std::to_string(window_log_) + " bytes; raise zstd_window_log");
      case ZSTD_error_memory_allocation:
        return exhausted(name_ + ": there is no memory for the zstd window");
      case ZSTD_error_prefix_unknown:
        return damaged("there are other bytes behind the zstd data");
      default:
        return damaged(std::string("the zstd data is damaged: ") + ZSTD_getErrorName(answer));
    }
  }
  int window_log_;
  ZSTD_DCtx* context_;
  bool in_frame_ = false, pending_ = false;
};

}  // namespace

Compression detect_compression(std::string_view head) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(head[i]); };
  if (head.size() >= 2 && byte(0) == 0x1F && byte(1) == 0x8B) return Compression::gzip;
  if (head.size() >= 4 && byte(1) == 0xB5 && byte(2) == 0x2F && byte(3) == 0xFD && byte(0) == 0x28)
    return Compression::zstd;
  // A skippable frame in front (0x184D2A50 to 5F, little endian).
  if (head.size() >= 4 && (byte(0) & 0xF0) == 0x50 && byte(1) == 0x2A && byte(2) == 0x4D &&
      byte(3) == 0x18)
    return Compression::zstd;
  return Compression::none;
}

std::unique_ptr<ByteInput> gzip_input(std::unique_ptr<ByteInput> raw, std::string head,
                                      std::string name, size_t read_size) {
  return std::make_unique<Gzip>(std::move(raw), std::move(head), std::move(name), read_size);
}

std::unique_ptr<ByteInput> zstd_input(std::unique_ptr<ByteInput> raw, std::string head,
                                      std::string name, size_t read_size, int window_log) {
  return std::make_unique<Zstd>(std::move(raw), std::move(head), std::move(name), read_size,
                                window_log);
}

}  // namespace wf::io
