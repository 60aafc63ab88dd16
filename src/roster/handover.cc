#include "roster/handover.h"

#include "model/topic.h"
#include "roster/handover_notes.h"
#include "store/audit.h"
#include "store/cases.h"
#include "store/notices.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::roster {
namespace {

using std::chrono::hours;

constexpr std::size_t kMostNamed = 10;
constexpr std::int64_t kUrgentPriority = 60;
constexpr std::int64_t kMostAudit = 20'000;

/// The first audit record at or after a time; the chain is in order of time but for jumps of the
/// clock, so a search by halves is near enough.
Result<std::int64_t> first_audit_since(store::View& view, model::Time since) {
  CLARION_TRY(auto head, store::audit_head(view));
  std::int64_t low = 1, high = head.seq + 1;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    model::Time at{};
    CLARION_TRY(store::each_audit(view, middle, 1, [&at](const store::AuditRecord& record) {
      at = record.at;
      return false;
    }));
    if (at < since) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/// A title in Chinese, else in any language.
std::string title_of(const json::object& form) {
  const json::value* content = form.if_contains("content");
  if (content == nullptr || !content->is_object()) return {};
  for (const std::string_view lang : {"zh", "en"}) {
    const json::value* text = content->get_object().if_contains(lang);
    if (text != nullptr && text->is_object() && !string_or(text->get_object(), "title").empty())
      return std::string(string_or(text->get_object(), "title"));
  }
  return {};
}

Status add_cases(store::View& view, const identity::Actor& actor, model::Time now, Handover& out) {
  store::CaseQuery query;
  query.states = {"open", "assigned", "in_review", "judged"};
  query.in_regions = actor.regions;
  query.actual = identity::mode_of(actor) == "Actual";
  query.limit = 500;
  // By priority, so the urgent come first; counting goes on page by page.
  while (true) {
    CLARION_TRY(const auto page, store::list_cases(view, query));
    for (const store::CaseRow& row : page.rows) {
      if (row.state == "judged") {
        ++out.judged;
      } else {
        ++(row.state == "open" ? out.waiting : out.in_work);
      }
      const Handover::Case one{row.id,
                               row.claim,
                               row.state,
                               std::string(model::name_of(row.severity)),
                               row.assignee.value_or(""),
                               row.priority,
                               row.due_at};
      const bool urgent =
          row.priority >= kUrgentPriority || row.severity >= model::Severity::severe;
      if (urgent && row.state != "judged" && out.urgent.size() < kMostNamed)
        out.urgent.push_back(one);
      if (row.due_at && *row.due_at < now + hours(8) && row.state != "judged")
        out.deadlines.push_back(one);
    }
    if (!page.next) break;
    query.after = page.next;
  }
  std::sort(out.deadlines.begin(), out.deadlines.end(),
            [](const Handover::Case& a, const Handover::Case& b) { return a.due_at < b.due_at; });
  if (out.deadlines.size() > kMostNamed) out.deadlines.resize(kMostNamed);
  return ok();
}

Status add_notices(store::View& view, const identity::Actor& actor, Handover& out) {
  std::string before;
  while (true) {
    CLARION_TRY(auto rows, store::list_notices(view, true, before, 200));
    for (const store::NoticeRow& row : rows) {
      before = row.id;
      if (!row.draft || !identity::sees_mode(actor, row.mode)) continue;
      const std::string held(string_or(row.draft_details, "publish_held"));
      Handover::Notice one{row.id, title_of(*row.draft), row.draft_state, held};
      if (!held.empty()) {
        out.failures.push_back(std::move(one));
      } else if (row.draft_state == "submitted" || row.draft_state == "approved") {
        out.approvals.push_back(std::move(one));
      }
    }
    if (rows.size() < 200) return ok();
  }
}

Status add_acts(store::View& view, const identity::Actor& actor, Handover& out) {
  CLARION_TRY(auto from, first_audit_since(view, out.since));
  std::vector<std::pair<std::string, std::string>> published;
  CLARION_TRY(store::each_audit(view, from, kMostAudit, [&](const store::AuditRecord& record) {
    if (record.action.starts_with("case.") || record.action.starts_with("notice."))
      ++out.done[record.action];
    if (record.action == "notice.publish" || record.action == "notice.withdraw")
      published.emplace_back(record.subject, record.action.substr(7));
    return true;
  }));
  for (const auto& [id, what] : published) {
    CLARION_TRY(auto notice, store::find_notice(view, id));
    if (!notice || !identity::sees_mode(actor, notice->mode)) continue;
    CLARION_TRY(auto revisions, store::revisions_of(view, id));
    std::string title;
    if (!revisions.empty()) {
      const auto form = parse_json(revisions.back().form);
      if (form && form.value().is_object()) title = title_of(form.value().get_object());
    }
    out.published.push_back({id, title, what == "publish" ? "published" : "withdrawn", ""});
  }
  return ok();
}

json::array duties(const std::vector<OnDuty>& list) {
  json::array out;
  for (const OnDuty& one : list) {
    out.push_back({{"account", one.account},
                   {"duty", one.duty},
                   {"line", one.line},
                   {"topics", json_of(one.topics)},
                   {"from", model::to_text(one.from)},
                   {"until", model::to_text(one.until)}});
  }
  return out;
}

json::array cases(const std::vector<Handover::Case>& list) {
  json::array out;
  for (const Handover::Case& one : list) {
    out.push_back(
        {{"id", one.id},
         {"claim", one.claim},
         {"state", one.state},
         {"severity", one.severity},
         {"priority", one.priority},
         {"assignee", one.assignee.empty() ? json::value(nullptr) : json::value(one.assignee)},
         {"due_at", one.due_at ? json::value(model::to_text(*one.due_at)) : json::value(nullptr)}});
  }
  return out;
}

json::array notices(const std::vector<Handover::Notice>& list) {
  json::array out;
  for (const Handover::Notice& one : list) {
    json::object item{{"id", one.id}, {"title", one.title}, {"state", one.state}};
    if (!one.why.empty()) item["why"] = one.why;
    out.push_back(std::move(item));
  }
  return out;
}

}  // namespace

Result<Handover> make_handover(store::View& view, const ops::Zone& zone,
                               const identity::Actor& actor, model::Time now,
                               std::optional<model::Time> since) {
  Handover out;
  out.now = now;
  CLARION_TRY(out.on, on_duty(view, zone, now));
  for (const OnDuty& one : out.on) {
    if (one.duty != kDesk || one.line != 1) continue;
    if (!since) since = one.from;
    if (!out.next || one.until < *out.next) out.next = one.until;
  }
  out.since = since.value_or(now - hours(12));
  CLARION_TRY(auto coming, next_on_duty(view, zone, now));
  for (OnDuty& one : coming) {
    if (out.next && one.from == *out.next) out.coming.push_back(std::move(one));
  }
  CLARION_TRY(add_cases(view, actor, now, out));
  CLARION_TRY(add_notices(view, actor, out));
  CLARION_TRY(add_acts(view, actor, out));
  CLARION_TRY(out.gaps, gaps(view, zone, now, now + hours(24)));
  // Words of the live desk, as its cases are.
  if (actor.door != identity::Door::drill) {
    CLARION_TRY(out.notes, handover_notes(view, out.since, now));
  }
  return out;
}

json::object handover_json(const Handover& handover) {
  json::array gap_list;
  for (const Gap& gap : handover.gaps) {
    gap_list.push_back(
        {{"duty", gap.duty},
         {"topic", gap.topic.empty() ? json::value(nullptr) : json::value(gap.topic)},
         {"need", gap.need},
         {"have", gap.have},
         {"from", model::to_text(gap.from)},
         {"until", model::to_text(gap.until)}});
  }
  json::object done;
  for (const auto& [act, count] : handover.done) done[act] = count;
  return {
      {"since", model::to_text(handover.since)},
      {"at", model::to_text(handover.now)},
      {"next", handover.next ? json::value(model::to_text(*handover.next)) : json::value(nullptr)},
      {"on", duties(handover.on)},
      {"coming", duties(handover.coming)},
      {"cases",
       {{"waiting", handover.waiting}, {"in_work", handover.in_work}, {"judged", handover.judged}}},
      {"urgent", cases(handover.urgent)},
      {"deadlines", cases(handover.deadlines)},
      {"done", std::move(done)},
      {"published", notices(handover.published)},
      {"approvals", notices(handover.approvals)},
      {"failures", notices(handover.failures)},
      {"gaps", std::move(gap_list)}};
}

std::string handover_text(const Handover& handover, const ops::Zone& zone, ops::Lang lang) {
  std::string out;
  const auto say = [&](std::string_view code, const ops::Params& params) {
    out += ops::words(code, lang, params) + "\n";
  };
  const auto number = [](std::int64_t value) { return std::to_string(value); };
  say("handover_head",
      {{"since", zone.to_text(handover.since)}, {"at", zone.to_text(handover.now)}});
  if (handover.next) {
    std::vector<std::string> people;
    for (const OnDuty& one : handover.coming) {
      if (std::find(people.begin(), people.end(), one.account) == people.end())
        people.push_back(one.account);
    }
    say(people.empty() ? "handover_next_nobody" : "handover_next",
        {{"at", zone.to_text(*handover.next)},
         {"people", fmt::format("{}", fmt::join(people, lang == ops::Lang::zh ? "、" : ", "))}});
  }
  say("handover_cases", {{"waiting", number(handover.waiting)},
                         {"in_work", number(handover.in_work)},
                         {"judged", number(handover.judged)}});
  for (const Handover::Case& one : handover.urgent) {
    say("handover_urgent", {{"id", one.id},
                            {"severity", ops::words("severity_" + one.severity, lang)},
                            {"priority", number(one.priority)},
                            {"claim", one.claim},
                            {"assignee", one.assignee.empty() ? "-" : one.assignee}});
  }
  for (const Handover::Case& one : handover.deadlines) {
    say(one.due_at && *one.due_at < handover.now ? "handover_overdue" : "handover_due",
        {{"id", one.id},
         {"at", one.due_at ? zone.to_text(*one.due_at) : ""},
         {"claim", one.claim}});
  }
  const auto acts = [&](std::string_view name) {
    const auto found = handover.done.find(std::string(name));
    return number(found == handover.done.end() ? 0 : found->second);
  };
  say("handover_done", {{"verdicts", acts("case.verdict")},
                        {"dismissed", acts("case.dismiss")},
                        {"published", acts("notice.publish")},
                        {"withdrawn", acts("notice.withdraw")}});
  for (const Handover::Notice& one : handover.published) {
    say(one.state == "withdrawn" ? "handover_withdrawn" : "handover_published",
        {{"id", one.id}, {"title", one.title}});
  }
  for (const Handover::Notice& one : handover.approvals) {
    say(one.state == "approved" ? "handover_approved" : "handover_submitted",
        {{"id", one.id}, {"title", one.title}});
  }
  for (const Handover::Notice& one : handover.failures)
    say("handover_failed", {{"id", one.id}, {"title", one.title}, {"why", one.why}});
  for (const Gap& gap : handover.gaps) {
    const model::Topic* topic = model::find_topic(gap.topic);
    const std::string what = topic != nullptr ? (lang == ops::Lang::zh ? topic->zh : topic->en)
                                              : ops::words("duty_" + gap.duty, lang);
    say("handover_gap", {{"what", what},
                         {"from", zone.to_text(gap.from)},
                         {"until", zone.to_text(gap.until)},
                         {"have", number(gap.have)},
                         {"need", number(gap.need)}});
  }
  if (handover.gaps.empty()) say("handover_no_gap", {});
  for (const store::RosterRow& note : handover.notes) {
    say("handover_note", {{"by", std::string(string_or(note.record, "by"))},
                          {"text", std::string(string_or(note.record, "text"))}});
  }
  return out;
}

}  // namespace clarion::roster
