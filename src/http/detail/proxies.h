#pragma once

#include "base/result.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::http::detail {

/// An IPv4 or IPv6 address; IPv4 in its mapped form (::ffff:a.b.c.d), so that both compare alike.
using AddressBytes = std::array<unsigned char, 16>;

/// Errors: `invalid`.
[[nodiscard]] Result<AddressBytes> parse_address(std::string_view text);
/// IPv4 as a.b.c.d, IPv6 by RFC 5952.
[[nodiscard]] std::string show_address(const AddressBytes& address);

/// The proxies whose word about the client counts (http.trusted_proxies).
class TrustedProxies {
 public:
  /// Addresses or CIDR blocks of both families. Errors: `invalid` naming the entry.
  [[nodiscard]] static Result<TrustedProxies> make(const std::vector<std::string>& entries);
  [[nodiscard]] bool trusts(const AddressBytes& address) const noexcept;
  /// The client behind `peer`: X-Forwarded-For is read from its end, and the first address that is
  /// no trusted proxy is the client. What a client itself wrote further in front counts for
  /// nothing; an entry that is no address ends the walk.
  [[nodiscard]] AddressBytes client(const AddressBytes& peer, std::string_view forwarded_for) const;

 private:
  struct Block {
    AddressBytes address{};
    unsigned bits = 128;
  };
  std::vector<Block> blocks_;
};

}  // namespace clarion::http::detail
