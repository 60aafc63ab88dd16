#include "desk/work_routes.h"

#include "base/bytes.h"
#include "desk/actions.h"
#include "desk/case_view.h"
#include "desk/files.h"
#include "desk/picture.h"
#include "desk/search.h"
#include "desk/watch.h"
#include "http/fields.h"
#include "http/status.h"
#include "ops/files.h"
#include "store/audit.h"
#include "store/regroup.h"

#include <fmt/format.h>

namespace clarion::desk {
namespace {

using http::Request;
using http::Response;
using identity::Act;
using identity::Actor;

/// What people said of candidates, by case and debunk, for who tunes the matcher. A cursor is
/// "CASE DEBUNK".
Result<Response> judgements(store::View& view, const Request& request, const Actor& actor,
                            const identity::RightsPolicy& policy) {
  constexpr std::int64_t kPage = 100;
  std::string after_case, after_debunk;
  for (const auto& [name, value] : request.query) {
    if (name != "cursor") return http::bad_query(name, "field_unknown");
    const auto cursor = from_base64url(value);
    const std::size_t space = cursor ? cursor.value().find(' ') : std::string::npos;
    if (space == std::string::npos) return http::bad_query(name, "field_invalid");
    after_case = cursor.value().substr(0, space);
    after_debunk = cursor.value().substr(space + 1);
  }
  CLARION_TRY(auto rows, store::list_judgements(view, after_case, after_debunk, kPage + 1));
  const bool more = rows.size() > static_cast<std::size_t>(kPage);
  if (more) rows.pop_back();
  json::array items;
  for (const store::Judgement& row : rows) {
    CLARION_TRY(auto of, store::find_case(view, row.case_id));
    if (!of || !may_see(*of, actor, policy)) continue;
    items.push_back({{"case", row.case_id},
                     {"mode", of->mode},
                     {"claim", of->claim},
                     {"debunk", row.debunk},
                     {"judgement", row.judgement},
                     {"by", row.actor},
                     {"at", model::to_text(row.at)}});
  }
  json::value next = nullptr;
  if (more) next = to_base64url(rows.back().case_id + " " + rows.back().debunk);
  return http::json_response(200, json::object{{"items", std::move(items)}, {"next", next}});
}

/// The case of the path, when the actor sees it.
Result<store::CaseRow> case_of(store::View& view, const Request& request, const Actor& actor,
                               const identity::RightsPolicy& policy) {
  CLARION_TRY(auto row, store::find_case(view, request.params.at("id")));
  if (!row || !may_see(*row, actor, policy))
    return Error{Errc::not_found, "there is no such case", "not_found"};
  return std::move(*row);
}

json::array people_json(const std::vector<Presence::Person>& people) {
  json::array out;
  for (const auto& person : people)
    out.push_back({{"user", person.account}, {"what", person.what}});
  return out;
}

Result<Response> set_presence(store::View& view, const Request& request, const Actor& actor,
                              const identity::RightsPolicy& policy, Presence& presence,
                              Presence::Steady now) {
  CLARION_TRY(auto row, case_of(view, request, actor, policy));
  CLARION_TRY(auto body, http::json_body(request));
  http::Fields fields(body);
  const std::string what = fields.required_word("what", {"viewing", "editing", "left"});
  CLARION_TRY(fields.finish());
  const auto people = what == "left" ? presence.left(row.id, actor.account, now)
                                     : presence.seen(row.id, actor.account, what, now);
  return http::json_response(200, json::object{{"people", people_json(people)}});
}

/// Who may be mentioned in a note: people who work and see the case.
Result<Response> people(store::View& view, const Request& request, const Actor& actor,
                        const identity::RightsPolicy& policy) {
  CLARION_TRY(auto row, case_of(view, request, actor, policy));
  CLARION_TRY(auto names, people_who_see(view, row, policy));
  json::array items;
  for (const auto& [name, role] : names) items.push_back({{"user", name}, {"role", role}});
  return http::json_response(200, json::object{{"items", std::move(items)}});
}

constexpr std::size_t kMostDraftBytes = 64U << 10U;
constexpr std::size_t kMostDrafts = 200;

Result<std::string> draft_key(const Request& request) {
  const std::string& key = request.params.at("key");
  constexpr std::size_t kLongest = 120;
  if (key.empty() || key.size() > kLongest ||
      key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-") !=
          std::string::npos)
    return Error{Errc::invalid, "a draft's key has 1 to 120 of A-Z a-z 0-9 . _ : -", "draft_key"};
  return key;
}

json::object draft_json(const store::DraftRow& row) {
  return {{"key", row.key}, {"at", model::to_text(row.at)}, {"body", json::parse(row.body)}};
}

Result<Response> put_draft(store::Tx& tx, const Request& request, const Actor& actor) {
  CLARION_TRY(auto key, draft_key(request));
  CLARION_TRY(auto body, http::json_body(request));
  const std::string text = json::serialize(body);
  CLARION_TRY(auto have, store::find_draft(tx, actor.account, key));
  if (!have) {
    CLARION_TRY(auto all, store::drafts_of(tx, actor.account));
    if (all.size() >= kMostDrafts)
      return Error{Errc::conflict,
                   "this account has as many drafts as it may have",
                   "draft_many",
                   {{"max", std::to_string(kMostDrafts)}}};
  }
  CLARION_TRY(store::keep_draft(tx, {actor.account, key, text, tx.now()}));
  return http::json_response(200, json::object{{"key", key}, {"at", model::to_text(tx.now())}});
}

Result<Response> get_draft(store::View& view, const Request& request, const Actor& actor) {
  CLARION_TRY(auto key, draft_key(request));
  CLARION_TRY(auto row, store::find_draft(view, actor.account, key));
  if (!row) return Error{Errc::not_found, "there is no such draft", "not_found"};
  return http::json_response(200, draft_json(*row));
}

Result<Response> list_drafts(store::View& view, const Actor& actor) {
  CLARION_TRY(auto rows, store::drafts_of(view, actor.account));
  json::array items;
  for (const store::DraftRow& row : rows) {
    items.push_back({{"key", row.key},
                     {"at", model::to_text(row.at)},
                     {"bytes", static_cast<std::int64_t>(row.body.size())}});
  }
  return http::json_response(200, json::object{{"items", std::move(items)}, {"next", nullptr}});
}

json::object file_json(const store::FileRow& row) {
  return {{"id", row.id},
          {"type", row.type},
          {"name", row.name},
          {"bytes", row.bytes},
          {"sha256", row.hash},
          {"by", row.actor},
          {"at", model::to_text(row.at)}};
}

/// A file's name as people see it: no path, no control characters, at most 120 characters.
std::string clean_name(std::string_view name) {
  const std::size_t slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string out;
  std::size_t count = 0;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || c == '"') continue;
    constexpr std::size_t kLongest = 120;
    if ((byte & 0xC0U) != 0x80U && ++count > kLongest) break;
    out += c;
  }
  return out.empty() || !is_utf8(out) ? "file" : out;
}

Response post_file(identity::Requests& requests, Request& request, const std::string& folder) {
  const std::string_view type = sniff(request.body);
  const std::string declared = http::media_type(request.header("content-type"));
  const auto refuse = [&request](std::string_view code, std::string_view what) {
    return http::problem(request, {Errc::unsupported, std::string(what), std::string(code)});
  };
  if (type.empty()) return refuse("file_type", "the bytes are of no kind that is taken");
  if (!declared.empty() && declared != "application/octet-stream" && declared != type)
    return refuse("file_type_differs", "Content-Type says another kind than the bytes");
  const auto total =
      requests.look(request, [](store::View& view, const Actor*) -> Result<Response> {
        CLARION_TRY(auto bytes, store::bytes_of_files(view));
        if (bytes > kMostFilesBytes)
          return Error{Errc::unavailable, "the room for evidence files is used up", "files_full"};
        return Response{};
      });
  if (total.status != 200) return total;
  // The hash is of what is kept: a picture without what it tells of its maker.
  const auto clean = clean_picture(type, request.body);
  if (!clean) return http::problem(request, clean.error());
  const std::string& bytes = clean.value().bytes;
  // Synced before the row that names it: what is answered is on disk.
  const auto hash = keep_bytes(folder, bytes);
  if (!hash) return http::problem(request, hash.error());
  return requests.change(request, [&](store::Tx& tx, const Actor& actor) -> Result<Response> {
    const store::FileRow row{tx.ids().make("f_"),
                             hash.value(),
                             std::string(type),
                             clean_name(request.query_value("name").value_or("")),
                             static_cast<std::int64_t>(bytes.size()),
                             actor.account,
                             tx.now()};
    CLARION_TRY(store::add_file(tx, row));
    CLARION_TRY(store::append_audit(tx, actor.name(), "file.add", row.id,
                                    {{"sha256", row.hash}, {"bytes", row.bytes}}));
    json::object shown = file_json(row);
    shown["removed"] = json_of(clean.value().removed);
    return http::json_response(201, shown);
  });
}

std::string percent(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '_';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

Result<Response> get_file(store::View& view, const Request& request, const Actor& actor,
                          const identity::RightsPolicy& policy, const std::string& folder) {
  CLARION_TRY(auto row, store::find_file(view, request.params.at("id")));
  CLARION_TRY(auto seen, row ? may_see_file(view, *row, actor, policy) : Result<bool>(false));
  if (!seen) return Error{Errc::not_found, "there is no such file", "not_found"};
  CLARION_TRY(auto bytes, ops::read_file(file_path(folder, row->hash), kMostFileBytes));
  if (sha256_hex(bytes) != row->hash)
    return Error{Errc::corrupt, fmt::format("the bytes of file {} are not what was kept", row->id)};
  Response response{200, {}, std::move(bytes)};
  response.headers = {
      {"Content-Type", row->type},
      {"Content-Disposition",
       fmt::format("attachment; filename=\"evidence\"; filename*=UTF-8''{}", percent(row->name))},
      {"X-Content-Type-Options", "nosniff"},
      {"Content-Security-Policy", "sandbox; default-src 'none'"},
      {"Cache-Control", "private, no-store"}};
  return response;
}

Result<Response> search(store::View& view, const Request& request, const Actor& actor,
                        const identity::RightsPolicy& policy, library::Library& library,
                        const ResourceSearch& resources) {
  std::string words;
  for (const auto& [name, value] : request.query) {
    if (name != "q") return http::bad_query(name, "field_unknown");
    constexpr std::size_t kLongest = 2048;
    if (value.empty() || value.size() > kLongest || !is_utf8(value))
      return http::bad_query(name, "field_invalid");
    words = value;
  }
  if (words.empty()) return http::bad_query("q", "field_required");
  CLARION_TRY(auto found, search_desk(view, words, actor, policy, library, resources));
  return http::json_response(200, found);
}

}  // namespace

void add_work_routes(http::Router& router, identity::Requests& requests, const WorkParts& parts) {
  const auto look = [&requests](auto act) {
    return [&requests, act](Request& request) {
      return requests.look(request, [&](store::View& view, const Actor* actor) {
        return act(view, request, *actor, requests.policy());
      });
    };
  };
  Presence& presence = parts.presence;
  library::Library& library = parts.library;
  const std::string folder = parts.folder;
  router.add({.method = "GET",
              .pattern = "/v1/library/judgements",
              .guard = requests.needs(Act::see_library),
              .handler = look(judgements)});
  router.add({.method = "GET",
              .pattern = "/v1/search",
              .guard = requests.needs(Act::see_cases),
              .handler = look([&library, resources = parts.resources](
                                  store::View& view, const Request& request, const Actor& actor,
                                  const identity::RightsPolicy& policy) {
                return search(view, request, actor, policy, library, resources);
              })});

  router.add({.method = "GET",
              .pattern = "/v1/cases/{id}/people",
              .guard = requests.needs(Act::work_case),
              .handler = look(people)});
  router.add(
      {.method = "PUT",
       .pattern = "/v1/cases/{id}/presence",
       .guard = requests.needs(Act::work_case),
       .handler =
           look([&presence, &requests](store::View& view, const Request& request,
                                       const Actor& actor, const identity::RightsPolicy& policy) {
             return set_presence(view, request, actor, policy, presence, requests.clock().steady());
           })});
  router.add({.method = "GET",
              .pattern = "/v1/cases/{id}/presence",
              .guard = requests.needs(Act::see_cases),
              .handler = look([&presence, &requests](
                                  store::View& view, const Request& request, const Actor& actor,
                                  const identity::RightsPolicy& policy) -> Result<Response> {
                CLARION_TRY(auto row, case_of(view, request, actor, policy));
                const auto there = presence.at(row.id, requests.clock().steady());
                return http::json_response(200, json::object{{"people", people_json(there)}});
              })});
  for (const bool on : {true, false}) {
    router.add({.method = "POST",
                .pattern = on ? "/v1/cases/{id}/watch" : "/v1/cases/{id}/unwatch",
                .guard = requests.needs(Act::see_cases),
                .handler = [&requests, on](Request& request) {
                  return requests.change(
                      request, [&](store::Tx& tx, const Actor& actor) -> Result<Response> {
                        CLARION_TRY(auto row, case_of(tx, request, actor, requests.policy()));
                        CLARION_TRY(auto body, http::json_body(request));
                        CLARION_TRY(http::Fields(body).finish());
                        if (on) {
                          CLARION_TRY(store::watch_case(tx, row.id, actor.account));
                        } else {
                          CLARION_TRY(store::unwatch_case(tx, row.id, actor.account));
                        }
                        CLARION_TRY(auto shown,
                                    case_detail(tx, row, request.lang, 0, tx.now(), actor.account));
                        shown["watching"] = on;
                        return http::json_response(200, shown);
                      });
                }});
  }

  const auto drafts = requests.needs(Act::work_case);
  router.add(
      {.method = "GET",
       .pattern = "/v1/drafts",
       .guard = drafts,
       .handler = look([](store::View& view, const Request&, const Actor& actor,
                          const identity::RightsPolicy&) { return list_drafts(view, actor); })});
  router.add({.method = "GET",
              .pattern = "/v1/drafts/{key}",
              .guard = drafts,
              .handler = look(
                  [](store::View& view, const Request& request, const Actor& actor,
                     const identity::RightsPolicy&) { return get_draft(view, request, actor); })});
  router.add({.method = "PUT",
              .pattern = "/v1/drafts/{key}",
              .guard = drafts,
              .handler =
                  [&requests](Request& request) {
                    return requests.change(request, [&](store::Tx& tx, const Actor& actor) {
                      return put_draft(tx, request, actor);
                    });
                  },
              .max_body_bytes = kMostDraftBytes});
  router.add({.method = "DELETE",
              .pattern = "/v1/drafts/{key}",
              .guard = drafts,
              .handler = [&requests](Request& request) {
                return requests.change(request,
                                       [&](store::Tx& tx, const Actor& actor) -> Result<Response> {
                                         CLARION_TRY(auto key, draft_key(request));
                                         CLARION_TRY(store::drop_draft(tx, actor.account, key));
                                         return Response{204, {}, {}};
                                       });
              }});

  router.add({.method = "POST",
              .pattern = "/v1/files",
              .guard = requests.needs(Act::work_case),
              .handler = [&requests, folder](
                             Request& request) { return post_file(requests, request, folder); },
              .max_body_bytes = kMostFileBytes});
  router.add({.method = "GET",
              .pattern = "/v1/files/{id}",
              .guard = requests.needs(Act::see_cases),
              .handler = look([folder](store::View& view, const Request& request,
                                       const Actor& actor, const identity::RightsPolicy& policy) {
                return get_file(view, request, actor, policy, folder);
              })});
}

}  // namespace clarion::desk
