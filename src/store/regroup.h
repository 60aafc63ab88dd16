#pragma once

#include "store/posts.h"

#include <functional>
#include <string>
#include <vector>

namespace clarion::store {

/// What merge and split move: the posts and groups of cases. Every post stands in the case of its
/// group; who calls these keeps it so.

/// The groups of a case, oldest first.
[[nodiscard]] Result<std::vector<GroupRow>> groups_of_case(View& view, std::string_view case_id);
/// Moves a group with all its posts to a case.
Status move_group(Tx& tx, std::int64_t group, std::string_view case_id);
/// Moves a post to a group, and to that group's case.
Status move_post(Tx& tx, std::int64_t seq, std::int64_t group, std::string_view case_id);
/// Moves all posts of a group into another one of the case.
Status move_posts(Tx& tx, std::int64_t from_group, std::int64_t to_group, std::string_view case_id);
/// Removes a group that has no posts. Requires: no case names it as its own.
Status remove_group(Tx& tx, std::int64_t group);
[[nodiscard]] Result<std::optional<PostRow>> find_post(View& view, std::int64_t seq);
/// Calls `each` for source and time of arrival of every post of a group, in order of arrival.
Status each_arrival(View& view, std::int64_t group,
                    const std::function<void(std::string_view source, model::Time)>& each);

struct CasePosts {
  std::int64_t posts = 0;
  double score = 0;  ///< the highest
};
[[nodiscard]] Result<CasePosts> count_posts(View& view, std::string_view case_id);
/// Cases whose claim is the text of that post, wherever it is now.
[[nodiscard]] Result<std::vector<std::string>> cases_with_claim_of(View& view, std::int64_t seq);
/// The number of the newest entry of a case's history.
[[nodiscard]] Result<std::int64_t> last_event(View& view, std::string_view case_id);

/// Remembers what a post has in common with others: hashes of its links and media (group/keys.h).
Status add_post_keys(Tx& tx, std::string_view mode, std::int64_t seq,
                     const std::vector<std::int64_t>& keys);
Status drop_post_keys(Tx& tx, std::int64_t seq);
/// The group of the newest post that has one of the keys and arrived after `since`; keys in order.
[[nodiscard]] Result<std::optional<std::int64_t>> group_of_keys(
    View& view, std::string_view mode, const std::vector<std::int64_t>& keys, model::Time since);
/// Newest posts that have the key, whatever their mode; at most `most`.
[[nodiscard]] Result<std::vector<PostRow>> posts_with_key(View& view, std::int64_t key,
                                                          std::int64_t most);

/// An act on many cases at once: (case, event) of each.
struct BulkRow {
  std::string id, actor, action;
  model::Time at;
  std::vector<std::pair<std::string, std::int64_t>> events;
};
Status add_bulk(Tx& tx, const BulkRow& row);
[[nodiscard]] Result<std::optional<BulkRow>> find_bulk(View& view, std::string_view id);

struct Judgement {
  std::string case_id, debunk, judgement, actor;
  model::Time at;
};
/// Writes or replaces.
Status keep_judgement(Tx& tx, const Judgement& row);
Status drop_judgement(Tx& tx, std::string_view case_id, std::string_view debunk);
[[nodiscard]] Result<std::vector<Judgement>> judgements_of(View& view, std::string_view case_id);
/// All of them by case and debunk, after (case, debunk).
[[nodiscard]] Result<std::vector<Judgement>> list_judgements(View& view,
                                                             std::string_view after_case,
                                                             std::string_view after_debunk,
                                                             std::int64_t most);

Status watch_case(Tx& tx, std::string_view case_id, std::string_view account);
/// True when the account watched it.
Result<bool> unwatch_case(Tx& tx, std::string_view case_id, std::string_view account);
[[nodiscard]] Result<std::vector<std::string>> watchers_of(View& view, std::string_view case_id);

}  // namespace clarion::store
