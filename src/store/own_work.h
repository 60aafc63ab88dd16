#pragma once

#include "store/cases.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::store {

/// How a person has part in a case.
enum class Part : std::uint8_t {
  judged,     ///< gave a verdict, a panel's vote included
  answered,   ///< answered a question or voted
  to_answer,  ///< is asked and has not answered
  asked,      ///< asked somebody
  acted,      ///< did anything that stands in its history
  watching,
};
[[nodiscard]] std::optional<Part> parse_part(std::string_view name);

/// Ids of the cases that the account has part in, the newest case first, below `before` (empty:
/// from the newest on), at most `most`. One index walk.
[[nodiscard]] Result<std::vector<std::string>> cases_of_part(View& view, Part part,
                                                             std::string_view account,
                                                             std::string_view before,
                                                             std::int64_t most);

/// Cases that are open, assigned or in review and hold posts of one author.
struct AuthorCases {
  std::vector<std::string> only;   ///< that hold no post of anybody else, oldest first
  std::vector<std::string> mixed;  ///< that hold others' posts too, or posts whose text is gone
};
/// `author`: the id at the source, or the name of an author without one. Looks at 20,000 posts of
/// the author at most; a case that was not seen whole counts as mixed.
[[nodiscard]] Result<AuthorCases> cases_of_author(View& view, std::string_view mode,
                                                  std::string_view source, std::string_view author);

struct PostPlace {
  std::string source, case_id;
};
/// Where posts with this id are, of any source, the newest first.
[[nodiscard]] Result<std::vector<PostPlace>> posts_with_id(View& view, std::string_view id,
                                                           std::int64_t most);

/// Writes or replaces the account's own feed link.
Status put_feed_link(Tx& tx, std::string_view account, std::string_view hash);
/// True when there was one.
Result<bool> drop_feed_link(Tx& tx, std::string_view account);
/// When it was made; none without one.
[[nodiscard]] Result<std::optional<model::Time>> find_feed_link(View& view,
                                                                std::string_view account);
[[nodiscard]] Result<std::optional<std::string>> account_of_feed(View& view, std::string_view hash);

}  // namespace clarion::store
