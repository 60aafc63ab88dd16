#include "notice/templates.h"

#include "model/region.h"
#include "model/topic.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

extern "C" const char clarion_templates_json[];
extern "C" const std::size_t clarion_templates_json_size;

namespace clarion::notice {
namespace {

using Known = std::map<std::string, std::string, std::less<>>;

const json::object& data() {
  static const json::value read =
      json::parse({clarion_templates_json, clarion_templates_json_size});
  return read.get_object();
}

/// The name between the braces at `open`, or nothing when they hold no name.
struct Slot {
  std::string_view name;
  std::size_t end;  ///< behind the closing braces
};
std::optional<Slot> slot_at(std::string_view text, std::size_t open) {
  const std::size_t close = text.find("}}", open + 2);
  if (close == std::string_view::npos) return std::nullopt;
  std::string_view name = text.substr(open + 2, close - open - 2);
  while (name.starts_with(' ')) name.remove_prefix(1);
  while (name.ends_with(' ')) name.remove_suffix(1);
  constexpr std::size_t kLongestName = 120;
  if (name.size() > kLongestName || name.find("{{") != std::string_view::npos) return std::nullopt;
  return Slot{name, close + 2};
}

void gather(const json::value& value, const std::string& place, std::vector<Hole>& out) {
  if (const json::string* text = value.if_string()) {
    const std::string_view all = *text;
    const std::size_t before = out.size();
    for (std::size_t at = all.find("{{"); at != std::string_view::npos; at = all.find("{{", at)) {
      const auto slot = slot_at(all, at);
      Hole hole{place, slot ? std::string(slot->name) : ""};
      if (std::find(out.begin(), out.end(), hole) == out.end()) out.push_back(std::move(hole));
      at = slot ? slot->end : at + 2;
    }
    if (out.size() == before && all.find("}}") != std::string_view::npos)
      out.push_back({place, ""});
  } else if (const json::object* object = value.if_object()) {
    for (const json::key_value_pair& member : *object)
      gather(member.value(), fmt::format("{}/{}", place, std::string_view(member.key())), out);
  } else if (const json::array* items = value.if_array()) {
    for (std::size_t i = 0; i < items->size(); ++i)
      gather((*items)[i], fmt::format("{}/{}", place, i), out);
  }
}

std::string fill_text(std::string_view text, const Known& known) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find("{{", at);
    out += text.substr(at, open - at);
    if (open == std::string_view::npos) break;
    const auto slot = slot_at(text, open);
    if (!slot) {
      out += text.substr(open);
      break;
    }
    const auto value = known.find(slot->name);
    out += value != known.end() ? std::string_view(value->second)
                                : text.substr(open, slot->end - open);
    at = slot->end;
  }
  return out;
}

json::value fill(const json::value& shape, const Known& known) {
  if (const json::string* text = shape.if_string()) return json::string(fill_text(*text, known));
  if (const json::array* items = shape.if_array()) {
    json::array out;
    for (const json::value& item : *items) out.push_back(fill(item, known));
    return out;
  }
  if (const json::object* object = shape.if_object()) {
    json::object out;
    for (const json::key_value_pair& member : *object)
      out[member.key()] = fill(member.value(), known);
    return out;
  }
  return shape;
}

std::vector<std::string> list_of(const json::object& draft, std::string_view name) {
  const json::value* list = draft.if_contains(name);
  return list != nullptr ? strings_of(*list) : std::vector<std::string>{};
}

/// Which claim may be quoted: a whole one that is short, since a cut one says something else.
constexpr std::size_t kQuotedClaimBytes = 240;

void know_places(const json::object& draft, Known& known) {
  std::string zh, en;
  for (const std::string& code : list_of(draft, "regions")) {
    const model::Region* region = model::find_region(code);
    if (region == nullptr) continue;
    zh += (zh.empty() ? "" : "、") + region->short_zh;
    en += (en.empty() ? "" : ", ") + region->short_en;
  }
  if (zh.empty()) return;
  known["region_zh"] = known["area_zh"] = zh;
  known["region_en"] = known["area_en"] = en;
}

void know_sources(const json::object& draft, Known& known) {
  const json::value* evidence = draft.if_contains("evidence");
  if (evidence == nullptr || !evidence->is_array()) return;
  std::string all, first;
  for (const json::value& each : evidence->get_array()) {
    const json::object* row = each.if_object();
    if (row == nullptr) continue;
    std::string_view name = string_or(*row, "publisher");
    if (name.empty()) name = string_or(*row, "title");
    if (name.empty() || all.find(name) != std::string::npos) continue;
    if (first.empty()) first = name;
    all += (all.empty() ? "" : "、") + std::string(name);
  }
  if (first.empty()) return;
  for (const char* lang : {"zh", "en"}) {
    known[fmt::format("source_{}", lang)] = first;
    known[fmt::format("sources_{}", lang)] = all;
  }
}

void know_topic(const json::object& draft, Known& known) {
  const auto topics = list_of(draft, "topics");
  const model::Topic* topic = topics.empty() ? nullptr : model::find_topic(topics.front());
  if (topic == nullptr) return;
  known["topic_zh"] = known["hazard_zh"] = topic->zh;
  known["topic_en"] = known["hazard_en"] = topic->en;
  if (const json::string* phone = find_string(data().at("phones").as_object(), topic->id)) {
    for (const char* name : {"phone_zh", "phone_en", "phones_zh", "phones_en"})
      known[name] = *phone;
  }
  if (const json::value* channel = data().at("channels").as_object().if_contains(topic->id)) {
    known["official_channel_zh"] = string_or(channel->as_object(), "zh");
    known["official_channel_en"] = string_or(channel->as_object(), "en");
  }
}

void know_before(const TemplateFacts& facts, Known& known) {
  if (facts.before == nullptr) return;
  const auto when = model::parse_time(string_or(*facts.before, "published_at"));
  for (const char* lang : {"zh", "en"}) {
    if (when) known[fmt::format("old_time_{}", lang)] = facts.zone.to_text(when.value().time);
    if (facts.told) {
      known[fmt::format("partners_{}", lang)] = ops::words(
          "template_told", lang == std::string_view("en") ? ops::Lang::en : ops::Lang::zh);
    }
    const json::value* content = facts.before->if_contains("content");
    const json::value* words = content != nullptr && content->is_object()
                                   ? content->get_object().if_contains(lang)
                                   : nullptr;
    if (words == nullptr || !words->is_object()) continue;
    known[fmt::format("old_title_{}", lang)] = string_or(words->get_object(), "title");
    known[fmt::format("wrong_{}", lang)] = string_or(words->get_object(), "summary");
  }
  if (const json::value* number = facts.before->if_contains("revision");
      number && number->is_int64()) {
    known["rev_zh"] = known["rev_en"] = std::to_string(number->get_int64() + 1);
  }
}

Known know(const TemplateFacts& facts, const std::string& ends) {
  Known known;
  const json::value* claim = facts.draft.if_contains("claim");
  if (claim != nullptr && claim->is_object()) {
    const std::string_view text = string_or(claim->get_object(), "text");
    if (!text.empty() && text.size() <= kQuotedClaimBytes) known["claim_short_zh"] = text;
  }
  const std::string now = facts.zone.to_text(facts.now);
  known["time_zh"] = known["time_en"] = now;
  known["date_zh"] = known["date_en"] = now.substr(0, now.find(' '));
  known["who_zh"] = known["who_en"] = facts.issuer;
  if (const auto end = model::parse_time(ends))
    known["next_time_zh"] = known["next_time_en"] = facts.zone.to_text(end.value().time);
  know_topic(facts.draft, known);
  know_places(facts.draft, known);
  know_sources(facts.draft, known);
  know_before(facts, known);
  return known;
}

}  // namespace

std::vector<Hole> holes_in(const json::value& value) {
  std::vector<Hole> out;
  gather(value, "", out);
  return out;
}

std::string slot_words(std::string_view slot, ops::Lang lang) {
  std::string_view name = slot;
  if (name.ends_with("_zh") || name.ends_with("_en")) name.remove_suffix(3);
  const json::value* words = data().at("slots").as_object().if_contains(name);
  if (words == nullptr) return std::string(slot);
  return std::string(words->as_array().at(lang == ops::Lang::en ? 1 : 0).as_string());
}

const json::array& templates() { return data().at("templates").as_array(); }

const json::object* find_template(std::string_view id) {
  for (const json::value& each : templates()) {
    if (string_or(each.as_object(), "id") == id) return &each.as_object();
  }
  return nullptr;
}

std::chrono::hours advised_life(std::string_view kind, std::string_view severity) {
  using std::chrono::hours;
  if (kind == "holding") return severity == "extreme" ? hours(1) : hours(3);
  if (kind == "debunk") return hours(14 * 24);
  if (kind == "science") return hours(90 * 24);
  return hours(24);
}

json::object fill_template(const json::object& shape, const TemplateFacts& facts) {
  json::object out;
  const json::value* any = shape.if_contains("any_kind");
  const bool keeps_kind = any != nullptr && any->is_bool() && any->get_bool();
  const std::string_view own = string_or(facts.draft, "kind");
  const std::string kind(keeps_kind && !own.empty() ? own : string_or(shape, "kind"));
  out["kind"] = kind;
  std::string ends(string_or(facts.draft, "expires_at"));
  const auto end = model::parse_time(ends);
  if (!end || end.value().time <= facts.now) {
    auto life = std::chrono::hours(shape.at("expires_hours").as_int64());
    if (keeps_kind || kind == "holding")
      life = advised_life(kind, string_or(facts.draft, "severity"));
    ends = model::to_text(facts.now + life);
  }
  out["expires_at"] = ends;
  const Known known = know(facts, ends);
  out["content"] = fill(shape.at("content"), known);
  if (const json::value* why = shape.if_contains("correction"))
    out["correction"] = fill(*why, known);
  if (const json::value* verdict = shape.if_contains("verdict");
      verdict != nullptr && string_or(facts.draft, "verdict").empty())
    out["verdict"] = *verdict;
  return out;
}

}  // namespace clarion::notice
