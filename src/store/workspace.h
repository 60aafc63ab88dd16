#pragma once

#include "store/database.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::store {

/// Unsent text of a person; private, unversioned, unaudited.
struct DraftRow {
  std::string account, key, body;  ///< body: JSON
  model::Time at;
};
/// Writes or replaces.
Status keep_draft(Tx& tx, const DraftRow& row);
[[nodiscard]] Result<std::optional<DraftRow>> find_draft(View& view, std::string_view account,
                                                         std::string_view key);
/// Newest first.
[[nodiscard]] Result<std::vector<DraftRow>> drafts_of(View& view, std::string_view account);
/// True when there was one.
Result<bool> drop_draft(Tx& tx, std::string_view account, std::string_view key);
/// Drafts last written before `before`; at most 1,000 a call.
Result<std::int64_t> drop_old_drafts(Tx& tx, model::Time before);

/// An evidence file; its bytes lie in the data folder as files/HASH.
struct FileRow {
  std::string id, hash, type, name;
  std::int64_t bytes = 0;
  std::string actor;
  model::Time at;
};
Status add_file(Tx& tx, const FileRow& row);
[[nodiscard]] Result<std::optional<FileRow>> find_file(View& view, std::string_view id);
[[nodiscard]] Result<std::vector<FileRow>> list_files(View& view);
/// Bytes on disk, each content once.
[[nodiscard]] Result<std::int64_t> bytes_of_files(View& view);
/// True while a row names that content.
[[nodiscard]] Result<bool> has_content(View& view, std::string_view hash);
/// Says that a case cites the file, which keeps it.
Status use_file(Tx& tx, std::string_view file, std::string_view case_id);
[[nodiscard]] Result<std::vector<std::string>> cases_citing(View& view, std::string_view file);
/// Forgets files that nothing cites and that came before `before`, at most 100 a call; gives their
/// hashes.
Result<std::vector<std::string>> drop_unused_files(Tx& tx, model::Time before);

/// The search index: each document the text of a post (`post` > 0) or a claim that a person wrote
/// (`post` 0), by hashes of its two-character pieces. It is told when a text goes, so that no trace
/// of it stays.
Status index_text(Tx& tx, std::string_view case_id, std::int64_t post,
                  const std::vector<std::int64_t>& grams);
Status drop_text(Tx& tx, std::string_view case_id, std::int64_t post);
/// Of a post, wherever it is.
Status drop_post_text(Tx& tx, std::int64_t post);
struct FoundText {
  std::string case_id;
  std::int64_t post = 0;
};
/// Documents that have all grams, newest first. Bounded: walks at most `most_steps` of the rarest
/// gram.
[[nodiscard]] Result<std::vector<FoundText>> find_texts(View& view,
                                                        const std::vector<std::int64_t>& grams,
                                                        std::int64_t most_steps, std::size_t most);
/// Posts that still have text, with a seq above `after`, in order.
[[nodiscard]] Result<std::vector<std::int64_t>> posts_to_index(View& view, std::int64_t after,
                                                               std::int64_t most);

}  // namespace clarion::store
