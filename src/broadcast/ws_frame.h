#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The frame codec of RFC 6455: pure functions and state machines over bytes, no sockets.
namespace clarion::broadcast::ws {

enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10
};

/// Head of a server's frame: whole message, not masked.
struct Head {
  std::array<char, 10> bytes{};
  std::size_t size = 0;  ///< 2, 4 or 10
};
[[nodiscard]] Head server_head(Opcode opcode, std::size_t payload_bytes) noexcept;
/// Appends a whole frame as a server sends it.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);
/// The same as a client sends it: `mask` has to be fresh and unforeseeable (section 5.3).
void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload,
                         const std::array<unsigned char, 4>& mask);
/// Payload of a Close frame; an empty one for code 0. The reason is cut to the 123 bytes that fit,
/// at a character's end.
[[nodiscard]] std::string close_payload(std::uint16_t code, std::string_view reason);
/// True for the codes that may stand in a Close frame (section 7.4 and the IANA registry).
[[nodiscard]] bool is_close_code(std::uint16_t code) noexcept;

/// Checks UTF-8 (RFC 3629) that arrives in pieces, and fails at the first byte that no text can
/// hold.
class Utf8Check {
 public:
  /// False once the bytes so far are no beginning of a text.
  bool feed(std::string_view bytes) noexcept;
  /// True when no character is half read.
  [[nodiscard]] bool whole() const noexcept { return need_ == 0; }
  void reset() noexcept { *this = Utf8Check(); }

 private:
  unsigned char need_ = 0;                  // continuation bytes still to come
  unsigned char low_ = 0x80, high_ = 0xBF;  // range of the next one
};

/// What came in.
struct Event {
  enum class Kind : std::uint8_t { none, text, binary, ping, pong, close, violation };
  Kind kind = Kind::none;  ///< none: the bytes ran out first
  std::string payload;     ///< of text, binary, ping, pong; reason of close and of violation
  std::uint16_t code = 0;  ///< close: as received, 0 when absent; violation: the code to close with
};

/// Whose frames are read: a client masks each, a server none (section 5.1).
enum class Sender : bool { client, server };

/// Reads one side's frames and joins fragments.
///
/// Keeps only what an unfinished frame or message needs: an idle reader owns no memory. After a
/// violation or a Close it swallows everything.
class Reader {
 public:
  explicit Reader(std::size_t max_message_bytes, Sender sender = Sender::client) noexcept
      : max_bytes_(max_message_bytes), masked_(sender == Sender::client) {}
  /// Takes bytes off the front of `input` until something is whole, or all of them. O(bytes taken).
  Event next(std::string_view& input);

 private:
  [[nodiscard]] std::size_t head_need() const noexcept;
  /// Checks a whole head. Returns the violation, or an event of kind none.
  Event open_frame();
  Event take_payload(std::string_view bytes);
  Event end_frame();
  Event end_close();
  Event fail(std::uint16_t code, const char* reason);

  std::size_t max_bytes_;
  std::string message_;     // payload of the message so far
  std::string control_;     // of the control frame so far; it may come between fragments
  std::uint64_t left_ = 0;  // bytes of the frame's payload still to come
  std::array<unsigned char, 14> head_{};
  unsigned char head_size_ = 0;
  unsigned char mask_at_ = 0;  // which of the mask's bytes is next
  bool masked_;
  bool in_payload_ = false;
  bool in_message_ = false;  // a first fragment came, the last did not
  bool text_ = false;        // kind of that message
  bool over_ = false;        // Close or violation seen
  Utf8Check utf8_;
};

}  // namespace clarion::broadcast::ws
