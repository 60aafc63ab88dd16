#include "rules/detail/database.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "rules/detail/cache.h"

#include <fmt/format.h>
#include <hs/hs.h>

#include <cstdlib>
#include <cstring>
#include <span>
#include <optional>

namespace clarion::rules::detail {
namespace {

/// Every byte escaped: no character of a phrase is an operator.
std::string escape(std::string_view key) {
  std::string out;
  out.reserve(key.size() * 4);
  for (const char byte : key) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
  return out;
}

/// \w, [[:alpha:]] and their like mean Unicode's classes only under UCP; without them the cheaper
/// ASCII ones are the same.
unsigned regex_flags(const std::string& pattern) {
  unsigned flags = HS_FLAG_UTF8;
  if (pattern.find("\\w") != std::string::npos || pattern.find("\\W") != std::string::npos ||
      pattern.find("[[:") != std::string::npos) {
    flags |= HS_FLAG_UCP;
  }
  return flags;
}

/// The line of a place "quake.yaml:12" and the file before it.
Problem problem_at(const std::string& place, std::string text) {
  const std::size_t colon = place.rfind(':');
  return {place.substr(0, colon), std::stoi(place.substr(colon + 1)), false, std::move(text)};
}

std::string refusal(const hs_compile_error_t* error) {
  return fmt::format(
      "regex cannot be compiled: {} (look-around, back-references and what matches an empty text "
      "are refused)",
      error != nullptr && error->message != nullptr ? error->message : "no reason given");
}

Database compile_spans(const Program::Regex& regex, std::vector<Problem>& problems) {
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile(regex.pattern.c_str(), regex_flags(regex.pattern) | HS_FLAG_SOM_LEFTMOST,
                 HS_MODE_BLOCK, nullptr, &database, &error) != HS_SUCCESS) {
    problems.push_back(problem_at(regex.place, refusal(error)));
    hs_free_compile_error(error);
    return nullptr;
  }
  return Database(database);
}

Database compile_view(const Program& program, model::View view, std::vector<Problem>& problems) {
  std::vector<std::string> patterns;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  for (std::size_t i = 0; i < program.literals.size(); ++i) {
    if (program.literals[i].view != view) continue;
    patterns.push_back(escape(program.literals[i].key));
    flags.push_back(0);
    ids.push_back(static_cast<unsigned>(i));
  }
  for (std::size_t i = 0; i < program.regexes.size(); ++i) {
    if (program.regexes[i].view != view) continue;
    patterns.push_back(program.regexes[i].pattern);
    flags.push_back(regex_flags(program.regexes[i].pattern) | HS_FLAG_SINGLEMATCH);
    ids.push_back(static_cast<unsigned>(program.literals.size() + i));
  }
  if (patterns.empty()) return nullptr;
  std::vector<const char*> pointers;
  pointers.reserve(patterns.size());
  for (const std::string& pattern : patterns) pointers.push_back(pattern.c_str());
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile_multi(pointers.data(), flags.data(), ids.data(),
                       static_cast<unsigned>(pointers.size()), HS_MODE_BLOCK, nullptr, &database,
                       &error) != HS_SUCCESS) {
    const bool named = error != nullptr && error->expression >= 0 &&
                       ids[static_cast<std::size_t>(error->expression)] >= program.literals.size();
    const std::string place = named
                                  ? program
                                        .regexes[ids[static_cast<std::size_t>(error->expression)] -
                                                 program.literals.size()]
                                        .place
                                  : "rules:0";
    problems.push_back(problem_at(place, refusal(error)));
    hs_free_compile_error(error);
    return nullptr;
  }
  return Database(database);
}

void put_number(std::string& out, std::uint64_t value) {
  char bytes[8];
  std::memcpy(bytes, &value, sizeof bytes);
  out.append(bytes, sizeof bytes);
}

bool take_number(std::string_view& bytes, std::uint64_t& value) {
  if (bytes.size() < sizeof value) return false;
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return true;
}

void put_database(std::string& out, const Database& database) {
  char* bytes = nullptr;
  std::size_t size = 0;
  if (database != nullptr)
    CLARION_ASSERT(hs_serialize_database(database.get(), &bytes, &size) == HS_SUCCESS);
  put_number(out, size);
  out.append(bytes != nullptr ? bytes : "", size);
  free(bytes);  // hs_serialize_database allocates by malloc unless told otherwise
}

bool take_database(std::string_view& bytes, Database& database) {
  std::uint64_t size = 0;
  if (!take_number(bytes, size) || size > bytes.size()) return false;
  if (size == 0) return true;
  hs_database_t* read = nullptr;
  const std::span<const char> serialised(bytes.begin(), size);
  const bool fits =
      hs_deserialize_database(serialised.data(), serialised.size(), &read) == HS_SUCCESS;
  database.reset(read);
  bytes.remove_prefix(size);
  return fits;
}

}  // namespace

void FreeDatabase::operator()(hs_database* database) const noexcept { hs_free_database(database); }
void FreeScratch::operator()(hs_scratch* scratch) const noexcept { hs_free_scratch(scratch); }

std::string fingerprint(const Program& program) {
  std::string all = "clarion rules 1\n";
  all += hs_version();
  hs_platform_info_t platform{};
  if (hs_populate_platform(&platform) == HS_SUCCESS) {
    all += fmt::format("\n{} {:x}\n", platform.tune, platform.cpu_features);
  }
  for (const auto& literal : program.literals) {
    all += fmt::format("l{} {} {}\n", index_of(literal.view), literal.key.size(), literal.key);
  }
  for (const auto& regex : program.regexes) {
    all += fmt::format("r{} {} {}\n", index_of(regex.view), regex.pattern.size(), regex.pattern);
  }
  return sha256_hex(all);
}

std::string serialise(const Databases& databases) {
  std::string out;
  for (const Database& database : databases.atoms) put_database(out, database);
  for (const Database& database : databases.spans) put_database(out, database);
  return out;
}

std::optional<Databases> deserialise(const Program& program, std::string_view bytes) {
  Databases out;
  out.spans.resize(program.regexes.size());
  for (Database& database : out.atoms) {
    if (!take_database(bytes, database)) return std::nullopt;
  }
  for (Database& database : out.spans) {
    if (!take_database(bytes, database) || database == nullptr) return std::nullopt;
  }
  if (!bytes.empty()) return std::nullopt;
  out.from_cache = true;
  return out;
}

Result<Databases> compile(const Program& program, const std::filesystem::path& cache_dir,
                          std::vector<Problem>& problems, std::string& cache_note) {
  const std::string key = fingerprint(program);
  if (!cache_dir.empty()) {
    if (const auto bytes = read_cache(cache_dir, key)) {
      if (auto cached = deserialise(program, *bytes)) return std::move(*cached);
    }
  }
  Databases out;
  const std::size_t before = problems.size();
  for (const auto& regex : program.regexes) out.spans.push_back(compile_spans(regex, problems));
  if (problems.size() == before) {
    for (const model::View view : kAllViews)
      out.atoms[index_of(view)] = compile_view(program, view, problems);
  }
  if (problems.size() != before) return Error{Errc::invalid, "a pattern cannot be compiled"};
  if (!cache_dir.empty()) {
    if (const auto written = write_cache(cache_dir, key, serialise(out)); !written)
      cache_note = written.error().text;
  }
  return out;
}

Scratch make_scratch(const Databases& databases) {
  hs_scratch_t* scratch = nullptr;
  const auto fit = [&scratch](const Database& database) {
    if (database != nullptr)
      CLARION_ASSERT(hs_alloc_scratch(database.get(), &scratch) == HS_SUCCESS);
  };
  for (const Database& database : databases.atoms) fit(database);
  for (const Database& database : databases.spans) fit(database);
  return Scratch(scratch);
}

}  // namespace clarion::rules::detail
