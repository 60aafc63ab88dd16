#include "app/follow_keys.h"

#include "app/retry.h"
#include "http/client.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace clarion::app {
namespace {

/// A revoked key has to be heard of: keys older than this are asked for again, at a new connection
/// and before a check.
constexpr std::chrono::minutes kFreshAtConnect{1}, kFreshAtCheck{10};

Error bad(std::string why) { return {Errc::corrupt, std::move(why), "signature_bad"}; }

/// Where a notice was first published, and in which mode, is signed: a good notice put at another
/// place or into another channel is as wrong as a changed one. After a change of epoch the log
/// counts on, so places compare within one epoch alone.
Status check_place(const json::object& frame, const json::object& form) {
  const json::value* position = form.if_contains("position");
  const json::object* signed_for = position != nullptr ? position->if_object() : nullptr;
  if (signed_for == nullptr) return bad("the signed form names no position");
  if (string_or(*signed_for, "epoch") == string_or(frame, "epoch") &&
      string_or(*signed_for, "offset") != string_or(frame, "offset"))
    return bad(fmt::format("it was signed for offset {}", string_or(*signed_for, "offset", "?")));
  const bool is_public = string_or(frame, "channel") == "notices";
  if (is_public != (string_or(form, "mode") == "Actual"))
    return bad("its mode does not belong in this channel");
  return ok();
}

}  // namespace

Status FollowKeys::load() {
  const auto age = std::chrono::steady_clock::now() - fetched_at_;
  if (loaded_ && (!file_.empty() || age < kFreshAtConnect)) return ok();
  if (file_.empty()) return fetch();
  std::ifstream in(file_, std::ios::binary);
  if (!in) return Error{Errc::not_found, fmt::format("{}: can't be read", file_)};
  const std::string document((std::istreambuf_iterator<char>(in)),
                             std::istreambuf_iterator<char>());
  auto keys = notice::read_jwks(document);
  if (!keys) return within(file_, keys.error());
  keys_ = std::move(keys).value();
  loaded_ = true;
  return ok();
}

Status FollowKeys::fetch() {
  http::Client::Options how;
  how.max_body_bytes = 1U << 20U;
  how.stop = stop_;
  CLARION_TRY(http::Client client, http::Client::make(url_, how));
  std::string path = client.url().target.substr(0, client.url().target.find('?'));
  while (path.ends_with('/')) path.pop_back();
  path += "/.well-known/jwks.json";
  fetched_at_ = std::chrono::steady_clock::now();
  CLARION_TRY(const auto answer, client.request("GET", path, {{"Connection", "close"}}));
  const std::string place = client.url().origin() + path;
  if (answer.status != 200) {
    const bool passing = answer.status == 429 || answer.status >= 500;
    Error error{passing ? Errc::unavailable : Errc::invalid,
                fmt::format("{}: answered {}", place, answer.status)};
    if (passing) error.params.emplace_back("retry_after", answer.header("retry-after"));
    return error;
  }
  auto keys = notice::read_jwks(answer.body);
  if (!keys) return within(place, keys.error());
  keys_ = std::move(keys).value();
  loaded_ = true;
  return ok();
}

Status FollowKeys::check(const json::object& frame) {
  const json::value* notice = frame.if_contains("notice");
  const json::object* form = notice != nullptr ? notice->if_object() : nullptr;
  const json::string* jws = find_string(frame, "jws");
  if (form == nullptr || jws == nullptr) return bad("no signed form and signature");
  const auto payload = canonical_json(*form);
  if (!payload) return bad(payload.error().text);
  if (file_.empty() && std::chrono::steady_clock::now() - fetched_at_ > kFreshAtCheck) {
    CLARION_TRY(fetch());
  }
  Status checked = notice::verify_with(keys_, *jws, payload.value());
  if (!checked && checked.error().errc == Errc::not_found && file_.empty()) {
    // A key younger than what we know of; the pause keeps a forger from having us ask all the time.
    const auto since = std::chrono::ceil<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - fetched_at_);
    if (since < again_ && !pause(again_ - since, stop_))
      return Error{Errc::cancelled, "told to stop"};
    CLARION_TRY(fetch());
    checked = notice::verify_with(keys_, *jws, payload.value());
  }
  if (!checked) return bad(checked.error().text);
  return check_place(frame, *form);
}

}  // namespace clarion::app
