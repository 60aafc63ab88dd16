#pragma once

#include <string>
#include <string_view>

namespace clarion::library {

/// The id of hazards.json that a publisher's own topic word means, or empty when none does: an id
/// or a name (zh, en) of the table itself, else a word of the mapping in topics.cc. Compared after
/// text::fold, blanks and underscores alike.
[[nodiscard]] std::string topic_of(std::string_view word);

/// The contract's word for a publisher's verdict in words (虚假, Mostly False, Pants on Fire …);
/// the word itself, cut to the limit, when the table does not know it: `verdict` is open.
[[nodiscard]] std::string verdict_of(std::string_view word);

}  // namespace clarion::library
