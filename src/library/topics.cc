#include "library/topics.h"

#include "library/debunk.h"
#include "model/topic.h"
#include "text/fold.h"

#include <algorithm>
#include <utility>

namespace clarion::library {
namespace {

using Row = std::pair<std::string_view, std::string_view>;

/// Words of the labelled collections (epidemic, quake, typhoon_flood …), of Cofacts' categories and
/// of fact checkers' sections, as fold gives them. health, politics_world and the like are
/// no hazard: they stand for nothing.
constexpr Row kTopics[] = {
    {"epidemic", "infectious"},
    {"covid-19", "infectious"},
    {"covid19", "infectious"},
    {"coronavirus", "infectious"},
    {"新冠", "infectious"},
    {"新冠肺炎", "infectious"},
    {"新型冠状病毒", "infectious"},
    {"疫情", "infectious"},
    {"传染病", "infectious"},
    {"vaccine", "vaccine_drug"},
    {"vaccines", "vaccine_drug"},
    {"疫苗", "vaccine_drug"},
    {"药品", "vaccine_drug"},
    {"medicine", "vaccine_drug"},
    {"食品", "food"},
    {"食安", "food"},
    {"food safety", "food"},
    {"农林渔牧政策", "food"},
    {"quake", "earthquake"},
    {"地震预测", "earthquake"},
    {"chemical", "hazchem"},
    {"化学品", "hazchem"},
    {"traffic", "transport"},
    {"交通", "transport"},
    {"crime safety", "public_order"},
    {"crime", "public_order"},
    {"治安", "public_order"},
    {"社会治安", "public_order"},
    {"finance consumer", "finance"},
    {"投资", "finance"},
    {"理财", "finance"},
    {"typhoon flood", "typhoon"},
    {"disaster other", "other"},
    {"hurricane", "typhoon"},
    {"洪水", "flood"},
    {"floods", "flood"},
    {"暴雨洪涝", "flood"},
    {"核能", "nuclear"},
    {"核电", "nuclear"},
    {"radiation", "nuclear"},
    {"环境", "pollution"},
    {"环境保护", "pollution"},
    {"environment", "pollution"},
    {"电信诈骗", "infosec"},
    {"资讯安全", "infosec"},
    {"免费诈骗讯息", "infosec"},
    {"诈骗", "infosec"},
    {"scam", "infosec"},
    {"scams", "infosec"},
    {"wildfires", "wildfire"},
    {"物价", "supply_market"},
    {"电力", "infrastructure"},
};

/// Rating words of reference claimreview.md section 3 and of the large fact checkers, folded.
constexpr Row kVerdicts[] = {
    {"false", "false"},
    {"虚假", "false"},
    {"谣言", "false"},
    {"不实", "false"},
    {"错误", "false"},
    {"假的", "false"},
    {"假", "false"},
    {"pants on fire", "false"},
    {"incorrect", "false"},
    {"fake", "false"},
    {"mostly false", "mostly_false"},
    {"大部分虚假", "mostly_false"},
    {"大部分错误", "mostly_false"},
    {"mixed", "mixed"},
    {"mixture", "mixed"},
    {"half true", "mixed"},
    {"partly false", "mixed"},
    {"partially false", "mixed"},
    {"部分属实", "mixed"},
    {"部分错误", "mixed"},
    {"真伪混杂", "mixed"},
    {"半真半假", "mixed"},
    {"mostly true", "mostly_true"},
    {"大部分属实", "mostly_true"},
    {"true", "true"},
    {"correct", "true"},
    {"属实", "true"},
    {"真相", "true"},
    {"事实", "true"},
    {"正确", "true"},
    {"misleading", "misleading"},
    {"误导", "misleading"},
    {"误读", "misleading"},
    {"out of context", "missing_context"},
    {"断章取义", "missing_context"},
    {"missing context", "missing_context"},
    {"缺乏背景", "missing_context"},
    {"outdated", "outdated"},
    {"旧闻", "outdated"},
    {"satire", "satire"},
    {"讽刺", "satire"},
    {"unproven", "unproven"},
    {"查无实据", "unproven"},
    {"no evidence", "unproven"},
    {"证据不足", "unproven"},
    {"explained", "explained"},
};

std::string key_of(std::string_view word) {
  std::string key = text::fold(word).bytes;
  std::replace(key.begin(), key.end(), '_', ' ');
  while (!key.empty() && (key.back() == ' ' || key.back() == '!')) key.pop_back();
  key.erase(0, key.find_first_not_of(' '));
  return key;
}

template <std::size_t N>
std::string_view look_up(const Row (&rows)[N], std::string_view key) {
  for (const Row& row : rows) {
    if (row.first == key) return row.second;
  }
  return {};
}

}  // namespace

std::string topic_of(std::string_view word) {
  if (model::find_topic(word) != nullptr) return std::string(word);
  const std::string key = key_of(word);
  if (key.empty()) return {};
  if (const auto found = look_up(kTopics, key); !found.empty()) return std::string(found);
  for (const model::Topic& topic : model::topics()) {
    if (key == key_of(topic.id) || key == key_of(topic.zh) || key == key_of(topic.en))
      return topic.id;
  }
  return {};
}

std::string verdict_of(std::string_view word) {
  const std::string key = key_of(word);
  if (const auto found = look_up(kVerdicts, key); !found.empty()) return std::string(found);
  std::size_t end = std::min(word.size(), DebunkLimits::kVerdict);
  while (end < word.size() && end > 0 && (static_cast<unsigned char>(word[end]) & 0xC0U) == 0x80U)
    --end;
  return std::string(word.substr(0, end));
}

}  // namespace clarion::library
