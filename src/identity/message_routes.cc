#include "identity/message_routes.h"

#include "base/bytes.h"
#include "http/fields.h"
#include "http/status.h"
#include "model/topic.h"
#include "store/messages.h"

#include <fmt/format.h>

#include <charconv>

namespace clarion::identity {
namespace {

/// A parameter as a person reads it: names of topics and duties instead of codes.
std::string in_words(std::string_view name, const json::value& value, ops::Lang lang) {
  const std::string text =
      value.is_string() ? std::string(value.get_string()) : to_json_text(value);
  if (const model::Topic* topic = name == "topic" ? model::find_topic(text) : nullptr)
    return lang == ops::Lang::zh ? topic->zh : topic->en;
  return name == "duty" ? ops::words("duty_" + text, lang) : text;
}

json::object message_json(const store::Message& message, ops::Lang lang) {
  ops::Params params;
  for (const json::key_value_pair& param : message.params)
    params.emplace_back(param.key(), in_words(param.key(), param.value(), lang));
  return {{"id", message.id},
          {"code", message.code},
          {"params", message.params},
          {"text", ops::words(message.code, lang, params)},
          {"at", model::to_text(message.at)},
          {"read_at",
           message.read_at ? json::value(model::to_text(*message.read_at)) : json::value(nullptr)}};
}

Result<http::Response> list(store::View& view, const http::Request& request, const Actor& actor) {
  bool unread = false;
  std::int64_t limit = 50;
  std::string before;
  for (const auto& [name, value] : request.query) {
    if (name == "unread") {
      if (value != "true" && value != "false") return http::bad_query(name, "field_invalid");
      unread = value == "true";
    } else if (name == "limit") {
      const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), limit);
      if (failed != std::errc() || end != value.data() + value.size() || limit < 1 || limit > 100)
        return http::bad_query(name, "field_out_of_range", {{"min", "1"}, {"max", "100"}});
    } else if (name == "cursor") {
      const auto bytes = from_base64url(value);
      if (!bytes || !bytes.value().starts_with("m_")) return http::bad_query(name, "field_invalid");
      before = bytes.value();
    } else {
      return http::bad_query(name, "field_unknown");
    }
  }
  CLARION_TRY(auto rows, store::list_messages(view, actor.account, unread, before, limit + 1));
  const bool more = rows.size() > static_cast<std::size_t>(limit);
  if (more) rows.pop_back();
  CLARION_TRY(auto count, store::count_unread(view, actor.account));
  json::array items;
  for (const store::Message& row : rows) items.push_back(message_json(row, request.lang));
  return http::json_response(
      200, json::object{
               {"items", std::move(items)},
               {"next", more ? json::value(to_base64url(rows.back().id)) : json::value(nullptr)},
               {"unread", count}});
}

Result<http::Response> read(store::Tx& tx, const http::Request& request, const Actor& actor) {
  CLARION_TRY(auto body, http::json_body(request));
  http::Fields fields(body);
  const auto ids = fields.optional_texts("ids", 200, 64);
  const bool all = fields.optional_bool("all").value_or(false);
  if (all == ids.has_value()) fields.problem("ids", "messages_which");
  CLARION_TRY(fields.finish());
  std::int64_t count = 0;
  // An empty list of ids means none here, all to the store.
  if (all || !ids->empty()) {
    CLARION_TRY(count,
                store::read_messages(tx, actor.account, all ? std::vector<std::string>() : *ids));
  }
  CLARION_TRY(auto unread, store::count_unread(tx, actor.account));
  return http::json_response(200, json::object{{"read", count}, {"unread", unread}});
}

}  // namespace

void add_message_routes(http::Router& router, Requests& requests) {
  router.add({.method = "GET",
              .pattern = "/v1/messages",
              .guard = requests.needs_scope({Scope::desk}),
              .handler = [&requests](http::Request& request) {
                return requests.look(request, [&](store::View& view, const Actor* actor) {
                  return list(view, request, *actor);
                });
              }});
  router.add({.method = "POST",
              .pattern = "/v1/messages/read",
              .guard = requests.needs_scope({Scope::desk}),
              .handler = [&requests](http::Request& request) {
                return requests.change(request, [&](store::Tx& tx, const Actor& actor) {
                  return read(tx, request, actor);
                });
              }});
}

}  // namespace clarion::identity
