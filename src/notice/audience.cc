#include "notice/audience.h"

#include "base/bytes.h"
#include "model/region.h"
#include "notice/counted.h"
#include "store/accounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace clarion::notice {
namespace {

constexpr std::string_view kProvince = "44";
constexpr std::int64_t kCities = 21;  // GB/T 2260: 440100 to 445300

Result<std::string> number_of_step(const store::NoticeRow& row, const NoticeOptions& options,
                                   std::string_view account, std::int64_t step) {
  CLARION_TRY(auto hash, content_hash(draft_form(row, options)));
  const Sha256 digest = sha256(fmt::format("{}\n{} {} {} {} {} {}", options.confirm_secret, row.id,
                                           row.version, channel_of(row.mode), hash, account, step));
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = (value << 8U) | digest.at(i);
  return std::to_string(100 + value % 900);
}

std::int64_t step_of(model::Time now) { return now.time_since_epoch() / kConfirmStep; }

}  // namespace

std::int64_t cities_of(const json::object& form) {
  const json::value* regions = form.if_contains("regions");
  const auto codes = regions != nullptr ? strings_of(*regions) : std::vector<std::string>{};
  if (codes.empty()) return kCities;
  std::set<std::string> cities;
  for (const std::string& code : codes) {
    const std::string_view prefix = model::region_prefix(code);
    if (kProvince.starts_with(prefix) || prefix.size() <= 2) {
      if (prefix == kProvince) return kCities;
      cities.insert(std::string(prefix));
    } else {
      cities.insert(std::string(prefix.substr(0, 4)));
    }
  }
  return static_cast<std::int64_t>(cities.size());
}

Result<std::string> confirm_number(const store::NoticeRow& row, const NoticeOptions& options,
                                   std::string_view account, model::Time now) {
  return number_of_step(row, options, account, step_of(now));
}

model::Time confirm_ends(model::Time now) { return model::Time(kConfirmStep * (step_of(now) + 2)); }

Result<bool> confirm_fits(std::string_view typed, const store::NoticeRow& row,
                          const NoticeOptions& options, std::string_view account, model::Time now) {
  for (const std::int64_t step : {step_of(now), step_of(now) - 1}) {
    CLARION_TRY(auto number, number_of_step(row, options, account, step));
    if (typed == number) return true;
  }
  return false;
}

Result<json::object> audience_of(store::View& view, const store::NoticeRow& row,
                                 const NoticeOptions& options, model::Time now) {
  CLARION_TRY(auto tokens, store::list_tokens(view));
  const bool live = row.mode == "Actual";
  const std::string_view scope = live ? "partner" : "drill";
  const auto partners = std::count_if(tokens.begin(), tokens.end(), [&](const store::Token& token) {
    return token.scope == scope && !token.revoked_at && token.expires_at > now;
  });
  const json::object form = draft_form(row, options);
  const std::int64_t cities = cities_of(form);
  const std::uint64_t subscribers = options.subscribers ? options.subscribers() : 0;
  const auto sentence = [&](std::string_view code, ops::Lang lang) {
    return ops::words(code, lang,
                      {{"cities", counted("count_cities", lang, cities)},
                       {"partners", counted("count_partners", lang, partners)},
                       {"recipients", counted("count_recipients", lang, partners)}});
  };
  const std::string code = live                 ? "publish_live"
                           : row.mode == "Test" ? "publish_test"
                                                : "publish_exercise";
  return json::object{
      {"channel", channel_of(row.mode)},
      {"mode", row.mode},
      {"topics", form.at("topics")},
      {"regions", form.at("regions")},
      {"cities", cities},
      {"subscribers", subscribers},
      {"partners", partners},
      {"quota_cost", 0},  // no outlet of this build has a quota
      {"sentence", {{"zh", sentence(code, ops::Lang::zh)}, {"en", sentence(code, ops::Lang::en)}}}};
}

}  // namespace clarion::notice
