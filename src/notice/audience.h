#pragma once

#include "base/json.h"
#include "notice/lifecycle.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace clarion::notice {

/// How many of the 21 cities of the province a list of regions reaches: all for an empty list or
/// the province, else the cities that each code is or lies in. Places outside count once each.
[[nodiscard]] std::int64_t cities_of(const json::object& form);

/// A number of three digits for a person to type before a notice goes out. It stands for the
/// notice, its version, text, channel and this person; `life` after it was shown it is another.
/// Not a secret: it makes a hand stop, and keeps an old page from publishing.
inline constexpr std::chrono::minutes kConfirmStep{5};
[[nodiscard]] Result<std::string> confirm_number(const store::NoticeRow& row,
                                                 const NoticeOptions& options,
                                                 std::string_view account, model::Time now);
/// When the number of now ends to be taken.
[[nodiscard]] model::Time confirm_ends(model::Time now);
/// True for the number of now or of the step before. Errors: as content_hash.
[[nodiscard]] Result<bool> confirm_fits(std::string_view typed, const store::NoticeRow& row,
                                        const NoticeOptions& options, std::string_view account,
                                        model::Time now);

/// Who would get it: channel, mode, topics, regions, cities, subscribers, partners, quota_cost, and
/// the sentence in both languages that a person reads before typing the number.
[[nodiscard]] Result<json::object> audience_of(store::View& view, const store::NoticeRow& row,
                                               const NoticeOptions& options, model::Time now);

}  // namespace clarion::notice
