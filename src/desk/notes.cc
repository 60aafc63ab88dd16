#include "desk/action_parts.h"

namespace clarion::desk {

Result<Outcome> note(const Work& work) {
  http::Fields fields(work.body);
  const std::string text = fields.required_text("text", kReasonCharacters);
  CLARION_TRY(fields.finish());
  return Outcome{{{"text", text}}, {}, false};
}

}  // namespace clarion::desk
