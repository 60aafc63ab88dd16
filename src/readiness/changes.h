#pragma once

#include "identity/rights.h"
#include "readiness/resource.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::readiness {

/// Who does what inside which transaction.
struct ResourceAction {
  store::Tx& tx;
  const identity::Actor& actor;
  const ops::Zone& zone;  ///< desk.timezone
  [[nodiscard]] std::string today() const { return day_of(tx.now(), zone); }
};

/// What people do with a resource. Each checks, in order: it is there (404), the regions (403), the
/// version (412), the state (409), the body (422); then changes it and appends to the audit chain.
/// The right itself is the guard's.

/// A drill session makes Exercise records alone, and resources are of no mode: it reads them, and
/// changes none. Errors: `denied`, code "drill_session".
Status may_change(const identity::Actor& actor);

/// A new resource of the desk's own; `owner` is the actor where the body names none.
Result<store::ResourceRow> create_resource(const ResourceAction& action, const json::object& body);
/// A merge patch (RFC 7396) on the record.
Result<store::ResourceRow> patch_resource(const ResourceAction& action, std::string_view id,
                                          std::optional<std::int64_t> version,
                                          const json::value& patch);
/// `retire {reason?}`, `restore {}`, `shipped {take}`: true takes the newer shipped text, false
/// leaves the desk's own and ends the mark. Errors: `not_found` for another name; `conflict`, code
/// "resource_state".
Result<store::ResourceRow> act_on_resource(const ResourceAction& action, std::string_view id,
                                           std::string_view name,
                                           std::optional<std::int64_t> version,
                                           const json::object& body);

/// A line of an import that was not taken.
struct BadLine {
  std::size_t line = 0;  ///< from 1
  Error error;
};
struct ReadLine {
  std::string id;
  json::object record;
};
/// What one NDJSON input holds.
struct ResourceReading {
  std::vector<ReadLine> lines;
  std::vector<BadLine> bad;
};
/// At most 2,000 lines of 256 KiB; good lines are kept whatever the others are.
inline constexpr std::size_t kMostImportLines = 2000;
[[nodiscard]] ResourceReading read_resources(std::string_view input, const ops::Zone& zone,
                                             std::string_view today);

struct ResourceImport {
  std::size_t added = 0, changed = 0, unchanged = 0;
};
/// Writes what was read, by id: new ones are `imported`, others keep their origin and become a new
/// version, current again; one audit record with counts. `actor` (an account, none on the command
/// line) must be allowed in the regions of all and becomes an author of what it changes.
Result<ResourceImport> import_resources(store::Tx& tx, const ResourceReading& reading,
                                        const std::string& who, const identity::Actor* actor);

}  // namespace clarion::readiness
