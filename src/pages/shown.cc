#include "pages/shown.h"

namespace clarion::pages {
namespace {

std::vector<std::string> list_of(const json::object& object, std::string_view name) {
  const json::value* list = object.if_contains(name);
  return list != nullptr ? strings_of(*list) : std::vector<std::string>{};
}

/// Calls `each` with the objects of a list member.
template <class F>
void for_objects(const json::object& object, std::string_view name, F each) {
  const json::value* list = object.if_contains(name);
  if (list == nullptr || !list->is_array()) return;
  for (const json::value& item : list->get_array()) {
    if (const json::object* row = item.if_object()) each(*row);
  }
}

std::string text_of(const json::object& object, std::string_view name) {
  return std::string(string_or(object, name));
}

}  // namespace

const Shown::Content& Shown::in(ops::Lang lang) const {
  static const Content kNone;
  const auto& asked = lang == ops::Lang::en ? en : zh;
  const auto& other = lang == ops::Lang::en ? zh : en;
  return asked ? *asked : other ? *other : kNone;
}

ops::Lang Shown::lang_for(ops::Lang lang) const {
  if (lang == ops::Lang::en) return en ? ops::Lang::en : ops::Lang::zh;
  return zh ? ops::Lang::zh : ops::Lang::en;
}

Shown shown_of(const store::RevisionRow& row) {
  const json::object form = json::parse(row.form).as_object();
  Shown out;
  out.id = row.notice_id;
  out.revision = row.revision;
  out.action = row.action;
  out.published_at = row.published_at;
  out.expires_at = row.expires_at;
  out.offset = row.offset;
  out.facets = store::facets_of(json::parse(row.facets).as_object());
  out.kind = text_of(form, "kind");
  out.severity = text_of(form, "severity");
  out.verdict = text_of(form, "verdict");
  out.issuer = text_of(form, "issuer");
  out.correction = text_of(form, "correction");
  out.reason_code = text_of(form, "reason_code");
  out.topics = list_of(form, "topics");
  out.regions = list_of(form, "regions");
  if (const json::value* content = form.if_contains("content"); content && content->is_object()) {
    for (const json::key_value_pair& each : content->get_object()) {
      const json::object* text = each.value().if_object();
      if (text == nullptr) continue;
      auto& place = each.key() == "en" ? out.en : out.zh;
      place = Shown::Content{text_of(*text, "title"), text_of(*text, "summary"),
                             text_of(*text, "body"), list_of(*text, "advice")};
    }
  }
  if (const json::value* claim = form.if_contains("claim"); claim && claim->is_object()) {
    out.claim = text_of(claim->get_object(), "text");
    out.appearances = list_of(claim->get_object(), "appearances");
  }
  for_objects(form, "evidence", [&](const json::object& each) {
    out.evidence.push_back(
        {text_of(each, "title"), text_of(each, "url"), text_of(each, "publisher")});
  });
  for_objects(form, "experts", [&](const json::object& each) {
    out.experts.push_back(
        {text_of(each, "name"), text_of(each, "title"), text_of(each, "affiliation")});
  });
  return out;
}

std::string_view name_of(ops::Lang lang) { return lang == ops::Lang::en ? "en" : "zh"; }
std::string_view html_lang(ops::Lang lang) { return lang == ops::Lang::en ? "en" : "zh-CN"; }

}  // namespace clarion::pages
