#include "library/library.h"

#include "store/audit.h"
#include "store/library.h"
#include "store/meta.h"
#include "store/notices.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace clarion::library {
namespace {

/// The text's first bytes, whole characters.
std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  text.resize(most);
  return text;
}

const json::object* object_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_object() : nullptr;
}

Result<Debunk> debunk_in(const store::DebunkRow& row) {
  CLARION_TRY(auto record, parse_json(row.record));
  if (!record.is_object())
    return Error{Errc::corrupt, fmt::format("the debunk '{}' is no object", row.id)};
  return debunk_of(record.get_object());
}

Result<Imported> put_some(store::Tx& tx, std::span<const Debunk> debunks, const std::string& who) {
  Imported out;
  for (const Debunk& debunk : debunks) {
    store::DebunkRow row;
    row.id = debunk.id;
    row.record = to_json_text(to_json(debunk));
    row.url = debunk.url;
    row.origin = who;
    CLARION_TRY(const auto put, store::put_debunk(tx, row));
    ++(put == store::Put::added     ? out.added
       : put == store::Put::changed ? out.changed
                                    : out.unchanged);
  }
  return out;
}

Result<Imported> finish(store::Tx& tx, Imported out, std::span<const std::string> withdrawn,
                        const std::string& who) {
  for (const std::string& url : withdrawn) {
    CLARION_TRY(const auto count, store::withdraw_debunks(tx, url));
    out.withdrawn += count;
  }
  if (out.added + out.changed + out.withdrawn == 0) return out;
  CLARION_TRY(store::append_audit(
      tx, who, "library.import", "library",
      {{"added", out.added}, {"changed", out.changed}, {"withdrawn", out.withdrawn}}));
  return out;
}

}  // namespace

std::optional<Debunk> debunk_of_notice(const json::object& form) {
  if (string_or(form, "kind") != "debunk" || string_or(form, "mode") != "Actual" ||
      string_or(form, "action") == "withdraw")
    return std::nullopt;
  Debunk out;
  out.id = string_or(form, "id");
  out.verdict = cut(std::string(string_or(form, "verdict", "explained")), DebunkLimits::kVerdict);
  if (const json::object* claim = object_at(form, "claim")) {
    out.claim = string_or(*claim, "text");
    if (const json::value* list = claim->if_contains("appearances"))
      out.claim_appearances = strings_of(*list);
  }
  const json::object* content = object_at(form, "content");
  if (const json::object* zh = content != nullptr ? object_at(*content, "zh") : nullptr) {
    out.title = string_or(*zh, "title");
    out.explanation = cut(fmt::format("{}\n{}", string_or(*zh, "summary"), string_or(*zh, "body")),
                          DebunkLimits::kExplanation);
  }
  out.source = cut(std::string(string_or(form, "issuer")), DebunkLimits::kSource);
  out.date = string_or(form, "published_at");
  if (const json::value* topics = form.if_contains("topics")) {
    const auto list = strings_of(*topics);
    if (!list.empty()) out.topic = list.front();
  }
  if (const json::object* links = object_at(form, "links")) {
    const std::string_view url = string_or(*links, "html", string_or(*links, "json"));
    if (is_web_address(url)) out.url = url;
  }
  out.lang = "zh";
  return out;
}

struct Library::Changes {
  std::int64_t change = 0;
  std::uint64_t offset = 0;
  std::string epoch;
  bool other_epoch = false;
  std::vector<store::DebunkRow> debunks;
  std::vector<store::LogEntry> notices;
  [[nodiscard]] bool empty() const { return !other_epoch && debunks.empty() && notices.empty(); }
};

Library::Library(store::Database& database) : database_(database), index_(Index::make({})) {}

std::shared_ptr<const Index> Library::snapshot() const {
  const std::lock_guard lock(mutex_);
  return index_;
}

Library::Answer Library::match(std::string_view folded, std::size_t most) {
  Answer out;
  std::unique_ptr<Matcher> matcher;
  {
    const std::lock_guard lock(mutex_);
    out.index = index_;
    if (!idle_.empty()) {
      matcher = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (matcher) {
    matcher->use(out.index);
  } else {
    matcher = std::make_unique<Matcher>(out.index);
  }
  const auto found = matcher->match(folded, most);
  out.matches.assign(found.begin(), found.end());
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(matcher));
  return out;
}

Result<std::optional<Debunk>> find_debunk(store::View& view, std::string_view id) {
  CLARION_TRY(auto row, store::find_debunk(view, id));
  if (row) {
    CLARION_TRY(auto debunk, debunk_in(*row));
    return std::optional(std::move(debunk));
  }
  CLARION_TRY(auto notice, store::find_notice(view, id));
  if (!notice || notice->revision == 0) return std::nullopt;
  CLARION_TRY(auto revision, store::find_revision(view, id, notice->revision));
  if (!revision) return std::nullopt;
  CLARION_TRY(auto form, parse_json(revision->form));
  return debunk_of_notice(form.as_object());
}

Result<Library::Changes> Library::changes(store::View& view) const {
  constexpr std::int64_t kPage = 1000;
  constexpr std::size_t kPageBytes = 16U << 20U;
  Changes out;
  out.change = change_;
  out.offset = offset_;
  CLARION_TRY(auto epoch, store::find_meta(view, "epoch"));
  out.epoch = epoch.value_or("");
  CLARION_TRY(const auto last, store::library_change(view));
  CLARION_TRY(const auto head, store::channel_head(view, "notices"));
  if (out.epoch != epoch_ || head < offset_ || last < change_) {
    out.other_epoch = true;
    out.change = 0;
    out.offset = 0;
  }
  while (out.change < last) {
    CLARION_TRY(auto page, store::debunks_after(view, out.change, kPage));
    if (page.empty()) break;
    out.change = page.back().change;
    std::move(page.begin(), page.end(), std::back_inserter(out.debunks));
  }
  while (out.offset < head) {
    CLARION_TRY(auto page, store::log_after(view, "notices", out.offset, kPageBytes, kPage));
    if (page.empty()) break;
    out.offset = page.back().offset;
    std::move(page.begin(), page.end(), std::back_inserter(out.notices));
  }
  return out;
}

Status Library::refresh() {
  const std::lock_guard lock(refreshing_);
  CLARION_TRY(auto news, database_.read([this](store::View& view) { return changes(view); }));
  if (news.empty()) return ok();
  if (news.other_epoch) entries_.clear();
  for (const store::DebunkRow& row : news.debunks) {
    if (row.withdrawn) {
      entries_.erase(row.id);
      continue;
    }
    auto debunk = debunk_in(row);
    if (!debunk) return within(fmt::format("debunk '{}'", row.id), debunk.error());
    entries_[row.id] = make_entry(std::move(debunk).value());
  }
  for (const store::LogEntry& entry : news.notices) {
    CLARION_TRY(auto form, parse_json(entry.form));
    auto debunk = debunk_of_notice(form.as_object());
    if (debunk) {
      entries_[entry.notice_id] = make_entry(std::move(*debunk), true);
    } else if (const auto found = entries_.find(entry.notice_id);
               found != entries_.end() && found->second->is_notice) {
      entries_.erase(found);
    }
  }
  std::vector<std::shared_ptr<const Entry>> entries;
  entries.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) entries.push_back(entry);
  auto index = Index::make(std::move(entries), ++version_);
  change_ = news.change;
  offset_ = news.offset;
  epoch_ = std::move(news.epoch);
  const std::lock_guard swap(mutex_);
  index_ = std::move(index);
  return ok();
}

Result<Imported> import_into(store::Tx& tx, const Reading& reading, const std::string& who) {
  CLARION_TRY(auto out, put_some(tx, reading.debunks, who));
  return finish(tx, out, reading.withdrawn, who);
}

Result<Imported> import_all(store::Database& database, const Reading& reading,
                            const std::string& who) {
  constexpr std::size_t kBatch = 500;
  Imported out;
  const auto add = [&out](const Imported& more) {
    out.added += more.added;
    out.changed += more.changed;
    out.unchanged += more.unchanged;
    out.withdrawn += more.withdrawn;
  };
  const std::span<const Debunk> all(reading.debunks);
  for (std::size_t at = 0; at < all.size(); at += kBatch) {
    const auto some = all.subspan(at, std::min(kBatch, all.size() - at));
    CLARION_TRY(const auto done, database.write([&](store::Tx& tx) -> Result<Imported> {
      CLARION_TRY(auto put, put_some(tx, some, who));
      return finish(tx, put, {}, who);
    }));
    add(done);
  }
  if (!reading.withdrawn.empty()) {
    CLARION_TRY(const auto done, database.write([&](store::Tx& tx) {
      return finish(tx, {}, reading.withdrawn, who);
    }));
    add(done);
  }
  return out;
}

}  // namespace clarion::library
