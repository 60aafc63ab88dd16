#pragma once

#include "base/json.h"
#include "desk/options.h"
#include "identity/rights.h"
#include "store/cases.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace clarion::desk {

/// Who acts on which case, inside which transaction.
struct CaseAction {
  store::Tx& tx;
  const identity::Actor& actor;
  const identity::RightsPolicy& policy;
  const DeskOptions& options;
  std::string_view case_id;
  std::optional<std::int64_t> if_match;  ///< the version the caller saw
  std::string_view bulk = {};  ///< one of many at once: its id; waiting cases are given out by who
                               ///< does them all
};

/// Runs one action of contract section 3 on a case: claim, release, extend, assign, verdict, close,
/// dismiss, reopen, note, merge, split, undo, head, candidate; edit is PATCH. Checks, in this
/// order: the case is there and visible (404), the right (403), the regions (403), the version
/// (412), the state (409), the body (422); then changes the case, appends history and audit.
/// Returns the case as changed. Errors: `not_found` for an unknown action.
Result<store::CaseRow> act_on_case(const CaseAction& action, std::string_view name,
                                   const json::object& body);

/// Names of the actions that the actor's role and regions allow on the case, whatever its state: a
/// page shows these and no others.
[[nodiscard]] json::array actions_for(const store::CaseRow& row, const identity::Actor& actor,
                                      const identity::RightsPolicy& policy);
/// What a verdict needs at least and at most, and the scores of the library's two bands.
[[nodiscard]] json::object limits_json();

/// True when the case is the account's own: held by it now, or judged by it.
[[nodiscard]] bool is_own(const store::CaseRow& row, const identity::Actor& actor);
/// True when the account was asked about the case; it sees it from then on.
[[nodiscard]] bool is_asked(const store::CaseRow& row, const identity::Actor& actor);
/// True when the actor may see the case (rights table and regions).
[[nodiscard]] bool may_see(const store::CaseRow& row, const identity::Actor& actor,
                           const identity::RightsPolicy& policy);

}  // namespace clarion::desk
