#include "ops/log.h"

#include "base/json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace clarion::ops {
namespace {

/// The text line behind its time.
std::string behind_time(const std::string& line) {
  return line.substr(std::min(line.size(), std::size_t{25}));
}

json::object parsed(const std::string& line) { return parse_json(line).value().as_object(); }

TEST(Log, WritesEventAndFieldsForPeople) {
  std::string out;
  Log::to_text(out, LogLevel::info, LogFormat::text)
      ->info("ready",
             {{"address", "127.0.0.1:8080"}, {"took_ms", 81}, {"warm", true}, {"of", "two words"}});
  EXPECT_EQ(behind_time(out),
            "info ready address=127.0.0.1:8080 took_ms=81 warm=true of=\"two words\"\n");
  EXPECT_EQ(out[10], 'T');
  EXPECT_EQ(out[23], 'Z');
}

TEST(Log, WritesOneJsonObjectALine) {
  std::string out;
  const auto log = Log::to_text(out, LogLevel::info, LogFormat::json);
  log->warn("slow \"disk\"", {{"ms", 1.5},
                              {"bytes", std::size_t{7}},
                              {"n", -1},
                              {"bad", std::numeric_limits<double>::infinity()}});
  const json::object line = parsed(out);
  EXPECT_EQ(line.at("level"), "warning");
  EXPECT_EQ(line.at("event"), "slow \"disk\"");
  EXPECT_EQ(line.at("ms"), 1.5);
  EXPECT_EQ(line.at("bytes"), 7);
  EXPECT_EQ(line.at("n"), -1);
  EXPECT_TRUE(line.at("bad").is_null());
}

TEST(Log, LetsNoValueForgeALine) {
  const std::string hostile = "a\n2026-11-24T09:48:24.000Z error gone\x1b[2J\xff\"";
  std::string text;
  Log::to_text(text, LogLevel::info, LogFormat::text)->info("got", {{"name", hostile}});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  std::string json_text;
  Log::to_text(json_text, LogLevel::info, LogFormat::json)->info("got", {{"name", hostile}});
  EXPECT_EQ(parsed(json_text).at("name"),
            "a\n2026-11-24T09:48:24.000Z error gone\x1b[2J\xEF\xBF\xBD\"");
}

TEST(Log, CutsALongValueBetweenCharacters) {
  std::string long_text;
  for (int i = 0; i < 1000; ++i) long_text += "台";
  std::string out;
  Log::to_text(out, LogLevel::info, LogFormat::json)->info("got", {{"v", long_text}});
  EXPECT_EQ(parsed(out).at("v").as_string().size(), 341U * 3 + 3);
}

TEST(Log, FollowsALevelThatChanges) {
  std::string out;
  const auto log = Log::to_text(out, LogLevel::warn, LogFormat::text);
  log->info("a");
  log->set_level(LogLevel::debug);
  log->debug("b");
  EXPECT_EQ(behind_time(out), "debug b\n");
}

TEST(Log, WritesAFailureWithItsCode) {
  std::string out;
  const auto log = Log::to_text(out, LogLevel::info, LogFormat::text);
  log->error("no start", Error{Errc::conflict, "the folder is taken", "held"});
  EXPECT_EQ(behind_time(out), "error no start error=\"the folder is taken\" code=held\n");
}

TEST(Log, NeverMixesLinesOfThreads) {
  std::string out;
  const auto log = Log::to_text(out, LogLevel::info, LogFormat::json);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) log->info("event", {{"i", i}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::size_t lines = 0;
  for (std::size_t from = 0; from < out.size(); ++lines) {
    const std::size_t end = out.find('\n', from);
    ASSERT_TRUE(parse_json(std::string_view(out).substr(from, end - from)));
    from = end + 1;
  }
  EXPECT_EQ(lines, 800U);
}

}  // namespace
}  // namespace clarion::ops
