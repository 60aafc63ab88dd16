#include "desk/votes.h"

#include "desk/case_view.h"
#include "desk/deadlines.h"
#include "desk/tell.h"

#include <algorithm>

namespace clarion::desk {
namespace {

constexpr std::chrono::minutes kSeatAgain{5};  // how soon an empty seat is offered again

const json::object* panel_of(const store::CaseRow& row) {
  const json::value* value = row.details.if_contains("panel");
  return value != nullptr ? value->if_object() : nullptr;
}

std::int64_t whole(const json::object& object, std::string_view name, std::int64_t fallback) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : fallback;
}

std::optional<model::Time> time_in(const json::object& object, std::string_view name) {
  const auto read = model::parse_time(string_or(object, name));
  return read ? std::optional(read.value().time) : std::nullopt;
}

/// A seat of the vote that runs or ran last.
bool is_seat(const store::AskRow& ask) {
  return ask.kind == "panel" && (ask.state == "open" || ask.state == "answered");
}

std::vector<store::AskRow> seats_in(std::vector<store::AskRow> asks) {
  std::erase_if(asks, [](const store::AskRow& ask) { return !is_seat(ask); });
  return asks;
}

PanelResult result_of(const store::CaseRow& row, const std::vector<store::AskRow>& seats,
                      bool over) {
  const json::object& panel = *panel_of(row);
  std::vector<const store::AskRow*> given;
  for (const store::AskRow& seat : seats) {
    if (seat.state == "answered") given.push_back(&seat);
  }
  std::sort(given.begin(), given.end(), [](const store::AskRow* a, const store::AskRow* b) {
    return std::tie(a->answered_at, a->id) < std::tie(b->answered_at, b->id);
  });
  std::vector<PanelVote> votes;
  for (const store::AskRow* seat : given) {
    votes.push_back({std::string(string_or(seat->answer, "verdict")),
                     seat->account == string_or(panel, "chair")});
  }
  const auto rule = parse_panel_rule(string_or(panel, "rule")).value_or(PanelRule::majority);
  return panel_result(rule, static_cast<std::size_t>(whole(panel, "seats", 1)), votes, over);
}

/// Gives the empty seats to the best experts who have none.
Status fill_seats(store::Tx& tx, store::CaseRow& row, const std::vector<store::AskRow>& seats,
                  Team& team, std::size_t& filled) {
  const json::object& panel = *panel_of(row);
  const auto wanted = static_cast<std::size_t>(whole(panel, "seats", 1));
  filled = seats.size();
  CLARION_TRY(auto need, need_of(tx, row, tx.now()));
  for (const store::AskRow& seat : seats) need.not_to.push_back(seat.account);
  while (filled < wanted) {
    const auto choice = route(need, team.candidates);
    if (!choice) return ok();
    store::AskRow ask;
    ask.kind = "panel";
    ask.account = choice->account;
    ask.expert = choice->expert;
    ask.asked_by = "system";
    CLARION_TRY(ask_person(tx, row, std::move(ask)));
    CLARION_TRY(store::add_case_event(tx, row.id, "system", "seat",
                                      {{"to", choice->account}, {"reasons", choice->reasons}}));
    need.not_to.push_back(choice->account);
    ++filled;
  }
  return ok();
}

Status end_open_seats(store::Tx& tx, std::vector<store::AskRow>& seats) {
  for (store::AskRow& seat : seats) {
    if (seat.state != "open") continue;
    seat.state = "ended";
    CLARION_TRY(store::update_ask(tx, seat));
  }
  return ok();
}

/// The verdict that stands for a decided panel: the chair's when it is of that side, else the first
/// of it.
std::string standing_verdict(const store::CaseRow& row, const std::vector<store::AskRow>& seats,
                             const std::string& verdict) {
  const store::AskRow* best = nullptr;
  for (const store::AskRow& seat : seats) {
    if (seat.state != "answered" || string_or(seat.answer, "verdict") != verdict) continue;
    if (seat.account == string_or(*panel_of(row), "chair")) {
      best = &seat;
      break;
    }
    if (best == nullptr || seat.answered_at < best->answered_at) best = &seat;
  }
  return best == nullptr ? std::string() : std::string(string_or(best->answer, "verdict_id"));
}

}  // namespace

PanelPolicy panel_policy_of(const store::CaseRow& row, const DeskOptions& options) {
  const json::object* panel = panel_of(row);
  if (panel != nullptr && panel->contains("by")) {
    return {static_cast<std::size_t>(whole(*panel, "seats", 1)),
            parse_panel_rule(string_or(*panel, "rule")).value_or(PanelRule::majority)};
  }
  return options.panels[static_cast<std::size_t>(row.severity)];
}

void set_panel_policy(store::CaseRow& row, const PanelPolicy& policy, std::string_view by) {
  row.details["panel"] = {{"state", "planned"},
                          {"seats", static_cast<std::int64_t>(policy.seats)},
                          {"rule", name_of(policy.rule)},
                          {"by", by}};
}

bool panel_votes(const store::CaseRow& row) {
  const json::object* panel = panel_of(row);
  return panel != nullptr && string_or(*panel, "state") == "voting";
}

std::optional<model::Time> panel_end(const store::CaseRow& row) {
  if (!panel_votes(row)) return std::nullopt;
  const auto again = time_in(*panel_of(row), "seats_at");
  const auto due = time_in(*panel_of(row), "due_at");
  if (again && due) return std::min(*again, *due);
  return again ? again : due;
}

Status begin_panel(store::Tx& tx, const DeskOptions& options, store::CaseRow& row,
                   const store::VerdictRow& first, Team& team) {
  const PanelPolicy policy = panel_policy_of(row, options);
  CLARION_TRY(auto before, store::asks_of_case(tx, row.id));
  for (store::AskRow& ask : before) {  // of an earlier vote
    if (!is_seat(ask)) continue;
    ask.state = ask.state == "open" ? "ended" : "past";
    CLARION_TRY(store::update_ask(tx, ask));
  }
  const json::object* set = panel_of(row);
  json::object panel{{"state", "voting"},
                     {"seats", static_cast<std::int64_t>(policy.seats)},
                     {"rule", name_of(policy.rule)},
                     {"chair", first.actor},
                     {"round", set == nullptr ? 1 : whole(*set, "round", 0) + 1},
                     {"due_at", model::to_text(tx.now() + options.panel_time)}};
  if (set != nullptr && set->contains("by")) panel["by"] = set->at("by");
  row.details["panel"] = std::move(panel);
  row.lease_until.reset();
  store::AskRow chair;
  chair.id = tx.ids().make("ask_");
  chair.case_id = row.id;
  chair.kind = "panel";
  chair.account = chair.asked_by = first.actor;
  chair.asked_at = tx.now();
  chair.state = "answered";
  const json::object record = json::parse(first.record).as_object();
  chair.answer = {{"verdict", record.at("verdict")}, {"verdict_id", first.id}};
  chair.answered_at = tx.now();
  CLARION_TRY(store::add_ask(tx, chair));
  CLARION_TRY(store::add_case_event(
      tx, row.id, "system", "panel",
      {{"seats", static_cast<std::int64_t>(policy.seats)}, {"rule", name_of(policy.rule)}}));
  return tend_panel(tx, options, row, team);
}

Status tend_panel(store::Tx& tx, const DeskOptions& options, store::CaseRow& row, Team& team) {
  if (!panel_votes(row)) return ok();
  CLARION_TRY(auto asks, store::asks_of_case(tx, row.id));
  std::vector<store::AskRow> seats = seats_in(std::move(asks));
  json::object& panel = row.details["panel"].as_object();
  const auto due = time_in(panel, "due_at");
  const PanelResult result = result_of(row, seats, due && *due <= tx.now());
  if (result.state == PanelState::voting) {
    std::size_t filled = 0;
    CLARION_TRY(fill_seats(tx, row, seats, team, filled));
    json::object& now = row.details["panel"].as_object();
    now.erase("seats_at");
    if (filled < static_cast<std::size_t>(whole(now, "seats", 1)))
      now["seats_at"] = model::to_text(tx.now() + kSeatAgain);
    set_alarm(row, tx.now());
    return ok();
  }
  CLARION_TRY(end_open_seats(tx, seats));
  panel["state"] = name_of(result.state);
  panel["ended_at"] = model::to_text(tx.now());
  panel.erase("seats_at");
  panel["reasons"] =
      json::array{{{"code", result.reason},
                   {"params",
                    {{"votes", std::to_string(std::count_if(seats.begin(), seats.end(),
                                                            [](const store::AskRow& seat) {
                                                              return seat.state == "answered";
                                                            }))},
                     {"seats", std::to_string(whole(panel, "seats", 1))},
                     {"verdict", result.verdict}}},
                   {"points", 0}}};
  if (result.state == PanelState::decided) {
    panel["verdict"] = result.verdict;
    row.details["judged_by"] = standing_verdict(row, seats, result.verdict);
    row.state = "judged";
    row.lease_until.reset();
    end_deadline(row);
  } else {
    row.lease_until = tx.now() + options.lease;
    if (row.assignee) {
      CLARION_TRY(tell(tx, {*row.assignee}, "message_panel_undecided", row, {}));
    }
  }
  set_alarm(row, tx.now());
  return store::add_case_event(tx, row.id, "system", "panel_end",
                               {{"state", name_of(result.state)},
                                {"verdict", result.verdict},
                                {"reasons", row.details["panel"].at("reasons")}});
}

Status drop_panel(store::Tx& tx, store::CaseRow& row) {
  if (!panel_votes(row)) return ok();
  CLARION_TRY(auto asks, store::asks_of_case(tx, row.id));
  std::vector<store::AskRow> seats = seats_in(std::move(asks));
  CLARION_TRY(end_open_seats(tx, seats));
  json::object& panel = row.details["panel"].as_object();
  panel["state"] = name_of(PanelState::undecided);
  panel["ended_at"] = model::to_text(tx.now());
  panel["reasons"] =
      json::array{{{"code", "panel_dropped"}, {"params", json::object()}, {"points", 0}}};
  return ok();
}

std::vector<std::string> asked_of(const store::CaseRow& row) {
  const json::value* list = row.details.if_contains("asked");
  return list != nullptr ? strings_of(*list) : std::vector<std::string>{};
}

Status ask_person(store::Tx& tx, store::CaseRow& row, store::AskRow ask) {
  ask.id = tx.ids().make("ask_");
  ask.case_id = row.id;
  ask.asked_at = tx.now();
  ask.state = "open";
  auto asked = asked_of(row);
  if (std::find(asked.begin(), asked.end(), ask.account) == asked.end()) {
    asked.push_back(ask.account);
    row.details["asked"] = json_of(asked);
  }
  CLARION_TRY(store::add_ask(tx, ask));
  return tell(tx, {ask.account}, "message_asked", row, {{"by", ask.asked_by}, {"kind", ask.kind}});
}

Result<std::optional<store::VerdictRow>> deciding_verdict(store::View& view,
                                                          const store::CaseRow& row) {
  std::optional<store::VerdictRow> out;
  const bool judged = row.state == "judged" || row.state == "closed";
  if (panel_of(row) != nullptr && !judged) return out;  // single votes decide nothing
  CLARION_TRY(auto verdicts, store::verdicts_of_case(view, row.id));
  const std::string_view by = string_or(row.details, "judged_by");
  for (store::VerdictRow& verdict : verdicts) {
    const bool is_it = verdict.id == by;
    out = std::move(verdict);  // without a name, the last one
    if (is_it) break;
  }
  return out;
}

std::vector<std::string> hidden_verdicts(const store::CaseRow& row,
                                         const std::vector<store::AskRow>& asks,
                                         std::string_view viewer) {
  std::vector<std::string> out;
  if (!panel_votes(row)) return out;
  const bool voted = std::any_of(asks.begin(), asks.end(), [&](const store::AskRow& ask) {
    return is_seat(ask) && ask.state == "answered" && ask.account == viewer;
  });
  if (voted) return out;
  for (const store::AskRow& ask : asks) {
    if (is_seat(ask) && ask.state == "answered")
      out.emplace_back(string_or(ask.answer, "verdict_id"));
  }
  return out;
}

json::value panel_json(const store::CaseRow& row, const std::vector<store::AskRow>& asks,
                       std::string_view viewer, ops::Lang lang) {
  const json::object* panel = panel_of(row);
  if (panel == nullptr) return nullptr;
  json::object out = *panel;
  out.erase("seats_at");
  if (const json::value* reasons = panel->if_contains("reasons"))
    out["reasons"] = reasons_in_words(reasons, lang);
  const auto hidden = hidden_verdicts(row, asks, viewer);
  json::array votes;
  std::int64_t given = 0;
  if (string_or(*panel, "state") != "planned") {
    for (const store::AskRow& ask : asks) {
      const bool ended_open = ask.kind == "panel" && ask.state == "ended";
      if (!is_seat(ask) && !ended_open) continue;
      json::object vote{{"user", ask.account}, {"given", ask.state == "answered"}};
      if (ask.expert) vote["expert"] = *ask.expert;
      if (ask.state == "answered") {
        ++given;
        vote["at"] = model::to_text(*ask.answered_at);
        const auto id = std::string(string_or(ask.answer, "verdict_id"));
        if (std::find(hidden.begin(), hidden.end(), id) == hidden.end()) {
          vote["verdict"] = ask.answer.at("verdict");
          vote["verdict_id"] = id;
        }
      }
      votes.push_back(std::move(vote));
    }
  }
  out["given"] = given;
  out["votes"] = std::move(votes);
  return out;
}

json::array asks_json(const std::vector<store::AskRow>& asks) {
  json::array out;
  for (const store::AskRow& ask : asks) {
    if (ask.kind == "panel") continue;
    json::object item{{"id", ask.id},
                      {"kind", ask.kind},
                      {"user", ask.account},
                      {"by", ask.asked_by},
                      {"at", model::to_text(ask.asked_at)},
                      {"state", ask.state},
                      {"question", ask.question}};
    if (ask.expert) item["expert"] = *ask.expert;
    if (ask.answered_at) item["answered_at"] = model::to_text(*ask.answered_at);
    for (const json::key_value_pair& member : ask.answer) item[member.key()] = member.value();
    out.push_back(std::move(item));
  }
  return out;
}

}  // namespace clarion::desk
