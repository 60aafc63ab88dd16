#pragma once

#include "identity/rights.h"
#include "ops/catalogue.h"
#include "roster/duty.h"

#include <string>
#include <vector>

namespace clarion::roster {

/// What the next shift must know, made from the store when someone asks; texts of posts are shown,
/// not kept.
struct Handover {
  model::Time since, now;           ///< the shift it tells of
  std::optional<model::Time> next;  ///< the coming hand-over of the desk
  std::vector<OnDuty> on, coming;   ///< now; who begins at `next`
  std::int64_t waiting = 0, in_work = 0,
               judged = 0;  ///< cases by state: open; assigned, in review; judged
  struct Case {
    std::string id, claim, state, severity, assignee;
    std::int64_t priority = 0;
    std::optional<model::Time> due_at;
  };
  std::vector<Case>
      urgent;  ///< not closed, severe and extreme or of priority 60 and more; ten at most
  std::vector<Case> deadlines;  ///< due within eight hours, or overdue; ten at most
  std::map<std::string, std::int64_t>
      done;  ///< acts of the shift by their audit name, "case.verdict"
  struct Notice {
    std::string id, title, state, why;
  };
  std::vector<Notice> published;        ///< in the shift
  std::vector<Notice> approvals;        ///< waiting for an approver, or approved and not published
  std::vector<Notice> failures;         ///< scheduled and held back, with the reason
  std::vector<Gap> gaps;                ///< of the next 24 hours
  std::vector<store::RosterRow> notes;  ///< what people added in their own words
};

/// Of the mode that `actor` works in, and in their regions. `since`: from the beginning of the
/// present desk shift when none is given, twelve hours back when nobody is on.
[[nodiscard]] Result<Handover> make_handover(store::View& view, const ops::Zone& zone,
                                             const identity::Actor& actor, model::Time now,
                                             std::optional<model::Time> since);
[[nodiscard]] json::object handover_json(const Handover& handover);
/// The same in words, one thing a line.
[[nodiscard]] std::string handover_text(const Handover& handover, const ops::Zone& zone,
                                        ops::Lang lang);

}  // namespace clarion::roster
