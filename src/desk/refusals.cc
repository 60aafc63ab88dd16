#include "desk/refusals.h"

#include <algorithm>

namespace clarion::desk {
namespace {

constexpr std::chrono::hours kUntilAgain{2};

std::optional<model::Time> time_in(const json::object& object, std::string_view name) {
  const auto read = model::parse_time(string_or(object, name));
  return read ? std::optional(read.value().time) : std::nullopt;
}

const json::array* refusals_of(const store::CaseRow& row) {
  const json::value* list = row.details.if_contains("refusals");
  return list != nullptr ? list->if_array() : nullptr;
}

}  // namespace

void remember_refusal(store::CaseRow& row, std::string_view account, std::string_view reason,
                      model::Time now) {
  json::value& value = row.details["refusals"];
  if (!value.is_array()) value.emplace_array();
  json::array& list = value.get_array();
  list.erase(std::remove_if(list.begin(), list.end(),
                            [account](const json::value& each) {
                              return string_or(each.as_object(), "user") == account;
                            }),
             list.end());
  json::object entry{{"user", account}, {"code", reason}, {"at", model::to_text(now)}};
  const bool for_good = reason == "not_my_field" || reason == "conflict" || reason == "other";
  if (!for_good) entry["until"] = model::to_text(now + kUntilAgain);
  list.push_back(std::move(entry));
}

std::vector<std::string> refused_now(const store::CaseRow& row, model::Time now) {
  std::vector<std::string> out;
  if (const json::value* old = row.details.if_contains("not_to")) out = strings_of(*old);
  const json::array* list = refusals_of(row);
  if (list == nullptr) return out;
  for (const json::value& each : *list) {
    const auto until = time_in(each.as_object(), "until");
    if (!until || *until > now) out.emplace_back(string_or(each.as_object(), "user"));
  }
  return out;
}

std::optional<model::Time> next_refusal_end(const store::CaseRow& row, model::Time now) {
  std::optional<model::Time> next;
  const json::array* list = refusals_of(row);
  if (list == nullptr) return next;
  for (const json::value& each : *list) {
    const auto until = time_in(each.as_object(), "until");
    if (until && *until > now && (!next || *until < *next)) next = until;
  }
  return next;
}

void forget_refusals(store::CaseRow& row) {
  row.details.erase("refusals");
  row.details.erase("not_to");
}

json::array refusals_json(const store::CaseRow& row) {
  const json::array* list = refusals_of(row);
  return list != nullptr ? *list : json::array();
}

std::vector<std::string> sources_of(const store::GroupRow& group) {
  std::vector<std::string> out;
  if (group.figures.empty()) return out;
  const json::value figures = json::parse(group.figures);
  if (const json::value* sources = figures.as_object().if_contains("sources")) {
    for (const json::key_value_pair& source : sources->as_object()) out.emplace_back(source.key());
  }
  return out;
}

}  // namespace clarion::desk
