#pragma once

#include "desk/actions.h"
#include "store/workspace.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::desk {

/// Accounts that work at the desk and may see the case: (name, role), by name.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> people_who_see(
    store::View& view, const store::CaseRow& row, const identity::RightsPolicy& policy);

/// Tells who watches the case, or one that was merged into it, that `by` did `action` to it. Not
/// who did it, nor who may not see it any more.
Status tell_watchers(store::Tx& tx, const store::CaseRow& row, const identity::RightsPolicy& policy,
                     std::string_view by, std::string_view action);

/// Names behind an @ in a note, at most 20: letters of account names.
[[nodiscard]] std::vector<std::string> mentions_in(std::string_view text);

/// True when the file is the actor's own or a case that they see cites it.
[[nodiscard]] Result<bool> may_see_file(store::View& view, const store::FileRow& row,
                                        const identity::Actor& actor,
                                        const identity::RightsPolicy& policy);

}  // namespace clarion::desk
