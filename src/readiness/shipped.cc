#include "readiness/shipped.h"

#include "base/bytes.h"
#include "readiness/resource.h"
#include "store/audit.h"
#include "store/meta.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::readiness {
namespace {

/// Who shows as the one that wrote them.
constexpr std::string_view kProgram = "clarion";
constexpr std::string_view kMeta = "shipped_resources";

std::string hash_of_all(const std::vector<Shipped>& all) {
  std::string hashes;
  for (const Shipped& each : all) hashes += each.id + ' ' + hash_of_record(each.record) + '\n';
  return sha256_hex(hashes);
}

/// Whether the row changed, and how.
enum class Step { none, added, changed, waiting };

Result<Step> install(store::Tx& tx, const Shipped& each) {
  const std::string hash = hash_of_record(each.record);
  CLARION_TRY(auto found, store::find_resource(tx, each.id));
  store::ResourceRow row;
  Step step = Step::added;
  if (found) {
    row = std::move(*found);
    if (row.origin != "shipped") return Step::none;
    const bool edited = hash_of_record(row.record) != row.base;
    const bool same_newer = row.newer && hash_of_record(*row.newer) == hash;
    if (same_newer || (hash == row.base && !row.newer)) return Step::none;
    step = edited && hash != row.base ? Step::waiting : Step::changed;
    ++row.version;
    row.newer.reset();
    if (step == Step::waiting) {
      row.newer = each.record;
    } else if (!edited) {
      row.record = each.record;
      row.base = hash;
    }
  } else {
    row.id = each.id;
    row.origin = "shipped";
    row.record = each.record;
    row.base = hash;
  }
  if (step != Step::waiting) row.changed_by = kProgram;
  CLARION_TRY(store::put_resource(tx, row));
  return step;
}

}  // namespace

Result<std::vector<Shipped>> shipped_resources() {
  CLARION_TRY(const auto zone, ops::Zone::load("Asia/Shanghai"));
  std::vector<Shipped> out;
  for (const auto& [name, bytes] : shipped_files()) {
    const auto corrupt = [file = std::string(name)](std::string_view id, const Error& error) {
      return Error{Errc::corrupt, fmt::format("{}: {}: {}", file, id, error.text)};
    };
    const auto document = parse_json(bytes, {.max_bytes = 16U << 20U});
    if (!document) return corrupt("", document.error());
    if (!document.value().is_array()) return corrupt("", {Errc::corrupt, "is no array"});
    for (const json::value& value : document.value().get_array()) {
      if (!value.is_object()) return corrupt("", {Errc::corrupt, "holds what is no object"});
      json::object members = value.get_object();
      Shipped each{std::string(string_or(members, "id")), {}};
      members.erase("id");
      if (!is_resource_id(each.id)) return corrupt(each.id, {Errc::corrupt, "has no good id"});
      auto record = read_resource(members, zone, "");
      if (!record) return corrupt(each.id, record.error());
      each.record = std::move(record).value();
      out.push_back(std::move(each));
    }
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return out;
}

Result<Installed> install_shipped(store::Database& database) {
  CLARION_TRY(const auto all, shipped_resources());
  const std::string hash = hash_of_all(all);
  CLARION_TRY(const bool done, database.read([&](store::View& view) -> Result<bool> {
    CLARION_TRY(auto have, store::find_meta(view, kMeta));
    return have == hash;
  }));
  if (done) return Installed{};
  return database.write([&](store::Tx& tx) -> Result<Installed> {
    Installed out;
    for (const Shipped& each : all) {
      CLARION_TRY(const Step step, install(tx, each));
      out.added += step == Step::added ? 1U : 0U;
      out.changed += step == Step::changed ? 1U : 0U;
      out.waiting += step == Step::waiting ? 1U : 0U;
    }
    CLARION_TRY(store::set_meta(tx, kMeta, hash));
    CLARION_TRY(store::append_audit(
        tx, kProgram, "resource.ship", hash.substr(0, 16),
        {{"added", out.added}, {"changed", out.changed}, {"waiting", out.waiting}}));
    return out;
  });
}

}  // namespace clarion::readiness
