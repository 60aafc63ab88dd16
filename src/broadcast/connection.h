#pragma once

#include "broadcast/frame.h"
#include "broadcast/ws_frame.h"

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::broadcast {

/// How a connection speaks.
enum class Wire : std::uint8_t { websocket, event_stream };

/// Counters of one core; written there with relaxed order, read anywhere.
struct Counters {
  std::atomic<std::uint64_t> sessions{0}, event_streams{0};  ///< open now
  std::atomic<std::uint64_t> opened{0}, frames_sent{0}, bytes_sent{0};
  std::atomic<std::uint64_t> pages_read{0}, snapshots_read{0};  ///< from the store
  std::atomic<std::uint64_t> recovered{0}, not_recovered{0};    ///< answers to a position
  std::atomic<std::uint64_t> slow_closes{0}, silent_closes{0}, refused{0};
};

inline void add(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) noexcept {
  counter.fetch_add(by, std::memory_order_relaxed);
}

/// One socket after its handshake: reads a client's messages, writes frames and messages in order,
/// closes properly.
///
/// Writes go out directly; what the socket does not take now is kept (the rest of one batch of
/// shared frames, and short messages) and goes first once it does. While something is kept no frame
/// is accepted, and no more is read once the kept messages pass a bound, so that a peer costs a
/// bounded amount of memory whatever it does.
///
/// Belongs to its core's thread. Lives in a shared_ptr, kept by its owner and by its pending waits.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Options {
    Wire wire = Wire::websocket;
    std::size_t max_message_bytes = 64U << 10U;
    std::size_t send_buffer_bytes = 64U << 10U;
    /// A peer that acknowledges nothing for so long is gone; event streams have no other sign of
    /// life.
    std::chrono::milliseconds dead_after{75'000};
  };
  /// A frame to send; without_id for an event stream that must take no position from it.
  struct Piece {
    FramePtr frame;
    bool without_id = false;
  };
  /// At most so many frames in one write.
  static constexpr std::size_t kBatchFrames = 16;

  /// `read_buffer` is shared by all connections of a core; it and `counters` outlive the
  /// connection.
  Connection(boost::asio::ip::tcp::socket socket, Options options, std::span<char> read_buffer,
             Counters& counters);
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

 protected:
  virtual void on_message(std::string text) = 0;
  virtual void on_binary(std::string bytes) = 0;
  /// The socket takes no more now, something is kept.
  virtual void on_blocked() = 0;
  /// All that was kept has gone.
  virtual void on_writable() = 0;
  /// A close has begun; finish() must follow within seconds if the peer does not answer.
  virtual void on_closing() = 0;
  /// The socket is closed. Called once.
  virtual void on_gone() = 0;

  /// Starts reading, with the bytes that came behind the handshake.
  void begin(std::string_view read_ahead);
  /// Sends bytes as they are, after what is kept.
  void send_bytes(std::string_view bytes);
  /// The same, but leaves them kept until the next send or flush(): several messages then cost one
  /// write.
  void keep_bytes(std::string_view bytes) { kept_ += bytes; }
  void keep_text(std::string_view json) { ws::append_frame(kept_, ws::Opcode::text, json); }
  /// Sends a batch of 1 to kBatchFrames. Requires: ready().
  void send_frames(std::span<const Piece> batch);
  /// Sends what is kept. True when all has gone.
  bool flush();
  /// True when nothing is kept and no close has begun.
  [[nodiscard]] bool ready() const noexcept {
    return !blocked_ && kept_.empty() && held_.empty() && !closing_;
  }
  [[nodiscard]] bool blocked() const noexcept { return blocked_; }
  [[nodiscard]] bool closing() const noexcept { return closing_; }
  [[nodiscard]] bool gone() const noexcept { return gone_; }
  [[nodiscard]] Wire wire() const noexcept { return options_.wire; }
  /// True once bytes came since the last call.
  bool take_received() noexcept { return std::exchange(received_, false); }
  /// True when the peer has taken bytes since the last call, or since writing began to block.
  bool take_progress() noexcept;

  /// Begins to close: with a Close frame where there are such, then the end of the connection.
  /// Nothing more is sent. `make_room` lets the Close of a full socket through by growing its
  /// buffer, so that a reader who wakes up learns why.
  void close(std::uint16_t code, std::string_view reason, bool make_room = false);
  /// Ends at once.
  void finish();

 private:
  void wait_readable();
  void read_some();
  void take_input(std::string_view bytes);
  void take_close(std::uint16_t code);
  void wait_writable();
  void drop_sent(std::size_t sent);
  void finish_when_closed();
  [[nodiscard]] std::size_t unsent_in_kernel() noexcept;

  boost::asio::ip::tcp::socket socket_;
  std::span<char> read_buffer_;
  Counters& counters_;
  Options options_;
  ws::Reader reader_;
  std::vector<Piece> held_;     // rest of a batch
  std::string kept_;            // messages, after held_
  std::size_t sent_ = 0;        // bytes gone of the first of held_ or, without one, of kept_
  std::size_t stalled_at_ = 0;  // bytes in the kernel when progress was last looked for
  bool blocked_ = false;        // waiting for the socket
  bool reading_ = false;        // a wait for input is pending
  bool received_ = false;
  bool closing_ = false;  // our Close is sent or kept
  bool close_got_ = false;
  bool violated_ = false;  // the peer broke RFC 6455
  bool gone_ = false;
};

}  // namespace clarion::broadcast
