// The audit chain, read.
#include "base/bytes.h"
#include "http/paging.h"
#include "http/status.h"
#include "identity/people_routes.h"
#include "store/audit.h"

#include <charconv>

namespace clarion::identity {
namespace {

Result<store::AuditQuery> read_query(const http::Request& request) {
  store::AuditQuery query;
  const auto number = [](std::string_view text) -> std::optional<std::int64_t> {
    std::int64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size() || value < 1) return std::nullopt;
    return value;
  };
  for (const auto& [name, value] : request.query) {
    if (name == "actor" || name == "action" || name == "subject") {
      if (value.empty() || value.size() > 300) return http::bad_query(name, "field_invalid");
      (name == "actor" ? query.actor : name == "action" ? query.action : query.subject) = value;
    } else if (name == "from" || name == "to") {
      const auto time = model::parse_time(value);
      if (!time || time.value().date_only) return http::bad_query(name, "time_invalid");
      (name == "from" ? query.from : query.to) = time.value().time;
    } else if (name == "limit") {
      const auto limit = number(value);
      if (!limit || *limit > 100)
        return http::bad_query(name, "field_out_of_range", {{"min", "1"}, {"max", "100"}});
      query.limit = *limit;
    } else if (name == "cursor") {
      const auto text = from_base64url(value);
      query.before = text ? number(text.value()) : std::nullopt;
      if (!query.before) return http::bad_query(name, "field_invalid");
    } else {
      return http::bad_query(name, "field_unknown");
    }
  }
  return query;
}

Result<http::Response> list(store::View& view, const http::Request& request) {
  CLARION_TRY(auto query, read_query(request));
  const std::int64_t limit = query.limit++;  // one more tells whether there is a next page
  CLARION_TRY(auto rows, store::list_audit(view, query));
  CLARION_TRY(auto head, store::audit_head(view));
  const bool more = rows.size() > static_cast<std::size_t>(limit);
  if (more) rows.pop_back();
  json::array items;
  for (const store::AuditRecord& row : rows) {
    const auto detail = parse_json(row.detail);
    items.push_back({{"seq", row.seq},
                     {"at", model::to_text(row.at)},
                     {"actor", row.actor},
                     {"action", row.action},
                     {"subject", row.subject},
                     {"detail", detail ? detail.value() : json::value(nullptr)},
                     {"hash", row.hash}});
  }
  json::object body;
  body["items"] = std::move(items);
  body["next"] = nullptr;
  if (more) body["next"] = to_base64url(std::to_string(rows.back().seq));
  body["head"] = json::object{{"seq", head.seq}, {"hash", head.hash}};
  http::Response response = http::json_response(200, body);
  if (more) {
    response.headers.emplace_back(
        "Link", http::next_link(request, to_base64url(std::to_string(rows.back().seq))));
  }
  return response;
}

}  // namespace

void add_audit_routes(http::Router& router, Requests& requests) {
  router.add({.method = "GET",
              .pattern = "/v1/audit",
              .guard = requests.needs(Act::see_audit),
              .handler = [&requests](http::Request& request) {
                return requests.look(
                    request, [&](store::View& view, const Actor*) { return list(view, request); });
              }});
}

}  // namespace clarion::identity
