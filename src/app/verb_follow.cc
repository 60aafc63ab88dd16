#include "app/command_line.h"
#include "app/follow_view.h"
#include "app/subscriber.h"
#include "model/region.h"
#include "model/topic.h"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdlib>
#include <memory>

namespace clarion::app {
namespace {

struct FollowOptions {
  SubscriberOptions subscriber;
  std::vector<std::string> topics, regions, kinds;
  std::string min_severity, since, lang;
  bool as_json = false;
};

/// EPOCH:OFFSET, OFFSET of the living epoch, or live_notices, as in the stream's `from`.
Result<broadcast::From> parse_since(const std::string& text) {
  using broadcast::From;
  if (text.empty()) return From{};
  if (text == "live_notices") return From{From::Kind::snapshot, {}, 0};
  const std::size_t colon = text.rfind(':');
  const auto offset = broadcast::parse_offset(
      std::string_view(text).substr(colon == std::string::npos ? 0 : colon + 1));
  if (!offset || colon == 0)
    return Error{Errc::invalid, fmt::format("--since: '{}' is no EPOCH:OFFSET", text)};
  From from{From::Kind::position, {}, offset.value()};
  if (colon != std::string::npos) from.epoch = text.substr(0, colon);
  return from;
}

Result<json::object> filter_of(const FollowOptions& given) {
  json::object filter;
  for (const std::string& topic : given.topics) {
    if (model::find_topic(topic) == nullptr)
      return Error{Errc::invalid, fmt::format("--topic: there is no topic '{}'", topic)};
  }
  for (const std::string& region : given.regions) {
    if (model::find_region(region) == nullptr)
      return Error{Errc::invalid, fmt::format("--region: there is no region '{}'", region)};
  }
  if (!given.topics.empty()) filter["topics"] = json_of(given.topics);
  if (!given.regions.empty()) filter["regions"] = json_of(given.regions);
  if (!given.kinds.empty()) filter["kinds"] = json_of(given.kinds);
  if (!given.min_severity.empty()) filter["min_severity"] = given.min_severity;
  return filter;
}

/// --lang, else the locale's (POSIX: LC_ALL before LC_MESSAGES before LANG); Chinese unless English
/// is asked for.
ops::Lang display_lang(const std::string& given) {
  if (!given.empty()) return given == "en" ? ops::Lang::en : ops::Lang::zh;
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    return std::string_view(value).starts_with("en") ? ops::Lang::en : ops::Lang::zh;
  }
  return ops::Lang::zh;
}

int follow(FollowOptions given) {
  // What comes from the server later is never wrong usage.
  if (const auto url = http::parse_url(given.subscriber.url); !url)
    return fail({Errc::invalid, url.error().text});
  auto from = parse_since(given.since);
  if (!from) return fail(from.error());
  auto filter = filter_of(given);
  if (!filter) return fail(filter.error());
  const auto stop = open_stop_signals();
  if (!stop) return fail(stop.error());
  given.subscriber.from = std::move(from).value();
  given.subscriber.filter = std::move(filter).value();
  given.subscriber.stop = stop.value();
  const auto random = ops::make_system_random();
  const bool colour = ::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  const auto view = given.as_json
                        ? make_json_view(stdout)
                        : make_text_view(stdout, stderr, display_lang(given.lang), colour);
  Subscriber subscriber(given.subscriber, *view, *random);
  Status ended = subscriber.run();
  if (const auto& position = subscriber.position()) {
    const std::string at = fmt::format("{}:{}", position->epoch, position->offset);
    if (given.as_json && ended) ended = view->event("end", {{"position", at}});
    fmt::print(stderr, "position {}\n", at);
  }
  ::close(stop.value());
  if (ended) return 0;
  fmt::print(stderr, "clarion: {}\n", printable(ended.error().text));
  return 1;
}

}  // namespace

void add_follow_verbs(CommandLine& line) {
  const auto given = std::make_shared<FollowOptions>();
  CLI::App& verb = line.verb(
      "follow",
      "Follow the notices of a server in the terminal: goes on after every cut, checks every "
      "signature, says when something was missed. Ends on Ctrl-C and prints its position, which "
      "--since takes. The token, if any, comes from --token-file or CLARION_TOKEN",
      "clarion follow http://127.0.0.1:8080 --topic typhoon --region 440100");
  verb.add_option("URL", given->subscriber.url, "http:// or https:// address of the server")
      ->required();
  add_repeated(verb, "--topic", given->topics, "Only this topic");
  add_repeated(verb, "--region", given->regions, "Only what concerns this region");
  add_repeated(verb, "--kind", given->kinds, "Only debunk, science, advisory or holding")
      ->check(CLI::IsMember({"debunk", "science", "advisory", "holding"}));
  verb.add_option("--min-severity", given->min_severity, "minor, moderate, severe or extreme")
      ->check(CLI::IsMember({"minor", "moderate", "severe", "extreme"}));
  verb.add_option("--channel", given->subscriber.channel,
                  "notices, or drill for exercises (default notices)")
      ->check(CLI::IsMember({"notices", "drill"}));
  verb.add_option("--since", given->since,
                  "EPOCH:OFFSET to go on after, OFFSET of the present epoch, or live_notices for "
                  "what is in force (default: only what comes from now on)");
  verb.add_flag("--json", given->as_json,
                "Each message as received, one a line, and what happened as lines of type follow");
  verb.add_option("--token-file", given->subscriber.token_file, "First line is the token");
  verb.add_option("--jwks", given->subscriber.jwks_file,
                  "File of the keys (default: those that the server publishes)");
  verb.add_option("--lang", given->lang, "zh or en (default: by LANG)")
      ->check(CLI::IsMember({"zh", "en"}));
  line.run(verb, [given] { return follow(*given); });
}

}  // namespace clarion::app
