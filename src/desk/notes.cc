#include "desk/action_parts.h"
#include "desk/watch.h"
#include "store/messages.h"

#include <algorithm>

namespace clarion::desk {

Result<Outcome> note(const Work& work) {
  http::Fields fields(work.body);
  const std::string text = fields.required_text("text", kReasonCharacters);
  CLARION_TRY(fields.finish());
  Outcome outcome{{{"text", text}}, {}};
  const auto names = mentions_in(text);
  if (names.empty()) return outcome;
  const CaseAction& action = work.action;
  CLARION_TRY(auto see, people_who_see(action.tx, work.row, action.policy));
  json::array told;
  for (const std::string& name : names) {
    const bool sees = std::any_of(see.begin(), see.end(),
                                  [&name](const auto& person) { return person.first == name; });
    if (!sees || name == action.actor.account) continue;
    CLARION_TRY(store::add_message(
        action.tx, name, "message_mention",
        {{"case", work.row.id}, {"by", action.actor.account}, {"link", "/cases/" + work.row.id}}));
    told.emplace_back(name);
  }
  if (!told.empty()) outcome.event["mentions"] = std::move(told);
  return outcome;
}

}  // namespace clarion::desk
