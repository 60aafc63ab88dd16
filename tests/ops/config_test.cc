#include "ops/config.h"
#include "ops/config_keys.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace clarion::ops {
namespace {

/// A file of this test's own, gone at its end.
class File {
 public:
  explicit File(std::string_view text) {
    char name[] = "/tmp/clarion-config-XXXXXX";
    const int fd = mkstemp(name);
    EXPECT_GE(fd, 0);
    close(fd);
    path_ = name;
    std::ofstream(path_) << text;
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string fault_of(const ConfigSources& sources) {
  const Result<Config> loaded = load_config(sources);
  EXPECT_FALSE(loaded);
  return loaded ? std::string() : loaded.error().text;
}

std::string fault_in_file(std::string_view text) {
  const File file(text);
  std::string fault = fault_of({.file = file.path()});
  const std::size_t at = fault.find(file.path());
  return at == std::string::npos ? fault : fault.replace(at, file.path().size(), "FILE");
}

std::string shipped_path() { return std::string(CLARION_TEST_DATA) + "/../../deploy/clarion.toml"; }

TEST(Config, HoldsTheDefaultsWhenNothingIsGiven) { EXPECT_EQ(load_config({}).value(), Config{}); }

TEST(Config, LetsTheEnvironmentWinOverTheFileAndSetOverBoth) {
  const File file("[desk]\nname = \"file\"\ntimezone = \"Asia/Hong_Kong\"\nlease_minutes = 5\n");
  const Config config = load_config({.file = file.path(),
                                     .environment = {{"CLARION_DESK__NAME", "environment"},
                                                     {"CLARION_DESK__LEASE_MINUTES", "6"}},
                                     .overrides = {{"desk.lease_minutes", "7"}}})
                            .value();
  EXPECT_EQ(config.desk.timezone, "Asia/Hong_Kong");
  EXPECT_EQ(config.desk.name, "environment");
  EXPECT_EQ(config.desk.lease_minutes, 7);
}

TEST(Config, NamesFileAndLineOfAnUnknownKeyAndTheOneThatWasMeant) {
  EXPECT_EQ(fault_in_file("[desk]\nname = \"a\"\ntimezon = \"UTC\"\n"),
            "FILE:3: desk.timezon: unknown key; did you mean desk.timezone?");
  EXPECT_EQ(fault_in_file("colour = 1\n"), "FILE:1: colour: unknown key");
  EXPECT_EQ(fault_in_file("[paint]\ncolour = 1\n"), "FILE:2: paint.colour: unknown key");
  EXPECT_EQ(fault_in_file("[paint]\ncolour = {deep = 1}\n"), "FILE:2: paint.colour: unknown key");
}

TEST(Config, NamesFileAndLineOfAWrongTypeOrRange) {
  EXPECT_EQ(fault_in_file("[scan]\nflag_score = \"high\"\n"),
            "FILE:2: scan.flag_score: expected number, 0..1");
  EXPECT_EQ(fault_in_file("[server]\n\ndrain_seconds = 0\n"),
            "FILE:3: server.drain_seconds: 0 is out of range; expected integer, 1..600");
  EXPECT_EQ(fault_in_file("[scan]\nflag_score = nan\n"),
            "FILE:2: scan.flag_score: nan is out of range; expected number, 0..1");
  EXPECT_EQ(fault_in_file("[security]\nsecond_factor = \"admin\"\n"),
            "FILE:2: security.second_factor: expected list of texts, of operator, expert, "
            "approver, admin, auditor");
  EXPECT_EQ(fault_in_file("[http]\ntrusted_proxies = [1]\n"),
            "FILE:2: http.trusted_proxies: expected list of texts");
}

TEST(Config, NamesTheLineOfASyntaxError) {
  EXPECT_EQ(fault_in_file("[desk]\nname = \n").substr(0, 7), "FILE:2:");
}

TEST(Config, NamesTheVariableOrOptionOfAFault) {
  EXPECT_EQ(fault_of({.environment = {{"CLARION_LOG__LEVEL", "loud"}}}),
            "environment variable CLARION_LOG__LEVEL: 'loud' is not allowed; expected text, of "
            "debug, info, warn, error");
  EXPECT_EQ(fault_of({.environment = {{"CLARION_LOG__COLOUR", "red"}}}),
            "environment variable CLARION_LOG__COLOUR: unknown key");
  EXPECT_EQ(fault_of({.overrides = {{"http.workers", "many"}}}),
            "--set http.workers: expected integer, 1..256");
  EXPECT_EQ(fault_of({.overrides = {{"server.listen", "here", "--listen"}}}),
            "--listen: ADDRESS:PORT, as 127.0.0.1:8080 or [::1]:8080, was expected not 'here'");
}

TEST(Config, ListsEveryFaultNotJustTheFirst) {
  EXPECT_EQ(
      fault_of({.overrides = {{"a.b", "1"}, {"scan.flag_score", "2"}}}),
      "--set a.b: unknown key\n--set scan.flag_score: 2 is out of range; expected number, 0..1");
}

TEST(Config, PassesOverVariablesThatNameNoSection) {
  EXPECT_TRUE(load_config({.environment = {{"CLARION_TOKEN", "x"}, {"PATH", "/bin"}}}));
}

TEST(Config, SaysWhichFileCannotBeRead) {
  EXPECT_EQ(fault_of({.file = "/nonexistent/clarion.toml"}),
            "/nonexistent/clarion.toml: can't be read: No such file or directory");
  EXPECT_EQ(fault_of({.file = "/"}).substr(0, 16), "/: can't be read");
}

TEST(Config, ReadsListsInBothSpellings) {
  const auto proxies = [](std::string_view text) {
    return load_config({.overrides = {{"http.trusted_proxies", std::string(text)}}})
        .value()
        .http.trusted_proxies;
  };
  const std::vector<std::string> both = {"10.0.0.0/8", "::1"};
  EXPECT_EQ(proxies("10.0.0.0/8,::1"), both);
  EXPECT_EQ(proxies("[\"10.0.0.0/8\", \"::1\"]"), both);
  EXPECT_TRUE(proxies("").empty());
  EXPECT_FALSE(load_config({.overrides = {{"http.trusted_proxies", "[\"::1\"]\nx=1"}}}));
  EXPECT_FALSE(load_config({.overrides = {{"http.trusted_proxies", "10.0.0.0/33"}}}));
}

TEST(Config, RefusesATimeZoneThatTheSystemDoesNotKnow) {
  EXPECT_FALSE(load_config({.overrides = {{"desk.timezone", "Asia/Guangzhou"}}}));
  EXPECT_FALSE(load_config({.overrides = {{"desk.timezone", "/etc/passwd"}}}));
  EXPECT_TRUE(load_config({.overrides = {{"desk.timezone", "UTC"}}}));
}

TEST(Config, ChecksUrlsAndOrigins) {
  const auto fits = [](std::string key, std::string value) {
    return load_config({.overrides = {{std::move(key), std::move(value)}}}).has_value();
  };
  EXPECT_TRUE(fits("server.public_url", "https://zhengyin.example.org/board"));
  EXPECT_TRUE(fits("server.public_url", "http://[::1]:8080"));
  EXPECT_FALSE(fits("server.public_url", "https://zhengyin.example.org/"));
  EXPECT_FALSE(fits("server.public_url", "zhengyin.example.org"));
  EXPECT_FALSE(fits("server.public_url", "https://a.example/?q=\"x\""));
  EXPECT_TRUE(fits("gateway.allowed_origins", "https://desk.example.org:8443"));
  EXPECT_FALSE(fits("gateway.allowed_origins", "https://desk.example.org/"));
  EXPECT_FALSE(fits("gateway.allowed_origins", "*"));
}

TEST(Config, TakesASecretFromAFileAndNeverShowsIt) {
  const ConfigKey key{.name = "desk.name",
                      .member = +[](Config& c) -> std::string& { return c.desk.name; },
                      .doc = "",
                      .choices = {"hunter2"},
                      .secret = true};
  const std::span<const ConfigKey> keys(&key, 1);
  const File right("hunter2\n");
  EXPECT_EQ(load_config({.overrides = {{"desk.name_file", right.path()}}}, keys).value().desk.name,
            "hunter2");
  const File wrong("hunter3\n");
  const Result<Config> refused =
      load_config({.environment = {{"CLARION_DESK__NAME_FILE", wrong.path()}}}, keys);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text.find("hunter3"), std::string::npos) << refused.error().text;
  // A key that is no secret has no such spelling.
  EXPECT_FALSE(load_config({.overrides = {{"desk.name_file", right.path()}}}));
}

TEST(ConfigFile, ShippedIsTheTableWithEveryDefault) {
  if (std::getenv("CLARION_WRITE_EXPECTED") != nullptr)
    std::ofstream(shipped_path()) << documented_config();
  std::ifstream in(shipped_path());
  const std::string shipped((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  EXPECT_EQ(shipped, documented_config())
      << "run this test with CLARION_WRITE_EXPECTED=1 to write it anew";
  EXPECT_EQ(load_config({.file = shipped_path()}).value(), Config{});
}

TEST(ConfigKeys, HaveADocAndADefaultWithinTheirRange) {
  for (const ConfigKey& key : config_keys()) {
    EXPECT_TRUE(key.doc.ends_with('.')) << key.name;
    EXPECT_TRUE(load_config({.overrides = {}}, std::span(&key, 1))) << key.name;
  }
}

TEST(ListenAddress, ReadsBothKindsOfAddresses) {
  EXPECT_EQ(parse_listen("0.0.0.0:0").value(), (ListenAddress{"0.0.0.0", 0}));
  EXPECT_EQ(parse_listen("[::1]:8080").value(), (ListenAddress{"::1", 8080}));
  for (const char* wrong : {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80",
                            "[::1]", "a:80", "1.2.3.4:-1"}) {
    EXPECT_FALSE(parse_listen(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace clarion::ops
