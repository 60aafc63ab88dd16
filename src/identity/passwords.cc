#include "identity/passwords.h"

#include <sodium.h>

#include <array>

namespace clarion::identity {
namespace {

constexpr std::size_t kShortest = 8, kLongest = 1024;
constexpr std::string_view kAlgorithm = "$argon2id$";
/// The text form of a hash that no password has, with the cost of hash_password().
constexpr const char* kNobody =
    "$argon2id$v=19$m=65536,t=2,p=1$bm8gYWNjb3VudCBoZXJlIQ$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

}  // namespace

Result<std::string> hash_password(std::string_view password) {
  if (password.size() < kShortest || password.size() > kLongest) {
    return Error{Errc::invalid, "a password has 8 to 1024 bytes", "password_length"};
  }
  std::array<char, crypto_pwhash_STRBYTES> out{};
  if (sodium_init() < 0 ||
      crypto_pwhash_str_alg(out.data(), password.data(), password.size(),
                            crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return Error{Errc::unavailable, "no memory to hash a password", "unavailable"};
  }
  return std::string(out.data());
}

bool verify_password(const std::optional<std::string>& kept, std::string_view password) {
  if (sodium_init() < 0 || password.size() > kLongest) return false;
  const bool usable =
      kept && kept->starts_with(kAlgorithm) && kept->size() < crypto_pwhash_STRBYTES;
  const bool same = crypto_pwhash_str_verify(usable ? kept->c_str() : kNobody, password.data(),
                                             password.size()) == 0;
  return usable && same;
}

Status PasswordGate::run(const std::function<void()>& work) {
  {
    std::unique_lock lock(mutex_);
    if (running_ == options_.at_once && waiting_ == options_.waiting) {
      return Error{Errc::overloaded,
                   "too many people sign in at this moment",
                   "signin_busy",
                   {{"retry_after", "1"}}};
    }
    ++waiting_;
    turn_.wait(lock, [this] { return running_ < options_.at_once; });
    --waiting_;
    ++running_;
  }
  work();
  const std::lock_guard lock(mutex_);
  --running_;
  turn_.notify_one();
  return ok();
}

}  // namespace clarion::identity
