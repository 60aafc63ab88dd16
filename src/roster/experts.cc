#include "roster/experts.h"

#include "base/bytes.h"
#include "http/fields.h"
#include "model/region.h"
#include "model/topic.h"
#include "store/accounts.h"
#include "store/audit.h"

#include <fmt/format.h>

namespace clarion::roster {
namespace {

constexpr std::int64_t kDefaultCapacity = 5;

void check_topics(http::Fields& fields, const json::value* topics) {
  if (topics == nullptr) {
    fields.problem("topics", "field_required");
    return;
  }
  const json::object* grades = topics->if_object();
  if (grades == nullptr || grades->size() > 64) {
    fields.problem("topics", "field_type", {{"type", "object"}});
    return;
  }
  for (const json::key_value_pair& grade : *grades) {
    const std::string place = fmt::format("topics/{}", std::string_view(grade.key()));
    if (model::find_topic(grade.key()) == nullptr) fields.problem(place, "topic_unknown");
    const std::int64_t* value = grade.value().if_int64();
    if (value == nullptr || *value < 1 || *value > 3)
      fields.problem(place, "field_out_of_range", {{"min", "1"}, {"max", "3"}});
  }
}

}  // namespace

Result<store::ExpertRow> read_expert(const json::value& record) {
  const json::object* object = record.if_object();
  if (object == nullptr) return Error{Errc::invalid, "an expert is a JSON object", "field_type"};
  http::Fields fields(*object);
  store::ExpertRow row;
  row.id = fields.required_text("id", 64);
  row.account = fields.optional_text("user", 64);
  static_cast<void>(fields.required_text("name", 100));
  for (const char* name : {"title", "affiliation", "public_name"})
    static_cast<void>(fields.optional_text(name, 200));
  check_topics(fields, fields.take("topics"));
  if (const auto regions = fields.optional_texts("regions", 256, 12)) {
    for (std::size_t i = 0; i < regions->size(); ++i) {
      if (model::find_region((*regions)[i]) == nullptr)
        fields.problem(fmt::format("regions/{}", i), "region_unknown");
    }
  }
  static_cast<void>(fields.optional_texts("langs", 16, 16));
  static_cast<void>(fields.optional_texts("conflicts", 64, 200));
  static_cast<void>(fields.optional_texts("contacts", 16, 200));
  static_cast<void>(fields.optional_integer("capacity", 0, 1000));
  CLARION_TRY(fields.finish());
  row.record = *object;
  return row;
}

Expert expert_of(const store::ExpertRow& row) {
  Expert out;
  out.id = row.id;
  out.account = row.account.value_or("");
  out.name = string_or(row.record, "name");
  if (const json::value* topics = row.record.if_contains("topics");
      topics != nullptr && topics->is_object()) {
    for (const json::key_value_pair& grade : topics->get_object())
      out.topics[grade.key()] = static_cast<int>(grade.value().to_number<int>());
  }
  const auto list = [&row](std::string_view name) {
    const json::value* value = row.record.if_contains(name);
    return value != nullptr ? strings_of(*value) : std::vector<std::string>{};
  };
  out.regions = list("regions");
  out.langs = list("langs");
  out.conflicts = list("conflicts");
  const json::value* capacity = row.record.if_contains("capacity");
  out.capacity =
      capacity != nullptr && capacity->is_int64() ? capacity->get_int64() : kDefaultCapacity;
  return out;
}

Result<std::size_t> import_experts(store::Tx& tx, std::string_view ndjson, std::string_view actor) {
  std::size_t line = 0, count = 0;
  while (!ndjson.empty()) {
    ++line;
    const std::size_t end = ndjson.find('\n');
    const std::string_view text = ndjson.substr(0, end);
    ndjson = end == std::string_view::npos ? std::string_view{} : ndjson.substr(end + 1);
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string place = fmt::format("line {}", line);
    const auto value = parse_json(text);
    if (!value) return within(place, value.error());
    const auto row = read_expert(value.value());
    if (!row) return within(place, row.error());
    if (row.value().account) {
      CLARION_TRY(auto account, store::find_account(tx, *row.value().account));
      if (!account)
        return Error{Errc::not_found,
                     fmt::format("{}: there is no account '{}': add it with 'clarion user add'",
                                 place, *row.value().account)};
    }
    const Status put = store::put_expert(tx, row.value());
    if (!put) return within(place, put.error());
    CLARION_TRY(store::append_audit(tx, actor, "expert.import", row.value().id,
                                    {{"hash", sha256_hex(json::serialize(row.value().record))}}));
    ++count;
  }
  return count;
}

}  // namespace clarion::roster
