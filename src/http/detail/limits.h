#pragma once

#include "base/result.h"
#include "http/detail/proxies.h"
#include "ops/clock.h"

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>

namespace clarion::http::detail {

struct LimitOptions {
  std::size_t max_connections = 16000;
  std::size_t connections_per_address = 100;  ///< 0: none
  std::size_t requests_per_address = 600;     ///< a minute; 0: none
  std::size_t max_addresses =
      65536;  ///< remembered without a connection; the one unseen longest is forgotten
};

/// Counts connections and requests of each address. IPv6 counts by /64, which is what one customer
/// gets (RFC 6177). All calls are thread-safe; the clock must outlive it and every hold.
class Limits : public std::enable_shared_from_this<Limits> {
 public:
  Limits(LimitOptions options, const ops::Clock& clock) : options_(options), clock_(clock) {}

  /// Counts a connection for as long as the returned value lives. `per_address` false: only the
  /// whole is bounded (a proxy's). Errors: `unavailable` with code "too_many_connections";
  /// `overloaded` with code "too_many_connections_here".
  [[nodiscard]] Result<std::shared_ptr<void>> connection(const AddressBytes& address,
                                                         bool per_address);
  /// Counts one more for the address alone: of a client that came through a proxy's connection.
  [[nodiscard]] Result<std::shared_ptr<void>> client_connection(const AddressBytes& address);
  /// Takes one request from the address's bucket, which holds a minute's worth and refills evenly.
  /// Errors: `overloaded` with code "too_many_requests" and the parameter "retry_after" (seconds).
  [[nodiscard]] Status request(const AddressBytes& address);
  [[nodiscard]] std::size_t connections() const;

 private:
  struct Hold;
  struct Entry {
    std::size_t connections = 0;
    double tokens = 0;
    std::chrono::steady_clock::time_point filled;
    std::list<AddressBytes>::iterator seen;
  };
  [[nodiscard]] Result<std::shared_ptr<void>> hold(const AddressBytes& address, bool whole,
                                                   bool per_address);
  [[nodiscard]] Entry& entry(const AddressBytes& key);
  void release(const AddressBytes& key, bool whole, bool per_address);

  const LimitOptions options_;
  const ops::Clock& clock_;
  mutable std::mutex mutex_;  // guards all below
  std::size_t connections_ = 0;
  std::map<AddressBytes, Entry> entries_;
  std::list<AddressBytes> seen_;  // unseen longest first
};

}  // namespace clarion::http::detail
