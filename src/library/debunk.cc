#include "library/debunk.h"

#include "library/topics.h"
#include "model/time.h"
#include "model/topic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::library {
namespace {

struct Member {
  std::string_view name;
  std::string Debunk::* value;
  std::size_t most;
};
constexpr std::array<Member, 11> kMembers = {{
    {"id", &Debunk::id, DebunkLimits::kId},
    {"claim", &Debunk::claim, DebunkLimits::kClaim},
    {"title", &Debunk::title, DebunkLimits::kTitle},
    {"verdict", &Debunk::verdict, DebunkLimits::kVerdict},
    {"explanation", &Debunk::explanation, DebunkLimits::kExplanation},
    {"source", &Debunk::source, DebunkLimits::kSource},
    {"date", &Debunk::date, DebunkLimits::kDate},
    {"topic", &Debunk::topic, DebunkLimits::kTopic},
    {"source_topic", &Debunk::source_topic, DebunkLimits::kTopic},
    {"url", &Debunk::url, DebunkLimits::kUrl},
    {"lang", &Debunk::lang, DebunkLimits::kLang},
}};

using Fields = std::vector<FieldError>;

void wrong(Fields& fields, std::string_view name, std::string code,
           std::vector<std::pair<std::string, std::string>> params = {}) {
  fields.push_back({"/" + std::string(name), std::move(code), std::move(params)});
}

/// One Error of all wrong members; its text names them and never what they hold.
Status outcome(Fields fields) {
  if (fields.empty()) return ok();
  std::string text;
  for (const FieldError& field : fields) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", field.pointer.substr(1), field.code);
  }
  return Error{Errc::invalid, std::move(text), "field_invalid", {}, std::move(fields)};
}

}  // namespace

bool is_web_address(std::string_view url) {
  return (url.starts_with("http://") || url.starts_with("https://")) &&
         std::none_of(url.begin(), url.end(),
                      [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

namespace {

/// RFC 3339, a bare date, or only a year or a month, as old collections have it.
bool is_date(std::string_view date) {
  const bool short_form = (date.size() == 4 || (date.size() == 7 && date[4] == '-')) &&
                          date.find_first_not_of("0123456789-") == std::string_view::npos &&
                          date.find('-') >= 4;
  return short_form || model::parse_time(date).has_value();
}

void check_text(Fields& fields, std::string_view name, std::string_view value, std::size_t most) {
  if (value.size() > most) wrong(fields, name, "field_too_long", {{"max", std::to_string(most)}});
  if (value.find('\0') != std::string_view::npos) wrong(fields, name, "field_nul");
}

Fields faults_of(const Debunk& debunk) {
  Fields fields;
  for (const Member& member : kMembers)
    check_text(fields, member.name, debunk.*member.value, member.most);
  if (debunk.id.empty()) wrong(fields, "id", "field_required");
  if (std::any_of(debunk.id.begin(), debunk.id.end(),
                  [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }))
    wrong(fields, "id", "field_invalid");
  if (debunk.verdict.empty()) wrong(fields, "verdict", "field_required");
  if (debunk.claim.empty() && debunk.title.empty() && debunk.explanation.empty())
    wrong(fields, "claim", "field_required");
  if (!debunk.date.empty() && !is_date(debunk.date)) wrong(fields, "date", "time_invalid");
  if (!debunk.url.empty() && !is_web_address(debunk.url)) wrong(fields, "url", "field_url");
  if (!debunk.topic.empty() && model::find_topic(debunk.topic) == nullptr)
    wrong(fields, "topic", "field_invalid");
  if (debunk.claim_appearances.size() > DebunkLimits::kAppearances) {
    wrong(fields, "claim_appearances", "field_too_many",
          {{"max", std::to_string(DebunkLimits::kAppearances)}});
  }
  for (const std::string& address : debunk.claim_appearances) {
    check_text(fields, "claim_appearances", address, DebunkLimits::kUrl);
  }
  return fields;
}

}  // namespace

Status check(const Debunk& debunk) { return outcome(faults_of(debunk)); }

Result<Debunk> debunk_of(const json::object& line) {
  Debunk out;
  Fields fields;
  for (const Member& member : kMembers) {
    const json::value* value = line.if_contains(member.name);
    if (value == nullptr || value->is_null()) continue;
    if (!value->is_string()) {
      wrong(fields, member.name, "field_type", {{"type", "string"}});
      continue;
    }
    out.*member.value = std::string(value->get_string());
  }
  if (const json::value* list = line.if_contains("claim_appearances"); list && !list->is_null()) {
    const bool strings =
        list->is_array() && std::all_of(list->get_array().begin(), list->get_array().end(),
                                        [](const json::value& each) { return each.is_string(); });
    if (strings) {
      out.claim_appearances = strings_of(*list);
    } else {
      wrong(fields, "claim_appearances", "field_type", {{"type", "array of strings"}});
    }
  }
  CLARION_TRY(outcome(std::move(fields)));
  if (!is_web_address(out.url)) out.url.clear();
  if (!out.topic.empty() && model::find_topic(out.topic) == nullptr) {
    if (out.source_topic.empty()) out.source_topic = out.topic;
    out.topic = topic_of(out.topic);
  }
  CLARION_TRY(check(out));
  return out;
}

json::object to_json(const Debunk& debunk) {
  json::object out;
  for (const Member& member : kMembers) {
    const std::string& value = debunk.*member.value;
    if (!value.empty() || member.name == "claim") out[member.name] = value;
  }
  if (!debunk.claim_appearances.empty())
    out["claim_appearances"] = json_of(debunk.claim_appearances);
  return out;
}

std::string_view headline(const Debunk& debunk) {
  if (!debunk.claim.empty()) return debunk.claim;
  return debunk.title.empty() ? debunk.explanation : debunk.title;
}

}  // namespace clarion::library
