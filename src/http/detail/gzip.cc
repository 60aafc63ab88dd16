#include "http/detail/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

namespace clarion::http::detail {
namespace {

/// Window bits of zlib for a gzip header and nothing else (zlib.h, inflateInit2).
constexpr int kGzipOnly = 15 + 16;

Error wrong(std::string text) { return Error{Errc::invalid, std::move(text), "gzip_invalid"}; }

struct Stream {
  z_stream z{};
  bool open = false;
  ~Stream() {
    if (open) inflateEnd(&z);
  }
};

}  // namespace

Result<std::string> inflate_gzip(std::string_view bytes, std::size_t max_bytes) {
  if (bytes.size() > std::numeric_limits<uInt>::max())
    return Error{Errc::too_large, "gzip body over 4 GiB", "body_too_large"};
  Stream stream;
  if (inflateInit2(&stream.z, kGzipOnly) != Z_OK)
    return Error{Errc::unavailable, "zlib does not start"};
  stream.open = true;
  stream.z.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // NOLINT: zlib reads it only
  stream.z.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, 32768> piece;
  for (;;) {
    stream.z.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.z.avail_out = static_cast<uInt>(piece.size());
    const int state = inflate(&stream.z, Z_NO_FLUSH);
    const std::size_t count = piece.size() - stream.z.avail_out;
    if (count > max_bytes - out.size()) {
      return Error{Errc::too_large, "the gzip body inflates to more than its bound",
                   "body_too_large"};
    }
    out.append(piece.data(), count);
    if (state == Z_STREAM_END) {
      if (stream.z.avail_in == 0) return out;
      if (inflateReset(&stream.z) != Z_OK) return wrong("the gzip body has no second member");
    } else if (state != Z_OK || (stream.z.avail_in == 0 && count == 0)) {
      // Z_BUF_ERROR: nothing left to read, and the stream has not ended.
      return wrong(stream.z.avail_in == 0 ? "the gzip body is cut" : "the gzip body is damaged");
    }
  }
}

}  // namespace clarion::http::detail
