#include "ops/random.h"

#include "base/assert.h"

#include <sodium.h>

#include <mutex>
#include <random>

namespace clarion::ops {
namespace {

class SystemRandom final : public Random {
 public:
  SystemRandom() { CLARION_ASSERT(sodium_init() >= 0); }
  void fill(std::span<unsigned char> bytes) override {
    randombytes_buf(bytes.data(), bytes.size());
  }
};

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<unsigned char> bytes) override {
    const std::lock_guard lock(mutex_);
    for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(engine_() >> 56U);
  }

 private:
  std::mutex mutex_;  // guards engine_
  std::mt19937_64 engine_;
};

}  // namespace

std::string Random::bytes(std::size_t count) {
  std::string out(count, '\0');
  fill({reinterpret_cast<unsigned char*>(out.data()), out.size()});
  return out;
}

std::uint64_t Random::below(std::uint64_t bound) {
  CLARION_ASSERT(bound > 0);
  const std::uint64_t limit =
      UINT64_MAX - UINT64_MAX % bound;  // above it the remainder would not be uniform
  std::uint64_t value = 0;
  do {
    fill({reinterpret_cast<unsigned char*>(&value), sizeof value});
  } while (value >= limit);
  return value % bound;
}

std::unique_ptr<Random> make_system_random() { return std::make_unique<SystemRandom>(); }
std::unique_ptr<Random> make_seeded_random(std::uint64_t seed) {
  return std::make_unique<SeededRandom>(seed);
}

}  // namespace clarion::ops
