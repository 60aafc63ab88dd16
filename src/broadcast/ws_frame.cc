#include "broadcast/ws_frame.h"

#include "base/bytes.h"

#include <algorithm>

namespace clarion::broadcast::ws {
namespace {

constexpr std::size_t kMostControlBytes = 125;  // RFC 6455 section 5.5

bool is_control(unsigned char opcode) { return (opcode & 0x8U) != 0; }

void unmask(std::string& out, std::string_view bytes, const unsigned char* mask,
            unsigned char& at) {
  const std::size_t from = out.size();
  out.append(bytes);
  for (std::size_t i = from; i < out.size(); ++i) {
    out[i] = static_cast<char>(static_cast<unsigned char>(out[i]) ^ mask[at]);
    at = (at + 1U) & 3U;
  }
}

}  // namespace

Head server_head(Opcode opcode, std::size_t payload_bytes) noexcept {
  Head head;
  const auto put = [&](std::size_t byte) { head.bytes[head.size++] = static_cast<char>(byte); };
  put(0x80U | static_cast<unsigned>(opcode));
  if (payload_bytes < 126) {
    put(payload_bytes);
  } else if (payload_bytes <= 0xFFFF) {
    put(126);
    put(payload_bytes >> 8U);
    put(payload_bytes & 0xFFU);
  } else {
    put(127);
    for (int shift = 56; shift >= 0; shift -= 8) {
      put((static_cast<std::uint64_t>(payload_bytes) >> static_cast<unsigned>(shift)) & 0xFFU);
    }
  }
  return head;
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
  const Head head = server_head(opcode, payload.size());
  out.append(head.bytes.data(), head.size);
  out.append(payload);
}

void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload,
                         const std::array<unsigned char, 4>& mask) {
  Head head = server_head(opcode, payload.size());
  head.bytes[1] = static_cast<char>(static_cast<unsigned char>(head.bytes[1]) | 0x80U);
  out.append(head.bytes.data(), head.size);
  out.append(reinterpret_cast<const char*>(mask.data()), mask.size());
  unsigned char at = 0;
  unmask(out, payload, mask.data(), at);
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  if (code == 0) return {};
  std::size_t size = std::min(reason.size(), kMostControlBytes - 2);
  while (size > 0 && size < reason.size() &&
         (static_cast<unsigned char>(reason[size]) & 0xC0U) == 0x80U)
    --size;
  std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
  payload += reason.substr(0, size);
  return payload;
}

bool is_close_code(std::uint16_t code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

bool Utf8Check::feed(std::string_view bytes) noexcept {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (need_ > 0) {
      if (byte < low_ || byte > high_) return false;
      low_ = 0x80;
      high_ = 0xBF;
      --need_;
    } else if (byte >= 0x80) {
      // RFC 3629 section 4: the first continuation byte has a narrower range after E0, ED, F0 and
      // F4.
      if (byte < 0xC2 || byte > 0xF4) return false;
      need_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
      if (byte == 0xE0) low_ = 0xA0;
      if (byte == 0xED) high_ = 0x9F;
      if (byte == 0xF0) low_ = 0x90;
      if (byte == 0xF4) high_ = 0x8F;
    }
  }
  return true;
}

std::size_t Reader::head_need() const noexcept {
  if (head_size_ < 2) return 2;
  const unsigned length = head_[1] & 0x7FU;
  const std::size_t mask = (head_[1] & 0x80U) != 0 ? 4 : 0;
  return 2 + mask + (length == 126 ? 2 : length == 127 ? 8 : 0);
}

Event Reader::fail(std::uint16_t code, const char* reason) {
  over_ = true;
  message_ = {};
  control_ = {};
  return {Event::Kind::violation, reason, code};
}

Event Reader::open_frame() {
  const bool last = (head_[0] & 0x80U) != 0;
  const unsigned char opcode = head_[0] & 0x0FU;
  unsigned length_bytes = 0;
  left_ = head_[1] & 0x7FU;
  if (left_ == 126) length_bytes = 2;
  if (left_ == 127) length_bytes = 8;
  if (length_bytes > 0) {
    left_ = 0;
    for (unsigned i = 0; i < length_bytes; ++i) left_ = left_ << 8U | head_[2 + i];
    // Section 5.2: the shortest form, and the highest bit clear.
    if (left_ < 126 || (length_bytes == 8 && (left_ <= 0xFFFF || left_ >> 63U != 0))) {
      return fail(1002, "length not in its shortest form");
    }
  }
  if ((head_[0] & 0x70U) != 0) return fail(1002, "reserved bits set");
  if (((head_[1] & 0x80U) != 0) != masked_)
    return fail(1002, masked_ ? "frame not masked" : "frame masked");
  if (opcode > 10 || (opcode > 2 && opcode < 8)) return fail(1002, "unknown opcode");
  if (is_control(opcode)) {
    if (!last) return fail(1002, "control frame in fragments");
    if (left_ > kMostControlBytes) return fail(1002, "control frame too long");
  } else {
    if (opcode == 0 && !in_message_) return fail(1002, "nothing to continue");
    if (opcode != 0 && in_message_) return fail(1002, "message not finished");
    if (left_ > max_bytes_ || message_.size() > max_bytes_ - left_)
      return fail(1009, "message too long");
    if (opcode != 0) text_ = opcode == 1;
    in_message_ = true;
  }
  mask_at_ = 0;
  in_payload_ = true;
  return {};
}

Event Reader::take_payload(std::string_view bytes) {
  constexpr std::array<unsigned char, 4> kNoMask{};
  const unsigned char* mask = masked_ ? head_.data() + head_size_ - 4 : kNoMask.data();
  left_ -= bytes.size();
  if (is_control(head_[0])) {
    unmask(control_, bytes, mask, mask_at_);
    return {};
  }
  const std::size_t from = message_.size();
  unmask(message_, bytes, mask, mask_at_);
  if (text_ && !utf8_.feed(std::string_view(message_).substr(from)))
    return fail(1007, "text is not UTF-8");
  return {};
}

Event Reader::end_close() {
  over_ = true;
  const std::string payload = std::move(control_);
  control_ = {};
  message_ = {};
  if (payload.empty()) return {Event::Kind::close, {}, 0};
  if (payload.size() == 1) return fail(1002, "half a close code");
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(payload[i]));
  };
  const auto code = static_cast<std::uint16_t>(byte(0) << 8U | byte(1));
  if (!is_close_code(code)) return fail(1002, "close code not allowed");
  if (!is_utf8(std::string_view(payload).substr(2))) return fail(1007, "close reason is not UTF-8");
  return {Event::Kind::close, payload.substr(2), code};
}

Event Reader::end_frame() {
  const auto opcode = static_cast<Opcode>(head_[0] & 0x0FU);
  const bool last = (head_[0] & 0x80U) != 0;
  in_payload_ = false;
  head_size_ = 0;
  Event event;
  switch (opcode) {
    case Opcode::close:
      return end_close();
    case Opcode::ping:
    case Opcode::pong:
      event.kind = opcode == Opcode::ping ? Event::Kind::ping : Event::Kind::pong;
      event.payload.swap(control_);
      return event;
    case Opcode::continuation:
    case Opcode::text:
    case Opcode::binary:
      break;
  }
  if (!last) return event;
  if (text_ && !utf8_.whole()) return fail(1007, "text ends within a character");
  utf8_.reset();
  in_message_ = false;
  event.kind = text_ ? Event::Kind::text : Event::Kind::binary;
  event.payload.swap(message_);
  return event;
}

Event Reader::next(std::string_view& input) {
  while (!over_) {
    if (!in_payload_) {
      while (head_size_ < head_need() && !input.empty()) {
        head_[head_size_++] = static_cast<unsigned char>(input.front());
        input.remove_prefix(1);
      }
      if (head_size_ < head_need()) return {};
      if (Event event = open_frame(); event.kind != Event::Kind::none) return event;
    }
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
    const std::string_view bytes = input.substr(0, take);
    input.remove_prefix(take);
    if (Event event = take_payload(bytes); event.kind != Event::Kind::none) return event;
    if (left_ > 0) return {};
    // A fragment or an empty message in the middle gives no event, yet the input may hold more.
    if (Event event = end_frame(); event.kind != Event::Kind::none) return event;
  }
  input = {};
  return {};
}

}  // namespace clarion::broadcast::ws
