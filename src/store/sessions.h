#pragma once

#include "store/database.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::store {

/// A browser that is signed in.
struct Session {
  std::string id, account;
  bool drill = false;      ///< of the drill desk
  bool enrolling = false;  ///< opens nothing until a second factor is enrolled
  std::string hash;        ///< SHA-256 hex of the cookie's secret
  std::string address;     ///< from where it was opened
  std::string device;      ///< what the browser said of itself
  model::Time created_at, seen_at, expires_at;
};

/// Writes it with the transaction's time as created_at and seen_at.
Status add_session(Tx& tx, const Session& session);
[[nodiscard]] Result<std::optional<Session>> find_session_by_hash(View& view,
                                                                  std::string_view hash);
[[nodiscard]] Result<std::optional<Session>> find_session(View& view, std::string_view id);
/// Newest first; of one account, or of all.
[[nodiscard]] Result<std::vector<Session>> list_sessions(View& view,
                                                         const std::optional<std::string>& account);
/// Notes that it was used now.
Status touch_session(Tx& tx, std::string_view id);
/// The second factor is there: the session opens what its role may.
Status finish_enrolling(Tx& tx, std::string_view id);
/// False when there is no such session.
Result<bool> end_session(Tx& tx, std::string_view id);
/// Ends those of an account but the one named; how many they were.
Result<std::int64_t> end_sessions_of(Tx& tx, std::string_view account, std::string_view but = "");
/// Ends all; after a restore, which knows nothing of who signed out since.
Status end_all_sessions(Tx& tx);
/// Drops those that ended, or were not used since `unused_since`; how many they were.
Result<std::int64_t> drop_old_sessions(Tx& tx, model::Time unused_since);

}  // namespace clarion::store
