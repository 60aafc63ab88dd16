#include "readiness/changes.h"

#include "store/audit.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

namespace clarion::readiness {
namespace {

constexpr std::string_view kBody =
    R"({"topic":"heat","phase":"during","audience":["elderly"],"regions":["440100"],
        "title":{"zh":"高温","en":"Heat"},"summary":{"zh":"摘要","en":"Summary"},
        "body":{"zh":"正文","en":"Body"},"advice":{"zh":["喝水"],"en":["Drink"]},
        "sources":[{"title":"指引","publisher":"某局","url":"https://a.example/1","date":"2026-1-2"}],
        "review_by":"2027-04-30"})";

class Changes : public testing::Test {
 protected:
  static identity::Actor person(std::string name, std::vector<std::string> regions = {}) {
    identity::Actor actor;
    actor.account = std::move(name);
    actor.role = identity::Role::operator_;
    actor.scope = identity::Scope::desk;
    actor.regions = std::move(regions);
    return actor;
  }
  static json::object body(std::string_view text = kBody) {
    return parse_json(text).value().as_object();
  }
  template <class F>
  Result<store::ResourceRow> as(const identity::Actor& actor, F act) {
    return store->write([&](store::Tx& tx) { return act(ResourceAction{tx, actor, zone}); });
  }
  store::ResourceRow make(const std::string& by = "anna") {
    return as(person(by), [](const ResourceAction& a) { return create_resource(a, body()); })
        .value();
  }
  Result<store::ResourceRow> patch(const std::string& by, const std::string& id,
                                   std::int64_t version, std::string_view text) {
    return as(person(by), [&](const ResourceAction& a) {
      return patch_resource(a, id, version, parse_json(text).value());
    });
  }
  Result<store::ResourceRow> act(const std::string& id, std::string_view name,
                                 std::string_view text = "{}") {
    return as(person("anna"), [&](const ResourceAction& a) {
      return act_on_resource(a, id, name, std::nullopt, body(text));
    });
  }
  ResourceImport import(const std::string& lines, const identity::Actor* actor = nullptr) {
    const auto reading = read_resources(lines, zone, "2026-11-24");
    bad = reading.bad.size();
    return store
        ->write([&](store::Tx& tx) {
          return import_resources(tx, reading, actor != nullptr ? actor->name() : "cli:me", actor);
        })
        .value();
  }
  store::TempStore store;
  ops::Zone zone = ops::Zone::load("Asia/Shanghai").value();
  std::size_t bad = 0;
};

TEST_F(Changes, ANewResourceIsTheDesksOwnWithItsWriterAsOwnerAndAuthor) {
  const auto row = make();
  EXPECT_EQ(row.origin, "own");
  EXPECT_EQ(row.authors, std::vector<std::string>{"anna"});
  EXPECT_EQ(string_or(row.record, "owner"), "anna");
  EXPECT_EQ(string_or(row.record, "reviewed_at"), "2026-11-24");
  EXPECT_EQ(row.record.at("sources").at(0).at("date").as_string(), "2026-01-02");
}

TEST_F(Changes, NamesEveryWrongMember) {
  const auto refused = as(person("anna"), [](const ResourceAction& a) {
    return create_resource(
        a,
        body(R"({"topic":"nope","title":{"zh":"x","en":"y"},"summary":{"zh":""},"body":{"zh":"z"},
                    "audience":["cats"],"sources":[{"title":"t","publisher":"p","url":"javascript:x"}],
                    "extra":1})"));
  });
  ASSERT_FALSE(refused);
  std::vector<std::string> pointers;
  for (const auto& field : refused.error().fields) pointers.push_back(field.pointer);
  EXPECT_EQ(pointers,
            (std::vector<std::string>{"/topic", "/audience/0", "/summary/zh", "/summary/en",
                                      "/body/en", "/sources/0/url", "/review_by", "/extra"}));
}

TEST_F(Changes, AnEditNeedsTheVersionThatWasSeen) {
  const auto row = make();
  const auto edited = patch("bo", row.id, 1, R"({"title":{"zh":"新题"}})");
  ASSERT_TRUE(edited);
  EXPECT_EQ(edited.value().version, 2);
  EXPECT_EQ(edited.value().authors, (std::vector<std::string>{"anna", "bo"}));
  EXPECT_EQ(edited.value().record.at("title").at("en").as_string(), "Heat") << "merged";
  EXPECT_EQ(patch("bo", row.id, 1, R"({"title":{"zh":"又"}})").error().code, "stale");
}

TEST_F(Changes, PeopleActInTheirRegionsAlone) {
  const auto row = make();
  const auto tried = as(person("li", {"440300"}), [&](const ResourceAction& a) {
    return patch_resource(a, row.id, 1, parse_json("{}").value());
  });
  EXPECT_EQ(tried.error().code, "denied_region");
  EXPECT_TRUE(as(person("mo", {"440100"}), [&](const ResourceAction& a) {
    return patch_resource(a, row.id, 1, parse_json(R"({"owner":"mo"})").value());
  }));
  const auto moved = as(person("mo", {"440100"}), [&](const ResourceAction& a) {
    return patch_resource(a, row.id, 2, parse_json(R"({"regions":["440300"]})").value());
  });
  EXPECT_EQ(moved.error().code, "denied_region");
}

TEST_F(Changes, ADrillSessionChangesNone) {
  identity::Actor drill = person("anna");
  drill.door = identity::Door::drill;
  EXPECT_EQ(may_change(drill).error().code, "drill_session");
  EXPECT_TRUE(may_change(person("anna")));
}

TEST_F(Changes, RetiresAndRestoresAndLeavesTheRetiredAlone) {
  const auto row = make();
  EXPECT_EQ(act(row.id, "retire", R"({"reason":"old"})").value().state, "retired");
  EXPECT_EQ(act(row.id, "retire").error().code, "resource_state");
  EXPECT_EQ(patch("anna", row.id, 2, "{}").error().code, "resource_state");
  EXPECT_EQ(act(row.id, "restore").value().state, "current");
  EXPECT_EQ(act(row.id, "burn").error().code, "not_found");
}

TEST_F(Changes, ANewerShippedTextIsTakenOrLeft) {
  for (const bool take : {true, false}) {
    auto row = make();
    row.origin = "shipped";
    row.newer = row.record;
    (*row.newer)["owner"] = "program";
    row.base = "older";
    ASSERT_TRUE(store->write([&](store::Tx& tx) { return store::put_resource(tx, row); }));
    const auto done =
        act(row.id, "shipped", take ? R"({"take":true})" : R"({"take":false})").value();
    EXPECT_FALSE(done.newer);
    EXPECT_EQ(string_or(done.record, "owner"), take ? "program" : "anna");
    EXPECT_EQ(done.authors.empty(), take) << "who takes it wrote none of it";
    EXPECT_EQ(resource_view(done, "2026-11-24", true).at("edited").as_bool(), !take);
    EXPECT_EQ(act(row.id, "shipped", R"({"take":true})").error().code, "resource_state");
  }
}

TEST_F(Changes, ImportsWhatExportWroteAndChangesNothingTheSecondTime) {
  const auto row = make();
  std::string line = export_line(row);
  EXPECT_EQ(import(line).unchanged, 1U);
  line.replace(line.find("高温"), 6, "酷热");
  EXPECT_EQ(import(line + "\n\nnot json\n").changed, 1U);
  EXPECT_EQ(bad, 1U);
  const auto now =
      store->read([&](store::View& view) { return store::find_resource(view, row.id); });
  EXPECT_EQ(now.value()->origin, "own");
  EXPECT_EQ(now.value()->record.at("title").at("zh").as_string(), "酷热");
}

TEST_F(Changes, WhoImportsOverHttpIsAnAuthorOfWhatChanged) {
  json::object line = body();
  line["id"] = "x.1";
  const identity::Actor actor = person("cai");
  EXPECT_EQ(import(json::serialize(line), &actor).added, 1U);
  const auto now =
      store->read([&](store::View& view) { return store::find_resource(view, "x.1"); });
  EXPECT_EQ(now.value()->origin, "imported");
  EXPECT_EQ(now.value()->authors, std::vector<std::string>{"cai"});
}

TEST_F(Changes, EveryChangeIsInTheAuditChainWithoutItsText) {
  const auto row = make();
  ASSERT_TRUE(patch("bo", row.id, 1, R"({"title":{"zh":"秘密"}})"));
  std::vector<std::string> actions;
  ASSERT_TRUE(store->read([&](store::View& view) {
    return store::each_audit(view, 1, 100, [&](const store::AuditRecord& record) {
      actions.push_back(record.action);
      EXPECT_EQ(record.detail.find("秘密"), std::string::npos);
      return true;
    });
  }));
  EXPECT_EQ(actions, (std::vector<std::string>{"resource.create", "resource.edit"}));
}

TEST_F(Changes, AResourcePastItsReviewIsStaleUntilItIsRetired) {
  auto row = make();
  EXPECT_FALSE(is_stale(row, "2027-04-30"));
  EXPECT_TRUE(is_stale(row, "2027-05-01"));
  EXPECT_EQ(
      store->read([](store::View& view) { return store::count_resources(view, "2027-05-01"); })
          .value()
          .stale,
      1);
  row.state = "retired";
  EXPECT_FALSE(is_stale(row, "2027-05-01"));
}

}  // namespace
}  // namespace clarion::readiness
