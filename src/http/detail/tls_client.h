#pragma once

#include "base/result.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace clarion::http::detail {

/// The client's side of TLS as a machine over bytes, without a socket: what received() was given
/// comes out of read() in clear, what write() was given stands sealed in outgoing().
///
/// Checks the certificate against the host, which may be an address. One thread.
class TlsClient {
 public:
  /// Errors: `unavailable` when OpenSSL can't be set up.
  [[nodiscard]] static Result<std::unique_ptr<TlsClient>> make(const std::string& host);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// Goes on with the handshake; true once it is done. Errors: `denied` for a certificate that does
  /// not fit, else `unavailable`.
  [[nodiscard]] Result<bool> shake_hands();
  /// Seals some of the bytes and returns how many (0 while TLS itself has to receive first).
  [[nodiscard]] Result<std::size_t> write(std::string_view bytes);
  /// nullopt: nothing whole has come; 0: the peer has ended in order. Errors: `unavailable`.
  [[nodiscard]] Result<std::optional<std::size_t>> read(std::span<char> room);
  /// True when read() would give something without receiving more.
  [[nodiscard]] bool has_incoming() const;
  /// Requires: no more than what was read from the peer.
  void received(std::string_view bytes);
  [[nodiscard]] std::string_view outgoing() const;
  void sent(std::size_t count);

 private:
  struct Impl;
  explicit TlsClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace clarion::http::detail
