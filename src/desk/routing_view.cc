#include "desk/case_view.h"
#include "desk/staff.h"

#include <string>

namespace clarion::desk {
namespace {

constexpr std::size_t kMostShown = 20;

json::object person_of(const Candidate& candidate) {
  return {{"expert", candidate.expert.id},
          {"user", candidate.expert.account},
          {"name", candidate.expert.name},
          {"load", candidate.load},
          {"capacity", candidate.expert.capacity}};
}

}  // namespace

Result<json::object> routing_view(store::View& view, const DeskOptions& options,
                                  const store::CaseRow& row, ops::Lang lang, model::Time now) {
  CLARION_TRY(const auto team, read_team(view, options, now));
  CLARION_TRY(const auto need, need_of(view, row, now));
  json::array fits, others;
  std::size_t fitting = 0;
  std::int64_t best = 0;
  for (const Standing& standing : standings(need, team.candidates)) {
    json::object item = person_of(team.candidates[standing.index]);
    const json::value reasons(standing.reasons);
    item["reasons"] = reasons_in_words(&reasons, lang);
    if (standing.fits) {
      if (fitting++ == 0) best = standing.points;
      item["points"] = standing.points;
      item["behind"] = best - standing.points;
      if (fits.size() < kMostShown) fits.push_back(std::move(item));
    } else if (others.size() < kMostShown) {
      others.push_back(std::move(item));
    }
  }
  json::object out;
  out["case"] = row.id;
  out["at"] = model::to_text(now);
  out["state"] = row.state;
  out["assignee"] = row.assignee ? json::value(*row.assignee) : json::value(nullptr);
  out["assignment_reasons"] = reasons_in_words(row.details.if_contains("assignment_reasons"), lang);
  const json::value nobody(fitting == 0 ? why_nobody(need, team.candidates) : json::array());
  out["waiting_reasons"] = reasons_in_words(&nobody, lang);
  out["fits"] = std::move(fits);
  out["why_not"] = std::move(others);
  out["candidates"] = team.candidates.size();
  return out;
}

}  // namespace clarion::desk
