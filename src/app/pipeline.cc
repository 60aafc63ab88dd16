#include "app/pipeline.h"

#include "app/forget.h"
#include "base/bytes.h"
#include "desk/evidence.h"
#include "desk/search.h"
#include "group/keys.h"
#include "group/spread.h"
#include "intake/order.h"
#include "report/rollup.h"
#include "store/meta.h"
#include "store/posts.h"
#include "store/regroup.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace clarion::app {
namespace {

/// How long a delete of a post that was not kept is remembered (contract section 2).
constexpr std::chrono::hours kUnknownTombstones{48};

/// The order of a post; a bare date counts as the first moment of its day at the desk.
intake::Order order_at(const model::Post& post, const ops::Zone& zone) {
  intake::Order order = intake::order_of(post);
  const auto& time = post.edited_at ? post.edited_at : post.created_at;
  if (time) order.at = zone.resolve(*time);
  return order;
}

/// An order as the store keeps it: "rev|milliseconds", either may be empty.
std::string rank_text(const intake::Order& order) {
  return fmt::format("{}|{}", order.rev ? std::to_string(*order.rev) : "",
                     order.at ? std::to_string(order.at->time_since_epoch().count()) : "");
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failed != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

intake::Order rank_of(std::string_view text) {
  const std::size_t bar = text.find('|');
  intake::Order order;
  order.rev = number(text.substr(0, bar));
  if (bar != std::string_view::npos) {
    if (const auto at = number(text.substr(bar + 1)))
      order.at = model::Time(std::chrono::milliseconds(*at));
  }
  return order;
}

std::string hash_of_text(const model::Post& post) {
  std::string all = post.text;
  for (const model::Post::Media& media : post.media) all += '\0' + media.text;
  return sha256_hex(all);
}

/// Counts down on every way out.
class UnderWay {
 public:
  UnderWay(std::atomic<std::size_t>& counter, std::size_t bytes)
      : counter_(counter), bytes_(bytes) {
    before_ = counter_.fetch_add(bytes);
  }
  ~UnderWay() { counter_.fetch_sub(bytes_); }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;
  /// A body that alone passes the bound is still taken when nothing else is under way.
  [[nodiscard]] bool over(std::size_t most) const {
    return before_ != 0 && before_ + bytes_ > most;
  }

 private:
  std::atomic<std::size_t>& counter_;
  std::size_t bytes_, before_;
};

}  // namespace

Pipeline::Pipeline(store::Database& database, const ops::Clock& clock, library::Library& library,
                   PipelineOptions options)
    : database_(database), clock_(clock), library_(library), options_(std::move(options)) {}

Status Pipeline::load() {
  return database_.read([this](store::View& view) { return reload_index(view); });
}

Status Pipeline::reload_index(store::View& view) {
  indexes_.clear();
  for (const char* mode : {"Actual", "Exercise"}) {
    CLARION_TRY(auto index, group::Index::make(options_.groups));
    indexes_.emplace(mode, std::move(index));
  }
  CLARION_TRY(auto rows,
              store::newest_groups(view, static_cast<std::int64_t>(options_.groups.max_groups)));
  std::reverse(rows.begin(), rows.end());  // oldest first, as they came
  for (const store::GroupRow& row : rows) {
    CLARION_TRY(auto sketch, group::sketch_from_bytes(row.sketch));
    index_of(row.mode).add(row.id, sketch, row.last_seen);
  }
  index_stale_ = false;
  return ok();
}

group::Index& Pipeline::index_of(const std::string& mode) {
  const auto found = indexes_.find(mode);
  CLARION_ASSERT(found != indexes_.end());
  return found->second;
}

void Pipeline::use_rules(std::shared_ptr<const rules::RuleSet> rules) {
  const std::lock_guard lock(mutex_);
  rules_ = std::move(rules);
}

std::shared_ptr<const rules::RuleSet> Pipeline::rules() const {
  const std::lock_guard lock(mutex_);
  return rules_;
}

std::unique_ptr<Pipeline::Bench> Pipeline::take_bench() {
  std::unique_ptr<Bench> bench;
  std::shared_ptr<const rules::RuleSet> rules;
  {
    const std::lock_guard lock(mutex_);
    rules = rules_;
    if (!idle_.empty()) {
      bench = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!bench) return std::make_unique<Bench>(std::move(rules));
  bench->scanner.use(std::move(rules));
  return bench;
}

void Pipeline::give_back(std::unique_ptr<Bench> bench) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(bench));
}

std::vector<Pipeline::Incoming> Pipeline::scan(const Body& body, TakenIn& taken,
                                               RuleFigures::Counts& hits) {
  auto bench = take_bench();
  std::vector<Incoming> out;
  out.reserve(body.lines.lines.size());
  const auto begun = clock_.steady();
  for (const intake::Line& line : body.lines.lines) {
    Incoming incoming;
    if (const Status parsed = bench->parser.parse(line.text, incoming.post); !parsed) {
      taken.rejected.push_back({line.number, parsed.error()});
      continue;
    }
    if (!body.sources.empty() && std::find(body.sources.begin(), body.sources.end(),
                                           incoming.post.source) == body.sources.end()) {
      taken.rejected.push_back(
          {line.number,
           {Errc::denied, "this token does not send for that source", "source_denied"}});
      continue;
    }
    ++taken.accepted;
    if (incoming.post.op == model::Post::Op::upsert) {
      incoming.scan = bench->scanner.scan(incoming.post, false);
      RuleFigures::add(hits, incoming.scan, bench->scanner.rules().flag_score());
      if (incoming.scan.flagged)
        incoming.sketch = group::sketch_of(bench->scanner.folded().bytes, bench->scratch);
      incoming.text_hash = hash_of_text(incoming.post);
    }
    out.push_back(std::move(incoming));
  }
  scan_ns_ += static_cast<std::uint64_t>(std::chrono::nanoseconds(clock_.steady() - begun).count());
  give_back(std::move(bench));
  return out;
}

Result<TakenIn> Pipeline::take_in(
    Body body, const std::function<Status(store::Tx&, const TakenIn&)>& with_them) {
  const UnderWay under_way(bytes_under_way_, body.bytes);
  if (under_way.over(options_.max_bytes_under_way)) {
    return Error{Errc::overloaded, "too many posts are being worked on; send them again later",
                 "overloaded"};
  }
  TakenIn scanned;
  scanned.rejected = std::move(body.lines.rejected);
  RuleFigures::Counts hits;
  const std::vector<Incoming> incoming = scan(body, scanned, hits);
  std::sort(scanned.rejected.begin(), scanned.rejected.end(),
            [](const auto& a, const auto& b) { return a.line < b.line; });
  CLARION_TRY(auto taken, database_.write([&](store::Tx& tx) -> Result<TakenIn> {
    if (index_stale_) {
      CLARION_TRY(reload_index(tx));
    }
    TakenIn result = scanned;
    for (const Incoming& each : incoming) {
      CLARION_TRY(keep(tx, body.mode, each, result));
    }
    CLARION_TRY(with_them(tx, result));
    return result;
  }));
  posts_ += taken.accepted;
  flagged_ += taken.flagged;
  rejected_ += taken.rejected.size();
  bytes_ += body.bytes;
  texts_gone_ += taken.texts_gone;
  std::map<std::string_view, std::uint32_t> by_source;
  for (const Incoming& each : incoming) ++by_source[each.post.source];
  for (const auto& [source, items] : by_source)
    sources_.count(body.mode, source, items, clock_.now());
  rule_figures_.merge(report::day_of(clock_.now(), options_.zone), body.mode, hits);
  if (counted) counted(body.mode, taken.accepted, taken.flagged);
  if (taken.accepted > 0) last_post_ms_ = clock_.now().time_since_epoch().count();
  return taken;
}

Status Pipeline::keep(store::Tx& tx, const std::string& mode, const Incoming& incoming,
                      TakenIn& taken) {
  const model::Post& post = incoming.post;
  CLARION_TRY(auto row, store::find_post(tx, mode, post.source, post.id));
  CLARION_TRY(auto tombstone, store::find_tombstone(tx, mode, post.source, post.id));
  std::optional<intake::Known> known;
  if (tombstone) {
    known = intake::Known{rank_of(*tombstone), true};
  } else if (row) {
    known = intake::Known{rank_of(row->rank), false};
  }
  const intake::Order order = order_at(post, options_.zone);
  const bool same_text = row && row->text_hash == incoming.text_hash;
  switch (intake::decide(known, order, post.op, same_text)) {
    case intake::Change::duplicate:
      if (row) ++taken.duplicates;
      return ok();
    case intake::Change::stale:
      return ok();
    case intake::Change::remove: {
      const auto kept_for = row ? options_.tombstones : kUnknownTombstones;
      CLARION_TRY(store::keep_tombstone(tx, mode, post.source, post.id, rank_text(order),
                                        tx.now() + kept_for));
      if (!row || row->record.empty()) return ok();
      row->text_hash.clear();
      ++taken.texts_gone;
      return forget_post(tx, *row);
    }
    case intake::Change::fresh:
    case intake::Change::edit:
      break;
  }
  if (!row) {
    if (!incoming.scan.flagged) return ok();  // counted, not kept
    ++taken.flagged;
    return add_post(tx, mode, incoming);
  }
  if (tombstone) {
    CLARION_TRY(store::drop_tombstone(tx, mode, post.source, post.id));
  }
  ++taken.texts_gone;
  CLARION_TRY(store::drop_answers_of_case(tx, row->case_id));
  row->rank = rank_text(order);
  row->text_hash = incoming.text_hash;
  row->record = json::serialize(desk::post_json(post, options_.zone));
  row->hits = json::serialize(desk::hits_json(incoming.scan));
  row->score = incoming.scan.score;
  CLARION_TRY(store::update_post(tx, *row));
  CLARION_TRY(desk::index_post_anew(tx, row->seq));
  CLARION_TRY(store::drop_post_keys(tx, row->seq));
  CLARION_TRY(store::add_post_keys(tx, mode, row->seq, group::keys_of(post)));
  CLARION_TRY(auto group, store::find_group(tx, row->group));
  if (!group)
    return Error{Errc::corrupt, fmt::format("post {} names a group that is not there", row->seq)};
  return desk::edit_case(tx, {*row, post, incoming.scan, *group}, &library_);
}

Status Pipeline::add_post(store::Tx& tx, const std::string& mode, const Incoming& incoming) {
  const model::Time now = tx.now();
  group::Index& index = index_of(mode);
  std::optional<store::GroupRow> group;
  if (const auto match = index.find(incoming.sketch, now)) {
    CLARION_TRY(group, store::find_group(tx, match->group));
  }
  const std::vector<std::int64_t> keys = group::keys_of(incoming.post);
  if (!group && !keys.empty()) {
    CLARION_TRY(auto known,
                store::group_of_keys(tx, mode, keys, now - options_.groups.forget_after));
    if (known) {
      CLARION_TRY(group, store::find_group(tx, *known));
    }
  }
  const bool is_new = !group.has_value();
  if (is_new) {
    group.emplace();
    group->mode = mode;
    group->sketch = group::to_bytes(incoming.sketch);
    group->first_seen = group->last_seen = now;
  }
  CLARION_TRY(auto spread, group::Spread::parse(group->figures));
  spread.count(incoming.post.source, now);
  group->figures = spread.to_text();
  group->rate = group::rate_after_post(group->rate, group->first_seen, group->last_seen, now);
  group->last_seen = std::max(group->last_seen, now);
  ++group->size;

  store::PostRow row;
  row.mode = mode;
  row.source = incoming.post.source;
  row.id = incoming.post.id;
  row.rank = rank_text(order_at(incoming.post, options_.zone));
  row.text_hash = incoming.text_hash;
  row.record = json::serialize(desk::post_json(incoming.post, options_.zone));
  row.hits = json::serialize(desk::hits_json(incoming.scan));
  row.score = incoming.scan.score;
  row.received_at = now;
  if (is_new) {
    group->case_id = tx.ids().make("c_");
    CLARION_TRY(store::add_group(tx, *group));
  } else {
    CLARION_TRY(store::update_group(tx, *group));
  }
  row.group = group->id;
  row.case_id = group->case_id.value_or("");
  CLARION_TRY(store::add_post(tx, row));
  CLARION_TRY(store::add_post_keys(tx, mode, row.seq, keys));

  // The index goes ahead of the commit, so that the next post of this batch finds the group;
  // undone, it is read anew.
  tx.on_rollback([this] { index_stale_ = true; });
  const desk::Evidence evidence{row, incoming.post, incoming.scan, *group};
  if (!is_new) {
    index.touch(group->id, now);
    return desk::grow_case(tx, options_.desk, evidence);
  }
  index.add(group->id, incoming.sketch, now);
  CLARION_TRY(desk::open_case(tx, options_.desk, *group->case_id, evidence, &library_));
  return ok();
}

void Pipeline::group_changed(store::Tx& tx, const std::string& mode, std::int64_t group,
                             const group::Sketch* sketch) {
  if (!indexes_.contains(mode)) return;
  tx.on_rollback([this] { index_stale_ = true; });
  if (sketch != nullptr) {
    index_of(mode).add(group, *sketch, tx.now());
  } else {
    index_of(mode).remove(group);
  }
}

Status Pipeline::probe() {
  auto bench = take_bench();
  const model::ScanResult& result = bench->scanner.scan({.text = "probe"});
  const bool flagged = result.flagged;
  give_back(std::move(bench));
  if (flagged) return Error{Errc::unavailable, "the rules flag a harmless word"};
  return ok();
}

Pipeline::Stats Pipeline::stats() const {
  return {posts_.load(),   flagged_.load(),    rejected_.load(),    bytes_.load(),
          scan_ns_.load(), texts_gone_.load(), last_post_ms_.load()};
}

}  // namespace clarion::app
