#pragma once

#include "base/result.h"
#include "http/url.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace clarion::http {

/// A client's connection: bytes over TCP, for https over TLS 1.2 or newer.
///
/// The server's certificate must be good for the address's host, by the authorities of the system
/// (or of SSL_CERT_FILE and SSL_CERT_DIR). Nothing here blocks but connect() and wait(), and these
/// not beyond their time. Belongs to one thread. Raises no SIGPIPE.
class Wire {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Opens a connection. `stop`, unless -1, is a descriptor that ends every wait when it becomes
  /// readable. Errors: `unavailable`, naming the address; `denied` for a certificate that does not
  /// fit; `cancelled` by `stop`. The look-up of a host name has the resolver's own time limits.
  [[nodiscard]] static Result<Wire> connect(const Url& url, Time until, int stop = -1);
  Wire(Wire&&) noexcept;
  Wire& operator=(Wire&&) noexcept;
  ~Wire();

  /// Takes from the front of `bytes` and returns how many; 0 when nothing fits now.
  [[nodiscard]] Result<std::size_t> send_some(std::string_view bytes);
  /// How many bytes came into `room`; nullopt when there is nothing now, 0 when the peer has ended.
  [[nodiscard]] Result<std::optional<std::size_t>> receive_some(std::span<char> room);
  /// Waits until something can be received or, with `to_send`, sent. False when the time is over.
  /// Errors: `cancelled` by `stop`.
  [[nodiscard]] Result<bool> wait(bool to_send, Time until);
  /// Sends all of it. Errors: as above; `unavailable` when the time is over.
  [[nodiscard]] Status send_all(std::string_view bytes, Time until);
  /// True when bytes or the end are there to be received.
  [[nodiscard]] bool is_readable() const;

 private:
  struct Impl;
  explicit Wire(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace clarion::http
