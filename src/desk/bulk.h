#pragma once

#include "desk/actions.h"
#include "ops/catalogue.h"

namespace clarion::desk {

/// One action on up to 500 cases in one transaction (POST /v1/cases/bulk): dismiss, assign, reopen,
/// or undo of an earlier bulk. Each case is judged by itself: what is refused is named and the rest
/// is done. With dry_run it is done all the same, for what would come of it: the caller undoes the
/// write. `action.case_id` and `if_match` are not used.
///
/// A dismissal may name an `author {source, id}` in place of ids (the id at the source, or the name
/// of an author without one): then it is of the cases that hold posts of nobody else, and the
/// answer has `mixed` (how many more hold posts of others too, and are left) and `more` (over 500).
///
/// Answers {bulk, action, dry_run, done, refused, posts, by_state{}, results[{id, done, state,
/// event} or {id, done: false, code, detail}]}.
Result<json::object> act_on_cases(const CaseAction& action, const json::object& body,
                                  ops::Lang lang);

}  // namespace clarion::desk
