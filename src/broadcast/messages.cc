#include "broadcast/messages.h"

#include "broadcast/filter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace clarion::broadcast {
namespace {

/// Deep enough for filters[] of a subscribe: object, array, object, array.
constexpr JsonLimits kLimits{.max_bytes = 1U << 20U, .max_depth = 8};

struct Code {
  std::string_view name;
  int number;
  bool temporary;
};
// Numbers of contract section 4.
constexpr Code kCodes[] = {{"stream_internal", 100, true},
                           {"stream_unauthorised", 101, false},
                           {"stream_unknown_channel", 102, false},
                           {"stream_not_allowed", 103, false},
                           {"stream_already_subscribed", 105, false},
                           {"stream_limit", 106, false},
                           {"stream_bad_request", 107, false},
                           {"stream_token_expired", 109, false},
                           {"stream_too_many_requests", 111, true}};

std::string quoted(std::string_view text) { return json::serialize(json::value(text)); }

std::string id_member(std::string_view id) {
  return id.empty() ? std::string() : fmt::format(R"("id":{},)", id);
}

Status read_from(const json::value& value, From& from) {
  if (const json::string* word = value.if_string()) {
    from.cases = *word == "open_cases";
    if (*word != "live_notices" && !from.cases) return bad_request("/from");
    from.kind = From::Kind::snapshot;
    return ok();
  }
  const json::object* position = value.if_object();
  if (position == nullptr) return bad_request("/from");
  from.kind = From::Kind::position;
  for (const json::key_value_pair& member : *position) {
    if (member.key() != "epoch" && member.key() != "offset" && member.key() != "view")
      return bad_request("/from");
  }
  if (const json::value* view = position->if_contains("view")) {
    if (!view->is_string()) return bad_request("/from/view");
    from.view = std::string(view->get_string());
  }
  if (const json::value* epoch = position->if_contains("epoch")) {
    if (!epoch->is_string()) return bad_request("/from/epoch");
    from.epoch = std::string(epoch->get_string());
  }
  const json::string* offset = find_string(*position, "offset");
  if (offset == nullptr) return bad_request("/from/offset");
  auto number = parse_offset(*offset);
  if (!number) return bad_request("/from/offset");
  from.offset = number.value();
  return ok();
}

Result<std::vector<model::Filter>> read_filters(const json::value& value) {
  const json::array* list = value.if_array();
  if (list == nullptr) return bad_request("/filters");
  if (list->size() > kMostFilters) {
    return Error{Errc::invalid,
                 "too many filters",
                 "stream_limit",
                 {{"where", "/filters"}, {"most", std::to_string(kMostFilters)}}};
  }
  std::vector<model::Filter> filters;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string where = fmt::format("/filters/{}", i);
    const json::object* one = (*list)[i].if_object();
    if (one == nullptr) return bad_request(where);
    CLARION_TRY(auto filter, parse_filter(*one, where));
    filters.push_back(std::move(filter));
  }
  return filters;
}

}  // namespace

std::string_view reason_of(CloseCode code) noexcept {
  switch (code) {
    case CloseCode::normal:
      return "bye";
    case CloseCode::unsupported:
      return "text frames only";
    case CloseCode::internal:
      return "internal error";
    case CloseCode::shutdown:
      return "shutdown";
    case CloseCode::token_expired:
      return "token expired";
    case CloseCode::too_slow:
      return "too slow";
    case CloseCode::silent:
      return "nothing received";
    case CloseCode::bad_token:
      return "bad token";
    case CloseCode::bad_request:
      return "bad request";
    case CloseCode::banned:
      return "banned";
    case CloseCode::too_many_connections:
      return "too many connections";
  }
  return {};
}

Error bad_request(std::string where) {
  return Error{Errc::invalid,
               fmt::format("{}: wrong", where),
               "stream_bad_request",
               {{"where", std::move(where)}}};
}

Error refusal(std::string_view code) {
  return Error{Errc::denied, std::string(code), std::string(code)};
}

Result<std::uint64_t> parse_offset(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool padded = text.size() > 1 && text.front() == '0';
  if (error != std::errc() || end != text.data() + text.size() || padded) {
    return Error{Errc::invalid, "an offset is decimal digits without leading zeros"};
  }
  return number;
}

Result<Envelope> parse_envelope(std::string_view text) {
  CLARION_TRY(auto document, parse_json(text, kLimits));
  json::object* body = document.if_object();
  if (body == nullptr) return Error{Errc::invalid, "the message is no object"};
  const json::string* type = find_string(*body, "type");
  if (type == nullptr) return Error{Errc::invalid, "the message has no type"};
  Envelope envelope{std::string(*type), {}, {}};
  if (const json::value* id = body->if_contains("id")) {
    const bool fits =
        id->is_int64() || id->is_uint64() || (id->is_string() && id->get_string().size() <= 64);
    if (!fits) return Error{Errc::invalid, "the id is no integer and no short string"};
    envelope.id = json::serialize(*id);
  }
  envelope.body = std::move(*body);
  return envelope;
}

Result<std::string> parse_channel(const json::object& body) {
  const json::string* channel = find_string(body, "channel");
  if (channel == nullptr) return bad_request("/channel");
  return std::string(*channel);
}

Result<Subscribe> parse_subscribe(const json::object& body) {
  Subscribe out;
  CLARION_TRY(out.channel, parse_channel(body));
  const json::value* filter = body.if_contains("filter");
  const json::value* filters = body.if_contains("filters");
  if (filter != nullptr && filters != nullptr) return bad_request("/filters");
  if (filter != nullptr) {
    if (!filter->is_object()) return bad_request("/filter");
    CLARION_TRY(auto one, parse_filter(filter->get_object(), "/filter"));
    if (one != model::Filter{}) out.filters.emplace().push_back(std::move(one));
  }
  if (filters != nullptr) {
    CLARION_TRY(auto all, read_filters(*filters));
    out.filters = std::move(all);
  }
  if (const json::value* from = body.if_contains("from")) {
    CLARION_TRY(read_from(*from, out.from));
  }
  return out;
}

Status check_fits(const Subscribe& wanted, bool by_rights) {
  if (!by_rights) {
    if (wanted.from.view) return bad_request("/from/view");
    if (wanted.from.cases) return bad_request("/from");
    return ok();
  }
  if (!wanted.filters) return ok();
  for (const model::Filter& filter : *wanted.filters) {
    if (filter.kinds) return bad_request("/filter/kinds");
    if (filter.langs) return bad_request("/filter/langs");
  }
  return ok();
}

Result<model::Position> parse_position(const json::object& body) {
  const json::string* epoch = find_string(body, "epoch");
  if (epoch == nullptr) return bad_request("/epoch");
  const json::string* offset = find_string(body, "offset");
  if (offset == nullptr) return bad_request("/offset");
  auto number = parse_offset(*offset);
  if (!number) return bad_request("/offset");
  return model::Position{std::string(*epoch), number.value()};
}

std::string hello_message(std::chrono::seconds heartbeat, std::size_t frame_bytes,
                          std::size_t filters, std::span<const std::string> channels) {
  return fmt::format(
      R"({{"type":"hello","protocol":"clarion.v1","heartbeat_s":{},"limits":{{"frame":{},"filters":{}}},"channels":["{}"]}})",
      heartbeat.count(), frame_bytes, filters, fmt::join(channels, R"(",")"));
}

std::string subscribed_message(const Subscribed& what) {
  std::string marks;
  if (what.snapshot) marks += R"("snapshot":true,)";
  if (what.recovered) marks += fmt::format(R"("recovered":{},)", *what.recovered);
  if (!what.reason.empty()) marks += fmt::format(R"("reason":"{}",)", what.reason);
  if (!what.view.empty()) marks += fmt::format(R"("view":"{}",)", what.view);
  return fmt::format(
      R"({{"type":"subscribed",{}"channel":"{}",{}"head":{{"epoch":"{}","offset":"{}"}}}})",
      id_member(what.id), what.channel, marks, what.head.epoch, what.head.offset);
}

std::string heartbeat_message(std::string_view channel, const model::Position& at,
                              model::Time now) {
  return fmt::format(
      R"({{"type":"heartbeat","channel":"{}","epoch":"{}","offset":"{}","time":"{}"}})", channel,
      at.epoch, at.offset, model::to_text(now));
}

std::string snapshot_end_message(std::string_view channel, const model::Position& head) {
  return fmt::format(R"({{"type":"snapshot_end","channel":"{}","epoch":"{}","offset":"{}"}})",
                     channel, head.epoch, head.offset);
}

std::string unsubscribed_message(std::string_view id, std::string_view channel) {
  return fmt::format(R"({{"type":"unsubscribed",{}"channel":"{}"}})", id_member(id), channel);
}

std::string pong_message(std::string_view id) {
  return id.empty() ? R"({"type":"pong"})" : fmt::format(R"({{"type":"pong","id":{}}})", id);
}

std::string refreshed_message(std::string_view id, std::optional<model::Time> expires_at) {
  const std::string end = expires_at ? fmt::format(R"("{}")", model::to_text(*expires_at)) : "null";
  return fmt::format(R"({{"type":"refreshed",{}"expires_at":{}}})", id_member(id), end);
}

std::string error_message(std::string_view id, const Error& error, ops::Lang lang) {
  const Code* code = std::begin(kCodes);
  for (const Code& known : kCodes) {
    if (known.name == error.code) code = &known;
  }
  return fmt::format(R"({{"type":"error",{}"code":{},"message":{},"temporary":{}}})", id_member(id),
                     code->number, quoted(ops::words(code->name, lang, error.params)),
                     code->temporary);
}

}  // namespace clarion::broadcast
