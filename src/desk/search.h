#pragma once

#include "base/json.h"
#include "identity/rights.h"
#include "library/library.h"
#include "store/cases.h"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace clarion::desk {

/// Popular-science resources that answer words, best first and at most so many, as the search shows
/// them; of an id or the address of one, that one. They are another module's.
using ResourceSearch =
    std::function<Result<json::array>(store::View&, std::string_view words, std::size_t most)>;

/// What GET /v1/search answers for `words`: {jump, cases[], notices[], debunks[], experts[],
/// resources[]}, each by the rights of who asks, each short. `jump` is the exact thing when the
/// words are the id of a case, notice or resource, or the id or address of a post; else null. The
/// work is bounded whatever is asked and however much is there.
[[nodiscard]] Result<json::object> search_desk(store::View& view, std::string_view words,
                                               const identity::Actor& actor,
                                               const identity::RightsPolicy& policy,
                                               library::Library& library,
                                               const ResourceSearch& resources);

/// The pieces of a text that the index holds: distinct hashes of two folded characters each, at
/// most `most`.
[[nodiscard]] std::vector<std::int64_t> search_grams(std::string_view text, std::size_t most);

/// Puts posts that came since into the index, at most `most`; true when there are more. Texts equal
/// to that of the post whose claim the case has are found by that one.
Result<bool> index_new_posts(store::Tx& tx, std::int64_t most);
/// True when posts wait for it.
[[nodiscard]] Result<bool> posts_wait_for_index(store::View& view);
/// A post's text changed: its place in the index follows at once.
Status index_post_anew(store::Tx& tx, std::int64_t seq);
/// A claim that a person wrote, or none any more.
Status index_claim(store::Tx& tx, const store::CaseRow& row);

}  // namespace clarion::desk
