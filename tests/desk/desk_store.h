#pragma once

#include "desk/actions.h"
#include "desk/deadlines.h"
#include "desk/evidence.h"
#include "desk/staff.h"
#include "identity/person.h"
#include "store/accounts.h"
#include "store/experts.h"
#include "store/messages.h"
#include "store/temp_store.h"

#include <map>
#include <string>
#include <vector>

namespace clarion::desk {

/// A store with people, experts and cases, for tests of the desk.
class DeskStore {
 public:
  DeskStore() { options.staff = std::make_shared<Staff>(ops::Zone::load("Asia/Shanghai").value()); }

  void account(const std::string& name, const std::string& role) {
    store
        ->write([&](store::Tx& tx) {
          return store::add_account(tx, {name, role, {}, std::nullopt, false, 1, {}});
        })
        .value();
  }
  /// Writes or replaces the expert of an account; makes the account when `fresh`.
  void expert(const std::string& name, std::map<std::string, int> topics, std::int64_t capacity,
              std::vector<std::string> regions = {}, bool fresh = true) {
    if (fresh) account(name, "expert");
    json::object grades;
    for (const auto& [topic, grade] : topics) grades[topic] = grade;
    store
        ->write([&](store::Tx& tx) {
          return store::put_expert(tx, {"e-" + name,
                                        name,
                                        {{"id", "e-" + name},
                                         {"user", name},
                                         {"name", name},
                                         {"topics", grades},
                                         {"regions", json_of(regions)},
                                         {"capacity", capacity}}});
        })
        .value();
  }
  static identity::Actor an_expert(std::string name) {
    return identity::person(std::move(name), identity::Role::expert);
  }

  struct NewCase {
    std::vector<std::string> topics = {"typhoon"}, regions = {};
    model::Severity severity = model::Severity::moderate;
    double score = 0.6;
    std::string text = "说法";
    library::Library* library = nullptr;
  };
  Result<store::CaseRow> open_in(store::Tx& tx, const NewCase& what) {
    model::Post post;
    post.source = "weibo";
    post.id = tx.ids().make("p");
    post.text = what.text;
    model::ScanResult scan;
    scan.flagged = true;
    scan.score = what.score;
    scan.topics = what.topics;
    scan.regions = what.regions;
    scan.severity = what.severity;
    store::GroupRow group;
    group.mode = "Actual";
    group.size = 1;
    group.first_seen = group.last_seen = tx.now();
    group.figures = R"({"sources":{"weibo":1},"series":[]})";
    group.case_id = tx.ids().make("c_");
    CLARION_TRY(store::add_group(tx, group));
    store::PostRow row{0,   "Actual", post.source,    post.id, "|", "h", "{\"text\":\"x\"}", "[]",
                       0.6, group.id, *group.case_id, tx.now()};
    CLARION_TRY(store::add_post(tx, row));
    return open_case(tx, options, *group.case_id, {row, post, scan, group}, what.library);
  }
  store::CaseRow open() { return open(NewCase()); }
  store::CaseRow open(const NewCase& what) {
    return store->write([&](store::Tx& tx) { return open_in(tx, what); }).value();
  }
  Result<store::CaseRow> act(const identity::Actor& actor, const std::string& id,
                             std::string_view name, std::string_view body = "{}") {
    return store->write([&](store::Tx& tx) {
      return act_on_case({tx, actor, policy, options, id, std::nullopt}, name,
                         json::parse(body).as_object());
    });
  }
  store::CaseRow now(const std::string& id) {
    return *store->read([&](store::View& view) { return store::find_case(view, id); }).value();
  }
  std::vector<std::string> actions_of(const std::string& id) {
    std::vector<std::string> out;
    const auto events =
        store->read([&](store::View& view) { return store::case_events(view, id); }).value();
    for (const store::CaseEvent& event : events) out.push_back(event.action);
    return out;
  }
  std::vector<std::string> messages_of(const std::string& account) {
    std::vector<std::string> out;
    const auto list = store
                          ->read([&](store::View& view) {
                            return store::list_messages(view, account, false, "", 100);
                          })
                          .value();
    for (const store::Message& message : list) out.push_back(message.code);
    return out;
  }

  store::TempStore store;
  DeskOptions options;
  identity::RightsPolicy policy;
  static constexpr std::string_view kVerdict =
      R"({"verdict":"false","reason":"r","evidence":[{"title":"t","url":"https://x.example"}]})";
  static constexpr std::string_view kOther =
      R"({"verdict":"true","reason":"r","evidence":[{"title":"t","url":"https://x.example"}]})";
};

}  // namespace clarion::desk
