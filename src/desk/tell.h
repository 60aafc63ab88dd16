#pragma once

#include "base/json.h"
#include "store/cases.h"

#include <string>
#include <string_view>
#include <vector>

namespace clarion::desk {

/// Puts a message about a case before people: `params` (texts), and "link", the case's page. Holds
/// no text of posts.
Status tell(store::Tx& tx, const std::vector<std::string>& accounts, std::string_view code,
            const store::CaseRow& row, json::object params);

}  // namespace clarion::desk
