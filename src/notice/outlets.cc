#include "notice/outlets.h"

#include "base/bytes.h"
#include "http/fields.h"
#include "notice/counted.h"
#include "ops/catalogue.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/deliveries.h"
#include "store/feedback.h"
#include "store/meta.h"

#include <fmt/format.h>

#include <algorithm>

extern "C" const char clarion_outlets_json[];
extern "C" const std::size_t clarion_outlets_json_size;

namespace clarion::notice {
namespace {

json::object in_both(std::string_view code) {
  return {{"zh", ops::words(code, ops::Lang::zh)}, {"en", ops::words(code, ops::Lang::en)}};
}

const json::object* find_outlet(std::string_view id) {
  for (const json::value& each : outlet_data().at("outlets").as_array()) {
    if (string_or(each.as_object(), "id") == id) return &each.as_object();
  }
  return nullptr;
}

/// Whether it keeps a queue, so that it can be paused.
bool has_queue(const json::object& outlet) { return outlet.at("queue").as_bool(); }

json::object pause_json(const store::OutletPause& pause) {
  return {{"by", pause.account}, {"at", model::to_text(pause.at)}, {"reason", pause.reason}};
}

const store::OutletPause* find_pause(const std::vector<store::OutletPause>& pauses,
                                     std::string_view outlet) {
  const auto found = std::find_if(pauses.begin(), pauses.end(),
                                  [&](const auto& each) { return each.outlet == outlet; });
  return found == pauses.end() ? nullptr : &*found;
}

/// One outlet as `GET /v1/outlets` shows it.
Result<json::object> outlet_json(store::View& view, const json::object& outlet,
                                 const store::OutletPause* pause) {
  json::object item = outlet;
  item.erase("queue");
  const std::string_view id = string_or(outlet, "id");
  const bool connected = outlet.at("connected").as_bool();
  const std::string_view state = pause != nullptr ? "paused" : connected ? "on" : "not_connected";
  item["state"] = state;
  item["text"] = in_both(fmt::format("outlet_{}", state));
  item["can_pause"] = has_queue(outlet);
  if (pause != nullptr) item["paused"] = pause_json(*pause);
  json::array limits;
  for (const json::value& limit : outlet_data().at("limits").as_array()) {
    if (string_or(limit.as_object(), "outlet") == id) limits.push_back(limit);
  }
  item["limits"] = std::move(limits);
  for (const char* name : {"queued", "failed", "unknown"}) {
    CLARION_TRY(auto count, store::count_deliveries(view, id, name));
    if ((connected && has_queue(outlet)) || count > 0) item[name] = count;
  }
  return item;
}

json::object line(std::string_view outlet, std::string_view recipient, std::string_view state) {
  return {{"outlet", outlet},
          {"recipient", recipient},
          {"state", state},
          {"text", in_both(fmt::format("delivery_{}", state))},
          {"retry", false}};
}

bool in_use(const store::Token& token, model::Time now) {
  return !token.revoked_at && token.expires_at > now;
}

/// Subscribers who acknowledge, and partners who never did.
Status add_stream(store::View& view, const store::NoticeRow& row,
                  const std::vector<store::RevisionRow>& revisions, model::Time now,
                  json::array& items) {
  const std::string channel(channel_of(row.mode));
  CLARION_TRY(auto epoch, store::find_meta(view, "epoch"));
  CLARION_TRY(auto receipts, store::receipts_of(view, channel));
  CLARION_TRY(auto tokens, store::list_tokens(view));
  const store::RevisionRow& newest = revisions.back();
  const auto named = [&tokens](const std::string& account) {
    for (const store::Token& token : tokens) {
      if ("token:" + token.id == account) return token.name;
    }
    return account;
  };
  for (const store::ReceiptRow& receipt : receipts) {
    if (receipt.epoch != epoch.value_or("")) {
      json::object item = line("stream", named(receipt.account), "unknown");
      item["at"] = model::to_text(receipt.at);
      items.push_back(std::move(item));
      continue;
    }
    std::int64_t has = 0;
    for (const store::RevisionRow& each : revisions) {
      if (each.offset <= receipt.offset) has = each.revision;
    }
    const std::int64_t lacks = newest.revision - has;
    json::object item = line("stream", named(receipt.account), lacks == 0 ? "delivered" : "behind");
    if (lacks != 0) {
      item["text"] = {{"zh", counted("delivery_behind", ops::Lang::zh, lacks)},
                      {"en", counted("delivery_behind", ops::Lang::en, lacks)}};
    }
    item["revision"] = has;
    item["at"] = model::to_text(receipt.at);
    items.push_back(std::move(item));
  }
  const std::string_view scope = row.mode == "Actual" ? "partner" : "drill";
  for (const store::Token& token : tokens) {
    const bool told = std::any_of(receipts.begin(), receipts.end(), [&token](const auto& receipt) {
      return receipt.account == "token:" + token.id;
    });
    if (token.scope == scope && in_use(token, now) && !told)
      items.push_back(line("stream", token.name, "silent"));
  }
  return ok();
}

json::object delivery_json(const store::DeliveryRow& row) {
  json::object item = line(row.outlet, row.recipient, row.state);
  item["id"] = row.id;
  item["revision"] = row.revision;
  item["attempts"] = row.attempts;
  if (!row.error.empty()) {
    item["error"] = row.error;
    item["why"] = in_both(row.error);
  }
  if (row.next_at) item["next_at"] = model::to_text(*row.next_at);
  item["at"] = model::to_text(row.changed_at);
  item["retry"] = row.state == "failed" || row.state == "unknown";
  return item;
}

}  // namespace

const json::object& outlet_data() {
  static const json::value read = json::parse({clarion_outlets_json, clarion_outlets_json_size});
  return read.get_object();
}

Result<json::object> outlets_view(store::View& view, const NoticeOptions& options,
                                  model::Time now) {
  CLARION_TRY(auto tokens, store::list_tokens(view));
  const auto partners = std::count_if(
      tokens.begin(), tokens.end(),
      [now](const store::Token& token) { return token.scope == "partner" && in_use(token, now); });
  CLARION_TRY(auto pauses, store::outlet_pauses(view));
  json::array items;
  for (const json::value& each : outlet_data().at("outlets").as_array()) {
    const json::object& outlet = each.as_object();
    const std::string_view id = string_or(outlet, "id");
    CLARION_TRY(auto item, outlet_json(view, outlet, find_pause(pauses, id)));
    if (id == "stream") {
      if (options.subscribers) item["subscribers"] = options.subscribers();
      item["partners"] = partners;
    }
    items.push_back(std::move(item));
  }
  return json::object{{"items", std::move(items)}, {"next", nullptr}};
}

Result<json::object> deliveries_view(store::View& view, const store::NoticeRow& row,
                                     const NoticeOptions& options, model::Time now) {
  json::array items;
  json::object out{{"notice", row.id}, {"mode", row.mode}, {"revision", row.revision}};
  CLARION_TRY(auto revisions, store::revisions_of(view, row.id));
  CLARION_TRY(auto rows, store::deliveries_of(view, row.id));
  if (!revisions.empty()) {
    const store::RevisionRow& newest = revisions.back();
    const bool live = row.mode == "Actual";
    json::object channel = line("stream", channel_of(row.mode), "serving");
    channel["revision"] = newest.revision;
    channel["at"] = model::to_text(newest.published_at);
    channel["offset"] = std::to_string(newest.offset);
    if (options.subscribers && live) channel["subscribers"] = options.subscribers();
    items.push_back(std::move(channel));
    for (const char* outlet : {"board", "feeds"}) {
      json::object item = line(outlet, "public", live ? "serving" : "locked");
      if (live) {
        item["revision"] = newest.revision;
        item["at"] = model::to_text(newest.published_at);
      }
      items.push_back(std::move(item));
    }
    CLARION_TRY(add_stream(view, row, revisions, now, items));
    for (const json::value& each : outlet_data().at("outlets").as_array()) {
      const json::object& outlet = each.as_object();
      const std::string_view id = string_or(outlet, "id");
      const bool told = std::any_of(rows.begin(), rows.end(),
                                    [id](const auto& delivery) { return delivery.outlet == id; });
      if (!outlet.at("connected").as_bool() && !told)
        items.push_back(line(id, "", live ? "not_connected" : "locked"));
    }
  }
  CLARION_TRY(auto pauses, store::outlet_pauses(view));
  for (const store::DeliveryRow& each : rows) {
    json::object item = delivery_json(each);
    if (each.state == "queued" && find_pause(pauses, each.outlet) != nullptr) {
      item["state"] = "paused";
      item["text"] = in_both("delivery_paused");
    }
    items.push_back(std::move(item));
  }
  out["items"] = std::move(items);
  out["next"] = nullptr;
  CLARION_TRY(auto feedback, store::feedback_of(view, row.id));
  json::array readers;
  for (const store::Feedback& each : feedback)
    readers.push_back(
        {{"revision", each.revision}, {"helped", each.helped}, {"not_helped", each.not_helped}});
  out["readers"] = std::move(readers);
  return out;
}

Result<json::object> set_paused(store::Tx& tx, const identity::Actor& actor,
                                std::string_view outlet, bool paused, const json::object& body) {
  const json::object* found = find_outlet(outlet);
  if (found == nullptr) return Error{Errc::not_found, "there is no such outlet", "not_found"};
  // One set of outlets for both doors: an exercise must not stop what goes to the public.
  if (actor.door == identity::Door::drill)
    return Error{Errc::denied, "outlets are not changed at the drill desk", "drill_session"};
  if (!has_queue(*found))
    return Error{Errc::conflict, "this outlet has no queue", "outlet_no_queue"};
  http::Fields fields(body);
  store::OutletPause pause{std::string(outlet), actor.account, "", tx.now()};
  if (paused) pause.reason = fields.required_text("reason", 500);
  CLARION_TRY(fields.finish());
  if (paused) {
    CLARION_TRY(store::pause_outlet(tx, pause));
  } else {
    CLARION_TRY(const bool was, store::resume_outlet(tx, outlet));
    if (!was) return Error{Errc::conflict, "this outlet is not paused", "outlet_not_paused"};
  }
  CLARION_TRY(store::append_audit(
      tx, actor.name(), paused ? "outlet.pause" : "outlet.resume", std::string(outlet),
      paused ? json::object{{"reason_hash", sha256_hex(pause.reason)}} : json::object{}));
  return outlet_json(tx, *found, paused ? &pause : nullptr);
}

Result<json::object> retry_delivery(const NoticeAction& action, const store::NoticeRow& row,
                                    std::string_view delivery, const json::object& body) {
  CLARION_TRY(auto found, store::find_delivery(action.tx, delivery));
  if (!found || found->notice_id != row.id)
    return Error{Errc::not_found, "there is no such delivery", "not_found"};
  if (found->state != "failed" && found->state != "unknown")
    return Error{Errc::conflict,
                 "only what failed or is unknown is sent again",
                 "delivery_state",
                 {{"state", found->state}}};
  http::Fields fields(body);
  const bool checked = fields.optional_bool("checked").value_or(false);
  if (found->state == "unknown" && !checked) fields.problem("checked", "delivery_check_first");
  CLARION_TRY(fields.finish());
  found->state = "queued";
  found->next_at = action.tx.now();
  CLARION_TRY(store::update_delivery(action.tx, *found));
  CLARION_TRY(store::append_audit(action.tx, action.actor.name(), "delivery.retry", found->id,
                                  {{"notice", row.id}, {"outlet", found->outlet}}));
  found->changed_at = action.tx.now();
  return delivery_json(*found);
}

}  // namespace clarion::notice
