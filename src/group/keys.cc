#include "group/keys.h"

#include "base/bytes.h"

#include <algorithm>

namespace clarion::group {
namespace {

constexpr std::size_t kMostKeys = 20;
constexpr std::size_t kLongestAddress = 2048;

std::int64_t key_of(char kind, std::string_view text) {
  const Sha256 hash = sha256(std::string(1, kind) + std::string(text));
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) out = out << 8U | hash[i];
  return static_cast<std::int64_t>(out);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool ends_address(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= ' ' || byte >= 0x7F || c == '"' || c == '<' || c == '>' || c == '\'' || c == '`';
}

void add(std::vector<std::int64_t>& keys, std::int64_t key) {
  if (key == 0 || keys.size() >= kMostKeys) return;
  if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
}

/// The query without parameters that only say where a click came from.
std::string clean_query(std::string_view query) {
  std::string out;
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), part.size() + 1));
    if (part.empty() || part.starts_with("utm_")) continue;
    out += out.empty() ? '?' : '&';
    out += part;
  }
  return out;
}

}  // namespace

std::string comparable_address(std::string_view address) {
  std::string start(address.substr(0, 8));
  std::transform(start.begin(), start.end(), start.begin(), lower);
  if (start.starts_with("https://")) {
    address.remove_prefix(8);
  } else if (start.starts_with("http://")) {
    address.remove_prefix(7);
  } else {
    return {};
  }
  if (address.size() > kLongestAddress) return {};
  address = address.substr(0, address.find('#'));
  const std::string_view authority = address.substr(0, address.find_first_of("/?"));
  std::string host(authority);
  std::transform(host.begin(), host.end(), host.begin(), lower);
  if (host.starts_with("www.")) host.erase(0, 4);
  std::string_view path = address.substr(authority.size());
  const std::size_t mark = path.find('?');
  const std::string query =
      mark == std::string_view::npos ? "" : clean_query(path.substr(mark + 1));
  path = path.substr(0, mark);
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  if (host.empty() || (path.empty() && query.empty())) return {};
  return host + std::string(path) + query;
}

std::int64_t address_key(std::string_view address) {
  const std::string comparable = comparable_address(address);
  return comparable.empty() ? 0 : key_of('u', comparable);
}

std::vector<std::int64_t> keys_of(const model::Post& post) {
  std::vector<std::int64_t> keys;
  add(keys, address_key(post.url));
  for (const model::Post::Media& media : post.media) {
    if (!media.hash.empty()) add(keys, key_of('m', media.hash));
  }
  const std::string_view text = post.text;
  for (std::size_t at = text.find("http"); at != std::string_view::npos && keys.size() < kMostKeys;
       at = text.find("http", at + 4)) {
    std::size_t end = at;
    while (end < text.size() && !ends_address(text[end])) ++end;
    std::string_view link = text.substr(at, end - at);
    while (!link.empty() && std::string_view(".,;:!?)]}").find(link.back()) != link.npos)
      link.remove_suffix(1);
    add(keys, address_key(link));
  }
  return keys;
}

}  // namespace clarion::group
