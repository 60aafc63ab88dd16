#pragma once

#include "base/json.h"
#include "store/database.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::store {

/// What one person is told at the desk: a change of their shifts, a reminder, a mention. `code` and
/// `params` (texts, for the catalogue's placeholders) become words when it is shown; `params` may
/// hold "link", a path of the page. Neither holds the text of a post.
struct Message {
  std::string id;       ///< "m_" and a ULID, so that ids rise with time
  std::string account;  ///< whom it is for
  std::string code;     ///< of the catalogue, "message_…"
  json::object params;
  model::Time at;
  std::optional<model::Time> read_at;
};

/// Tells an account; id and time are this transaction's. Whether the account exists is not asked.
Status add_message(Tx& tx, std::string_view account, std::string_view code,
                   const json::object& params);
/// The same, unless this account was told exactly this before: for alarms that are found again and
/// again.
Status add_message_once(Tx& tx, std::string_view account, std::string_view code,
                        const json::object& params);
/// Newest first. `before`: the id of the last one of the page before, or empty.
[[nodiscard]] Result<std::vector<Message>> list_messages(View& view, std::string_view account,
                                                         bool unread_only, std::string_view before,
                                                         std::int64_t limit);
[[nodiscard]] Result<std::int64_t> count_unread(View& view, std::string_view account);
/// Marks this account's messages with these ids as read, all of them when `ids` is empty; how many
/// were unread.
Result<std::int64_t> read_messages(Tx& tx, std::string_view account,
                                   const std::vector<std::string>& ids);
/// Drops messages older than `before`, at most 1,000 a call; how many they were.
Result<std::int64_t> drop_old_messages(Tx& tx, model::Time before);

}  // namespace clarion::store
