#include "notice/form.h"

#include "base/bytes.h"
#include "http/fields.h"
#include "model/region.h"
#include "model/topic.h"
#include "notice/templates.h"
#include "store/notices.h"

#include <fmt/format.h>

#include <array>

namespace clarion::notice {
namespace {

using http::Fields;

constexpr std::array<std::string_view, 4> kKinds = {"debunk", "science", "advisory", "holding"};
constexpr std::array<std::string_view, 4> kSeverities = {"minor", "moderate", "severe", "extreme"};
constexpr std::array<std::string_view, 2> kLangs = {"zh", "en"};
/// Members that are signed when they are there; `owner` stays inside.
constexpr std::array<std::string_view, 11> kSigned = {
    "kind",    "severity", "topics",  "regions",    "content",   "claim",
    "verdict", "evidence", "experts", "expires_at", "correction"};
constexpr std::chrono::hours kLongestHolding{24};

void known_codes(Fields& fields, json::object& out, std::string_view name, std::size_t most,
                 bool (*known)(std::string_view), std::string_view code) {
  const auto list = fields.optional_texts(name, most, 32);
  if (!list) return;
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (!known((*list)[i])) fields.problem(fmt::format("{}/{}", name, i), code);
  }
  out[name] = json_of(*list);
}

void put(json::object& out, std::string_view name, std::optional<std::string> text) {
  if (text) out[name] = *text;
}

/// Reads a nested object with `read`; gives nothing when it is absent or wrong.
template <class Read>
void nested(Fields& fields, json::object& out, std::string_view name, Read read) {
  const json::value* value = fields.take(name);
  if (value == nullptr) return;
  const json::object* object = value->if_object();
  if (object == nullptr) {
    fields.problem(name, "field_type", {{"type", "object"}});
    return;
  }
  Fields inner(*object, fmt::format("{}/{}", fields.place(), name));
  json::object made;
  read(inner, made);
  static_cast<void>(inner.finish());
  fields.join(inner);
  out[name] = std::move(made);
}

/// The same for a list of objects.
template <class Read>
void list_of(Fields& fields, json::object& out, std::string_view name, std::size_t most,
             Read read) {
  const json::value* value = fields.take(name);
  if (value == nullptr) return;
  const json::array* items = value->if_array();
  if (items == nullptr || items->size() > most) {
    fields.problem(name, items == nullptr ? "field_type" : "field_too_many",
                   {{"type", "array"}, {"max", std::to_string(most)}});
    return;
  }
  json::array made;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const json::object* object = (*items)[i].if_object();
    if (object == nullptr) {
      fields.problem(fmt::format("{}/{}", name, i), "field_type", {{"type", "object"}});
      continue;
    }
    Fields inner(*object, fmt::format("{}/{}/{}", fields.place(), name, i));
    json::object item;
    read(inner, item);
    static_cast<void>(inner.finish());
    fields.join(inner);
    made.push_back(std::move(item));
  }
  out[name] = std::move(made);
}

std::string url_in(Fields& fields) {
  std::string url = fields.required_text("url", 2048);
  if (!url.empty() && !url.starts_with("https://") && !url.starts_with("http://"))
    fields.problem("url", "field_url");
  return url;
}

void read_content(Fields& fields, json::object& out) {
  for (const std::string_view lang : kLangs) {
    nested(fields, out, lang, [](Fields& text, json::object& made) {
      put(made, "title", text.optional_text("title", 120));
      put(made, "summary", text.optional_text("summary", 500));
      put(made, "body", text.optional_text("body", 20'000));
      if (const auto advice = text.optional_texts("advice", 20, 300))
        made["advice"] = json_of(*advice);
    });
  }
}

/// The member at a path, or null.
const json::value* at(const json::object& object, std::initializer_list<std::string_view> path) {
  const json::object* here = &object;
  const json::value* value = nullptr;
  for (const std::string_view name : path) {
    value = here != nullptr ? here->if_contains(name) : nullptr;
    here = value != nullptr ? value->if_object() : nullptr;
  }
  return value;
}

bool has_text(const json::object& object, std::initializer_list<std::string_view> path) {
  const json::value* value = at(object, path);
  const json::string* text = value != nullptr ? value->if_string() : nullptr;
  return text != nullptr && text->find_first_not_of(" \t\r\n") != json::string::npos;
}

}  // namespace

Result<json::object> read_draft(const json::object& members, const ops::Zone& zone) {
  Fields fields(members);
  json::object out;
  const auto word = [&](std::string_view name, const auto& words) {
    if (members.if_contains(name) == nullptr) return;
    out[name] = fields.required_word(name, {words.begin(), words.end()});
  };
  word("kind", kKinds);
  word("severity", kSeverities);
  known_codes(
      fields, out, "topics", 34,
      [](std::string_view id) { return model::find_topic(id) != nullptr; }, "topic_unknown");
  known_codes(
      fields, out, "regions", 256,
      [](std::string_view code) { return model::find_region(code) != nullptr; }, "region_unknown");
  nested(fields, out, "content", read_content);
  nested(fields, out, "claim", [](Fields& claim, json::object& made) {
    put(made, "text", claim.optional_text("text", 1000));
    if (const auto appearances = claim.optional_texts("appearances", 20, 2048))
      made["appearances"] = json_of(*appearances);
  });
  put(out, "verdict", fields.optional_text("verdict", 64));
  list_of(fields, out, "evidence", 20, [](Fields& item, json::object& made) {
    made["title"] = item.required_text("title", 200);
    made["url"] = url_in(item);
    put(made, "publisher", item.optional_text("publisher", 200));
  });
  list_of(fields, out, "experts", 20, [](Fields& item, json::object& made) {
    made["name"] = item.required_text("name", 100);
    put(made, "title", item.optional_text("title", 200));
    put(made, "affiliation", item.optional_text("affiliation", 200));
  });
  if (const auto expires = fields.optional_text("expires_at", 40)) {
    const auto time = model::parse_time(*expires);
    if (time) {
      out["expires_at"] = model::to_text(zone.resolve(time.value()));
    } else {
      fields.problem("expires_at", "time_invalid");
    }
  }
  put(out, "correction", fields.optional_text("correction", 1000));
  put(out, "owner", fields.optional_text("owner", 64));
  CLARION_TRY(fields.finish());
  return out;
}

Status check_complete(const json::object& draft, std::string_view action, model::Time now) {
  std::vector<FieldError> missing;
  const auto need = [&](bool there, std::string_view pointer,
                        std::string_view code = "field_required") {
    if (!there) missing.push_back({std::string(pointer), std::string(code), {}});
  };
  need(has_text(draft, {"kind"}), "/kind");
  need(has_text(draft, {"severity"}), "/severity");
  const json::value* topics = draft.if_contains("topics");
  need(topics != nullptr && topics->is_array() && !topics->get_array().empty(), "/topics");
  for (const char* name : {"title", "summary", "body"}) {
    need(has_text(draft, {"content", "zh", name}), fmt::format("/content/zh/{}", name));
    if (at(draft, {"content", "en"}) != nullptr)
      need(has_text(draft, {"content", "en", name}), fmt::format("/content/en/{}", name));
  }
  const std::string_view kind = string_or(draft, "kind");
  if (kind == "debunk") {
    need(has_text(draft, {"claim", "text"}), "/claim/text");
    need(has_text(draft, {"verdict"}), "/verdict");
  }
  const auto expires = model::parse_time(string_or(draft, "expires_at"));
  if (!expires) {
    need(false, "/expires_at");
  } else {
    need(expires.value().time > now, "/expires_at", "time_past");
    if (kind == "holding")
      need(expires.value().time <= now + kLongestHolding, "/expires_at", "holding_too_long");
  }
  if (kind == "holding") need(has_text(draft, {"owner"}), "/owner");
  if (action == "correct") need(has_text(draft, {"correction"}), "/correction");
  for (Hole& hole : holes_in(draft))
    missing.push_back({std::move(hole.pointer), "field_placeholder", {{"slot", hole.slot}}});
  if (missing.empty()) return ok();
  std::string text = "the notice is not complete:";
  for (const FieldError& each : missing) text += fmt::format(" {} ({})", each.pointer, each.code);
  return Error{Errc::invalid, text, "field_invalid", {}, missing};
}

json::object signed_form(const json::object& draft, const Frame& frame, const Seal* seal) {
  json::object out;
  for (const std::string_view name : kSigned) {
    if (const json::value* value = draft.if_contains(name)) out[name] = *value;
  }
  for (const char* name : {"topics", "regions", "evidence", "experts"}) {
    if (!out.contains(name)) out[name] = json::array{};
  }
  if (frame.action != "correct") out.erase("correction");
  out["id"] = frame.id;
  out["revision"] = frame.revision;
  out["action"] = frame.action;
  out["mode"] = frame.mode;
  out["issuer"] = frame.issuer;
  if (frame.supersedes) out["supersedes"] = *frame.supersedes;
  if (frame.reason_code) out["reason_code"] = *frame.reason_code;
  if (seal != nullptr) {
    out["published_at"] = model::to_text(seal->published_at);
    out["position"] = {{"epoch", seal->epoch}, {"offset", std::to_string(seal->offset)}};
    out["audit"] = {{"seq", seal->audit_seq}, {"hash", seal->audit_hash}};
    out["links"] = seal->links;
  }
  return out;
}

Result<std::string> content_hash(const json::object& form) {
  json::object content = form;
  for (const char* name : {"published_at", "position", "audit", "links"}) content.erase(name);
  CLARION_TRY(auto bytes, canonical_json(content));
  return sha256_hex(bytes);
}

model::Facets facets_of_form(const json::object& form) {
  model::Facets facets = store::facets_of(form);
  if (const json::value* content = form.if_contains("content");
      content != nullptr && content->is_object()) {
    for (const json::key_value_pair& lang : content->get_object())
      facets.langs.emplace_back(lang.key());
  }
  return facets;
}

json::object draft_of_form(const json::object& form) {
  json::object out;
  for (const std::string_view name : kSigned) {
    if (name == "correction") continue;
    if (const json::value* value = form.if_contains(name)) out[name] = *value;
  }
  return out;
}

}  // namespace clarion::notice
