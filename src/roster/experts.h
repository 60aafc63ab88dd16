#pragma once

#include "base/json.h"
#include "ops/civil.h"
#include "roster/csv.h"
#include "store/experts.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace clarion::roster {

/// An expert as routing sees one (contract section 2).
struct Expert {
  std::string id, account, name;
  std::map<std::string, int> topics;  ///< grade 1..3
  std::vector<std::string> regions, langs, conflicts;
  std::int64_t capacity = 5;
};

/// Reads one record of `expert import` or of the API. Errors: `invalid`, code "field_invalid", each
/// wrong member named: id, user, name, topics and capacity (0..1000) are checked, topics and
/// regions against the compiled-in tables, unknown members refused. Whether a public name has its
/// consent is asked by check_consent().
[[nodiscard]] Result<store::ExpertRow> read_expert(const json::value& record);
[[nodiscard]] Expert expert_of(const store::ExpertRow& row);

/// A public name stands only with a consent and its date. Errors: `invalid`, naming the member.
Status check_consent(const json::object& record);
/// The members that experts change in their own record; topics, regions, id, user and name are the
/// desk's, since they decide what an expert is asked.
[[nodiscard]] bool is_own_member(std::string_view name);

/// Whether `at` lies in the expert's quiet hours (civil time), in which nothing is given that can
/// wait; or in an absence.
[[nodiscard]] bool is_quiet(const json::object& record, const ops::Zone& zone, model::Time at);
[[nodiscard]] bool is_away(const json::object& record, const ops::Zone& zone, model::Time at);

/// What an import did, or would do.
struct ImportCount {
  std::size_t added = 0, changed = 0, unchanged = 0;
};
/// Imports NDJSON lines of experts, all or none. A public name without a consent counts as the
/// importer's word that there is one, of this day. Errors name the line; `not_found` when an
/// account does not exist. Audited as `actor`.
Result<ImportCount> import_experts(store::Tx& tx, std::string_view ndjson, std::string_view actor);
/// The same from a table with the columns of expert_columns(); all wrong lines are named at once.
Result<ImportCount> import_experts_csv(store::Tx& tx, std::string_view csv, std::string_view actor);
[[nodiscard]] std::string experts_csv(const std::vector<store::ExpertRow>& rows);

}  // namespace clarion::roster
