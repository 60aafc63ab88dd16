#pragma once

#include "ops/clock.h"
#include "ops/random.h"

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace clarion::ops {

/// Makes ids: a prefix and a ULID (https://github.com/ulid/spec: 48 bits of milliseconds, 80 random
/// bits, Crockford base 32). Within one millisecond, and when the clock goes back, the random part
/// counts up, so that ids of one source always rise. Thread-safe.
class Ids {
 public:
  Ids(const Clock& clock, Random& random) : clock_(clock), random_(random) {}
  /// E.g. make("c_") → c_01JDESW8V4…, 26 characters after the prefix.
  [[nodiscard]] std::string make(std::string_view prefix);

 private:
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;  // guards the two below
  std::uint64_t last_ms_ = 0;
  std::array<unsigned char, 10> tail_{};
};

}  // namespace clarion::ops
