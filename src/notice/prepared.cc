#include "notice/prepared.h"

#include "notice/form.h"
#include "notice/templates.h"
#include "ops/catalogue.h"

#include <fmt/format.h>

namespace clarion::notice {
namespace {

const json::object& content_of(const json::object& form) {
  static const json::object kNone;
  const json::value* content = form.if_contains("content");
  return content != nullptr && content->is_object() ? content->get_object() : kNone;
}

json::object prepared_by(std::string_view id, const PreparedFrom& from) {
  json::object draft = draft_of_form(from.form);
  draft.erase("expires_at");  // the old end may be near
  json::object made = fill_template(*find_template(id), {.draft = draft,
                                                         .issuer = from.issuer,
                                                         .zone = from.zone,
                                                         .now = from.now,
                                                         .before = &from.form,
                                                         .told = true});
  json::object& content = made["content"].as_object();
  json::object kept;
  for (const json::key_value_pair& each : content_of(from.form)) {
    if (json::value* words = content.if_contains(each.key())) kept[each.key()] = std::move(*words);
  }
  made["content"] = std::move(kept);
  made.erase("kind");
  return made;
}

}  // namespace

json::object prepared_correction(const PreparedFrom& from) {
  return prepared_by("correction", from);
}

json::object prepared_update(const PreparedFrom& from) {
  json::object made = prepared_by("update", from);
  for (json::key_value_pair& each : made["content"].as_object()) {
    const json::object& old = content_of(from.form).at(each.key()).as_object();
    json::object& words = each.value().as_object();
    words["body"] = fmt::format("{}\n\n{}", string_or(words, "body"), string_or(old, "body"));
    words.erase("advice");
    if (const json::value* advice = old.if_contains("advice")) words["advice"] = *advice;
  }
  return made;
}

json::object withdrawal_content(const PreparedFrom& from, std::string_view reason_code) {
  const std::string when = from.zone.to_text(from.now);
  json::object out;
  for (const json::key_value_pair& each : content_of(from.form)) {
    const ops::Lang lang = each.key() == "en" ? ops::Lang::en : ops::Lang::zh;
    const ops::Params params{{"title", std::string(string_or(each.value().as_object(), "title"))},
                             {"time", when},
                             {"reason", ops::words(fmt::format("withdraw_{}", reason_code), lang)}};
    out[each.key()] = {{"title", ops::words("withdraw_title", lang, params)},
                       {"summary", ops::words("withdraw_summary", lang, params)},
                       {"body", ops::words("withdraw_body", lang, params)}};
  }
  return out;
}

json::object all_prepared(const PreparedFrom& from) {
  json::object withdrawal;
  for (const std::string_view code : kReasonCodes)
    withdrawal[code] = {{"content", withdrawal_content(from, code)}};
  return {{"correction", prepared_correction(from)},
          {"update", prepared_update(from)},
          {"withdrawal", std::move(withdrawal)}};
}

}  // namespace clarion::notice
