#include "app/command_line.h"
#include "app/folder.h"
#include "app/line_source.h"
#include "readiness/changes.h"
#include "readiness/shipped.h"

#include <fmt/format.h>

#include <cstdio>

namespace clarion::app {
namespace {

constexpr std::size_t kMostBytes = 64U << 20U;

Result<std::string> read_whole(const std::string& path) {
  CLARION_TRY(const auto source, LineSource::open(path, kMostBytes));
  std::string all;
  LineBlock block;
  for (;;) {
    CLARION_TRY(const bool more, source->next(block));
    if (!more) return all;
    if (all.size() + block.bytes.size() > kMostBytes)
      return Error{Errc::too_large, fmt::format("{}: has more than {} bytes", path, kMostBytes),
                   "body_too_large"};
    all += block.bytes;
  }
}

/// Days of review dates are the desk's; files give them as days, so the zone decides only what
/// "today" is for a missing one.
Result<ops::Zone> zone() { return ops::Zone::load("Asia/Shanghai"); }

int resource_import(const std::string& data, const std::vector<std::string>& files) {
  const auto here = zone();
  if (!here) return fail(here.error());
  auto folder = open_folder(data, Missing::make);
  if (!folder) return fail(folder.error());
  store::Database& database = *folder.value().database;
  const std::string today = readiness::day_of(folder.value().clock->now(), here.value());
  readiness::ResourceImport all;
  std::size_t bad = 0;
  for (const std::string& file : files) {
    const auto text = read_whole(file);
    if (!text) return fail(within(file, text.error()));
    const auto reading = readiness::read_resources(text.value(), here.value(), today);
    for (const readiness::BadLine& each : reading.bad)
      fmt::print(stderr, "{}: line {}: {}\n", file, each.line, each.error.text);
    bad += reading.bad.size();
    const auto done = database.write([&](store::Tx& tx) {
      return readiness::import_resources(tx, reading, cli_actor(), nullptr);
    });
    if (!done) return fail(done.error());
    all.added += done.value().added;
    all.changed += done.value().changed;
    all.unchanged += done.value().unchanged;
  }
  fmt::print("{} added, {} changed, {} unchanged, {} bad\n", all.added, all.changed, all.unchanged,
             bad);
  return bad == 0 ? 0 : 1;
}

int resource_export(const std::string& data) {
  auto folder = open_folder(data, Missing::refuse);
  if (!folder) return fail(folder.error());
  store::Database& database = *folder.value().database;
  // A folder that no server has opened since the program was renewed has them too.
  if (const auto done = readiness::install_shipped(database); !done) return fail(done.error());
  constexpr std::int64_t kPage = 500;
  std::string after;
  while (true) {
    const auto page =
        database.read([&](store::View& view) { return store::list_resources(view, after, kPage); });
    if (!page) return fail(page.error());
    for (const store::ResourceRow& row : page.value()) {
      if (row.state == "current") fmt::print("{}\n", readiness::export_line(row));
    }
    if (page.value().size() < static_cast<std::size_t>(kPage)) break;
    after = page.value().back().id;
  }
  if (std::fflush(stdout) != 0)
    return fail({Errc::unavailable, "standard output cannot be written"});
  return 0;
}

}  // namespace

void add_resource_verbs(CommandLine& line) {
  CLI::App& resource = line.group("resource", "Popular-science resources");
  const auto files = std::make_shared<std::vector<std::string>>();
  CLI::App& import = CommandLine::verb(
      resource, "import", "Import resources; good lines are kept, bad ones named (exit 1)",
      "clarion resource import resources.ndjson");
  import
      .add_option("FILE", *files,
                  "NDJSON as `resource export` writes it, also .xz and .gz; - is standard input")
      ->required();
  line.run_on_data(import,
                   [files](const std::string& data) { return resource_import(data, *files); });
  CLI::App& out = CommandLine::verb(resource, "export", "All resources in use as NDJSON, by id",
                                    "clarion resource export > resources.ndjson");
  line.run_on_data(out, resource_export);
}

}  // namespace clarion::app
