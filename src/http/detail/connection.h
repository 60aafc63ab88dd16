#pragma once

#include "http/detail/core.h"
#include "http/detail/exchange.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace clarion::http::detail {

/// One client's connection: reads a request, has it answered, then reads the next; so pipelined
/// ones are answered in order.
///
/// Belongs to its core's thread. Kept alive by the core's table, its pending operation and the
/// worker that has its exchange. Reads only while it wants bytes, so that a client that sends
/// faster than it is served is stopped by TCP.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  using Time = std::chrono::steady_clock::time_point;
  Connection(Core& core, tcp::socket socket, const AddressBytes& peer, std::shared_ptr<void> hold);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  /// When on_deadline() is due; max() while a worker has the request.
  [[nodiscard]] Time deadline() const noexcept { return deadline_; }
  void on_deadline();
  /// Closes when idle; otherwise the next answer is the last.
  void drain();

 private:
  enum class State { head, working, body, writing, lingering, closed };

  void wait_readable();
  void on_readable(const error_code& ec);
  void advance();
  void advance_head();
  void advance_body();
  void linger_on(std::size_t bytes);
  /// Why the head in in_ can be refused before it is whole, or ok.
  [[nodiscard]] Status early_check() const;
  void begin_exchange(RequestHead head);
  void start_body();
  void submit();
  void work();                 // on a worker
  void after_work(Next next);  // back on the core
  [[nodiscard]] Answer make_answer();
  void hand_over();
  void refuse(const Error& error);  // answers with a problem
  void answer(Response response);
  void write();
  void after_answer();
  void linger();
  void close();
  void settle();
  [[nodiscard]] Time after(std::chrono::milliseconds time) const;

  Core& core_;
  Shared& shared_;
  tcp::socket socket_;
  const AddressBytes peer_;
  std::shared_ptr<void> hold_;
  State state_ = State::head;
  Time deadline_ = Time::max();
  std::string in_;           // read, not yet understood
  std::size_t scanned_ = 0;  // of in_, without the end of a head
  bool head_begun_ = false;  // the deadline of a request runs
  bool settled_ = false;
  std::size_t lingered_ = 0;  // bytes thrown away
  std::unique_ptr<Exchange> exchange_;
};

/// Answers a connection that is over a limit as far as the socket takes it, without reading; the
/// caller closes it.
void refuse_connection(Core& core, tcp::socket& socket, const Error& error);

}  // namespace clarion::http::detail
