#include "readiness/routes.h"

#include "base/bytes.h"
#include "http/status.h"
#include "model/region.h"
#include "model/topic.h"
#include "readiness/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace clarion::readiness {
namespace {

using http::Request;
using http::Response;
using identity::Act;
using identity::Actor;

constexpr std::size_t kMostBody = 256U << 10U;
constexpr std::size_t kMostImport = 16U << 20U;
constexpr std::size_t kLongestQuery = 500;  // bytes

struct ListQuery {
  ResourceFilter filter;
  std::int64_t limit = 50;
  bool whole = false;
};

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Result<ListQuery> read_query(const Request& request) {
  ListQuery out;
  const auto bad = [](std::string_view name, std::string_view code = "field_invalid") {
    return http::bad_query(name, code);
  };
  for (const auto& [name, value] : request.query) {
    if (name == "topic") {
      if (model::find_topic(value) == nullptr) return bad(name, "topic_unknown");
      out.filter.topic = value;
    } else if (name == "phase") {
      if (std::find(kPhases.begin(), kPhases.end(), value) == kPhases.end()) return bad(name);
      out.filter.phase = value;
    } else if (name == "audience") {
      if (std::find(kAudiences.begin(), kAudiences.end(), value) == kAudiences.end())
        return bad(name, "audience_unknown");
      out.filter.audience = value;
    } else if (name == "region") {
      if (model::find_region(value) == nullptr) return bad(name, "region_unknown");
      out.filter.region = value;
    } else if (name == "lang") {
      if (!one_of(value, {"zh", "en"})) return bad(name);
      out.filter.lang = value;
    } else if (name == "state") {
      if (!one_of(value, {"current", "retired", "all"})) return bad(name);
      out.filter.state = value;
    } else if (name == "stale" || name == "full") {
      if (!one_of(value, {"true", "false"})) return bad(name);
      if (name == "full") {
        out.whole = value == "true";
      } else {
        out.filter.stale = value == "true";
      }
    } else if (name == "q") {
      if (value.size() > kLongestQuery) return bad(name, "field_too_long");
      out.filter.words = value;
    } else if (name == "limit") {
      const auto [end, failed] =
          std::from_chars(value.data(), value.data() + value.size(), out.limit);
      if (failed != std::errc() || end != value.data() + value.size() || out.limit < 1 ||
          out.limit > 100)
        return http::bad_query(name, "field_out_of_range", {{"min", "1"}, {"max", "100"}});
    } else if (name == "cursor") {
      const auto cursor = from_base64url(value);
      if (!cursor || !is_resource_id(cursor.value())) return bad(name);
      out.filter.after_id = cursor.value();
    } else {
      return bad(name, "field_unknown");
    }
  }
  return out;
}

/// The same query with another cursor, for Link.
std::string next_target(const Request& request, const std::string& cursor) {
  std::string out = "/v1/resources?";
  for (const auto& [name, value] : request.query) {
    if (name != "cursor" && name != "q") out += fmt::format("{}={}&", name, value);
  }
  return out + "cursor=" + cursor;
}

Result<Response> list(store::View& view, const Request& request, Shelf& shelf,
                      const std::string& today) {
  CLARION_TRY(const auto query, read_query(request));
  const auto limit = static_cast<std::size_t>(query.limit);
  CLARION_TRY(auto ids, shelf.find(view, query.filter, today, limit + 1));
  const bool more = ids.size() > limit;
  if (more) ids.resize(limit);
  json::array items;
  for (const std::string& id : ids) {
    CLARION_TRY(auto row, store::find_resource(view, id));
    if (row) items.push_back(resource_view(*row, today, query.whole));
  }
  CLARION_TRY(const auto count, store::count_resources(view, today));
  json::object body{{"items", std::move(items)}, {"next", nullptr}};
  const bool pages = more && query.filter.words.empty();  // a search gives its best alone
  const std::string cursor = pages ? to_base64url(ids.back()) : "";
  if (pages) body["next"] = cursor;
  body["current"] = count.current;
  body["stale"] = count.stale;
  Response response = http::json_response(200, body);
  if (pages)
    response.headers.emplace_back("Link",
                                  fmt::format("<{}>; rel=\"next\"", next_target(request, cursor)));
  return response;
}

Response with_version(const store::ResourceRow& row, const std::string& today, int status = 200) {
  Response response = http::json_response(status, resource_view(row, today, true));
  response.headers.emplace_back("ETag", fmt::format("\"{}\"", row.version));
  if (status == 201)
    response.headers.emplace_back("Location", fmt::format("/v1/resources/{}", row.id));
  return response;
}

Result<Response> take_import(const ResourceAction& action, const Request& request) {
  CLARION_TRY(may_change(action.actor));
  const ResourceReading reading = read_resources(request.body, action.zone, action.today());
  CLARION_TRY(const auto done,
              import_resources(action.tx, reading, action.actor.name(), &action.actor));
  json::array rejected;
  for (const BadLine& bad : reading.bad) {
    json::array errors;
    for (const FieldError& field : bad.error.fields) {
      errors.push_back({{"pointer", field.pointer},
                        {"code", field.code},
                        {"detail", ops::words(field.code, request.lang, field.params)}});
    }
    rejected.push_back({{"line", bad.line},
                        {"code", bad.error.code},
                        {"detail", ops::words(bad.error.code, request.lang, bad.error.params)},
                        {"errors", std::move(errors)}});
  }
  return http::json_response(200, json::object{{"added", done.added},
                                               {"changed", done.changed},
                                               {"unchanged", done.unchanged},
                                               {"rejected", std::move(rejected)}});
}

}  // namespace

void add_routes(http::Router& router, identity::Requests& requests, Shelf& shelf,
                const ops::Zone& zone) {
  const auto today = [&requests, &zone] { return day_of(requests.clock().now(), zone); };
  const auto change = [&requests, &zone](int status, auto act) -> http::Handler {
    return [&requests, &zone, status, act](Request& request) {
      return requests.change(request, [&](store::Tx& tx, const Actor& actor) -> Result<Response> {
        CLARION_TRY(may_change(actor));
        const ResourceAction action{tx, actor, zone};
        CLARION_TRY(auto row, act(action, request));
        return with_version(row, action.today(), status);
      });
    };
  };
  router.add({.method = "GET",
              .pattern = "/v1/resources",
              .guard = requests.needs(Act::see_resources),
              .handler = [&requests, &shelf, today](Request& request) {
                return requests.look(request, [&](store::View& view, const Actor*) {
                  return list(view, request, shelf, today());
                });
              }});
  router.add({.method = "GET",
              .pattern = "/v1/resources/{id}",
              .guard = requests.needs(Act::see_resources),
              .handler = [&requests, today](Request& request) {
                return requests.look(
                    request, [&](store::View& view, const Actor*) -> Result<Response> {
                      CLARION_TRY(auto row, store::find_resource(view, request.params.at("id")));
                      if (!row)
                        return Error{Errc::not_found, "there is no such resource", "not_found"};
                      return with_version(*row, today());
                    });
              }});
  const http::Handler create = change(
      201, [](const ResourceAction& action, const Request& request) -> Result<store::ResourceRow> {
        CLARION_TRY(auto body, http::json_body(request));
        return create_resource(action, body);
      });
  router.add({.method = "POST",
              .pattern = "/v1/resources",
              .guard = requests.needs(Act::change_resources),
              .handler =
                  [create, &requests, &zone](Request& request) {
                    if (http::media_type(request.header("content-type")) != "application/x-ndjson")
                      return create(request);
                    return requests.change(request, [&](store::Tx& tx, const Actor& actor) {
                      return take_import({tx, actor, zone}, request);
                    });
                  },
              .max_body_bytes = kMostImport});
  router.add(
      {.method = "PATCH",
       .pattern = "/v1/resources/{id}",
       .guard = requests.needs(Act::change_resources),
       .handler = change(
           200,
           [](const ResourceAction& action, const Request& request) -> Result<store::ResourceRow> {
             CLARION_TRY(auto body, http::json_body(request));
             CLARION_TRY(auto version, identity::if_match(request));
             return patch_resource(action, request.params.at("id"), version, body);
           }),
       .max_body_bytes = kMostBody});
  router.add({.method = "POST",
              .pattern = "/v1/resources/{id}/{action}",
              .guard = requests.needs(Act::change_resources),
              .handler = change(200,
                                [](const ResourceAction& action,
                                   const Request& request) -> Result<store::ResourceRow> {
                                  CLARION_TRY(auto body, http::json_body(request));
                                  std::optional<std::int64_t> version;
                                  if (!request.header("if-match").empty()) {
                                    CLARION_TRY(version, identity::if_match(request));
                                  }
                                  return act_on_resource(action, request.params.at("id"),
                                                         request.params.at("action"), version,
                                                         body);
                                })});
}

}  // namespace clarion::readiness
