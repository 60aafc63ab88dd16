#include "broadcast/filter.h"

#include "model/region.h"
#include "model/topic.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace clarion::broadcast {
namespace {

Error wrong(std::string where) {
  return Error{Errc::invalid,
               fmt::format("{}: not known here", where),
               "stream_bad_request",
               {{"where", std::move(where)}}};
}

bool is_kind(std::string_view name) {
  return name == "debunk" || name == "science" || name == "advisory" || name == "holding";
}

/// The letters of a language tag; which languages notices have is open.
bool is_lang(std::string_view name) {
  return !name.empty() && name.size() <= 35 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

template <class Known>
Status read_names(const json::value& value, const std::string& where, Known known,
                  std::optional<std::vector<std::string>>& out) {
  const json::array* names = value.if_array();
  if (names == nullptr) return wrong(where);
  if (names->size() > kMostNames) {
    return Error{Errc::invalid,
                 fmt::format("{}: more than {} names", where, kMostNames),
                 "stream_limit",
                 {{"where", where}, {"most", std::to_string(kMostNames)}}};
  }
  out.emplace();
  for (std::size_t i = 0; i < names->size(); ++i) {
    const json::string* name = (*names)[i].if_string();
    if (name == nullptr || !known(std::string_view(*name)))
      return wrong(fmt::format("{}/{}", where, i));
    out->emplace_back(*name);
  }
  // Order and repeats mean nothing; one spelling lets equal filters share their answers.
  std::sort(out->begin(), out->end());
  out->erase(std::unique(out->begin(), out->end()), out->end());
  return ok();
}

std::string key_of(const std::vector<model::Filter>& filters) {
  std::string key;
  const auto add = [&key](const std::optional<std::vector<std::string>>& names) {
    key += names ? fmt::format("{}|", fmt::join(*names, ",")) : "*|";
  };
  for (const model::Filter& filter : filters) {
    add(filter.topics);
    add(filter.regions);
    add(filter.kinds);
    add(filter.langs);
    key += filter.min_severity ? model::name_of(*filter.min_severity) : "*";
    key += '\n';
  }
  return key;
}

}  // namespace

Result<model::Filter> parse_filter(const json::object& object, std::string_view where) {
  model::Filter filter;
  for (const json::key_value_pair& member : object) {
    const std::string_view name = member.key();
    const std::string place = fmt::format("{}/{}", where, name.substr(0, 64));
    if (name == "topics") {
      CLARION_TRY(read_names(
          member.value(), place,
          [](std::string_view id) { return model::find_topic(id) != nullptr; }, filter.topics));
    } else if (name == "regions") {
      CLARION_TRY(read_names(
          member.value(), place,
          [](std::string_view code) { return model::find_region(code) != nullptr; },
          filter.regions));
    } else if (name == "kinds") {
      CLARION_TRY(read_names(member.value(), place, is_kind, filter.kinds));
    } else if (name == "langs") {
      CLARION_TRY(read_names(member.value(), place, is_lang, filter.langs));
    } else if (name == "min_severity") {
      const json::string* severity = member.value().if_string();
      if (severity != nullptr)
        filter.min_severity = model::parse_severity(std::string_view(*severity));
      if (!filter.min_severity) return wrong(place);
    } else {
      return wrong(place);
    }
  }
  return filter;
}

const FramePtr* FilterSet::pick(const FramePtr& frame) {
  const Rights* rights = viewer_ ? frame->rights() : nullptr;
  // Whether somebody lost sight depends on how far back the frame tells, so such answers are not
  // kept; they are few.
  if (rights != nullptr && rights->gone) {
    if (!passes(*frame)) return nullptr;
    if (model::may_see(rights->now, *viewer_)) return &frame;
    return model::may_see(rights->ever, *viewer_) ? &rights->gone : nullptr;
  }
  std::uint64_t& judged = judged_[frame->offset() % judged_.size()];
  if (judged >> 1U != frame->offset()) {
    const bool seen = rights == nullptr || model::may_see(rights->now, *viewer_);
    judged = frame->offset() << 1U | (seen && passes(*frame) ? 1U : 0U);
  }
  return (judged & 1U) != 0 ? &frame : nullptr;
}

bool FilterSet::itself_passes(const Frame& frame) const {
  if (viewer_ && frame.rights() != nullptr && !model::may_see(frame.rights()->now, *viewer_))
    return false;
  if (!filters_) return true;
  return frame.for_any_filter() ? !filters_->empty() : frame.itself_passes(*filters_);
}

FilterPtr FilterPool::intern(std::optional<std::vector<model::Filter>> filters,
                             std::optional<model::Viewer> viewer) {
  if (!filters && !viewer) return nullptr;
  if (sets_.size() >= sweep_at_) {
    std::erase_if(sets_, [](const auto& entry) { return entry.second.expired(); });
    sweep_at_ = std::max<std::size_t>(64, sets_.size() * 2);
  }
  const std::string key = fmt::format("{}\n{}", viewer ? model::key_of(*viewer) : std::string(),
                                      filters ? key_of(*filters) : std::string("*"));
  std::weak_ptr<FilterSet>& known = sets_[key];
  if (FilterPtr set = known.lock()) return set;
  FilterPtr set = std::make_shared<FilterSet>(std::move(filters), std::move(viewer));
  known = set;
  return set;
}

}  // namespace clarion::broadcast
