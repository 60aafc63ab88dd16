// The list of cases: walks along indexes that have its order, and sets of cases where a filter
// names few.
#include "model/region.h"
#include "store/sqlite/case_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::store {
namespace {

/// Cases that one page looks at before it breaks off and names where to go on.
constexpr std::int64_t kMostRead = 5'000;
/// A topic or region of at most so many cases is looked up as a set.
constexpr std::int64_t kFew = 4'000;
constexpr std::array<const char*, 7> kStates = {"open",   "assigned",  "in_review", "judged",
                                                "closed", "dismissed", "merged"};

#define CLARION_LOOK "SELECT rank, id, priority, state, mode, assignee, topics, regions, claim "

/// Walks along the indexes that have the order of a list: by id, among equals of a rank, below it.
struct Walks {
  std::string_view by_id, equal, below;
};
#define CLARION_WALKS(where, ranks, ids)                                      \
  {CLARION_LOOK "FROM cases " ids " WHERE " where " AND id > ?2 ORDER BY id", \
   CLARION_LOOK "FROM cases INDEXED BY " ranks " WHERE " where                \
                " AND rank = ?2 AND id > ?3 ORDER BY id",                     \
   CLARION_LOOK "FROM cases INDEXED BY " ranks " WHERE " where                \
                " AND rank < ?2 ORDER BY rank DESC, id"}
/// Of all cases and of a drill's alone, which has indexes of its own; of all states and of one
/// (?1).
constexpr std::array<std::array<Walks, 2>, 2> kWalks = {
    {{{CLARION_WALKS("?1 IS NULL", "cases_by_rank", ""),
       CLARION_WALKS("state = ?1", "cases_by_state", "INDEXED BY cases_by_state_and_id")}},
     {{CLARION_WALKS("mode <> 'Actual' AND ?1 IS NULL", "drill_cases_by_rank",
                     "INDEXED BY drill_cases_by_id"),
       CLARION_WALKS("mode <> 'Actual' AND state = ?1", "drill_cases_by_state",
                     "INDEXED BY drill_cases_by_state_and_id")}}}};

bool before(const CaseKey& a, const CaseKey& b, bool by_id) {
  return !by_id && a.rank != b.rank ? a.rank > b.rank : a.id < b.id;
}

bool any_matches(const std::vector<std::string>& regions, const std::vector<std::string>& wanted) {
  return std::any_of(regions.begin(), regions.end(), [&wanted](const std::string& a) {
    return std::any_of(wanted.begin(), wanted.end(),
                       [&a](const std::string& b) { return model::regions_match(a, b); });
  });
}

template <class T>
bool holds(const std::vector<T>& list, const T& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

class Search {
 public:
  Search(View& view, const CaseQuery& query) : view_(view), query_(query) {
    if (query.topic) topic_ = fmt::format("\"{}\"", *query.topic);
  }

  Result<CasePage> run() {
    CLARION_TRY(walk());
    std::sort(found_.begin(), found_.end(),
              [this](const CaseKey& a, const CaseKey& b) { return before(a, b, query_.by_id); });
    found_.erase(std::unique(found_.begin(), found_.end(),
                             [](const CaseKey& a, const CaseKey& b) { return a.id == b.id; }),
                 found_.end());
    if (stopped_) {
      std::erase_if(found_,
                    [this](const CaseKey& key) { return before(*stopped_, key, query_.by_id); });
    }
    CasePage page;
    const auto limit = static_cast<std::size_t>(query_.limit);
    if (found_.size() > limit) {
      found_.resize(limit);
      page.next = found_.back();
    } else {
      page.next = stopped_;
    }
    for (const CaseKey& key : found_) {
      CLARION_TRY(auto row, find_case(view_, key.id));
      if (row) page.rows.push_back(std::move(*row));
    }
    return page;
  }

 private:
  Status walk() {
    if (query_.only_account) {
      CLARION_TRY(walk_account(*query_.only_account));
      auto asked = view_.connection().prepare(
          CLARION_LOOK
          "FROM (SELECT DISTINCT case_id FROM case_asks WHERE account = ? ORDER BY case_id DESC "
          "LIMIT 5000) CROSS JOIN cases ON cases.id = case_id");
      asked.bind(*query_.only_account);
      return take_all(asked);
    }
    if (query_.assignee) return walk_account(*query_.assignee);
    CLARION_TRY(auto facets, few_facets());
    if (!facets.empty()) return walk_facets(facets);
    if (query_.states.empty()) return walk_state(nullptr, kMostRead);
    const auto share = kMostRead / static_cast<std::int64_t>(query_.states.size());
    for (const std::string& state : query_.states) {
      CLARION_TRY(walk_state(state.c_str(), share));
    }
    return ok();
  }

  /// The facets that hold every case of the rarer one of topic and region, when these are few.
  Result<std::vector<std::string>> few_facets() {
    std::vector<std::string> best;
    std::int64_t least = kFew + 1;
    for (auto& facets : {topic_facets(), region_facets()}) {
      if (facets.empty()) continue;
      std::int64_t count = 0;
      for (const std::string& facet : facets) {
        auto query = view_.connection().prepare(
            "SELECT count(*) FROM (SELECT 1 FROM case_facets WHERE facet = ? LIMIT 4001)");
        CLARION_TRY(auto row, query.bind(facet).step());
        if (row) count += query.integer(0);
      }
      if (count < least) {
        least = count;
        best = facets;
      }
    }
    return best;
  }
  [[nodiscard]] std::vector<std::string> topic_facets() const {
    return query_.topic ? std::vector<std::string>{"t" + *query_.topic}
                        : std::vector<std::string>{};
  }
  [[nodiscard]] std::vector<std::string> region_facets() const {
    if (!query_.region) return {};
    const std::string_view code = model::region_prefix(*query_.region);
    std::vector<std::string> out{"e", fmt::format("r{}", code)};
    for (const std::size_t length : {2U, 4U, 6U, 9U}) {
      if (length < code.size()) out.push_back(fmt::format("w{}", code.substr(0, length)));
    }
    return out;
  }

  Status walk_facets(const std::vector<std::string>& facets) {
    for (const std::string& facet : facets) {
      auto select = view_.connection().prepare(
          CLARION_LOOK
          "FROM case_facets CROSS JOIN cases ON cases.id = case_id WHERE facet = ? LIMIT 4001");
      select.bind(facet);
      CLARION_TRY(take_all(select));
    }
    return ok();
  }

  Status walk_account(const std::string& account) {
    if (query_.by_id) {
      auto select = view_.connection().prepare(
          CLARION_LOOK
          "FROM cases INDEXED BY cases_by_assignee_and_id WHERE assignee = ? AND id > ? ORDER BY "
          "id");
      select.bind_all(account, after_id());
      return take(select, kMostRead);
    }
    for (const char* state : kStates) {
      if (!query_.states.empty() && !holds(query_.states, std::string(state))) continue;
      std::int64_t budget = kMostRead / static_cast<std::int64_t>(kStates.size());
      found_here_ = 0;
      if (query_.after) {
        auto equal = view_.connection().prepare(
            CLARION_LOOK
            "FROM cases INDEXED BY cases_by_assignee WHERE assignee = ? AND state = ? AND rank = ? "
            "AND id > ? ORDER BY id");
        equal.bind_all(account, state, query_.after->rank, query_.after->id);
        CLARION_TRY(const bool on, take_some(equal, budget));
        if (!on) continue;
      }
      auto below = view_.connection().prepare(
          CLARION_LOOK
          "FROM cases INDEXED BY cases_by_assignee WHERE assignee = ? AND state = ? AND rank < ? "
          "ORDER BY rank DESC, id");
      below.bind_all(account, state, below_rank());
      CLARION_TRY(take(below, budget));
    }
    return ok();
  }

  /// One state, or all when null.
  Status walk_state(const char* state, std::int64_t budget) {
    auto& connection = view_.connection();
    const Walks& walks = kWalks[query_.actual == false ? 1 : 0][state == nullptr ? 0 : 1];
    found_here_ = 0;
    if (query_.by_id) {
      auto select = connection.prepare(walks.by_id);
      bind_state(select, state).bind(after_id());
      return take(select, budget);
    }
    if (query_.after) {
      auto equal = connection.prepare(walks.equal);
      bind_state(equal, state).bind_all(query_.after->rank, query_.after->id);
      CLARION_TRY(const bool on, take_some(equal, budget));
      if (!on) return ok();
    }
    auto below = connection.prepare(walks.below);
    bind_state(below, state).bind(below_rank());
    return take(below, budget);
  }
  static sqlite::Statement& bind_state(sqlite::Statement& statement, const char* state) {
    return state == nullptr ? statement.bind(nullptr) : statement.bind(state);
  }
  [[nodiscard]] std::int64_t below_rank() const {
    return query_.after ? query_.after->rank : std::int64_t{1} << 40U;
  }
  [[nodiscard]] std::string_view after_id() const {
    return query_.after ? std::string_view(query_.after->id) : std::string_view();
  }

  /// Takes from a walk in order until the page is full or the budget is used up; true when neither
  /// happened.
  Result<bool> take_some(sqlite::Statement& select, std::int64_t& budget) {
    while (static_cast<std::int64_t>(found_here_) <= query_.limit) {
      CLARION_TRY(auto row, select.step());
      if (!row) return true;
      CaseKey key{select.integer(0), select.text(1)};
      if (!query_.by_id && key.rank < query_.min_priority) return false;
      const bool good = passes(select);
      if (good) {
        found_.push_back(key);
        ++found_here_;
      }
      if (--budget > 0) continue;
      if (!stopped_ || before(key, *stopped_, query_.by_id)) stopped_ = std::move(key);
      return false;
    }
    return false;
  }
  Status take(sqlite::Statement& select, std::int64_t budget) {
    CLARION_TRY(const bool on, take_some(select, budget));
    static_cast<void>(on);
    return ok();
  }
  /// Takes all of a set that is in no order.
  Status take_all(sqlite::Statement& select) {
    while (true) {
      CLARION_TRY(auto row, select.step());
      if (!row) return ok();
      CaseKey key{select.integer(0), select.text(1)};
      if (query_.after && !before(*query_.after, key, query_.by_id)) continue;
      if (passes(select)) found_.push_back(std::move(key));
    }
  }

  [[nodiscard]] bool passes(const sqlite::Statement& row) const {
    if (row.integer(2) < query_.min_priority) return false;
    if (!query_.states.empty() && !holds(query_.states, row.text(3))) return false;
    if (query_.actual && (row.text(4) == "Actual") != *query_.actual) return false;
    if (query_.assignee && row.text(5) != *query_.assignee) return false;
    if (query_.topic && row.text(6).find(topic_) == std::string::npos) return false;
    if (query_.region || !query_.in_regions.empty()) {
      const auto regions = strings_of_text(row.text(7));
      if (query_.region && !regions.empty() && !any_matches(regions, {*query_.region}))
        return false;
      if (!query_.in_regions.empty() && !regions.empty() &&
          !any_matches(regions, query_.in_regions))
        return false;
    }
    return !query_.text || row.text(8).find(*query_.text) != std::string::npos;
  }

  View& view_;
  const CaseQuery& query_;
  std::string topic_;  // as it stands in the column
  std::vector<CaseKey> found_;
  std::size_t found_here_ = 0;      // by the walk that runs
  std::optional<CaseKey> stopped_;  // nothing behind this was looked at by every walk
};

}  // namespace

Result<CasePage> list_cases(View& view, const CaseQuery& query) {
  return Search(view, query).run();
}

}  // namespace clarion::store
