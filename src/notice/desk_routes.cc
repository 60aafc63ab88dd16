#include "notice/desk_routes.h"

#include "http/fields.h"
#include "http/status.h"
#include "notice/answers.h"
#include "notice/checks.h"
#include "notice/outlets.h"
#include "notice/prepared.h"
#include "notice/publication.h"
#include "notice/templates.h"
#include "store/experts.h"

#include <algorithm>

namespace clarion::notice {
namespace {

using http::Request;
using http::Response;
using identity::Act;
using identity::Actor;

constexpr std::size_t kMostBody = 256U << 10U;

/// The notice, for who may see its drafts.
Result<store::NoticeRow> inside(store::View& view, std::string_view id, const Actor& actor,
                                const identity::RightsPolicy& policy) {
  CLARION_TRY(auto row, store::find_notice(view, id));
  bool visible = false;
  if (row) {
    CLARION_TRY(visible, may_see_inside(view, *row, actor, policy));
  }
  if (!visible) return Error{Errc::not_found, "there is no such notice", "not_found"};
  return std::move(*row);
}

std::optional<model::Time> changed_at(const store::NoticeRow& row, std::string_view lang) {
  const json::value* changed = row.draft_details.if_contains("changed");
  if (changed == nullptr || !changed->is_object()) return std::nullopt;
  const auto time = model::parse_time(string_or(changed->get_object(), lang));
  return time ? std::optional(time.value().time) : std::nullopt;
}

/// What the checks are told of a draft; `row` gives authors and times, where there is one.
Result<CheckFacts> facts_of(store::View& view, const json::object& draft, std::string_view action,
                            std::string_view mode, const store::NoticeRow* row,
                            const NoticeOptions& options, model::Time now) {
  CheckFacts facts{.action = action, .mode = mode, .now = now};
  if (row != nullptr) {
    // Unsaved words are newer than both times; the page says which language was typed in.
    if (row->draft && *row->draft == draft) {
      facts.zh_changed = changed_at(*row, "zh");
      facts.en_changed = changed_at(*row, "en");
    } else if (row->draft) {
      const auto words = [](const json::object& of, std::string_view lang) -> json::value {
        const json::value* content = of.if_contains("content");
        const json::value* there = content != nullptr && content->is_object()
                                       ? content->get_object().if_contains(lang)
                                       : nullptr;
        return there != nullptr ? *there : json::value(nullptr);
      };
      facts.zh_changed =
          words(*row->draft, "zh") == words(draft, "zh") ? changed_at(*row, "zh") : now;
      facts.en_changed =
          words(*row->draft, "en") == words(draft, "en") ? changed_at(*row, "en") : now;
    }
    for (const std::string& author : row->authors) {
      CLARION_TRY(auto expert, store::find_expert_of(view, author));
      if (expert) facts.expert_among_authors = true;
    }
  }
  const Status experts = check_experts(view, draft);
  if (!experts) facts.more_blocking = experts.error().fields;
  store::NoticeRow whole = row != nullptr ? *row : store::NoticeRow{};
  whole.draft = draft;
  if (row == nullptr) whole.mode = mode;
  whole.draft_action = action;
  if (const Status size = check_size(draft_form(whole, options)); !size) {
    facts.more_blocking.push_back({"", size.error().code, size.error().params});
  }
  const json::value* claim = draft.if_contains("claim");
  const std::string_view verdict = string_or(draft, "verdict");
  if (options.known && claim != nullptr && claim->is_object() && !verdict.empty() &&
      mode == "Actual") {
    for (const Known& each : options.known(string_or(claim->get_object(), "text"))) {
      if (each.verdict.empty() || each.verdict == verdict || (row != nullptr && each.id == row->id))
        continue;
      facts.contradictions.push_back({each.id, each.verdict, each.title});
    }
  }
  return facts;
}

/// The draft of a notice; of one without, what the next revision would start from.
Result<json::object> draft_of(store::View& view, const store::NoticeRow& row) {
  if (row.draft) return *row.draft;
  CLARION_TRY(auto newest, store::find_revision(view, row.id, row.revision));
  if (!newest) return Error{Errc::corrupt, "a notice without its newest revision"};
  return draft_after(view, row.id, *newest);
}

Result<Response> list_templates(const Request& request) {
  const auto kind = request.query_value("kind"), action = request.query_value("action"),
             mode = request.query_value("mode");
  for (const auto& [name, value] : request.query) {
    if (name != "kind" && name != "action" && name != "mode")
      return http::bad_query(name, "field_unknown");
  }
  json::array items;
  for (const json::value& each : templates()) {
    const json::object& shape = each.as_object();
    const json::value* any = shape.if_contains("any_kind");
    const bool fits_kind = !kind || string_or(shape, "kind") == *kind ||
                           (any != nullptr && any->is_bool() && any->get_bool());
    const bool drill = shape.contains("mode");
    if (!fits_kind || (action && string_or(shape, "action") != *action) ||
        (mode && drill && *mode == "Actual"))
      continue;
    json::object item = shape;
    json::object slots;
    for (const Hole& hole : holes_in(shape.at("content"))) {
      slots[hole.slot] = {{"zh", slot_words(hole.slot, ops::Lang::zh)},
                          {"en", slot_words(hole.slot, ops::Lang::en)}};
    }
    item["slots"] = std::move(slots);
    items.push_back(std::move(item));
  }
  return http::json_response(200, json::object{{"items", std::move(items)}, {"next", nullptr}});
}

Result<Response> fill_of(store::View& view, const Request& request, const Actor& actor,
                         const identity::RightsPolicy& policy, const NoticeOptions& options,
                         model::Time now) {
  const json::object* shape = find_template(request.params.at("id"));
  if (shape == nullptr) return Error{Errc::not_found, "there is no such template", "not_found"};
  CLARION_TRY(auto body, http::json_body(request));
  CLARION_TRY(auto unsaved, read_unsaved(view, body, actor, policy, options));
  if (shape->contains("mode") && unsaved.mode == "Actual")
    return Error{Errc::invalid,
                 "the template does not fit",
                 "field_invalid",
                 {},
                 {{"/notice", "template_mode", {}}}};
  json::object before;
  if (unsaved.row && unsaved.row->revision > 0) {
    CLARION_TRY(auto revision, store::find_revision(view, unsaved.row->id, unsaved.row->revision));
    if (revision) before = json::parse(revision->form).as_object();
  }
  return http::json_response(200,
                             fill_template(*shape, {.draft = unsaved.draft,
                                                    .issuer = options.issuer,
                                                    .zone = options.zone,
                                                    .now = now,
                                                    .before = before.empty() ? nullptr : &before,
                                                    .told = true}));
}

}  // namespace

Result<Unsaved> read_unsaved(store::View& view, const json::object& body, const Actor& actor,
                             const identity::RightsPolicy& policy, const NoticeOptions& options) {
  http::Fields fields(body);
  const auto id = fields.optional_text("notice", 64);
  const auto mode = fields.optional_text("mode", 16);
  const json::value* members = fields.take("draft");
  if (members == nullptr || !members->is_object())
    fields.problem("draft", members == nullptr ? "field_required" : "field_type",
                   {{"type", "object"}});
  CLARION_TRY(fields.finish());
  Unsaved out;
  out.mode = mode.value_or("Actual");
  out.action = "publish";
  if (id) {
    CLARION_TRY(auto row, inside(view, *id, actor, policy));
    out.mode = row.mode;
    if (!row.draft_action.empty()) out.action = row.draft_action;
    out.row = std::move(row);
  }
  auto draft = read_draft(members->get_object(), options.zone);
  if (!draft) {
    Error error = draft.error();
    for (FieldError& each : error.fields) each.pointer = "/draft" + each.pointer;
    return error;
  }
  out.draft = std::move(draft.value());
  return out;
}

void add_desk_routes(http::Router& router, identity::Requests& requests,
                     const NoticeOptions& options) {
  // A look by somebody who may see drafts at all; whether this one is theirs is asked inside.
  const auto look = [&](std::string method, std::string pattern, Act act, auto what) {
    router.add({.method = std::move(method),
                .pattern = std::move(pattern),
                .guard = requests.needs(act),
                .handler =
                    [&requests, what](Request& request) {
                      return requests.look(request, [&](store::View& view, const Actor* actor) {
                        return what(view, request, *actor);
                      });
                    },
                .max_body_bytes = kMostBody});
  };
  const auto json = [](Result<json::object> body) -> Result<Response> {
    if (!body) return body.error();
    return http::json_response(200, body.value());
  };

  look("GET", "/v1/templates", Act::see_drafts,
       [](store::View&, const Request& request, const Actor&) { return list_templates(request); });
  look("POST", "/v1/templates/{id}/fill", Act::see_drafts,
       [&requests, &options](store::View& view, const Request& request, const Actor& actor) {
         return fill_of(view, request, actor, requests.policy(), options, requests.clock().now());
       });
  look("GET", "/v1/notices/{id}/checks", Act::see_drafts,
       [&requests, &options, json](store::View& view, const Request& request,
                                   const Actor& actor) -> Result<Response> {
         CLARION_TRY(auto row, inside(view, request.params.at("id"), actor, requests.policy()));
         CLARION_TRY(auto draft, draft_of(view, row));
         const std::string action = row.draft_action.empty() ? "publish" : row.draft_action;
         CLARION_TRY(auto facts, facts_of(view, draft, action, row.mode, &row, options,
                                          requests.clock().now()));
         return json(to_json(check_notice(draft, facts)));
       });
  look("POST", "/v1/notices/checks", Act::see_drafts,
       [&requests, &options, json](store::View& view, const Request& request,
                                   const Actor& actor) -> Result<Response> {
         CLARION_TRY(auto body, http::json_body(request));
         CLARION_TRY(auto unsaved, read_unsaved(view, body, actor, requests.policy(), options));
         CLARION_TRY(auto facts, facts_of(view, unsaved.draft, unsaved.action, unsaved.mode,
                                          unsaved.row ? &*unsaved.row : nullptr, options,
                                          requests.clock().now()));
         return json(to_json(check_notice(unsaved.draft, facts)));
       });
  look("GET", "/v1/notices/{id}/prepared", Act::see_drafts,
       [&requests, &options, json](store::View& view, const Request& request,
                                   const Actor& actor) -> Result<Response> {
         CLARION_TRY(auto row, inside(view, request.params.at("id"), actor, requests.policy()));
         json::object form;
         if (row.revision > 0) {
           CLARION_TRY(auto newest, store::find_revision(view, row.id, row.revision));
           if (!newest) return Error{Errc::corrupt, "a notice without its newest revision"};
           form = json::parse(newest->form).as_object();
           if (newest->action == "withdraw")
             return Error{Errc::conflict, "the notice is withdrawn already", "withdrawn"};
         } else {
           form = draft_form(row, options);
         }
         return json(all_prepared({form, options.issuer, options.zone, requests.clock().now()}));
       });
  look("GET", "/v1/outlets", Act::see_outlets,
       [&requests, &options, json](store::View& view, const Request&, const Actor&) {
         return json(outlets_view(view, options, requests.clock().now()));
       });
  // Changing outlets is the administrator's (contract section 3, rights table).
  for (const bool paused : {true, false}) {
    router.add({.method = "POST",
                .pattern = paused ? "/v1/outlets/{outlet}/pause" : "/v1/outlets/{outlet}/resume",
                .guard = requests.needs(Act::administer),
                .handler = [&requests, paused](Request& request) {
                  return requests.change(
                      request, [&](store::Tx& tx, const Actor& actor) -> Result<Response> {
                        CLARION_TRY(auto body, http::json_body(request));
                        CLARION_TRY(auto out, set_paused(tx, actor, request.params.at("outlet"),
                                                         paused, body));
                        return http::json_response(200, out);
                      });
                }});
  }
  look("GET", "/v1/notices/{id}/deliveries", Act::see_drafts,
       [&requests, &options, json](store::View& view, const Request& request,
                                   const Actor& actor) -> Result<Response> {
         CLARION_TRY(auto row, inside(view, request.params.at("id"), actor, requests.policy()));
         return json(deliveries_view(view, row, options, requests.clock().now()));
       });
  router.add({.method = "POST",
              .pattern = "/v1/notices/{id}/deliveries/{delivery}/retry",
              .guard = requests.needs(Act::publish),
              .handler = [&requests, &options](Request& request) {
                return requests.change(
                    request, [&](store::Tx& tx, const Actor& actor) -> Result<Response> {
                      CLARION_TRY(auto row,
                                  inside(tx, request.params.at("id"), actor, requests.policy()));
                      CLARION_TRY(auto body, http::json_body(request));
                      const NoticeAction action{tx, actor, requests.policy(), options};
                      CLARION_TRY(auto out,
                                  retry_delivery(action, row, request.params.at("delivery"), body));
                      return http::json_response(200, out);
                    });
              }});
}

}  // namespace clarion::notice
