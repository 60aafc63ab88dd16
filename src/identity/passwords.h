#pragma once

#include "base/result.h"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::identity {

/// Argon2id by libsodium (interactive limits: 64 MiB, some 50 ms), in its own text form. Errors:
/// `invalid` with code "password_length" (8 to 1,024 bytes).
[[nodiscard]] Result<std::string> hash_password(std::string_view password);
/// Whether the password is the one of that text form. A text that is none is the hash of no
/// password. The work is the same with nullopt, which an unknown account has.
[[nodiscard]] bool verify_password(const std::optional<std::string>& kept,
                                   std::string_view password);

struct PasswordGateOptions {
  std::size_t at_once = 2;  ///< 64 MiB and a worker thread each
  std::size_t waiting = 4;  ///< worker threads that wait for their turn
};

/// Bounds how many passwords are worked on, so that a flood of sign-ins takes neither the memory
/// nor all the workers. Thread-safe.
class PasswordGate {
 public:
  explicit PasswordGate(PasswordGateOptions options = {}) : options_(options) {}
  /// Runs `work` on this thread when it is its turn. Errors: `overloaded` with code "signin_busy"
  /// (429) when too many wait.
  Status run(const std::function<void()>& work);
  [[nodiscard]] std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

 private:
  PasswordGateOptions options_;
  std::mutex mutex_;  // guards the two below
  std::condition_variable turn_;
  std::size_t running_ = 0, waiting_ = 0;
};

}  // namespace clarion::identity
