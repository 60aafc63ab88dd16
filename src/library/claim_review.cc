#include "library/claim_review.h"

#include "base/bytes.h"
#include "library/topics.h"
#include "model/topic.h"

#include <algorithm>
#include <cmath>

namespace clarion::library {
namespace {

/// A member that schema.org allows alone or in a list: its first object, or null.
const json::object* first_object(const json::value* value) {
  if (value == nullptr) return nullptr;
  if (value->is_array()) {
    for (const json::value& each : value->get_array()) {
      if (each.is_object()) return &each.get_object();
    }
    return nullptr;
  }
  return value->if_object();
}
const json::object* object_at(const json::object& object, std::string_view name) {
  return first_object(object.if_contains(name));
}

/// A text member, also as the first of a list.
std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value != nullptr && value->is_array() && !value->get_array().empty())
    value = &value->get_array().front();
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<double> number_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->to_number<double>();
  if (!value->is_string()) return std::nullopt;
  const std::string text(value->get_string());
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || end != text.c_str() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

/// Scales run from low = false to high = true (reference claimreview.md section 2), -1: not rated.
std::string_view verdict_of_number(double value, double worst, double best) {
  const double share = (value - worst) / (best - worst);
  return share < 0.125   ? "false"
         : share < 0.375 ? "mostly_false"
         : share < 0.625 ? "mixed"
         : share < 0.875 ? "mostly_true"
                         : "true";
}

int side_of(std::string_view verdict) {
  if (verdict == "true" || verdict == "mostly_true") return 1;
  if (verdict == "false" || verdict == "mostly_false") return -1;
  return 0;
}

void read_rating(const json::object& review, Review& out) {
  const json::object* rating = object_at(review, "reviewRating");
  std::string_view of_number;
  if (rating != nullptr) {
    out.debunk.verdict = verdict_of(text_at(*rating, "alternateName"));
    if (out.debunk.verdict.empty()) out.debunk.verdict = verdict_of(text_at(*rating, "name"));
    const auto value = number_at(*rating, "ratingValue");
    const double worst = number_at(*rating, "worstRating").value_or(1);
    const double best = number_at(*rating, "bestRating").value_or(5);
    if (value && best > worst && *value >= worst && *value <= best)
      of_number = verdict_of_number(*value, worst, best);
  }
  if (out.debunk.verdict.empty()) {
    out.debunk.verdict = of_number;
  } else {
    out.disagrees = side_of(out.debunk.verdict) * side_of(of_number) < 0;
  }
  // Some publishers judge in the text alone.
  if (out.debunk.verdict.empty() && !out.debunk.explanation.empty())
    out.debunk.verdict = "explained";
}

void add_address(std::vector<std::string>& list, const json::value& value) {
  std::string address;
  if (value.is_string()) {
    address = std::string(value.get_string());
  } else if (value.is_object()) {
    address = text_at(value.get_object(), "url");
    if (address.empty()) address = text_at(value.get_object(), "@id");
  }
  if (!address.empty() && list.size() < DebunkLimits::kAppearances &&
      std::find(list.begin(), list.end(), address) == list.end())
    list.push_back(std::move(address));
}

void read_appearances(const json::object& review, Debunk& debunk) {
  const json::object* claim = object_at(review, "itemReviewed");
  if (claim == nullptr) return;
  for (const std::string_view name : {"firstAppearance", "appearance"}) {
    const json::value* value = claim->if_contains(name);
    if (value == nullptr) continue;
    if (!value->is_array()) {
      add_address(debunk.claim_appearances, *value);
      continue;
    }
    for (const json::value& each : value->get_array()) add_address(debunk.claim_appearances, each);
  }
}

/// The first of the review's subjects that is a hazard, with the publisher's word for it.
void read_topic(const json::object& review, Debunk& debunk) {
  std::vector<std::string> words;
  const auto add = [&words](const json::value& value) {
    if (value.is_string()) {
      words.emplace_back(value.get_string());
    } else if (value.is_object()) {
      words.push_back(text_at(value.get_object(), "name"));
    }
  };
  for (const std::string_view name : {"about", "articleSection", "keywords"}) {
    const json::value* value = review.if_contains(name);
    if (value == nullptr) continue;
    if (value->is_array()) {
      for (const json::value& each : value->get_array()) add(each);
    } else {
      add(*value);
    }
  }
  for (const std::string& word : words) {
    if (word.empty() || word.size() > DebunkLimits::kTopic) continue;
    std::string topic = topic_of(word);
    if (debunk.source_topic.empty() || !topic.empty()) debunk.source_topic = word;
    if (topic.empty()) continue;
    debunk.topic = std::move(topic);
    if (debunk.topic == debunk.source_topic) debunk.source_topic.clear();
    return;
  }
}

std::string_view member_of(std::string_view ours) {
  if (ours == "/claim") return "/claimReviewed";
  if (ours == "/explanation") return "/reviewBody";
  if (ours == "/verdict") return "/reviewRating/alternateName";
  if (ours == "/date") return "/datePublished";
  if (ours == "/source") return "/author/name";
  if (ours == "/claim_appearances") return "/itemReviewed/appearance";
  if (ours == "/lang") return "/inLanguage";
  return ours;
}

}  // namespace

bool is_type(const json::object& object, std::string_view type) {
  const auto names = [type](const json::value& value) {
    if (!value.is_string()) return false;
    std::string_view name = value.get_string();
    name.remove_prefix(std::min(name.size(), name.find_last_of("/#:") + 1));
    return name == type;
  };
  const json::value* value = object.if_contains("@type");
  if (value == nullptr) return false;
  if (!value->is_array()) return names(*value);
  return std::any_of(value->get_array().begin(), value->get_array().end(), names);
}

Result<Review> review_of(const json::object& review) {
  Review out;
  Debunk& debunk = out.debunk;
  debunk.claim = text_at(review, "claimReviewed");
  debunk.title = text_at(review, "headline");
  debunk.explanation = text_at(review, "reviewBody");
  if (const json::object* rating = object_at(review, "reviewRating")) {
    const std::string why = text_at(*rating, "ratingExplanation");
    if (!why.empty() && why != debunk.explanation)
      debunk.explanation += debunk.explanation.empty() ? why : "\n" + why;
  }
  read_rating(review, out);
  std::string author_url;
  for (const std::string_view name : {"author", "publisher", "sdPublisher"}) {
    const json::object* who = object_at(review, name);
    if (who == nullptr) continue;
    if (author_url.empty()) author_url = text_at(*who, "url");
    if (debunk.source.empty()) debunk.source = text_at(*who, "name");
  }
  if (debunk.source.empty()) debunk.source = author_url;
  debunk.date = text_at(review, "datePublished");
  const std::string url = text_at(review, "url");
  if (is_web_address(url)) debunk.url = url;
  debunk.lang = text_at(review, "inLanguage");
  read_appearances(review, debunk);
  read_topic(review, debunk);
  const std::string its_id = text_at(review, "@id");
  constexpr std::size_t kDigits = 24;
  debunk.id =
      "cr-" + sha256_hex(its_id.empty() ? url + '\n' + debunk.claim + '\n' + author_url : its_id)
                  .substr(0, kDigits);
  if (Status sound = check(debunk); !sound) {
    Error error = std::move(sound).error();
    for (FieldError& field : error.fields) field.pointer = member_of(field.pointer);
    error.text.clear();
    for (const FieldError& field : error.fields) {
      error.text += (error.text.empty() ? "" : "; ") + field.pointer.substr(1) + ": " + field.code;
    }
    return error;
  }
  return out;
}

}  // namespace clarion::library
