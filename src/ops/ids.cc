#include "ops/ids.h"

namespace clarion::ops {

std::string Ids::make(std::string_view prefix) {
  constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::array<unsigned char, 16> raw{};
  {
    const std::lock_guard lock(mutex_);
    const auto now = static_cast<std::uint64_t>(clock_.now().time_since_epoch().count());
    if (now > last_ms_) {
      last_ms_ = now;
      random_.fill(tail_);
      tail_[0] &= 0x7FU;  // room to count up
    } else {
      for (std::size_t i = tail_.size(); i-- > 0 && ++tail_[i] == 0;) {
      }
    }
    for (std::size_t i = 0; i < 6; ++i)
      raw[i] = static_cast<unsigned char>(last_ms_ >> (40 - 8 * i));
    std::copy(tail_.begin(), tail_.end(), raw.begin() + 6);
  }
  std::string out(prefix);
  // 128 bits as 26 digits of 5 bits, the first holding 3.
  for (int digit = 0; digit < 26; ++digit) {
    unsigned value = 0;
    for (int bit = digit * 5 - 2; bit < digit * 5 + 3; ++bit) {
      value <<= 1U;
      if (bit >= 0) value |= raw[static_cast<std::size_t>(bit) / 8] >> (7 - bit % 8) & 1U;
    }
    out += kCrockford[value];
  }
  return out;
}

}  // namespace clarion::ops
