#include "app/command_line.h"
#include "app/version.h"
#include "app_version.h"

#include <boost/version.hpp>
#include <fmt/core.h>
#include <hs.h>
#include <openssl/crypto.h>
#include <simdjson.h>
#include <sodium.h>
#include <sqlite3.h>

namespace clarion::app {

std::string_view program_version() { return CLARION_VERSION; }
namespace {

int print_version() {
  fmt::print("clarion {} ({})\n", program_version(), CLARION_BUILD_TYPE);
  fmt::print("Boost {}.{}.{}\n", BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1000,
             BOOST_VERSION % 100);
  fmt::print("Hyperscan {}\n", hs_version());
  fmt::print("simdjson {}\n", SIMDJSON_STRINGIFY(SIMDJSON_VERSION));
  fmt::print("SQLite {}\n", sqlite3_libversion());
  fmt::print("{}\n", OpenSSL_version(OPENSSL_VERSION));
  fmt::print("libsodium {}\n", sodium_version_string());
  return 0;
}

}  // namespace

void add_version_verbs(CommandLine& line) {
  line.run(line.verb("version", "Version, build, versions of the libraries it runs on",
                     "clarion version"),
           print_version);
}

}  // namespace clarion::app
