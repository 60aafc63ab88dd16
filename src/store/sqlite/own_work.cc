#include "store/own_work.h"

#include "store/sqlite/values.h"

#include <algorithm>
#include <array>
#include <map>

namespace clarion::store {
namespace {

constexpr std::array<std::string_view, 6> kParts = {"judged", "answered", "to_answer",
                                                    "asked",  "acted",    "watching"};

std::string id_at(const sqlite::Statement& row) { return row.text(0); }

PostPlace place_at(const sqlite::Statement& row) { return {row.text(0), row.text(1)}; }

/// The cases of a part, to be bound with account, place and most.
std::string_view query_of(Part part) {
  constexpr std::string_view kJudged =
      "SELECT DISTINCT case_id FROM verdicts WHERE actor = ? AND case_id < ? "
      "ORDER BY case_id DESC LIMIT ?";
  constexpr std::string_view kAnswered =
      "SELECT DISTINCT case_id FROM case_asks WHERE account = ? AND case_id < ? AND answered_at IS "
      "NOT NULL ORDER BY case_id DESC LIMIT ?";
  constexpr std::string_view kToAnswer =
      "SELECT DISTINCT case_id FROM case_asks WHERE account = ? AND case_id < ? AND state = 'open' "
      "ORDER BY case_id DESC LIMIT ?";
  constexpr std::string_view kAsked =
      "SELECT DISTINCT case_id FROM case_asks WHERE asked_by = ? AND case_id < ? "
      "ORDER BY case_id DESC LIMIT ?";
  constexpr std::string_view kActed =
      "SELECT DISTINCT case_id FROM case_history WHERE actor = ? AND actor <> 'system' AND case_id "
      "< ? ORDER BY case_id DESC LIMIT ?";
  constexpr std::string_view kWatching =
      "SELECT DISTINCT case_id FROM case_watches WHERE account = ? AND case_id < ? "
      "ORDER BY case_id DESC LIMIT ?";
  constexpr std::array kQueries = {kJudged, kAnswered, kToAnswer, kAsked, kActed, kWatching};
  return kQueries[static_cast<std::size_t>(part)];
}

}  // namespace

std::optional<Part> parse_part(std::string_view name) {
  const auto found = std::find(kParts.begin(), kParts.end(), name);
  if (found == kParts.end()) return std::nullopt;
  return static_cast<Part>(found - kParts.begin());
}

Result<std::vector<std::string>> cases_of_part(View& view, Part part, std::string_view account,
                                               std::string_view before, std::int64_t most) {
  auto query = view.connection().prepare(query_of(part));
  query.bind_all(account, before.empty() ? std::string_view("~") : before, most);
  return collect(query, id_at);
}

Result<AuthorCases> cases_of_author(View& view, std::string_view mode, std::string_view source,
                                    std::string_view author) {
  constexpr std::int64_t kMostPosts = 20'000;
  auto posts = view.connection().prepare(
      "SELECT case_id FROM posts WHERE mode = ? AND source = ? AND author = ? AND author <> '' "
      "LIMIT ?");
  posts.bind_all(mode, source, author, kMostPosts);
  CLARION_TRY(const auto found, collect(posts, id_at));
  std::map<std::string, std::int64_t> count;
  for (const std::string& id : found) ++count[id];
  AuthorCases out;
  for (const auto& [id, own] : count) {
    auto query = view.connection().prepare(
        "SELECT (SELECT count(*) FROM posts WHERE case_id = ?1) FROM cases WHERE id = ?1 AND state "
        "IN ('open', 'assigned', 'in_review')");
    CLARION_TRY(auto row, query.bind(id).step());
    if (!row) continue;
    (query.integer(0) == own ? out.only : out.mixed).push_back(id);
  }
  return out;
}

Result<std::vector<PostPlace>> posts_with_id(View& view, std::string_view id, std::int64_t most) {
  auto query = view.connection().prepare(
      "SELECT source, case_id FROM posts WHERE id = ? ORDER BY seq DESC LIMIT ?");
  query.bind_all(id, most);
  return collect(query, place_at);
}

Status put_feed_link(Tx& tx, std::string_view account, std::string_view hash) {
  auto insert = tx.connection().prepare(
      "INSERT INTO feed_links(account, hash, created_at) VALUES(?,?,?) ON CONFLICT(account) DO "
      "UPDATE SET hash = excluded.hash, created_at = excluded.created_at");
  return insert.bind_all(account, hash, ms(tx.now())).run();
}

Result<bool> drop_feed_link(Tx& tx, std::string_view account) {
  auto remove = tx.connection().prepare("DELETE FROM feed_links WHERE account = ?");
  CLARION_TRY(remove.bind(account).run());
  return tx.connection().changes() > 0;
}

Result<std::optional<model::Time>> find_feed_link(View& view, std::string_view account) {
  auto query = view.connection().prepare("SELECT created_at FROM feed_links WHERE account = ?");
  CLARION_TRY(auto row, query.bind(account).step());
  return row ? std::optional(time_of(query.integer(0))) : std::nullopt;
}

Result<std::optional<std::string>> account_of_feed(View& view, std::string_view hash) {
  auto query = view.connection().prepare("SELECT account FROM feed_links WHERE hash = ?");
  query.bind(hash);
  return first(query, id_at);
}

}  // namespace clarion::store
