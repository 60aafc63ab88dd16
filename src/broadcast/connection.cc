#include "broadcast/connection.h"

#include "base/assert.h"

#include <boost/asio/buffer.hpp>

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>

namespace clarion::broadcast {
namespace {

/// Reading pauses while so many bytes of answers wait: a peer that asks and never reads must not
/// make us hoard.
constexpr std::size_t kPauseBytes = 16U << 10U;
/// A client has little to say; the system's own bound is 6 MiB.
constexpr int kReceiveBufferBytes = 64 << 10;
/// Buffers read in a row before others get their turn.
constexpr int kReadsInARow = 4;

std::array<std::string_view, 2> parts_of(const Connection::Piece& piece, Wire wire) {
  if (wire == Wire::websocket) return {piece.frame->ws_head(), piece.frame->json()};
  return {piece.without_id ? piece.frame->event_without_id() : piece.frame->event(), {}};
}

/// What one write takes: up to kBatchFrames frames of two parts, and the kept messages.
class Gather {
 public:
  void add(std::string_view bytes, std::size_t& skip) {
    const std::size_t drop = std::min(skip, bytes.size());
    skip -= drop;
    bytes.remove_prefix(drop);
    if (bytes.empty()) return;
    parts_[count_++] = {const_cast<char*>(bytes.data()), bytes.size()};
    total_ += bytes.size();
  }
  [[nodiscard]] std::size_t total() const { return total_; }
  /// Bytes taken; 0 when the socket is full, -1 when it is broken.
  [[nodiscard]] ssize_t send(int fd) {
    msghdr message{};
    message.msg_iov = parts_.data();
    message.msg_iovlen = count_;
    const ssize_t sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOBUFS))
      return 0;
    return sent;
  }

 private:
  std::array<iovec, 2 * Connection::kBatchFrames + 1> parts_;
  std::size_t count_ = 0, total_ = 0;
};

void set_option(int fd, int level, int name, int value) {
  // A socket that refuses an option still works; its buffer is then the system's default.
  static_cast<void>(::setsockopt(fd, level, name, &value, sizeof value));
}

}  // namespace

Connection::Connection(boost::asio::ip::tcp::socket socket, Options options,
                       std::span<char> read_buffer, Counters& counters)
    : socket_(std::move(socket)),
      read_buffer_(read_buffer),
      counters_(counters),
      options_(options),
      reader_(options.max_message_bytes) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  const int fd = socket_.native_handle();
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_SNDBUF, static_cast<int>(options.send_buffer_bytes));
  set_option(fd, SOL_SOCKET, SO_RCVBUF, kReceiveBufferBytes);
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(options.dead_after.count()));
}

void Connection::begin(std::string_view read_ahead) {
  if (!read_ahead.empty()) {
    received_ = true;
    take_input(read_ahead);
  }
  if (!gone_) wait_readable();
}

void Connection::wait_readable() {
  if (reading_ || gone_) return;
  reading_ = true;
  socket_.async_wait(boost::asio::ip::tcp::socket::wait_read,
                     [self = shared_from_this()](boost::system::error_code error) {
                       self->reading_ = false;
                       if (!error && !self->gone_) self->read_some();
                     });
}

void Connection::read_some() {
  for (int i = 0; i < kReadsInARow; ++i) {
    if (kept_.size() >= kPauseBytes) return;  // flush() goes on reading
    const ssize_t got =
        ::recv(socket_.native_handle(), read_buffer_.data(), read_buffer_.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) break;
    if (got <= 0) return finish();
    received_ = true;
    take_input({read_buffer_.data(), static_cast<std::size_t>(got)});
    if (gone_) return;
    if (static_cast<std::size_t>(got) < read_buffer_.size()) break;
  }
  wait_readable();
}

void Connection::take_input(std::string_view bytes) {
  if (options_.wire == Wire::event_stream) return;  // nothing to say there
  while (!bytes.empty() && !gone_) {
    ws::Event event = reader_.next(bytes);
    switch (event.kind) {
      case ws::Event::Kind::none:
        break;
      case ws::Event::Kind::text:
        if (!closing_) on_message(std::move(event.payload));
        break;
      case ws::Event::Kind::binary:
        if (!closing_) on_binary(std::move(event.payload));
        break;
      case ws::Event::Kind::ping:
        if (closing_) break;
        ws::append_frame(kept_, ws::Opcode::pong, event.payload);
        flush();
        break;
      case ws::Event::Kind::pong:
        break;
      case ws::Event::Kind::close:
        take_close(event.code);
        break;
      case ws::Event::Kind::violation:
        violated_ = true;
        close(event.code, event.payload);
        break;
    }
  }
}

void Connection::take_close(std::uint16_t code) {
  close_got_ = true;
  close(code, {});  // section 5.5.1: the code comes back
  if (!gone_) finish_when_closed();
}

void Connection::send_bytes(std::string_view bytes) {
  kept_ += bytes;
  flush();
}

void Connection::send_frames(std::span<const Piece> batch) {
  CLARION_ASSERT(ready() && batch.size() <= kBatchFrames);
  add(counters_.frames_sent, batch.size());
  Gather gather;
  std::size_t skip = 0;
  for (const Piece& piece : batch) {
    for (const std::string_view part : parts_of(piece, options_.wire)) gather.add(part, skip);
  }
  const ssize_t sent = gather.send(socket_.native_handle());
  if (sent < 0) return finish();
  add(counters_.bytes_sent, static_cast<std::uint64_t>(sent));
  if (static_cast<std::size_t>(sent) == gather.total()) return;
  held_.assign(batch.begin(), batch.end());
  drop_sent(static_cast<std::size_t>(sent));
  wait_writable();
}

bool Connection::flush() {
  if (gone_ || blocked_) return false;
  while (!held_.empty() || !kept_.empty()) {
    Gather gather;
    std::size_t skip = sent_;
    for (const Piece& piece : held_) {
      for (const std::string_view part : parts_of(piece, options_.wire)) gather.add(part, skip);
    }
    gather.add(kept_, skip);
    const ssize_t sent = gather.send(socket_.native_handle());
    if (sent < 0) {
      finish();
      return false;
    }
    add(counters_.bytes_sent, static_cast<std::uint64_t>(sent));
    drop_sent(static_cast<std::size_t>(sent));
    if (static_cast<std::size_t>(sent) < gather.total()) {
      wait_writable();
      return false;
    }
  }
  if (closing_) finish_when_closed();
  return true;
}

void Connection::drop_sent(std::size_t sent) {
  sent_ += sent;
  auto piece = held_.begin();
  for (; piece != held_.end(); ++piece) {
    const auto parts = parts_of(*piece, options_.wire);
    const std::size_t size = parts[0].size() + parts[1].size();
    if (sent_ < size) break;
    sent_ -= size;
  }
  if (piece == held_.end()) {
    held_ = {};  // an idle connection keeps no buffer
    if (sent_ >= kept_.size()) {
      kept_ = {};
      sent_ = 0;
    }
  } else {
    held_.erase(held_.begin(), piece);
  }
}

void Connection::wait_writable() {
  blocked_ = true;
  stalled_at_ = unsent_in_kernel();
  socket_.async_wait(boost::asio::ip::tcp::socket::wait_write,
                     [self = shared_from_this()](boost::system::error_code error) {
                       if (error || self->gone_) return;
                       self->blocked_ = false;
                       if (!self->flush()) return;
                       if (!self->closing_) self->on_writable();
                       self->wait_readable();
                     });
  on_blocked();
}

std::size_t Connection::unsent_in_kernel() noexcept {
  int bytes = 0;
  return ::ioctl(socket_.native_handle(), SIOCOUTQ, &bytes) == 0 ? static_cast<std::size_t>(bytes)
                                                                 : 0;
}

bool Connection::take_progress() noexcept {
  const std::size_t now = unsent_in_kernel();
  return now < std::exchange(stalled_at_, now);
}

void Connection::close(std::uint16_t code, std::string_view reason, bool make_room) {
  if (closing_ || gone_) return;
  closing_ = true;
  if (options_.wire == Wire::websocket) {
    ws::append_frame(kept_, ws::Opcode::close, ws::close_payload(code, reason));
  }
  if (make_room && blocked_) {
    std::size_t rest = kept_.size();
    for (const Piece& piece : held_) rest += piece.frame->size_bytes();
    // Only the frame that is half out must be whole before the Close; the others the reader gets
    // when it resumes.
    if (held_.size() > 1) {
      held_.erase(held_.begin() + (sent_ > 0 ? 1 : 0), held_.end());
      rest = kept_.size() + (held_.empty() ? 0 : held_.front().frame->size_bytes());
    }
    set_option(socket_.native_handle(), SOL_SOCKET, SO_SNDBUF,
               static_cast<int>(2 * options_.send_buffer_bytes + rest));
    blocked_ = false;  // the pending wait then finds nothing left to do
  }
  on_closing();
  flush();
}

void Connection::finish_when_closed() {
  const bool all_sent = held_.empty() && kept_.empty();
  if (all_sent && violated_ && !close_got_) {
    // Its bytes can't be told apart any more, so its end must do for a Close; unread they would
    // turn ours into a reset.
    boost::system::error_code ignored;
    socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
    return;
  }
  if (all_sent && (close_got_ || options_.wire == Wire::event_stream)) finish();
}

void Connection::finish() {
  if (gone_) return;
  gone_ = true;
  boost::system::error_code ignored;
  socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  held_ = {};
  kept_ = {};
  on_gone();
}

}  // namespace clarion::broadcast
