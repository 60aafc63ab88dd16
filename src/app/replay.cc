#include "app/replay.h"

#include "base/bytes.h"
#include "base/json.h"

#include <fmt/format.h>

namespace clarion::app {
namespace {

/// Well below the contract's 16 MiB and 10,000 lines: a batch that has to be sent again is cheap.
constexpr std::size_t kBatchBytes = 1U << 20U, kBatchLines = 2000;

std::uint64_t count_of(const json::object& answer, std::string_view name) {
  const json::value* value = answer.if_contains(name);
  boost::system::error_code error;
  const auto number = value != nullptr ? value->to_number<std::uint64_t>(error) : std::uint64_t{0};
  return error ? 0 : number;
}

}  // namespace

Sender::Sender(http::Client client, Options options, ops::Random& random, Rejected rejected)
    : client_(std::move(client)),
      options_(std::move(options)),
      backoff_(random),
      rejected_(std::move(rejected)),
      keys_(to_base64url(random.bytes(12))) {
  path_ = client_.url().target.substr(0, client_.url().target.find('?'));
  while (path_.ends_with('/')) path_.pop_back();
  path_ += "/v1/posts";
}

Result<Sender> Sender::make(Options options, ops::Random& random, Rejected rejected) {
  http::Client::Options how;
  how.timeout = std::chrono::seconds(60);
  how.max_body_bytes = 16U << 20U;  // each line of a batch may come back rejected
  how.stop = options.stop;
  CLARION_TRY(http::Client client, http::Client::make(options.url, how));
  return Sender(std::move(client), std::move(options), random, std::move(rejected));
}

bool Sender::is_full(std::string_view line) const {
  return !numbers_.empty() &&
         (numbers_.size() >= kBatchLines || body_.size() + line.size() > kBatchBytes);
}

void Sender::add(std::uint64_t line_number, std::string_view line) {
  numbers_.push_back(line_number);
  body_ += line;
  body_ += '\n';
}

Status Sender::send() {
  if (numbers_.empty()) return ok();
  http::HeaderList headers{
      {"Content-Type", "application/x-ndjson"},
      {"Idempotency-Key", fmt::format("replay-{}-{}", keys_, counts_.batches)}};
  if (!options_.token.empty()) headers.emplace_back("Authorization", "Bearer " + options_.token);
  backoff_.reset();
  for (unsigned tries = 1;; ++tries) {
    CLARION_TRY(const auto again, try_once(headers));
    if (!again) break;
    if (tries == options_.most_tries)
      return Error{Errc::unavailable, fmt::format("gave up after {} tries: {}", tries, again->why)};
    ++counts_.retries;
    if (!pause(backoff_.next(again->at_least), options_.stop))
      return Error{Errc::cancelled, "stopped"};
  }
  ++counts_.batches;
  counts_.sent += numbers_.size();
  numbers_.clear();
  body_.clear();
  return ok();
}

Result<std::optional<Sender::Again>> Sender::try_once(const http::HeaderList& headers) {
  const auto answer = client_.request("POST", path_, headers, body_);
  if (!answer) {
    const Error& error = answer.error();
    if (error.errc != Errc::unavailable && error.errc != Errc::corrupt) return error;
    return std::optional(Again{error.text});
  }
  const int status = answer.value().status;
  if (status == 202) {
    CLARION_TRY(take_answer(answer.value().body));
    return std::optional<Again>();
  }
  const std::string why = fmt::format("{}{}: answered {}", client_.url().origin(), path_, status);
  // A batch of ours whose answer was cut may still be under work: 409 until it is done.
  const bool running = status == 409;
  if (status == 429 || status >= 500 || running)
    return std::optional(Again{why, retry_after(answer.value().header("retry-after"))});
  return Error{Errc::denied, why};
}

Status Sender::take_answer(std::string_view body) {
  const auto parsed = parse_json(body, {.max_bytes = 16U << 20U});
  const json::object* answer = parsed ? parsed.value().if_object() : nullptr;
  if (answer == nullptr)
    return Error{Errc::invalid,
                 fmt::format("{}: the answer is no JSON object", client_.url().origin())};
  counts_.accepted += count_of(*answer, "accepted");
  counts_.flagged += count_of(*answer, "flagged");
  counts_.duplicates += count_of(*answer, "duplicates");
  const json::value* rejected = answer->if_contains("rejected");
  if (rejected == nullptr || !rejected->is_array()) return ok();
  for (const json::value& item : rejected->get_array()) {
    const json::object* one = item.if_object();
    if (one == nullptr) continue;
    const std::uint64_t line = count_of(*one, "line");
    ++counts_.rejected;
    rejected_(line >= 1 && line <= numbers_.size() ? numbers_[line - 1] : 0,
              string_or(*one, "code", "?"), string_or(*one, "detail"));
  }
  return ok();
}

}  // namespace clarion::app
