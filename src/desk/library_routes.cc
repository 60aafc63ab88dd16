#include "desk/library_routes.h"

#include "base/bytes.h"
#include "http/status.h"
#include "library/read.h"
#include "store/library.h"
#include "text/fold.h"

#include <fmt/format.h>

#include <charconv>

namespace clarion::desk {
namespace {

using http::Request;
using http::Response;
using identity::Act;
using identity::Actor;

constexpr std::size_t kMostBody = 16U << 20U;
constexpr std::size_t kMostItems = 10'000;
constexpr std::size_t kLongestQuery = 2000;  // bytes

struct ListQuery {
  std::string words, after;
  std::int64_t limit = 20;
};

Result<ListQuery> read_query(const Request& request) {
  ListQuery out;
  for (const auto& [name, value] : request.query) {
    if (name == "q") {
      if (value.size() > kLongestQuery)
        return http::bad_query(name, "field_too_long", {{"max", std::to_string(kLongestQuery)}});
      out.words = value;
    } else if (name == "limit") {
      const auto [end, failed] =
          std::from_chars(value.data(), value.data() + value.size(), out.limit);
      if (failed != std::errc() || end != value.data() + value.size() || out.limit < 1 ||
          out.limit > 100)
        return http::bad_query(name, "field_out_of_range", {{"min", "1"}, {"max", "100"}});
    } else if (name == "cursor") {
      const auto cursor = from_base64url(value);
      if (!cursor || cursor.value().empty()) return http::bad_query(name, "field_invalid");
      out.after = cursor.value();
    } else {
      return http::bad_query(name, "field_unknown");
    }
  }
  return out;
}

/// A debunk with who brought it and when.
Result<json::object> shown(const store::DebunkRow& row) {
  CLARION_TRY(auto record, parse_json(row.record));
  json::object out = record.as_object();
  out["origin"] = row.origin;
  out["imported_at"] = model::to_text(row.imported_at);
  return out;
}

json::array search(library::Library& library, const ListQuery& query) {
  json::array items;
  const auto answer =
      library.match(text::fold(query.words).bytes,
                    static_cast<std::size_t>(std::min<std::int64_t>(query.limit, 20)));
  for (const library::Match& match : answer.matches) {
    json::object item = library::to_json(match.entry->debunk);
    item["score"] = match.score;
    item["known"] = match.known;
    items.push_back(std::move(item));
  }
  return items;
}

Result<Response> list(store::View& view, const Request& request, library::Library& library) {
  CLARION_TRY(const auto query, read_query(request));
  json::object body;
  if (!query.words.empty()) {
    body["items"] = search(library, query);
    body["next"] = nullptr;
    return http::json_response(200, body);
  }
  CLARION_TRY(auto rows, store::list_debunks(view, query.after, query.limit + 1));
  const bool more = rows.size() > static_cast<std::size_t>(query.limit);
  if (more) rows.pop_back();
  json::array items;
  for (const store::DebunkRow& row : rows) {
    CLARION_TRY(auto item, shown(row));
    items.push_back(std::move(item));
  }
  body["items"] = std::move(items);
  body["next"] = more ? json::value(to_base64url(rows.back().id)) : json::value(nullptr);
  Response response = http::json_response(200, body);
  if (more) {
    response.headers.emplace_back(
        "Link", fmt::format("</v1/library?limit={}&cursor={}>; rel=\"next\"", query.limit,
                            to_base64url(rows.back().id)));
  }
  return response;
}

Result<Response> show(store::View& view, const Request& request) {
  const std::string& id = request.params.at("id");
  CLARION_TRY(auto row, store::find_debunk(view, id));
  if (row) {
    CLARION_TRY(auto body, shown(*row));
    return http::json_response(200, body);
  }
  CLARION_TRY(auto notice, library::find_debunk(view, id));
  if (!notice) return Error{Errc::not_found, "there is no such debunk", "not_found"};
  return http::json_response(200, library::to_json(*notice));
}

/// The body as text of one of the three forms, whatever JSON type it is sent as.
Status check_type(const Request& request) {
  const std::string type = http::media_type(request.header("content-type"));
  for (const std::string_view known :
       {"application/json", "application/ld+json", "application/x-ndjson"}) {
    if (type == known) return ok();
  }
  return Error{Errc::unsupported, fmt::format("'{}' is no form of a library", type),
               "media_type_unsupported"};
}

json::array rejected_of(const library::Reading& reading, ops::Lang lang) {
  json::array out;
  for (const library::BadItem& bad : reading.bad) {
    json::object item;
    if (bad.line > 0) item["line"] = bad.line;
    if (!bad.pointer.empty()) item["pointer"] = bad.pointer;
    item["code"] = bad.error.code;
    item["detail"] = bad.error.text;
    json::array errors;
    for (const FieldError& field : bad.error.fields) {
      errors.push_back({{"pointer", field.pointer},
                        {"code", field.code},
                        {"detail", ops::words(field.code, lang, field.params)}});
    }
    if (!errors.empty()) item["errors"] = std::move(errors);
    out.push_back(std::move(item));
  }
  return out;
}

}  // namespace

void add_library_routes(http::Router& router, identity::Requests& requests,
                        library::Library& library) {
  router.add({.method = "GET",
              .pattern = "/v1/library",
              .guard = requests.needs(Act::see_library),
              .handler = [&requests, &library](Request& request) {
                return requests.look(request, [&](store::View& view, const Actor*) {
                  return list(view, request, library);
                });
              }});
  router.add({.method = "GET",
              .pattern = "/v1/library/{id}",
              .guard = requests.needs(Act::see_library),
              .handler = [&requests](Request& request) {
                return requests.look(
                    request, [&](store::View& view, const Actor*) { return show(view, request); });
              }});
  router.add({.method = "POST",
              .pattern = "/v1/library",
              .guard = requests.needs(Act::change_library),
              .handler =
                  [&requests](Request& request) {
                    if (const Status known = check_type(request); !known)
                      return http::problem(request, known.error());
                    const library::Reading reading = library::read_debunks(
                        request.body, {.max_bytes = kMostBody, .max_items = kMostItems});
                    return requests.change(
                        request, [&](store::Tx& tx, const Actor& actor) -> Result<Response> {
                          CLARION_TRY(const auto done,
                                      library::import_into(tx, reading, actor.name()));
                          return http::json_response(
                              200, json::object{{"added", done.added},
                                                {"changed", done.changed},
                                                {"unchanged", done.unchanged},
                                                {"withdrawn", done.withdrawn},
                                                {"rejected", rejected_of(reading, request.lang)}});
                        });
                  },
              .max_body_bytes = kMostBody});
}

}  // namespace clarion::desk
