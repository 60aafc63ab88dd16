#pragma once

#include "base/json.h"
#include "library/library.h"
#include "model/time.h"
#include "store/database.h"

#include <string_view>

namespace clarion::ask {

/// Longest text that may be asked about, in characters.
inline constexpr std::size_t kCheckCharacters = 2000;

/// What is known about a text (docs/contract.md, POST /v1/check): our published notices and the
/// library's debunks that speak of it, best first, five of each at most, with scores from
/// library::kSuggest on and `known` for what answers it. Nothing is kept. Errors: the store's.
[[nodiscard]] Result<json::object> check_text(store::View& view, library::Library& library,
                                              std::string_view text, model::Time now);

}  // namespace clarion::ask
