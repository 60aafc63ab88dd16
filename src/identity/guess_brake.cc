#include "identity/guess_brake.h"

#include "base/bytes.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace clarion::identity {
namespace {

constexpr std::chrono::hours kRemembered{1};

std::chrono::seconds delay(const GuessRule& rule, std::size_t failures) {
  if (failures <= rule.free) return std::chrono::seconds(0);
  const std::size_t doublings = std::min<std::size_t>(failures - rule.free - 1, 20);
  return std::min(rule.longest, rule.first * (1U << doublings));
}

}  // namespace

Status GuessBrake::attempt(const std::vector<Key>& keys) {
  const auto now = clock_.steady();
  const std::lock_guard lock(mutex_);
  drop_old();
  std::chrono::steady_clock::duration left{0};
  for (const Key& key : keys) {
    const auto found = entries_.find(key.name);
    if (found != entries_.end()) left = std::max(left, found->second.until - now);
  }
  if (left.count() > 0) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
    return Error{Errc::overloaded,
                 "too many wrong attempts from here",
                 "signin_slow",
                 {{"retry_after", std::to_string(seconds)}}};
  }
  for (const Key& key : keys) {
    auto [at, fresh] = entries_.try_emplace(key.name);
    Entry& entry = at->second;
    if (fresh) {
      entry.age = by_age_.insert(by_age_.end(), key.name);
    } else {
      by_age_.splice(by_age_.end(), by_age_, entry.age);
    }
    ++entry.failures;
    entry.last = now;
    entry.until = now + delay(key.rule, entry.failures);
  }
  return ok();
}

void GuessBrake::take_back(const std::vector<Key>& keys) {
  const std::lock_guard lock(mutex_);
  for (const Key& key : keys) {
    const auto found = entries_.find(key.name);
    if (found == entries_.end()) continue;
    Entry& entry = found->second;
    entry.failures -= std::min<std::size_t>(entry.failures, 1);
    entry.until = entry.last + delay(key.rule, entry.failures);
  }
}

void GuessBrake::forget(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  by_age_.erase(found->second.age);
  entries_.erase(found);
}

void GuessBrake::drop_old() {
  const auto now = clock_.steady();
  while (!by_age_.empty()) {
    const auto oldest = entries_.find(by_age_.front());
    if (now - oldest->second.last < kRemembered && entries_.size() < most_keys_) return;
    entries_.erase(oldest);
    by_age_.pop_front();
  }
}

std::string place_of(std::string_view address) {
  std::array<unsigned char, 16> bytes{};
  const std::string text(address);
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  return to_hex({reinterpret_cast<const char*>(bytes.data()), 8});
}

}  // namespace clarion::identity
