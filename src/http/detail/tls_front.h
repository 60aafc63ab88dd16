#pragma once

#include "http/detail/core.h"
#include "http/tls.h"

#include <chrono>
#include <memory>
#include <string>

struct ssl_st;

namespace clarion::http::detail {

/// Ends a client's TLS before the connection that serves it: what the client sends is handed on in
/// clear over a pair of local sockets, and back. So HTTP and the stream know nothing of TLS, and
/// share frames and bound slow readers as they do without it.
///
/// Belongs to its core's thread; kept alive by the core's table and its pending waits. Holds at
/// most a record (16 KiB) each way, and reads no more while that waits: a client that does not read
/// stops the server's side by its full socket.
class TlsFront final : public std::enable_shared_from_this<TlsFront> {
 public:
  using Time = std::chrono::steady_clock::time_point;
  TlsFront(Core& core, tcp::socket client, const AddressBytes& peer, std::shared_ptr<void> hold,
           const Tls::Context& context);
  ~TlsFront();
  TlsFront(const TlsFront&) = delete;
  TlsFront& operator=(const TlsFront&) = delete;

  /// Shakes hands; then the core serves the other end of the pair.
  void start();
  /// When close() is due: the greeting, or a write that the client does not take, is too slow.
  [[nodiscard]] Time deadline() const noexcept { return deadline_; }
  void close();

 private:
  enum class Wait { none, read, write };
  /// Does what can be done now, then waits for what it lacks.
  void step();
  [[nodiscard]] bool shake_hands();
  [[nodiscard]] bool open_inner();
  bool move_up();
  bool move_down();
  void end_down();
  /// What the TLS side lacks after a call that returned `result`; none: it is broken.
  [[nodiscard]] Wait wants(int result);
  void arm();
  void wait(tcp::socket& socket, Wait what, bool& armed);
  void refuse_plain_http();

  Core& core_;
  tcp::socket client_, inner_;
  const AddressBytes peer_;
  std::shared_ptr<void> hold_;
  Tls::Context context_;  // lives as long as what was made from it
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> tls_;
  Time deadline_;
  std::string up_, down_;  // taken from one side, not yet by the other
  bool established_ = false, closed_ = false;
  bool up_ended_ = false, down_ended_ = false, goodbye_ = false;
  // What is lacked now, and which waits are pending.
  bool client_read_ = false, client_write_ = false, inner_read_ = false, inner_write_ = false;
  bool client_read_armed_ = false, client_write_armed_ = false, inner_read_armed_ = false,
       inner_write_armed_ = false;
};

}  // namespace clarion::http::detail
