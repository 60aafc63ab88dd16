#include "web/pack.h"

#include "base/bytes.h"
#include "base/json.h"

#include <zlib.h>

namespace clarion::web {
namespace {

constexpr std::string_view kMagic = "CLARIONPACK1\n";

Error broken(std::string_view what) {
  return {Errc::invalid, "the page in this program is broken: " + std::string(what)};
}

std::size_t size_of(const json::object& row, std::string_view name) {
  const json::value* value = row.if_contains(name);
  return value != nullptr && value->is_int64() && value->get_int64() >= 0
             ? static_cast<std::size_t>(value->get_int64())
             : 0;
}

}  // namespace

Result<Pack> Pack::read(std::string_view bytes) {
  Pack pack;
  if (bytes.empty()) return pack;
  if (!bytes.starts_with(kMagic)) return broken("it does not begin as one");
  bytes.remove_prefix(kMagic.size());
  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return broken("it has no index");
  CLARION_TRY(auto index, parse_json(bytes.substr(0, end)));
  bytes.remove_prefix(end + 1);
  if (!index.is_array()) return broken("its index is no list");
  for (const json::value& each : index.get_array()) {
    if (!each.is_object()) return broken("its index holds what is no file");
    const json::object& row = each.get_object();
    const std::size_t stored = size_of(row, "stored");
    if (stored > bytes.size()) return broken("it is cut");
    const json::value* gzip = row.if_contains("gzip");
    File file{std::string(string_or(row, "type")),
              bytes.substr(0, stored),
              size_of(row, "size"),
              gzip != nullptr && gzip->is_bool() && gzip->get_bool(),
              {}};
    file.etag = sha256_hex(file.stored).substr(0, 24);
    bytes.remove_prefix(stored);
    pack.files_.emplace(string_or(row, "name"), std::move(file));
  }
  return pack;
}

const Pack::File* Pack::find(std::string_view name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : &found->second;
}

std::string Pack::plain(const File& file) {
  if (!file.gzipped) return std::string(file.stored);
  std::string out(file.size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return {};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(file.stored.data()));
  stream.avail_in = static_cast<uInt>(file.stored.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool whole = inflate(&stream, Z_FINISH) == Z_STREAM_END;
  inflateEnd(&stream);
  return whole ? out : std::string();
}

}  // namespace clarion::web
