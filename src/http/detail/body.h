#pragma once

#include "http/detail/head.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace clarion::http::detail {

/// Takes a body out of the bytes behind its head, by Content-Length or by chunks (RFC 9112 sections
/// 6 and 7.1).
///
/// Strict: lines end with CRLF alone, sizes are plain hex; extensions and trailers are passed over
/// and together stay under 16 KiB.
class BodyReader {
 public:
  enum class State {
    more,       ///< all of `in` was taken, more must come
    done,       ///< the body is whole; what is left of `in` is the next message's
    malformed,  ///< not chunks
    too_large,  ///< would exceed max_bytes
  };
  explicit BodyReader(Framing framing) noexcept;
  /// A body that ends with the connection; for answers.
  [[nodiscard]] static BodyReader until_close() noexcept;

  /// Moves from the front of `in` to the end of `out`, which never gets longer than max_bytes.
  [[nodiscard]] State take(std::string_view& in, std::string& out, std::size_t max_bytes);

 private:
  enum class At {
    data,
    size_first,
    size,
    extension,
    size_lf,
    chunk,
    chunk_cr,
    chunk_lf,
    trailer_first,
    trailer,
    trailer_lf,
    end_lf,
    end
  };
  [[nodiscard]] State chunk_step(std::string_view& in, std::string& out, std::size_t max_bytes);
  /// One byte that is part of no data.
  [[nodiscard]] State line_step(char c);

  At at_ = At::data;
  std::uint64_t left_ = 0;    // of the body, or of the present chunk
  unsigned digits_ = 0;       // of the present chunk's size
  std::size_t overhead_ = 0;  // bytes of extensions and trailers
};

}  // namespace clarion::http::detail
