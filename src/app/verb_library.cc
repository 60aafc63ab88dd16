#include "app/command_line.h"
#include "app/folder.h"
#include "app/library_files.h"
#include "library/library.h"
#include "library/matcher.h"
#include "store/library.h"
#include "text/fold.h"

#include <fmt/format.h>

#include <cstdio>

namespace clarion::app {
namespace {

int library_import(const std::string& data, const std::vector<std::string>& files) {
  std::vector<library::Reading> readings;
  std::size_t bad = 0;
  for (const std::string& file : files) {
    auto reading = read_library_file(file);
    if (!reading) return fail(within(file, reading.error()));
    bad += report(reading.value(), file, stderr);
    readings.push_back(std::move(reading).value());
  }
  auto folder = open_folder(data, Missing::make);
  if (!folder) return fail(folder.error());
  library::Imported all;
  for (const library::Reading& reading : readings) {
    const auto done = library::import_all(*folder.value().database, reading, cli_actor());
    if (!done) return fail(done.error());
    all.added += done.value().added;
    all.changed += done.value().changed;
    all.unchanged += done.value().unchanged;
    all.withdrawn += done.value().withdrawn;
  }
  fmt::print("{} added, {} changed, {} unchanged, {} withdrawn, {} bad\n", all.added, all.changed,
             all.unchanged, all.withdrawn, bad);
  return bad == 0 ? 0 : 1;
}

int library_export(const std::string& data) {
  auto folder = open_folder(data, Missing::refuse);
  if (!folder) return fail(folder.error());
  constexpr std::int64_t kPage = 500;
  std::string after;
  while (true) {
    const auto page = folder.value().database->read(
        [&](store::View& view) { return store::list_debunks(view, after, kPage); });
    if (!page) return fail(page.error());
    for (const store::DebunkRow& row : page.value()) fmt::print("{}\n", row.record);
    if (page.value().size() < static_cast<std::size_t>(kPage)) break;
    after = page.value().back().id;
  }
  if (std::fflush(stdout) != 0)
    return fail({Errc::unavailable, "standard output cannot be written"});
  return 0;
}

/// Without tabs and line ends, so that it stays one column.
std::string one_line(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return out;
}

int library_search(const std::string& data, const std::string& text, std::size_t most) {
  auto folder = open_folder(data, Missing::refuse);
  if (!folder) return fail(folder.error());
  library::Library library(*folder.value().database);
  if (const Status read = library.refresh(); !read) return fail(read.error());
  library::Matcher matcher(library.snapshot());
  for (const library::Match& match : matcher.match(text::fold(text).bytes, most)) {
    const library::Debunk& debunk = match.entry->debunk;
    fmt::print("{}\t{:.3f}\t{}\t{}\t{}\t{}\n", one_line(debunk.id), match.score,
               match.known ? "known" : "suggest", one_line(library::headline(debunk)),
               one_line(debunk.verdict), one_line(debunk.source));
  }
  return 0;
}

}  // namespace

void add_library_verbs(CommandLine& line) {
  CLI::App& library = line.group("library", "Verified debunks");
  const auto files = std::make_shared<std::vector<std::string>>();
  CLI::App& import = CommandLine::verb(
      library, "import", "Import debunks; good ones are kept, bad ones named (exit 1)",
      "clarion library import debunks.ndjson.xz");
  import
      .add_option("FILE", *files,
                  "Our NDJSON, ClaimReview JSON-LD or a DataFeed, also .xz and .gz; - is standard "
                  "input")
      ->required();
  line.run_on_data(import,
                   [files](const std::string& data) { return library_import(data, *files); });
  CLI::App& out = CommandLine::verb(library, "export", "All debunks as NDJSON, by id",
                                    "clarion library export > debunks.ndjson");
  line.run_on_data(out, library_export);
  const auto text = std::make_shared<std::string>();
  const auto most = std::make_shared<std::size_t>(5);
  CLI::App& search = CommandLine::verb(
      library, "search",
      "What is known about a text: id, score, known or suggest, claim, verdict, source",
      "clarion library search '听说喝点白酒就能杀死新冠病毒'");
  search.add_option("TEXT", *text, "The text")->required();
  search.add_option("--limit", *most, "1 to 20 (default 5)")->check(CLI::Range(1, 20));
  line.run_on_data(
      search, [text, most](const std::string& data) { return library_search(data, *text, *most); });
}

}  // namespace clarion::app
