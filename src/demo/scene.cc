#include "demo/scene.h"

#include "demo/people.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::demo {
namespace {

using namespace std::chrono_literals;

constexpr Played kAgainAfter{1000};  // when the server is busy
constexpr Played kFindFor{30'000};   // a case that has not come by then is not going to

Played seconds_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_number()
             ? Played(static_cast<std::int64_t>(value->to_number<double>() * 1000))
             : Played(0);
}

json::object part(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : json::object{};
}

void add(Scene& scene, Played after, std::string_view act, std::string_view who,
         json::object body = {}) {
  scene.steps.push_back({after, std::string(act), std::string(who), std::move(body)});
}

/// From a draft to the public: the approver is never the author.
void add_publication(Scene& scene, const json::object& reject) {
  add(scene, 1500ms, "submit", kOperator);
  if (!reject.empty()) {
    add(scene, 3000ms, "reject", kApprover, {{"reason", string_or(reject, "reason")}});
    add(scene, 3000ms, "patch", kOperator, part(reject, "patch"));
    add(scene, 1500ms, "submit", kOperator);
  }
  add(scene, 2500ms, "approve", kApprover,
      {{"note", "演示：已核对来源 · Demonstration: sources checked"}});
  add(scene, 1500ms, "publish", kOperator);
}

Result<Scene> read_scene(const json::object& given) {
  Scene scene;
  scene.id = string_or(given, "id");
  scene.post = string_or(given, "post");
  scene.at = seconds_of(given, "at_s");
  const json::object notice = part(given, "notice");
  if (scene.id.empty() || (notice.empty() && scene.post.empty()))
    return Error{Errc::invalid, "needs an id, and a post or a notice"};
  if (!scene.post.empty()) {
    const std::string expert(string_or(given, "expert", kExpert));
    const json::object verdict = part(given, "verdict");
    if (verdict.empty()) return Error{Errc::invalid, "a post without verdict"};
    add(scene, 0ms, "find", kOperator);
    add(scene, 1500ms, "assign", kOperator, {{"user", expert}, {"note", "演示派单 · demo"}});
    add(scene, 2000ms, "claim", expert);
    add(scene, 2500ms, "verdict", expert, verdict);
  }
  if (notice.empty()) return scene;
  const json::value* ready = given.if_contains("ready");
  scene.ready = ready != nullptr && ready->is_bool() && ready->get_bool();
  add(scene, scene.ready ? 0ms : 2000ms, "draft", kOperator, notice);
  if (scene.ready) {
    add(scene, 0ms, "submit", kOperator);
    return scene;
  }
  add_publication(scene, part(given, "reject"));
  if (const json::value* then = given.if_contains("then"); then != nullptr && then->is_array()) {
    for (const json::value& each : then->get_array()) {
      const json::object* next = each.if_object();
      if (next == nullptr) return Error{Errc::invalid, "then: not an object"};
      const Played after = seconds_of(*next, "after_s");
      if (const json::object body = part(*next, "withdraw"); !body.empty()) {
        add(scene, after, "withdraw", kApprover, body);
      } else {
        const std::string_view act = next->contains("correct") ? "correct" : "update";
        const json::object changed = part(*next, act);
        if (changed.empty()) return Error{Errc::invalid, "then: no correct, update or withdraw"};
        add(scene, after, act, kOperator, changed);
        add_publication(scene, {});
      }
    }
  }
  return scene;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

/// The first `count` characters.
std::string_view begin_of(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    const bool starts = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (starts && count-- == 0) break;
  }
  return text.substr(0, end);
}

std::string title_of(const json::object& content, std::string_view lang) {
  return std::string(string_or(part(content, lang), "title"));
}

}  // namespace

Result<std::vector<Scene>> read_scenes(std::string_view text) {
  CLARION_TRY(auto read, parse_json(text));
  const json::array* all = read.if_array();
  if (all == nullptr) return Error{Errc::invalid, "scenes.json: no array"};
  std::vector<Scene> out;
  for (const json::value& each : *all) {
    const json::object* given = each.if_object();
    if (given == nullptr) return Error{Errc::invalid, "scenes.json: a scene is an object"};
    auto scene = read_scene(*given);
    if (!scene)
      return within(fmt::format("scenes.json: {}", string_or(*given, "id", "?")), scene.error());
    out.push_back(std::move(scene.value()));
  }
  return out;
}

Result<std::optional<Performance::Out>> Performance::step(const Send& send, Played played,
                                                          model::Time now) {
  const Step step = scene_.steps[next_];
  auto done = take_step(step, send, played, now);
  if (!done && done.error().errc == Errc::overloaded) {
    due_ = played + kAgainAfter;
    return std::optional<Out>();
  }
  if (!done) next_ = scene_.steps.size();
  return done;
}

Result<std::optional<Performance::Out>> Performance::take_step(const Step& step, const Send& send,
                                                               Played played, model::Time now) {
  std::optional<Out> out;
  if (step.act == "find") {
    CLARION_TRY(auto found, find_case(send, step));
    if (!found) {
      if (played > scene_.at + kFindFor)
        return Error{Errc::not_found, "the case did not come", "not_found"};
      due_ = played + 300ms;
      return out;
    }
  } else if (step.act == "assign" || step.act == "claim" || step.act == "verdict") {
    CLARION_TRY(send(step.who, "POST", fmt::format("/v1/cases/{}/{}", case_, step.act), step.body,
                     std::nullopt));
  } else {
    json::object body = step.body;
    if (const json::value* hours = body.if_contains("lasts_hours");
        hours != nullptr && hours->is_int64()) {
      lasts_hours_ = hours->get_int64();
      body.erase("lasts_hours");
      body["expires_at"] = model::to_text(now + std::chrono::hours(lasts_hours_));
    }
    std::string target = "/v1/notices";
    std::optional<std::int64_t> version;
    if (step.act == "draft") {
      if (!case_.empty()) body["case"] = case_;
    } else {
      version = version_;
      target += "/" + notice_;
      if (step.act != "patch") target += "/" + step.act;
    }
    CLARION_TRY(auto answer,
                send(step.who, step.act == "patch" ? "PATCH" : "POST", target, body, version));
    if (step.act == "draft") notice_ = string_or(answer, "id");
    version_ = answer.contains("version") ? answer["version"].to_number<std::int64_t>() : 0;
    // A withdrawal has prepared words: it is known by the title it takes back.
    if (const json::object content = part(answer, "content");
        !content.empty() && step.act != "withdraw")
      content_ = content;
    if (step.act == "publish" || step.act == "withdraw") {
      in_force_ = step.act == "publish";
      out = Out{std::string(string_or(answer, "action", step.act)), title_of(content_, "zh"),
                title_of(content_, "en")};
    }
  }
  ++next_;
  due_ = played + (done() ? Played(0) : scene_.steps[next_].after);
  return out;
}

/// The case that the post opened: the one whose claim is its text. Taken up again when it was
/// closed, as on a folder that an earlier start filled.
Result<bool> Performance::find_case(const Send& send, const Step& step) {
  constexpr std::size_t kQueryCharacters = 40;
  const std::string target =
      fmt::format("/v1/cases?limit=20&q={}", percent_encoded(begin_of(claim_, kQueryCharacters)));
  CLARION_TRY(auto answer, send(step.who, "GET", target, {}, std::nullopt));
  const json::value* items = answer.if_contains("items");
  if (items == nullptr || !items->is_array()) return false;
  for (const json::value& each : items->get_array()) {
    const json::object* item = each.if_object();
    if (item == nullptr || !claim_.starts_with(string_or(*item, "claim"))) continue;
    case_ = string_or(*item, "id");
    const std::string_view state = string_or(*item, "state");
    if (state == "closed" || state == "dismissed") {
      CLARION_TRY(send(step.who, "POST", fmt::format("/v1/cases/{}/reopen", case_),
                       {{"reason", "又在传播 · It is going round again"}}, std::nullopt));
    }
    return true;
  }
  return false;
}

Result<bool> Performance::waits(const Send& send) {
  if (notice_.empty()) return false;
  CLARION_TRY(auto notice, send(kOperator, "GET", "/v1/notices/" + notice_, {}, std::nullopt));
  version_ = notice.contains("version") ? notice["version"].to_number<std::int64_t>() : 0;
  state_ = string_or(notice, "state");
  return state_ == "submitted" || state_ == "approved";
}

void Performance::ready_again(const Send& send, Played at) {
  const auto waiting = waits(send);
  if (!waiting || waiting.value() || !done()) return;
  scene_.steps.clear();
  next_ = 0;
  due_ = at;
  if (state_ == "published" || state_ == "superseded")
    add(scene_, 0ms, "update", kOperator, {{"lasts_hours", lasts_hours_}});
  else if (state_ != "draft")
    return;
  add(scene_, 0ms, "submit", kOperator);
}

bool Performance::renew(Played at) {
  if (!done() || !in_force_) return false;
  scene_.steps.clear();
  next_ = 0;
  due_ = at;
  add(scene_, 0ms, "update", kOperator, {{"lasts_hours", lasts_hours_}});
  add_publication(scene_, {});
  return true;
}

}  // namespace clarion::demo
