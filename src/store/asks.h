#pragma once

#include "base/json.h"
#include "store/database.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::store {

/// A question to one person about a case: `help`, `opinion` (a second one) or `panel` (a vote).
struct AskRow {
  std::string id;  ///< "ask_" and a ULID
  std::string case_id, kind, account;
  std::optional<std::string> expert;
  std::string asked_by;
  model::Time asked_at;
  std::string state;     ///< open, answered, ended (nobody waits for it any more)
  std::string question;  ///< words of who asked
  json::object answer;   ///< text, verdict, reason, evidence; empty before
  std::optional<model::Time> answered_at;
};

Status add_ask(Tx& tx, const AskRow& row);
/// Writes state, answer and answered_at.
Status update_ask(Tx& tx, const AskRow& row);
/// In the order they were asked.
[[nodiscard]] Result<std::vector<AskRow>> asks_of_case(View& view, std::string_view case_id);

}  // namespace clarion::store
