#include "store/workspace.h"

#include "store/sqlite/values.h"

#include <algorithm>
#include <limits>

namespace clarion::store {
namespace {

DraftRow draft_at(const sqlite::Statement& row) {
  return {row.text(0), row.text(1), row.text(2), time_of(row.integer(3))};
}

FileRow file_at(const sqlite::Statement& row) {
  return {row.text(0),
          row.text(1),
          row.text(2),
          row.text(3),
          row.integer(4),
          row.text(5),
          time_of(row.integer(6))};
}

std::string first_text(const sqlite::Statement& row) { return row.text(0); }
std::int64_t first_number(const sqlite::Statement& row) { return row.integer(0); }

std::string bytes_of(const std::vector<std::int64_t>& grams) {
  std::string out;
  out.reserve(grams.size() * 4);
  for (const std::int64_t gram : grams) {
    for (int shift = 0; shift < 32; shift += 8)
      out += static_cast<char>(static_cast<std::uint64_t>(gram) >> static_cast<unsigned>(shift));
  }
  return out;
}

std::vector<std::int64_t> grams_of(const std::string& bytes) {
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
    std::uint64_t gram = 0;
    for (std::size_t k = 0; k < 4; ++k)
      gram |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i + k])) << (8 * k);
    out.push_back(static_cast<std::int64_t>(gram));
  }
  return out;
}

Status drop_doc(Tx& tx, std::int64_t doc, const std::string& grams) {
  for (const std::int64_t gram : grams_of(grams)) {
    auto drop = tx.connection().prepare("DELETE FROM search_grams WHERE gram = ? AND doc = ?");
    CLARION_TRY(drop.bind_all(gram, doc).run());
  }
  auto drop = tx.connection().prepare("DELETE FROM search_docs WHERE doc = ?");
  return drop.bind(doc).run();
}

Result<std::int64_t> length_of(View& view, std::int64_t gram, std::int64_t most) {
  auto query = view.connection().prepare(
      "SELECT count(*) FROM (SELECT 1 FROM search_grams WHERE gram = ? LIMIT ?)");
  CLARION_TRY(auto row, query.bind_all(gram, most).step());
  return row ? query.integer(0) : 0;
}

}  // namespace

Status keep_draft(Tx& tx, const DraftRow& row) {
  auto insert = tx.connection().prepare(
      "INSERT INTO drafts(account, key, body, at) VALUES(?,?,?,?) ON CONFLICT DO UPDATE SET body = "
      "excluded.body, at = excluded.at");
  return insert.bind_all(row.account, row.key, row.body, ms(row.at)).run();
}

Result<std::optional<DraftRow>> find_draft(View& view, std::string_view account,
                                           std::string_view key) {
  auto query = view.connection().prepare(
      "SELECT account, key, body, at FROM drafts WHERE account = ? AND key = ?");
  query.bind_all(account, key);
  return first(query, draft_at);
}

Result<std::vector<DraftRow>> drafts_of(View& view, std::string_view account) {
  auto query = view.connection().prepare(
      "SELECT account, key, body, at FROM drafts WHERE account = ? ORDER BY at DESC, key");
  query.bind(account);
  return collect(query, draft_at);
}

Result<bool> drop_draft(Tx& tx, std::string_view account, std::string_view key) {
  auto drop = tx.connection().prepare("DELETE FROM drafts WHERE account = ? AND key = ?");
  CLARION_TRY(drop.bind_all(account, key).run());
  return tx.connection().changes() > 0;
}

Result<std::int64_t> drop_old_drafts(Tx& tx, model::Time before) {
  auto drop = tx.connection().prepare(
      "DELETE FROM drafts WHERE (account, key) IN (SELECT account, key FROM drafts WHERE at < ? "
      "LIMIT 1000)");
  CLARION_TRY(drop.bind(ms(before)).run());
  return tx.connection().changes();
}

Status add_file(Tx& tx, const FileRow& row) {
  auto insert = tx.connection().prepare(
      "INSERT INTO files(id, hash, type, name, bytes, actor, at) VALUES(?,?,?,?,?,?,?)");
  return insert.bind_all(row.id, row.hash, row.type, row.name, row.bytes, row.actor, ms(row.at))
      .run();
}

Result<std::optional<FileRow>> find_file(View& view, std::string_view id) {
  auto query = view.connection().prepare(
      "SELECT id, hash, type, name, bytes, actor, at FROM files WHERE id = ?");
  query.bind(id);
  return first(query, file_at);
}

Result<std::vector<FileRow>> list_files(View& view) {
  auto query = view.connection().prepare(
      "SELECT id, hash, type, name, bytes, actor, at FROM files ORDER BY id");
  return collect(query, file_at);
}

Result<std::int64_t> bytes_of_files(View& view) {
  auto query = view.connection().prepare(
      "SELECT ifnull(sum(bytes), 0) FROM (SELECT DISTINCT hash, bytes FROM files)");
  CLARION_TRY(auto row, query.step());
  return row ? query.integer(0) : 0;
}

Result<bool> has_content(View& view, std::string_view hash) {
  auto query = view.connection().prepare("SELECT 1 FROM files WHERE hash = ? LIMIT 1");
  return query.bind(hash).step();
}

Status use_file(Tx& tx, std::string_view file, std::string_view case_id) {
  auto insert =
      tx.connection().prepare("INSERT OR IGNORE INTO file_uses(file_id, case_id) VALUES(?,?)");
  return insert.bind_all(file, case_id).run();
}

Result<std::vector<std::string>> cases_citing(View& view, std::string_view file) {
  auto query = view.connection().prepare("SELECT case_id FROM file_uses WHERE file_id = ?");
  query.bind(file);
  return collect(query, first_text);
}

Result<std::vector<std::string>> drop_unused_files(Tx& tx, model::Time before) {
  auto query = tx.connection().prepare(
      "SELECT id, hash, type, name, bytes, actor, at FROM files WHERE at < ? AND NOT EXISTS "
      "(SELECT 1 FROM file_uses WHERE file_id = id) LIMIT 100");
  query.bind(ms(before));
  CLARION_TRY(auto rows, collect(query, file_at));
  std::vector<std::string> hashes;
  for (const FileRow& row : rows) {
    auto drop = tx.connection().prepare("DELETE FROM files WHERE id = ?");
    CLARION_TRY(drop.bind(row.id).run());
    hashes.push_back(row.hash);
  }
  return hashes;
}

Status index_text(Tx& tx, std::string_view case_id, std::int64_t post,
                  const std::vector<std::int64_t>& grams) {
  auto insert =
      tx.connection().prepare("INSERT INTO search_docs(case_id, post, grams) VALUES(?,?,?)");
  CLARION_TRY(insert.bind_all(case_id, post).bind_blob(bytes_of(grams)).run());
  const std::int64_t doc = tx.connection().last_row_id();
  for (const std::int64_t gram : grams) {
    auto add = tx.connection().prepare("INSERT OR IGNORE INTO search_grams(gram, doc) VALUES(?,?)");
    CLARION_TRY(add.bind_all(gram, doc).run());
  }
  return ok();
}

namespace {

struct Doc {
  std::int64_t doc = 0;
  std::string grams;
};
Doc doc_at(const sqlite::Statement& row) { return {row.integer(0), row.text(1)}; }

}  // namespace

Status drop_text(Tx& tx, std::string_view case_id, std::int64_t post) {
  std::optional<Doc> doc;
  {
    auto query = tx.connection().prepare(
        "SELECT doc, grams FROM search_docs WHERE case_id = ? AND post = ?");
    query.bind_all(case_id, post);
    CLARION_TRY(doc, first(query, doc_at));
  }
  return doc ? drop_doc(tx, doc->doc, doc->grams) : ok();
}

Status drop_post_text(Tx& tx, std::int64_t post) { return drop_text(tx, "", post); }

Result<std::vector<FoundText>> find_texts(View& view, const std::vector<std::int64_t>& grams,
                                          std::int64_t most_steps, std::size_t most) {
  std::vector<FoundText> out;
  if (grams.empty()) return out;
  std::int64_t rarest = grams.front(), least = std::numeric_limits<std::int64_t>::max();
  constexpr std::size_t kWeighed = 16;
  for (std::size_t i = 0; i < std::min(grams.size(), kWeighed); ++i) {
    CLARION_TRY(auto length, length_of(view, grams[i], most_steps));
    if (length < least) {
      least = length;
      rarest = grams[i];
    }
  }
  auto walk = view.connection().prepare(
      "SELECT doc FROM search_grams WHERE gram = ? ORDER BY doc DESC LIMIT ?");
  walk.bind_all(rarest, most_steps);
  while (out.size() < most) {
    CLARION_TRY(auto row, walk.step());
    if (!row) return out;
    const std::int64_t doc = walk.integer(0);
    bool all = true;
    for (std::size_t i = 0; all && i < grams.size(); ++i) {
      if (grams[i] == rarest) continue;
      auto has = view.connection().prepare("SELECT 1 FROM search_grams WHERE gram = ? AND doc = ?");
      CLARION_TRY(all, has.bind_all(grams[i], doc).step());
    }
    if (!all) continue;
    auto which = view.connection().prepare("SELECT case_id, post FROM search_docs WHERE doc = ?");
    CLARION_TRY(auto there, which.bind(doc).step());
    if (there) out.push_back({which.text(0), which.integer(1)});
  }
  return out;
}

Result<std::vector<std::int64_t>> posts_to_index(View& view, std::int64_t after,
                                                 std::int64_t most) {
  auto query =
      view.connection().prepare("SELECT seq FROM posts WHERE seq > ? ORDER BY seq LIMIT ?");
  query.bind_all(after, most);
  return collect(query, first_number);
}

}  // namespace clarion::store
