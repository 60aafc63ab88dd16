#include "http/detail/limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace clarion::http::detail {
namespace {

AddressBytes key_of(AddressBytes address) {
  // Mapped IPv4 begins with ten zero bytes; 2^64 customers of real IPv6 do not.
  const bool v4 =
      std::all_of(address.begin(), address.begin() + 10, [](unsigned char b) { return b == 0; });
  if (!v4) std::fill(address.begin() + 8, address.end(), static_cast<unsigned char>(0));
  return address;
}

}  // namespace

struct Limits::Hold {
  std::shared_ptr<Limits> limits;
  AddressBytes key;
  bool whole, per_address;
  Hold(std::shared_ptr<Limits> owner, const AddressBytes& k, bool w, bool p)
      : limits(std::move(owner)), key(k), whole(w), per_address(p) {}
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() { limits->release(key, whole, per_address); }
};

Limits::Entry& Limits::entry(const AddressBytes& key) {
  const auto now = clock_.steady();
  const auto [place, added] = entries_.try_emplace(key);
  Entry& found = place->second;
  if (added) {
    found.tokens = static_cast<double>(options_.requests_per_address);
    found.filled = now;
    found.seen = seen_.insert(seen_.end(), key);
  } else {
    seen_.splice(seen_.end(), seen_, found.seen);
  }
  // Those with connections are bounded by max_connections and stay; a bounded look keeps this O(1).
  auto oldest = seen_.begin();
  for (int looked = 0;
       looked < 8 && entries_.size() > options_.max_addresses && oldest != seen_.end(); ++looked) {
    const auto candidate = entries_.find(*oldest);
    const auto here = oldest++;
    if (candidate->second.connections > 0 || candidate == place) {
      seen_.splice(seen_.end(), seen_, here);
    } else {
      seen_.erase(here);
      entries_.erase(candidate);
    }
  }
  return found;
}

Result<std::shared_ptr<void>> Limits::hold(const AddressBytes& address, bool whole,
                                           bool per_address) {
  const AddressBytes key = key_of(address);
  {
    const std::lock_guard lock(mutex_);
    if (whole && connections_ >= options_.max_connections) {
      return Error{Errc::unavailable, fmt::format("{} connections are open", connections_),
                   "too_many_connections"};
    }
    if (per_address && options_.connections_per_address > 0) {
      Entry& mine = entry(key);
      if (mine.connections >= options_.connections_per_address) {
        return Error{Errc::overloaded,
                     fmt::format("{} has {} connections", show_address(address), mine.connections),
                     "too_many_connections_here"};
      }
      ++mine.connections;
    } else {
      per_address = false;
    }
    if (whole) ++connections_;
  }
  return std::shared_ptr<void>(std::make_shared<Hold>(shared_from_this(), key, whole, per_address));
}

Result<std::shared_ptr<void>> Limits::connection(const AddressBytes& address, bool per_address) {
  return hold(address, true, per_address);
}

Result<std::shared_ptr<void>> Limits::client_connection(const AddressBytes& address) {
  return hold(address, false, true);
}

void Limits::release(const AddressBytes& key, bool whole, bool per_address) {
  const std::lock_guard lock(mutex_);
  if (whole) --connections_;
  if (!per_address) return;
  const auto place = entries_.find(key);
  CLARION_ASSERT(place != entries_.end() && place->second.connections > 0);
  --place->second.connections;
}

Status Limits::request(const AddressBytes& address) {
  if (options_.requests_per_address == 0) return ok();
  const std::lock_guard lock(mutex_);
  Entry& mine = entry(key_of(address));
  const double full = static_cast<double>(options_.requests_per_address);
  const double per_second = full / 60;
  const auto now = clock_.steady();
  const double elapsed = std::chrono::duration<double>(now - mine.filled).count();
  mine.tokens = std::min(full, mine.tokens + std::max(elapsed, 0.0) * per_second);
  mine.filled = now;
  if (mine.tokens >= 1) {
    mine.tokens -= 1;
    return ok();
  }
  const auto wait = std::max(1L, std::lround(std::ceil((1 - mine.tokens) / per_second)));
  return Error{Errc::overloaded,
               fmt::format("{} asks more than {} times a minute", show_address(address),
                           options_.requests_per_address),
               "too_many_requests",
               {{"retry_after", std::to_string(wait)}}};
}

std::size_t Limits::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

}  // namespace clarion::http::detail
