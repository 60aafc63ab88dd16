#include "desk/bulk.h"

#include "desk/action_parts.h"
#include "desk/evidence.h"
#include "desk/waiting.h"
#include "http/status.h"
#include "store/audit.h"
#include "store/own_work.h"
#include "store/regroup.h"

#include <algorithm>
#include <map>

namespace clarion::desk {
namespace {

constexpr std::size_t kMostCases = 500;

struct Wish {
  std::string case_id;
  json::object body;
};

/// What an author's cases come to.
struct OfAuthor {
  bool asked = false;
  std::int64_t mixed = 0;
  bool more = false;
};

Result<bool> sees_case(const CaseAction& action, const std::string& id) {
  CLARION_TRY(const auto row, store::find_case(action.tx, id));
  return row && may_see(*row, action.actor, action.policy);
}

/// The cases that hold posts of one author alone, of those that the actor sees; the oldest
/// kMostCases of them.
Result<std::vector<std::string>> cases_of(const CaseAction& action, const json::value& author,
                                          http::Fields& fields, OfAuthor& of) {
  std::vector<std::string> out;
  of.asked = true;
  if (!author.is_object()) {
    fields.problem("author", "field_type", {{"type", "object"}});
    return out;
  }
  http::Fields member(author.get_object(), "/author");
  const std::string source = member.required_text("source", 64);
  const std::string id = member.required_text("id", 256);
  static_cast<void>(member.finish());
  fields.join(member);
  if (source.empty() || id.empty()) return out;
  for (const char* mode : {"Actual", "Exercise", "Test"}) {
    if (!identity::sees_mode(action.actor, mode)) continue;
    CLARION_TRY(auto found, store::cases_of_author(action.tx, mode, source, id));
    for (const std::string& each : found.mixed) {
      CLARION_TRY(const bool sees, sees_case(action, each));
      if (sees) ++of.mixed;
    }
    for (std::string& each : found.only) {
      CLARION_TRY(const bool sees, sees_case(action, each));
      if (!sees) continue;
      of.more = of.more || out.size() == kMostCases;
      if (out.size() < kMostCases) out.push_back(std::move(each));
    }
  }
  return out;
}

/// What the members ask of each case.
Result<std::vector<Wish>> read_wishes(const CaseAction& action, std::string_view name,
                                      http::Fields& fields, OfAuthor& of) {
  std::vector<Wish> out;
  if (name == "undo") {
    const std::string id = fields.required_text("bulk", 64);
    CLARION_TRY(auto bulk, store::find_bulk(action.tx, id));
    if (!bulk && !id.empty()) fields.problem("bulk", "bulk_unknown");
    CLARION_TRY(fields.finish());
    for (const auto& [case_id, event] : bulk->events) out.push_back({case_id, {{"event", event}}});
    return out;
  }
  json::object body;
  auto ids = fields.optional_texts("ids", kMostCases, 64);
  if (const json::value* author = name == "dismiss" ? fields.take("author") : nullptr) {
    if (ids) fields.problem("ids", "bulk_one_of");
    CLARION_TRY(ids, cases_of(action, *author, fields, of));
  } else if (!ids || ids->empty()) {
    fields.problem("ids", "field_required");
  }
  for (const char* member : {"reason", "user", "expert", "note"}) {
    if (const json::value* value = fields.take(member)) body[member] = *value;
  }
  CLARION_TRY(fields.finish());
  if (!ids) return out;
  std::sort(ids->begin(), ids->end());
  ids->erase(std::unique(ids->begin(), ids->end()), ids->end());
  for (std::string& id : *ids) out.push_back({std::move(id), body});
  return out;
}

bool is_refusal(const Error& error) {
  return error.errc == Errc::not_found || error.errc == Errc::denied ||
         error.errc == Errc::conflict || error.errc == Errc::invalid;
}

}  // namespace

Result<json::object> act_on_cases(const CaseAction& action, const json::object& body,
                                  ops::Lang lang) {
  http::Fields fields(body);
  const std::string name = fields.required_word("action", {"dismiss", "assign", "reopen", "undo"});
  const bool dry_run = fields.optional_bool("dry_run").value_or(false);
  if (name.empty()) {
    CLARION_TRY(fields.finish());
  }
  OfAuthor of;
  CLARION_TRY(auto wishes, read_wishes(action, name, fields, of));

  store::BulkRow bulk{action.tx.ids().make("b_"), action.actor.account, name, action.tx.now(), {}};
  json::array results;
  std::map<std::string, std::int64_t> by_state;
  std::int64_t done = 0, posts = 0;
  for (const Wish& wish : wishes) {
    const CaseAction one{action.tx,    action.actor, action.policy, action.options,
                         wish.case_id, std::nullopt, bulk.id};
    CLARION_TRY(auto before, store::find_case(action.tx, wish.case_id));
    const auto row = act_on_case(one, name, wish.body);
    if (!row) {
      if (!is_refusal(row.error())) return row.error();
      // A wrong reason is wrong for all: told once, as for one case.
      if (!row.error().fields.empty()) return row.error();
      const std::string code = row.error().code.empty()
                                   ? std::string(http::general_code(row.error().errc))
                                   : row.error().code;
      results.push_back({{"id", wish.case_id},
                         {"done", false},
                         {"code", code},
                         {"detail", ops::words(code, lang, row.error().params)}});
      continue;
    }
    ++done;
    ++by_state[before->state];
    CLARION_TRY(auto count, store::count_posts(action.tx, wish.case_id));
    posts += count.posts;
    json::object result{{"id", wish.case_id}, {"done", true}, {"state", row.value().state}};
    if (!dry_run) {
      CLARION_TRY(auto event, store::last_event(action.tx, wish.case_id));
      result["event"] = event;
      bulk.events.emplace_back(wish.case_id, event);
    }
    results.push_back(std::move(result));
  }
  const auto refused = static_cast<std::int64_t>(wishes.size()) - done;
  if (!dry_run && done > 0) {
    CLARION_TRY(store::add_bulk(action.tx, bulk));
    CLARION_TRY(store::append_audit(action.tx, action.actor.name(), "cases." + name, bulk.id,
                                    {{"done", done}, {"refused", refused}}));
    CLARION_TRY(route_waiting(action.tx, action.options));
  }
  json::object states;
  for (const auto& [state, count] : by_state) states[state] = count;
  json::object out{{"bulk", dry_run || done == 0 ? json::value(nullptr) : json::value(bulk.id)},
                   {"action", name},
                   {"dry_run", dry_run},
                   {"done", done},
                   {"refused", refused},
                   {"posts", posts},
                   {"by_state", std::move(states)},
                   {"results", std::move(results)}};
  if (of.asked) {
    out["mixed"] = of.mixed;
    out["more"] = of.more;
  }
  return out;
}

}  // namespace clarion::desk
