#include "http/detail/proxies.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace clarion::http::detail {
namespace {

constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_v4(const AddressBytes& address) {
  return std::equal(kMapped.begin(), kMapped.end(), address.begin());
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Proxies also write "1.2.3.4:5678", "[v6]" and "[v6]:5678".
std::string_view without_port(std::string_view text) {
  if (!text.empty() && text.front() == '[')
    return text.substr(1, std::min(text.find(']'), text.size()) - 1);
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos
             ? text.substr(0, colon)
             : text;
}

}  // namespace

Result<AddressBytes> parse_address(std::string_view text) {
  const std::string copy(text);
  AddressBytes bytes{};
  if (copy.find('\0') == std::string::npos) {
    if (inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return bytes;
    if (inet_pton(AF_INET, copy.c_str(), bytes.data() + kMapped.size()) == 1) {
      std::copy(kMapped.begin(), kMapped.end(), bytes.begin());
      return bytes;
    }
  }
  return Error{Errc::invalid, fmt::format("'{}' is no IP address", text)};
}

std::string show_address(const AddressBytes& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = is_v4(address);
  inet_ntop(v4 ? AF_INET : AF_INET6, address.data() + (v4 ? kMapped.size() : 0), text.data(),
            text.size());
  return text.data();
}

Result<TrustedProxies> TrustedProxies::make(const std::vector<std::string>& entries) {
  TrustedProxies proxies;
  for (const std::string& entry : entries) {
    const std::size_t slash = entry.find('/');
    auto address = parse_address(std::string_view(entry).substr(0, slash));
    if (!address)
      return within(fmt::format("trusted proxy '{}'", entry), std::move(address).error());
    Block block{address.value(), 128};
    if (slash != std::string::npos) {
      const bool v4 = is_v4(block.address);
      unsigned bits = 0;
      const auto [end, error] =
          std::from_chars(entry.data() + slash + 1, entry.data() + entry.size(), bits);
      if (error != std::errc{} || end != entry.data() + entry.size() || bits > (v4 ? 32U : 128U)) {
        return Error{Errc::invalid, fmt::format("trusted proxy '{}': the prefix is not 0..{}",
                                                entry, v4 ? 32 : 128)};
      }
      block.bits = v4 ? bits + 96 : bits;
    }
    proxies.blocks_.push_back(block);
  }
  return proxies;
}

bool TrustedProxies::trusts(const AddressBytes& address) const noexcept {
  return std::any_of(blocks_.begin(), blocks_.end(), [&](const Block& block) {
    const std::size_t whole = block.bits / 8;
    if (std::memcmp(block.address.data(), address.data(), whole) != 0) return false;
    const unsigned rest = block.bits % 8;
    if (rest == 0) return true;
    const auto mask = static_cast<unsigned char>(0xffU << (8U - rest));
    return (block.address[whole] & mask) == (address[whole] & mask);
  });
}

AddressBytes TrustedProxies::client(const AddressBytes& peer,
                                    std::string_view forwarded_for) const {
  AddressBytes client = peer;
  while (trusts(client) && !forwarded_for.empty()) {
    const std::size_t comma = forwarded_for.rfind(',');
    const std::size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
    const auto next = parse_address(without_port(trimmed(forwarded_for.substr(begin))));
    if (!next) break;
    client = next.value();
    forwarded_for = forwarded_for.substr(0, comma == std::string_view::npos ? 0 : comma);
  }
  return client;
}

}  // namespace clarion::http::detail
