#include "ops/config.h"

#include "ops/config_keys.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <type_traits>

extern "C" char** environ;

namespace clarion::ops {
namespace {

/// A value as TOML or a person gave it, before a key's type is asked of it.
using Given = std::variant<std::string, std::int64_t, double, bool, std::vector<std::string>>;

constexpr std::size_t kMaxFileBytes = 1U << 20U;

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text;
  if (in) {
    text.resize(kMaxFileBytes + 1);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
  }
  if (!in.is_open() || in.bad()) {
    return Error{Errc::invalid, fmt::format("{}: can't be read: {}", path, std::strerror(errno))};
  }
  if (text.size() > kMaxFileBytes)
    return Error{Errc::invalid, fmt::format("{}: over {} bytes", path, kMaxFileBytes)};
  return text;
}

std::string shown(const ConfigKey& key, std::string_view value) {
  return key.secret ? "the given value" : fmt::format("'{}'", value.substr(0, 80));
}

/// How far a wrong name is from a right one (Levenshtein), for "did you mean".
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

/// Collects the values and all faults of the three layers.
class Loader {
 public:
  explicit Loader(std::span<const ConfigKey> keys) : keys_(keys) {}

  void read_toml(const std::string& path);
  void read_environment(const std::map<std::string, std::string>& environment);
  void read_overrides(const std::vector<Override>& overrides);
  [[nodiscard]] Result<Config> finish() &&;

 private:
  /// Takes one value in; `place` names where it was given and starts each fault.
  void take(std::string_view name, const Given& given, const std::string& place);
  void take_secret_file(const ConfigKey& key, const Given& given, const std::string& place);
  Status store(const ConfigKey& key, const Given& given);
  /// A text from outside the file in the key's type; one that does not fit stays a text, which
  /// store() refuses.
  [[nodiscard]] Given typed(std::string_view name, const std::string& text) const;
  [[nodiscard]] const ConfigKey* find(std::string_view name) const;
  [[nodiscard]] std::string unknown(std::string_view name) const;
  void fault(std::string text) { faults_.push_back(std::move(text)); }

  std::span<const ConfigKey> keys_;
  Config config_;
  std::vector<std::string> faults_;
};

const ConfigKey* Loader::find(std::string_view name) const {
  const auto key =
      std::find_if(keys_.begin(), keys_.end(), [&](const ConfigKey& k) { return k.name == name; });
  return key != keys_.end() ? &*key : nullptr;
}

std::string Loader::unknown(std::string_view name) const {
  const ConfigKey* nearest = nullptr;
  std::size_t least = 4;  // farther away is no slip of the finger
  for (const ConfigKey& key : keys_) {
    if (const std::size_t d = distance(name.substr(0, 60), key.name); d < least) {
      least = d;
      nearest = &key;
    }
  }
  return nearest != nullptr ? fmt::format("unknown key; did you mean {}?", nearest->name)
                            : "unknown key";
}

/// One item of a list or a text, against choices and check.
Status check_text(const ConfigKey& key, const std::string& text) {
  if (!key.choices.empty() &&
      std::find(key.choices.begin(), key.choices.end(), text) == key.choices.end()) {
    return Error{Errc::invalid,
                 fmt::format("{} is not allowed; expected {}", shown(key, text), expectation(key))};
  }
  if (key.check != nullptr) {
    if (Status checked = key.check(text); !checked) {
      return Error{Errc::invalid, fmt::format("{} not {}", checked.error().text, shown(key, text))};
    }
  }
  return ok();
}

Status Loader::store(const ConfigKey& key, const Given& given) {
  const auto wrong_type = [&] {
    return Error{Errc::invalid, fmt::format("expected {}", expectation(key))};
  };
  return std::visit(
      [&](auto where) -> Status {
        auto& value = where(config_);
        using Value = std::remove_cvref_t<decltype(value)>;
        Given fitting = given;
        if constexpr (std::is_same_v<Value, double>) {
          if (const auto* whole = std::get_if<std::int64_t>(&given))
            fitting = static_cast<double>(*whole);
        }
        auto* fits = std::get_if<Value>(&fitting);
        if (fits == nullptr) return wrong_type();
        if constexpr (std::is_same_v<Value, std::string>) {
          CLARION_TRY(check_text(key, *fits));
        } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
          for (const std::string& item : *fits) {
            CLARION_TRY(check_text(key, item));
          }
        } else if constexpr (!std::is_same_v<Value, bool>) {
          const auto number = static_cast<double>(*fits);
          if (!(number >= key.min && number <= key.max)) {
            return Error{Errc::invalid,
                         fmt::format("{} is out of range; expected {}", *fits, expectation(key))};
          }
        }
        value = std::move(*fits);
        return ok();
      },
      key.member);
}

void Loader::take(std::string_view name, const Given& given, const std::string& place) {
  if (const ConfigKey* key = find(name)) {
    if (Status stored = store(*key, given); !stored)
      fault(fmt::format("{}: {}", place, stored.error().text));
    return;
  }
  constexpr std::string_view kSuffix = "_file";
  if (name.ends_with(kSuffix)) {
    const ConfigKey* key = find(name.substr(0, name.size() - kSuffix.size()));
    if (key != nullptr && key->secret) return take_secret_file(*key, given, place);
  }
  fault(fmt::format("{}: {}", place, unknown(name)));
}

void Loader::take_secret_file(const ConfigKey& key, const Given& given, const std::string& place) {
  const auto* path = std::get_if<std::string>(&given);
  if (path == nullptr) return fault(fmt::format("{}: expected the path of a file", place));
  Result<std::string> text = read_file(*path);
  if (!text) return fault(fmt::format("{}: {}", place, text.error().text));
  // Editors end a file with a line feed, which is no part of the secret.
  while (text.value().ends_with('\n') || text.value().ends_with('\r')) text.value().pop_back();
  if (Status stored = store(key, text.value()); !stored)
    fault(fmt::format("{}: {}", place, stored.error().text));
}

std::optional<Given> given_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return Given(text->get());
  if (const auto* whole = node.as_integer()) return Given(whole->get());
  if (const auto* number = node.as_floating_point()) return Given(number->get());
  if (const auto* truth = node.as_boolean()) return Given(truth->get());
  const toml::array* array = node.as_array();
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> items;
  for (const toml::node& item : *array) {
    const auto* text = item.as_string();
    if (text == nullptr) return std::nullopt;
    items.push_back(text->get());
  }
  return Given(std::move(items));
}

void Loader::read_toml(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return fault(text.error().text);
  toml::table root;
  try {
    root = toml::parse(text.value(), path);
  } catch (const toml::parse_error& error) {
    // It may quote a line's end.
    std::string words(error.description());
    std::replace(words.begin(), words.end(), '\n', ' ');
    return fault(fmt::format("{}:{}: {}", path, error.source().begin.line, words));
  }
  for (const auto& [section_key, section] : root) {
    const std::string_view section_name = section_key.str();
    const toml::table* members = section.as_table();
    if (members == nullptr) {
      fault(fmt::format("{}:{}: {}: {}", path, section.source().begin.line, section_name,
                        unknown(section_name)));
      continue;
    }
    for (const auto& [member_key, member] : *members) {
      const std::string name = fmt::format("{}.{}", section_name, member_key.str());
      const std::string place =
          fmt::format("{}:{}: {}", path, member_key.source().begin.line, name);
      if (const std::optional<Given> given = given_of(member)) {
        take(name, *given, place);
      } else if (const ConfigKey* key = find(name)) {
        fault(fmt::format("{}: expected {}", place, expectation(*key)));
      } else {
        fault(fmt::format("{}: {}", place, unknown(name)));
      }
    }
  }
}

/// ["a", "b"] or a,b; nothing at all is the empty list.
std::optional<std::vector<std::string>> list_of(const std::string& text) {
  std::vector<std::string> items;
  if (text.starts_with('[')) {
    try {
      const toml::table parsed = toml::parse("list = " + text);
      const std::optional<Given> given =
          parsed.size() == 1 ? given_of(*parsed.get("list")) : std::nullopt;
      if (given) return std::get<std::vector<std::string>>(*given);
    } catch (const toml::parse_error&) {
      return std::nullopt;
    }
    return std::nullopt;
  }
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find(',', from), text.size());
    items.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return items;
}

template <class Number>
std::optional<Number> number_of(const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Given Loader::typed(std::string_view name, const std::string& text) const {
  const ConfigKey* key = find(name);
  if (key == nullptr) return text;
  return std::visit(
      [&](auto where) -> Given {
        Config scratch;
        using Value = std::remove_cvref_t<decltype(where(scratch))>;
        if constexpr (std::is_same_v<Value, bool>) {
          if (text == "true" || text == "false") return text == "true";
        } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
          if (auto items = list_of(text)) return *std::move(items);
        } else if constexpr (!std::is_same_v<Value, std::string>) {
          if (const auto number = number_of<Value>(text)) return *number;
        }
        return text;
      },
      key->member);
}

void Loader::read_environment(const std::map<std::string, std::string>& environment) {
  constexpr std::string_view kPrefix = "CLARION_";
  for (const auto& [variable, value] : environment) {
    const std::size_t split = variable.find("__");
    if (!variable.starts_with(kPrefix) || split == std::string::npos || split < kPrefix.size())
      continue;
    std::string name = fmt::format("{}.{}", variable.substr(kPrefix.size(), split - kPrefix.size()),
                                   variable.substr(split + 2));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    take(name, typed(name, value), fmt::format("environment variable {}", variable));
  }
}

void Loader::read_overrides(const std::vector<Override>& overrides) {
  for (const Override& given : overrides) {
    const std::string place = given.origin == "--set" ? "--set " + given.key : given.origin;
    take(given.key, typed(given.key, given.value), place);
  }
}

Result<Config> Loader::finish() && {
  if (faults_.empty()) return std::move(config_);
  return Error{Errc::invalid, fmt::format("{}", fmt::join(faults_, "\n"))};
}

}  // namespace

std::map<std::string, std::string> clarion_environment() {
  std::map<std::string, std::string> found;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (!text.starts_with("CLARION_") || equals == std::string_view::npos) continue;
    found.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return found;
}

Result<Config> load_config(const ConfigSources& sources) {
  return load_config(sources, config_keys());
}

Result<Config> load_config(const ConfigSources& sources, std::span<const ConfigKey> keys) {
  Loader loader(keys);
  if (sources.file) loader.read_toml(*sources.file);
  loader.read_environment(sources.environment);
  loader.read_overrides(sources.overrides);
  return std::move(loader).finish();
}

}  // namespace clarion::ops
