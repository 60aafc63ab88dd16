#include "desk/tell.h"

#include "store/messages.h"

namespace clarion::desk {

Status tell(store::Tx& tx, const std::vector<std::string>& accounts, std::string_view code,
            const store::CaseRow& row, json::object params) {
  params["link"] = "/cases/" + row.id;
  for (const std::string& account : accounts) {
    if (account.empty() || account == "system") continue;
    CLARION_TRY(store::add_message(tx, account, code, params));
  }
  return ok();
}

}  // namespace clarion::desk
