#pragma once

#include "app/retry.h"
#include "base/result.h"
#include "http/client.h"
#include "ops/random.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::app {

/// Sends lines to POST /v1/posts of a server, in batches of the contract's size, and stays with
/// each until it is answered.
///
/// 429 and 5xx are waited out as Retry-After says, cuts with a growing pause; each batch carries an
/// Idempotency-Key, so that what arrived twice counts once. Blocks; one thread.
class Sender {
 public:
  struct Options {
    std::string url, token;
    int stop = -1;
    unsigned most_tries = 10;  ///< of one batch, in a row
  };
  /// A line that the server did not take; `line` is what add() was given.
  using Rejected =
      std::function<void(std::uint64_t line, std::string_view code, std::string_view detail)>;
  struct Counts {
    std::uint64_t sent = 0, accepted = 0, flagged = 0, duplicates = 0, rejected = 0;
    std::uint64_t batches = 0, retries = 0;
  };

  /// Errors: `invalid` for a URL that is none.
  [[nodiscard]] static Result<Sender> make(Options options, ops::Random& random, Rejected rejected);

  /// Whether the line would make the batch too large: send() first.
  [[nodiscard]] bool is_full(std::string_view line) const;
  void add(std::uint64_t line_number, std::string_view line);
  [[nodiscard]] std::size_t held() const { return numbers_.size(); }
  /// Sends what is held. Errors: why it gave up; `cancelled`.
  [[nodiscard]] Status send();
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  Sender(http::Client client, Options options, ops::Random& random, Rejected rejected);
  /// One try. Nullopt: taken. Otherwise why not, and how long to wait at least.
  struct Again {
    std::string why;
    std::chrono::milliseconds at_least{0};
  };
  [[nodiscard]] Result<std::optional<Again>> try_once(const http::HeaderList& headers);
  [[nodiscard]] Status take_answer(std::string_view body);

  http::Client client_;
  Options options_;
  Backoff backoff_;
  Rejected rejected_;
  std::string path_, keys_;
  std::string body_;
  std::vector<std::uint64_t> numbers_;  // of the lines in body_
  Counts counts_;
};

}  // namespace clarion::app
