#include "app/source_book.h"

#include <algorithm>

namespace clarion::app {
namespace {

std::int64_t minute_of(model::Time time) {
  return std::chrono::floor<std::chrono::minutes>(time).time_since_epoch().count();
}

}  // namespace

void SourceBook::make_room() {
  if (entries_.size() < kMost) return;
  entries_.erase(std::min_element(
      entries_.begin(), entries_.end(),
      [](const auto& a, const auto& b) { return a.second.last_at < b.second.last_at; }));
}

void SourceBook::load(const std::vector<store::SourceRow>& rows) {
  const std::lock_guard lock(mutex_);
  for (const store::SourceRow& row : rows) {
    make_room();
    Entry& entry = entries_[{row.mode, row.source}];
    entry.last_at = row.last_at;
    for (const auto& [minute, items] : row.minutes) {
      if (minute < 0) continue;
      entry.minute[static_cast<std::size_t>(minute % kMinutes)] = minute;
      entry.items[static_cast<std::size_t>(minute % kMinutes)] = static_cast<std::uint32_t>(items);
    }
  }
}

void SourceBook::count(std::string_view mode, std::string_view source, std::uint32_t items,
                       model::Time now) {
  const std::lock_guard lock(mutex_);
  std::pair<std::string, std::string> key(mode, source);
  auto found = entries_.find(key);
  if (found == entries_.end()) {
    make_room();
    found = entries_.emplace(std::move(key), Entry{}).first;
  }
  Entry& entry = found->second;
  const std::int64_t minute = minute_of(now);
  const auto at = static_cast<std::size_t>(minute % kMinutes);
  if (entry.minute[at] != minute) {
    entry.minute[at] = minute;
    entry.items[at] = 0;
  }
  entry.items[at] += items;
  entry.last_at = std::max(entry.last_at, now);
  entry.changed = true;
}

std::vector<store::SourceRow> SourceBook::take_changed() {
  std::vector<store::SourceRow> out;
  const std::lock_guard lock(mutex_);
  for (auto& [key, entry] : entries_) {
    if (!std::exchange(entry.changed, false)) continue;
    store::SourceRow row{key.first, key.second, entry.last_at, {}};
    const std::int64_t newest = minute_of(entry.last_at);
    for (std::size_t i = 0; i < entry.items.size(); ++i) {
      if (entry.items[i] > 0 && entry.minute[i] > newest - kMinutes)
        row.minutes.emplace_back(entry.minute[i], entry.items[i]);
    }
    out.push_back(std::move(row));
  }
  return out;
}

std::vector<SourceBook::Figures> SourceBook::figures(std::string_view mode, model::Time now) const {
  std::vector<Figures> out;
  const std::int64_t newest = minute_of(now);
  const std::lock_guard lock(mutex_);
  for (const auto& [key, entry] : entries_) {
    if (key.first != mode) continue;
    Figures one{key.second, entry.last_at, 0};
    for (std::size_t i = 0; i < entry.items.size(); ++i) {
      if (entry.minute[i] > newest - kMinutes && entry.minute[i] <= newest)
        one.last_hour += entry.items[i];
    }
    out.push_back(std::move(one));
  }
  return out;
}

std::optional<std::uint64_t> SourceBook::last_minute(std::string_view mode, model::Time now) const {
  std::optional<std::uint64_t> out;
  const std::int64_t minute = minute_of(now) - 1;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, entry] : entries_) {
    if (key.first != mode) continue;
    const auto at = static_cast<std::size_t>(minute % kMinutes);
    out = out.value_or(0) + (entry.minute[at] == minute ? entry.items[at] : 0U);
  }
  return out;
}

}  // namespace clarion::app
