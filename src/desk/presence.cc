#include "desk/presence.h"

#include <utility>

namespace clarion::desk {

void Presence::on_change(std::function<void(const std::string&, std::vector<Person>)> told) {
  const std::lock_guard lock(mutex_);
  told_ = std::move(told);
}

std::vector<Presence::Person> Presence::list(const std::string& case_id) const {
  std::vector<Person> out;
  const auto found = cases_.find(case_id);
  if (found == cases_.end()) return out;
  for (const auto& [account, entry] : found->second) out.push_back({account, entry.what});
  return out;
}

std::vector<Presence::Person> Presence::seen(const std::string& case_id, const std::string& account,
                                             std::string_view what, Steady now) {
  std::vector<Person> people;
  std::function<void(const std::string&, std::vector<Person>)> tell;
  {
    const std::lock_guard lock(mutex_);
    auto& there = cases_[case_id];
    const auto found = there.find(account);
    if (found == there.end() && size_ >= kMost) {
      if (there.empty()) cases_.erase(case_id);
      return list(case_id);
    }
    const bool same = found != there.end() && found->second.what == what;
    if (found == there.end()) ++size_;
    there[account] = {std::string(what), now + kGone};
    people = list(case_id);
    if (!same) tell = told_;
  }
  if (tell) tell(case_id, people);
  return people;
}

std::vector<Presence::Person> Presence::left(const std::string& case_id, const std::string& account,
                                             Steady now) {
  std::vector<Person> people;
  std::function<void(const std::string&, std::vector<Person>)> tell;
  {
    const std::lock_guard lock(mutex_);
    const auto found = cases_.find(case_id);
    if (found != cases_.end() && found->second.erase(account) > 0) {
      --size_;
      tell = told_;
      if (found->second.empty()) cases_.erase(found);
    }
    people = list(case_id);
  }
  if (tell) tell(case_id, people);
  sweep(now);
  return people;
}

std::vector<Presence::Person> Presence::at(const std::string& case_id, Steady now) {
  sweep(now);
  const std::lock_guard lock(mutex_);
  return list(case_id);
}

void Presence::sweep(Steady now) {
  std::vector<std::pair<std::string, std::vector<Person>>> changed;
  std::function<void(const std::string&, std::vector<Person>)> tell;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = cases_.begin(); at != cases_.end();) {
      const std::size_t before = at->second.size();
      std::erase_if(at->second, [now](const auto& each) { return each.second.until <= now; });
      size_ -= before - at->second.size();
      const std::string id = at->first;
      const bool fewer = at->second.size() < before;
      at = at->second.empty() ? cases_.erase(at) : std::next(at);
      if (fewer) changed.emplace_back(id, list(id));
    }
    tell = told_;
  }
  if (!tell) return;
  for (auto& [id, people] : changed) tell(id, std::move(people));
}

}  // namespace clarion::desk
