#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace clarion::ops {

/// Where randomness comes from; handed to everything that asks for it. Calls are thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<unsigned char> bytes) = 0;
  /// `count` random bytes.
  [[nodiscard]] std::string bytes(std::size_t count);
  /// Uniform in [0, bound); bound > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);
};

/// The kernel's, by libsodium: fit for keys and tokens.
[[nodiscard]] std::unique_ptr<Random> make_system_random();
/// The same bytes for the same seed; for tests.
[[nodiscard]] std::unique_ptr<Random> make_seeded_random(std::uint64_t seed);

}  // namespace clarion::ops
