#include "readiness/changes.h"

#include "http/fields.h"
#include "identity/requests.h"
#include "store/audit.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::readiness {
namespace {

using store::ResourceRow;

constexpr std::size_t kReasonCharacters = 1000;
constexpr std::size_t kLongestLine = 256U << 10U;

std::vector<std::string> regions_of(const json::object& record) {
  const json::value* list = record.if_contains("regions");
  return list != nullptr ? strings_of(*list) : std::vector<std::string>{};
}

void add_author(ResourceRow& row, const std::string& who) {
  if (std::find(row.authors.begin(), row.authors.end(), who) == row.authors.end())
    row.authors.push_back(who);
}

/// The row for a change, when its regions and version allow it.
Result<ResourceRow> get(const ResourceAction& action, std::string_view id,
                        std::optional<std::int64_t> version) {
  CLARION_TRY(auto row, store::find_resource(action.tx, id));
  if (!row) return Error{Errc::not_found, "there is no such resource", "not_found"};
  CLARION_TRY(identity::may_act_in(action.actor, regions_of(row->record)));
  CLARION_TRY(identity::check_version(version, row->version));
  return std::move(*row);
}

Error wrong_state(const ResourceRow& row) {
  return {Errc::conflict,
          fmt::format("the resource is '{}', this does not go from there", row.state),
          "resource_state",
          {{"state", row.state}}};
}

/// Keeps the row as its next version, with its audit record.
Result<ResourceRow> keep(const ResourceAction& action, ResourceRow row, std::string_view what,
                         json::object detail = {}) {
  row.changed_by = action.actor.name();
  row.changed_at = action.tx.now();
  CLARION_TRY(store::put_resource(action.tx, row));
  detail["version"] = row.version;
  detail["hash"] = hash_of_record(row.record);
  CLARION_TRY(store::append_audit(action.tx, action.actor.name(), fmt::format("resource.{}", what),
                                  row.id, std::move(detail)));
  return row;
}

/// An edit that arrives at the newer shipped text takes it.
void settle(ResourceRow& row) {
  if (!row.newer || hash_of_record(*row.newer) != hash_of_record(row.record)) return;
  row.base = hash_of_record(row.record);
  row.newer.reset();
}

Result<ReadLine> read_line(std::string_view line, const ops::Zone& zone, std::string_view today) {
  if (line.size() > kLongestLine)
    return Error{Errc::invalid, "the line is too long", "line_too_long"};
  auto value = parse_json(line, {.max_bytes = kLongestLine});
  if (!value) return value.error();
  if (!value.value().is_object())
    return Error{Errc::invalid, "is no JSON object", "line_not_object"};
  json::object members = value.value().get_object();
  ReadLine out{std::string(string_or(members, "id")), {}};
  if (!is_resource_id(out.id)) {
    return Error{Errc::invalid,
                 "id: needs 1 to 64 of a-z 0-9 . _ -",
                 "field_invalid",
                 {},
                 {{"/id", "field_invalid", {}}}};
  }
  members.erase("id");
  CLARION_TRY(out.record, read_resource(members, zone, today));
  return out;
}

}  // namespace

Status may_change(const identity::Actor& actor) {
  if (identity::sees_mode(actor, "Actual")) return ok();
  return Error{Errc::denied, "a drill session changes no resources", "drill_session"};
}

Result<ResourceRow> create_resource(const ResourceAction& action, const json::object& body) {
  CLARION_TRY(auto record, read_resource(body, action.zone, action.today()));
  if (string_or(record, "owner").empty()) record["owner"] = action.actor.name();
  CLARION_TRY(identity::may_act_in(action.actor, regions_of(record)));
  ResourceRow row;
  row.id = action.tx.ids().make("r_");
  row.origin = "own";
  row.record = std::move(record);
  add_author(row, action.actor.name());
  return keep(action, std::move(row), "create");
}

Result<ResourceRow> patch_resource(const ResourceAction& action, std::string_view id,
                                   std::optional<std::int64_t> version, const json::value& patch) {
  CLARION_TRY(auto row, get(action, id, version));
  if (row.state != "current") return wrong_state(row);
  if (!patch.is_object())
    return Error{Errc::invalid, "a merge patch is a JSON object", "json_invalid"};
  json::value merged = row.record;
  merge_patch(merged, patch);
  CLARION_TRY(auto record, read_resource(merged.as_object(), action.zone, action.today()));
  CLARION_TRY(identity::may_act_in(action.actor, regions_of(record)));
  row.record = std::move(record);
  settle(row);
  ++row.version;
  add_author(row, action.actor.name());
  return keep(action, std::move(row), "edit");
}

Result<ResourceRow> act_on_resource(const ResourceAction& action, std::string_view id,
                                    std::string_view name, std::optional<std::int64_t> version,
                                    const json::object& body) {
  if (name != "retire" && name != "restore" && name != "shipped")
    return Error{Errc::not_found, "there is no such action", "not_found"};
  CLARION_TRY(auto row, get(action, id, version));
  http::Fields fields(body);
  ++row.version;
  if (name == "shipped") {
    const auto take = fields.optional_bool("take");
    if (body.if_contains("take") == nullptr) fields.problem("take", "field_required");
    CLARION_TRY(fields.finish());
    if (!row.newer) return wrong_state(row);
    row.base = hash_of_record(*row.newer);
    if (*take) {
      row.record = std::move(*row.newer);
      row.authors.clear();
    }
    row.newer.reset();
    return keep(action, std::move(row), name, {{"take", *take}});
  }
  if (name == "retire") static_cast<void>(fields.optional_text("reason", kReasonCharacters));
  CLARION_TRY(fields.finish());
  if ((name == "retire") != (row.state == "current")) return wrong_state(row);
  row.state = name == "retire" ? "retired" : "current";
  return keep(action, std::move(row), name);
}

ResourceReading read_resources(std::string_view input, const ops::Zone& zone,
                               std::string_view today) {
  ResourceReading out;
  std::size_t number = 0;
  while (!input.empty()) {
    const std::size_t end = input.find('\n');
    const std::string_view line = input.substr(0, end);
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (out.lines.size() + out.bad.size() >= kMostImportLines) {
      out.bad.push_back({number,
                         {Errc::too_large, fmt::format("more than {} resources", kMostImportLines),
                          "too_many_lines"}});
      break;
    }
    auto read = read_line(line, zone, today);
    if (read) {
      out.lines.push_back(std::move(read).value());
    } else {
      out.bad.push_back({number, read.error()});
    }
  }
  return out;
}

Result<ResourceImport> import_resources(store::Tx& tx, const ResourceReading& reading,
                                        const std::string& who, const identity::Actor* actor) {
  ResourceImport out;
  for (const ReadLine& line : reading.lines) {
    CLARION_TRY(auto found, store::find_resource(tx, line.id));
    if (found && found->state == "current" &&
        hash_of_record(found->record) == hash_of_record(line.record)) {
      ++out.unchanged;
      continue;
    }
    if (actor != nullptr) {
      CLARION_TRY(identity::may_act_in(*actor, regions_of(line.record)));
      if (found) {
        CLARION_TRY(identity::may_act_in(*actor, regions_of(found->record)));
      }
    }
    ResourceRow row;
    if (found) {
      row = std::move(*found);
      ++row.version;
    } else {
      row.id = line.id;
      row.origin = "imported";
    }
    ++(row.version > 1 ? out.changed : out.added);
    row.record = line.record;
    row.state = "current";
    settle(row);
    if (actor != nullptr) add_author(row, actor->name());
    row.changed_by = who;
    CLARION_TRY(store::put_resource(tx, row));
  }
  CLARION_TRY(store::append_audit(
      tx, who, "resource.import", fmt::format("{} resources", out.added + out.changed),
      {{"added", out.added}, {"changed", out.changed}, {"unchanged", out.unchanged}}));
  return out;
}

}  // namespace clarion::readiness
