#include "base/bytes.h"
#include "http/fields.h"
#include "http/status.h"
#include "model/region.h"
#include "model/topic.h"
#include "roster/duty.h"
#include "roster/experts.h"
#include "roster/routes.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace clarion::roster {
namespace {

using http::Request;
using http::Response;
using identity::Act;
using identity::Actor;
using identity::Grant;

constexpr std::size_t kMostTable = 4U << 20U;

/// What of an expert `actor` may see: an expert sees how to reach another, and where they are away,
/// as little as the public.
Result<json::object> expert_json(store::View& view, const store::ExpertRow& row,
                                 const Actor& actor) {
  json::object out = row.record;
  if (actor.role == identity::Role::expert && row.account != actor.account) {
    for (const std::string_view name :
         {"contacts", "conflicts", "absences", "quiet_hours", "consent", "public_name"})
      out.erase(name);
  }
  out["id"] = row.id;
  out["version"] = row.version;
  out["active"] = row.active;
  if (row.account) {
    CLARION_TRY(auto load, store::load_of(view, *row.account));
    out["load"] = load;
  }
  return out;
}

bool holds(const json::object& record, std::string_view member, std::string_view text) {
  const auto list = record.if_contains(member) != nullptr ? strings_of(record.at(member))
                                                          : std::vector<std::string>{};
  return std::find(list.begin(), list.end(), text) != list.end();
}

Result<Response> list(store::View& view, const Request& request, const Actor& actor,
                      const RosterOptions& options, model::Time now) {
  CLARION_TRY(check_query(request, {"topic", "region", "lang", "q", "all"}));
  const auto topic = request.query_value("topic"), region = request.query_value("region");
  const auto lang = request.query_value("lang"), q = request.query_value("q");
  if (topic && model::find_topic(*topic) == nullptr)
    return http::bad_query("topic", "topic_unknown");
  if (region && model::find_region(*region) == nullptr)
    return http::bad_query("region", "region_unknown");
  CLARION_TRY(auto rows, store::list_experts(view, request.query_value("all") == "true"));
  CLARION_TRY(auto current, on_duty(view, options.zone, now));
  json::array items;
  for (const store::ExpertRow& row : rows) {
    const Expert expert = expert_of(row);
    if (topic && !expert.topics.contains(std::string(*topic))) continue;
    if (region && !expert.regions.empty() &&
        std::none_of(expert.regions.begin(), expert.regions.end(), [&](const std::string& theirs) {
          return model::regions_match(theirs, *region);
        }))
      continue;
    if (lang && !holds(row.record, "langs", *lang)) continue;
    if (q && expert.name.find(*q) == std::string::npos && row.id.find(*q) == std::string::npos &&
        string_or(row.record, "affiliation").find(*q) == std::string_view::npos)
      continue;
    CLARION_TRY(auto item, expert_json(view, row, actor));
    item["away"] = is_away(row.record, options.zone, now);
    item["quiet"] = is_quiet(row.record, options.zone, now);
    const auto shift = std::find_if(current.begin(), current.end(), [&row](const OnDuty& one) {
      return one.duty == kExpert && one.account == row.account;
    });
    item["on_duty_until"] =
        shift == current.end() ? json::value(nullptr) : json::value(model::to_text(shift->until));
    items.push_back(std::move(item));
  }
  return http::json_response(200, json::object{{"items", std::move(items)}, {"next", nullptr}});
}

Result<store::ExpertRow> existing(store::View& view, std::string_view id) {
  CLARION_TRY(auto row, store::find_expert(view, id));
  if (!row) return Error{Errc::not_found, "there is no such expert", "not_found"};
  return std::move(*row);
}

/// Writes a record that a person made, with its audit record.
Result<Response> keep(store::Tx& tx, const Actor& actor, const store::ExpertRow& row,
                      std::string_view action, int status = 200) {
  if (row.active) {
    CLARION_TRY(check_consent(row.record));
  }
  if (row.account) {
    CLARION_TRY(auto account, store::find_account(tx, *row.account));
    if (!account)
      return Error{Errc::invalid,
                   "there is no such account",
                   "field_invalid",
                   {},
                   {{"/user", "account_unknown", {{"account", *row.account}}}}};
  }
  CLARION_TRY(store::put_expert(tx, row));
  CLARION_TRY(store::append_audit(tx, actor.name(), action, row.id,
                                  {{"hash", sha256_hex(json::serialize(row.record))}}));
  CLARION_TRY(auto written, existing(tx, row.id));
  CLARION_TRY(auto body, expert_json(tx, written, actor));
  return with_version(body, status);
}

Status may_change(const Actor& actor, const identity::RightsPolicy& policy,
                  const store::ExpertRow& row) {
  const bool own = row.account && *row.account == actor.account;
  CLARION_TRY(identity::allowed(Act::change_roster, actor, policy, own));
  if (identity::grant(Act::change_roster, actor, policy) == Grant::own) return ok();
  return identity::may_act_in(actor, expert_of(row).regions);
}

Result<Response> add(store::Tx& tx, const Request& request, const Actor& actor,
                     const identity::RightsPolicy& policy) {
  CLARION_TRY(identity::allowed(Act::change_roster, actor, policy, false));
  CLARION_TRY(auto body, http::json_body(request));
  if (!body.contains("id")) body["id"] = tx.ids().make("e_");
  CLARION_TRY(auto row, read_expert(body));
  CLARION_TRY(may_change(actor, policy, row));
  CLARION_TRY(auto before, store::find_expert(tx, row.id));
  if (before) return Error{Errc::conflict, "an expert has this id", "expert_exists"};
  return keep(tx, actor, row, "expert.add", 201);
}

Result<Response> change(store::Tx& tx, const Request& request, const Actor& actor,
                        const identity::RightsPolicy& policy) {
  CLARION_TRY(auto version, identity::if_match(request));
  CLARION_TRY(auto patch, http::json_body(request));
  CLARION_TRY(auto row, existing(tx, request.params.at("id")));
  CLARION_TRY(may_change(actor, policy, row));
  CLARION_TRY(identity::check_version(version, row.version));
  if (identity::grant(Act::change_roster, actor, policy) == Grant::own) {
    for (const json::key_value_pair& member : patch) {
      if (!is_own_member(member.key()))
        return Error{Errc::denied,
                     "this member of the record is the desk's to change",
                     "expert_member",
                     {{"member", std::string(member.key())}}};
    }
  }
  if (patch.contains("id") && string_or(patch, "id") != row.id)
    return Error{Errc::invalid, "an id stays", "field_invalid", {}, {{"/id", "field_invalid", {}}}};
  json::value record = row.record;
  merge_patch(record, patch);
  // Without consent there is no name outside; taking it back takes the name back.
  if (const json::value* consent = patch.if_contains("consent");
      consent != nullptr && consent->is_null() && !patch.contains("public_name"))
    record.as_object().erase("public_name");
  CLARION_TRY(auto changed, read_expert(record));
  CLARION_TRY(may_change(actor, policy, changed));
  return keep(tx, actor, changed, "expert.change");
}

Result<Response> remove(store::Tx& tx, const Request& request, const Actor& actor,
                        const identity::RightsPolicy& policy) {
  CLARION_TRY(identity::allowed(Act::change_roster, actor, policy, false));
  CLARION_TRY(auto version, identity::if_match(request));
  CLARION_TRY(auto row, existing(tx, request.params.at("id")));
  CLARION_TRY(may_change(actor, policy, row));
  CLARION_TRY(identity::check_version(version, row.version));
  row.active = false;
  return keep(tx, actor, row, "expert.remove");
}

Result<Response> import(store::Tx& tx, const Request& request, const Actor& actor,
                        const identity::RightsPolicy& policy) {
  CLARION_TRY(identity::allowed(Act::change_roster, actor, policy, false));
  CLARION_TRY(auto type, table_type(request));
  if (!actor.regions.empty())
    return Error{Errc::denied, "an import may name experts of any region", "denied_region"};
  const auto done = type == "text/csv" ? import_experts_csv(tx, request.body, actor.name())
                                       : import_experts(tx, request.body, actor.name());
  if (!done) return done.error();
  return http::json_response(200, json::object{{"added", done.value().added},
                                               {"changed", done.value().changed},
                                               {"unchanged", done.value().unchanged}});
}

Result<Response> export_all(store::View& view, const Request& request) {
  CLARION_TRY(check_query(request, {"format"}));
  const std::string_view format = request.query_value("format").value_or("csv");
  CLARION_TRY(auto rows, store::list_experts(view));
  if (format == "csv") {
    return Response{200,
                    {{"Content-Type", "text/csv; charset=utf-8"},
                     {"Content-Disposition", "attachment; filename=\"experts.csv\""}},
                    experts_csv(rows)};
  }
  if (format != "ndjson") return http::bad_query("format", "field_invalid");
  std::string body;
  for (const store::ExpertRow& row : rows) body += to_json_text(row.record) + "\n";
  return Response{200,
                  {{"Content-Type", "application/x-ndjson"},
                   {"Content-Disposition", "attachment; filename=\"experts.ndjson\""}},
                  std::move(body)};
}

}  // namespace

void add_expert_routes(http::Router& router, identity::Requests& requests, RosterOptions options) {
  const auto changes = [&requests](Result<Response> (*act)(store::Tx&, const Request&, const Actor&,
                                                           const identity::RightsPolicy&)) {
    return [&requests, act](Request& request) {
      return requests.change(request, [&](store::Tx& tx, const Actor& actor) {
        return act(tx, request, actor, requests.policy());
      });
    };
  };
  const auto see = requests.needs(Act::see_experts), write = requests.needs(Act::change_roster);
  router.add({.method = "GET",
              .pattern = "/v1/experts",
              .guard = see,
              .handler = [&requests, options](Request& request) {
                return requests.look(request, [&](store::View& view, const Actor* actor) {
                  return list(view, request, *actor, options, requests.clock().now());
                });
              }});
  router.add({.method = "GET",
              .pattern = "/v1/experts/{id}",
              .guard = see,
              .handler = [&requests](Request& request) {
                return requests.look(
                    request, [&](store::View& view, const Actor* actor) -> Result<Response> {
                      CLARION_TRY(auto row, existing(view, request.params.at("id")));
                      CLARION_TRY(auto body, expert_json(view, row, *actor));
                      return with_version(body);
                    });
              }});
  router.add({.method = "GET",
              .pattern = "/v1/experts/export",
              .guard = see,
              .handler = [&requests](Request& request) {
                return requests.look(
                    request, [&](store::View& view, const Actor* actor) -> Result<Response> {
                      // All members of all experts: more than an expert sees of others.
                      if (actor->role == identity::Role::expert)
                        return Error{Errc::denied, "an expert sees their own record", "denied"};
                      return export_all(view, request);
                    });
              }});
  router.add({.method = "POST", .pattern = "/v1/experts", .guard = write, .handler = changes(add)});
  router.add({.method = "POST",
              .pattern = "/v1/experts/import",
              .guard = write,
              .handler = changes(import),
              .max_body_bytes = kMostTable});
  router.add({.method = "PATCH",
              .pattern = "/v1/experts/{id}",
              .guard = write,
              .handler = changes(change)});
  router.add({.method = "DELETE",
              .pattern = "/v1/experts/{id}",
              .guard = write,
              .handler = changes(remove)});
}

}  // namespace clarion::roster
