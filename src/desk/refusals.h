#pragma once

#include "store/cases.h"
#include "store/posts.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::desk {

/// Why somebody gives a case back. Each has a sentence `refused_CODE` in the catalogue.
inline constexpr std::array<std::string_view, 5> kRefusalReasons = {"not_my_field", "conflict",
                                                                    "no_time", "off_duty", "other"};

/// Remembers in the case that an account gave it back (one of the reasons above), lost its lease
/// (`lease_lost`) or did not take it in time (`no_answer`): it does not come back to them. Who had
/// no time, was off duty, or lost it may get it again after two hours; the others never do.
void remember_refusal(store::CaseRow& row, std::string_view account, std::string_view reason,
                      model::Time now);
/// Accounts that may not get it now.
[[nodiscard]] std::vector<std::string> refused_now(const store::CaseRow& row, model::Time now);
/// When the next of them may get it again, if any.
[[nodiscard]] std::optional<model::Time> next_refusal_end(const store::CaseRow& row,
                                                          model::Time now);
void forget_refusals(store::CaseRow& row);
/// As the case shows them: {user, code, at, until}.
[[nodiscard]] json::array refusals_json(const store::CaseRow& row);

/// Sources of a group's posts.
[[nodiscard]] std::vector<std::string> sources_of(const store::GroupRow& group);

}  // namespace clarion::desk
