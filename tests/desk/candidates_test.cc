#include "desk/candidates.h"

#include "desk/desk_store.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace clarion::desk {
namespace {

/// Claims that are near no other's: each of characters of its own.
std::string claim_of(int number) {
  std::string out = "听说";
  for (int i = 0; i < 30; ++i) {
    const int code = 0x4E00 + (number * 37 + i * 11) % 0x4000;
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
  return out;
}

class CaseCandidates : public testing::Test, protected DeskStore {
 protected:
  void import(std::string id, std::string claim, std::string url = {}) {
    library::Reading reading;
    reading.debunks.push_back({.id = std::move(id),
                               .claim = std::move(claim),
                               .verdict = "false",
                               .source = "某医院",
                               .url = std::move(url)});
    ASSERT_TRUE(library::import_all(*store, reading, "cli:me"));
    ASSERT_TRUE(library.refresh());
  }
  void withdraw(std::string url) {
    library::Reading reading;
    reading.withdrawn.push_back(std::move(url));
    ASSERT_TRUE(library::import_all(*store, reading, "cli:me"));
    ASSERT_TRUE(library.refresh());
  }
  std::string open(std::string text) {
    return DeskStore::open({.score = 0.6, .text = std::move(text), .library = &library}).id;
  }
  store::CaseRow find(const std::string& id) {
    return *store->read([&](store::View& view) { return store::find_case(view, id); }).value();
  }
  /// Ids of the candidates that are shown, known ones with a "!".
  std::vector<std::string> shown(const std::string& id) {
    const auto list =
        store->read([&](store::View& view) { return candidates_json(view, find(id)); }).value();
    std::vector<std::string> out;
    for (const json::value& each : list) {
      out.push_back(std::string(each.at("debunk").at("id").as_string()) +
                    (each.at("known").as_bool() ? "!" : ""));
    }
    return out;
  }
  bool told(const std::string& id) {
    const store::CaseRow row = find(id);
    for (const json::value& each : row.details.at("priority_reasons").as_array()) {
      if (each.at("code") == "priority_known") return true;
    }
    return false;
  }
  /// Steps until there is no more to do; how many it took.
  int settle(Rematch& rematch) {
    for (int steps = 1; steps < 1000; ++steps) {
      if (!rematch.step(*store, library).value()) return steps;
    }
    return -1;
  }

  library::Library library{*store};
};

TEST_F(CaseCandidates, AreThereWhenTheCaseOpens) {
  import("d-1", claim_of(1));
  const std::string known = open(claim_of(1)), unknown = open(claim_of(2));
  EXPECT_EQ(shown(known), std::vector<std::string>{"d-1!"});
  EXPECT_TRUE(told(known));
  EXPECT_EQ(find(known).priority, find(unknown).priority) << "a known answer is no more urgent";
  EXPECT_TRUE(shown(unknown).empty());
  EXPECT_FALSE(told(unknown));
}

TEST_F(CaseCandidates, StayToldWhenTheCaseGrows) {
  import("d-1", claim_of(1));
  const std::string id = open(claim_of(1));
  store::CaseRow row = find(id);
  row.details["priority_reasons"] = json::array{};  // as weighing anew leaves them
  tell_known(row);
  tell_known(row);
  EXPECT_EQ(row.details.at("priority_reasons").as_array().size(), 1U);
}

TEST_F(CaseCandidates, FollowTheLibraryForEveryWaitingCase) {
  std::vector<std::string> ids;
  for (int i = 0; i < 120; ++i) ids.push_back(open(claim_of(i)));
  Rematch rematch;
  EXPECT_EQ(settle(rematch), 1) << "nothing changed yet";
  import("d-first", claim_of(0), "https://x.example/0");
  import("d-last", claim_of(119));
  rematch.library_changed();
  EXPECT_EQ(settle(rematch), 3) << "fifty cases a step";
  EXPECT_EQ(shown(ids[0]), std::vector<std::string>{"d-first!"});
  EXPECT_EQ(shown(ids[119]), std::vector<std::string>{"d-last!"});
  EXPECT_TRUE(told(ids[119]));
  EXPECT_EQ(find(ids[0]).version, 2);
  EXPECT_EQ(find(ids[5]).version, 1) << "what did not change is not written";

  withdraw("https://x.example/0");
  rematch.library_changed();
  settle(rematch);
  EXPECT_TRUE(shown(ids[0]).empty());
  EXPECT_FALSE(told(ids[0]));
}

TEST_F(CaseCandidates, LeaveNoCaseOutWhenTheLibraryChangesWithinARound) {
  std::vector<std::string> ids;
  for (int i = 0; i < 120; ++i) ids.push_back(open(claim_of(i)));
  Rematch rematch;
  import("d-1", claim_of(100));
  rematch.library_changed();
  ASSERT_TRUE(rematch.step(*store, library).value());
  import("d-2", claim_of(3));  // of a case that this round has passed
  rematch.library_changed();
  ASSERT_GT(settle(rematch), 0);
  EXPECT_EQ(shown(ids[3]), std::vector<std::string>{"d-2!"});
  EXPECT_EQ(shown(ids[100]), std::vector<std::string>{"d-1!"});
}

TEST_F(CaseCandidates, LeaveJudgedCasesAsTheyWere) {
  const std::string id = open(claim_of(1));
  ASSERT_TRUE(store->write([&](store::Tx& tx) -> Status {
    store::CaseRow row = *store::find_case(tx, id).value();
    row.state = "closed";
    return store::update_case(tx, row);
  }));
  import("d-1", claim_of(1));
  Rematch rematch;
  rematch.library_changed();
  settle(rematch);
  EXPECT_TRUE(shown(id).empty());
}

}  // namespace
}  // namespace clarion::desk
