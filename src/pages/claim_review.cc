#include "pages/claim_review.h"

#include "pages/card.h"
#include "pages/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::pages {
namespace {

/// The common scale of schema.org users: low is false. Verdicts off it carry the word alone.
constexpr std::array<std::pair<std::string_view, int>, 5> kScale = {
    {{"false", 1}, {"mostly_false", 2}, {"mixed", 3}, {"mostly_true", 4}, {"true", 5}}};

}  // namespace

std::optional<json::object> claim_review(const Shown& notice, const PageOptions& options,
                                         ops::Lang lang, model::Time first_published) {
  if (notice.kind != "debunk" || notice.verdict.empty() || notice.claim.empty() ||
      notice.withdrawn())
    return std::nullopt;
  const std::string url = fmt::format("{}/n/{}", options.public_url, notice.id);
  json::object rating{{"@type", "Rating"}, {"alternateName", main_stamp(notice, lang).words}};
  const auto* scale = std::find_if(kScale.begin(), kScale.end(),
                                   [&](const auto& each) { return each.first == notice.verdict; });
  if (scale != kScale.end()) {
    rating["ratingValue"] = scale->second;
    rating["bestRating"] = 5;
    rating["worstRating"] = 1;
  }
  json::object claim{{"@type", "Claim"}, {"text", notice.claim}};
  json::array appearances;
  for (const std::string& each : notice.appearances) {
    if (is_web_link(each)) appearances.push_back({{"@type", "CreativeWork"}, {"url", each}});
  }
  if (!appearances.empty()) claim["appearance"] = std::move(appearances);
  return json::object{
      {"@context", "https://schema.org"},
      {"@type", "ClaimReview"},
      {"@id", url + "#claimreview"},
      {"url", url},
      {"claimReviewed", notice.claim},
      {"reviewRating", std::move(rating)},
      {"itemReviewed", std::move(claim)},
      {"author",
       {{"@type", "Organization"}, {"name", notice.issuer}, {"url", options.public_url + "/"}}},
      {"datePublished", model::to_text(first_published)},
      {"dateModified", model::to_text(notice.published_at)},
      {"inLanguage", html_lang(notice.lang_for(lang))},
      {"reviewBody", notice.in(lang).summary}};
}

}  // namespace clarion::pages
