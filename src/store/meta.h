#pragma once

#include "store/database.h"

#include <optional>
#include <string>
#include <string_view>

namespace clarion::store {

/// Single values of this store: "epoch" (life of its channel logs), "desk" (its org id), "salt".
[[nodiscard]] Result<std::optional<std::string>> find_meta(View& view, std::string_view key);
Status set_meta(Tx& tx, std::string_view key, std::string_view value);

/// An answer kept for a repeated request (Idempotency-Key), 24 hours a credential.
struct StoredAnswer {
  std::string request_hash;
  int status = 0;
  std::string headers, body;  ///< headers as a JSON object
};
[[nodiscard]] Result<std::optional<StoredAnswer>> find_answer(View& view,
                                                              std::string_view credential,
                                                              std::string_view key);
Status keep_answer(Tx& tx, std::string_view credential, std::string_view key,
                   const StoredAnswer& answer);
/// Drops the answers that show a case: they hold text of its posts.
Status drop_answers_of_case(Tx& tx, std::string_view case_id);
/// Drops answers older than a day; at most 1,000 a call; how many they were.
Result<std::int64_t> drop_old_answers(Tx& tx);

}  // namespace clarion::store
