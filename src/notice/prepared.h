#pragma once

#include "base/json.h"
#include "model/time.h"
#include "ops/civil.h"

#include <string_view>

namespace clarion::notice {

// What is ready before anything goes wrong: the words of a correction, an update and a withdrawal
// (reference templates.md sections 6 and 7), made from the revision itself, so that they are there
// from the moment it is published. Pure; any thread.

/// What they are made from.
struct PreparedFrom {
  const json::object& form;  ///< published, or as the draft would be
  std::string_view issuer;
  const ops::Zone& zone;
  model::Time now;
};

/// Draft members of a correction in the languages of the form; what nobody can know yet stays a
/// slot.
[[nodiscard]] json::object prepared_correction(const PreparedFrom& from);
/// Draft members of an update: what changed, then the text as it stands.
[[nodiscard]] json::object prepared_update(const PreparedFrom& from);
/// `content` of a withdrawal for a reason code, without slots: it goes out at once.
[[nodiscard]] json::object withdrawal_content(const PreparedFrom& from,
                                              std::string_view reason_code);
/// `{correction{}, update{}, withdrawal{wrong, outdated, superseded, error}}`.
[[nodiscard]] json::object all_prepared(const PreparedFrom& from);

/// The reason codes of a withdrawal (contract section 2).
inline constexpr std::string_view kReasonCodes[] = {"wrong", "outdated", "superseded", "error"};

}  // namespace clarion::notice
