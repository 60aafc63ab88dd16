#include "app/completion.h"

#include "model/topic.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

namespace clarion::app {
namespace {

struct Choice {
  std::string name, what;
};
/// An option, or what a verb takes without one (no name).
struct Argument {
  std::string name, what;
  bool value = false;              ///< takes one
  bool path = false;               ///< which is a file or folder
  std::vector<std::string> words;  ///< or one of these
};
/// A verb or a group of them; `path` is the words that lead to it, "" for the program.
struct Node {
  std::string path;
  std::vector<Choice> verbs;
  std::vector<Argument> options;
  Argument positional;
};

bool is_path(std::string_view name) {
  constexpr std::array<std::string_view, 7> kPaths = {"FILE",   "DIR",     "--data",   "--config",
                                                      "--jwks", "--rules", "--library"};
  return name.ends_with("-file") || std::find(kPaths.begin(), kPaths.end(), name) != kPaths.end();
}

/// The words that CLI::IsMember or CLI::CheckedTransformer takes: they describe themselves as
/// "{a,b,c}" and "{a->1,b->2}".
std::vector<std::string> words_of(const CLI::Option& option, std::string_view name) {
  std::vector<std::string> words;
  if (name == "--topic") {
    for (const model::Topic& topic : model::topics()) words.push_back(topic.id);
  }
  const std::string type = option.get_type_name();
  const std::size_t open = type.find('{'), close = type.find('}', open);
  if (open == std::string::npos || close == std::string::npos) return words;
  for (std::string_view rest = std::string_view(type).substr(open + 1, close - open - 1);
       !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(','));
    words.emplace_back(word.substr(0, word.find("->")));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  }
  return words;
}

Argument argument_of(const CLI::Option& option, std::string name) {
  Argument out;
  out.what = option.get_description();
  out.value = option.get_items_expected_max() > 0;
  out.path = out.value && is_path(name);
  if (out.value) out.words = words_of(option, name);
  out.name = std::move(name);
  return out;
}

void walk(CLI::App& app, const std::string& path, std::vector<Node>& nodes) {
  Node node;
  node.path = path;
  for (const CLI::Option* option : app.get_options({})) {
    if (option->get_positional()) {
      node.positional = argument_of(*option, option->get_single_name());
      node.positional.name.clear();
    } else if (!option->get_lnames().empty()) {
      node.options.push_back(argument_of(*option, "--" + option->get_lnames().front()));
    }
  }
  const auto verbs = app.get_subcommands({});
  for (const CLI::App* verb : verbs)
    node.verbs.push_back({verb->get_name(), verb->get_description()});
  nodes.push_back(std::move(node));
  for (CLI::App* verb : verbs)
    walk(*verb, path.empty() ? verb->get_name() : path + " " + verb->get_name(), nodes);
}

std::vector<Node> nodes_of(CLI::App& root) {
  std::vector<Node> nodes;
  walk(root, "", nodes);
  return nodes;
}

std::vector<std::string> names_where(const Node& node, bool (*wanted)(const Argument&)) {
  std::vector<std::string> names;
  for (const Argument& option : node.options) {
    if (wanted(option)) names.push_back(option.name);
  }
  return names;
}
std::vector<std::string> verbs_of(const Node& node) {
  std::vector<std::string> names;
  names.reserve(node.verbs.size());
  for (const Choice& verb : node.verbs) names.push_back(verb.name);
  return names;
}

/// In single quotes, as each of the shells reads them.
std::string quoted(std::string_view text, std::string_view quote) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += quote;
    } else if (c != '\n') {
      out += c;
    }
  }
  return out + "'";
}
std::string posix(std::string_view text) { return quoted(text, R"('\'')"); }
std::string fish(std::string_view text) {
  std::string escaped;
  for (const char c : text) escaped += c == '\\' ? std::string("\\\\") : std::string(1, c);
  return quoted(escaped, R"(\')");
}

bool takes_value(const Argument& option) { return option.value; }
bool takes_path(const Argument& option) { return option.path; }
bool any(const Argument&) { return true; }

/// Sets for the place `path` what bash and zsh ask for: verbs, options, those with a value, those
/// with a path, and whether the verb itself takes a path.
std::string shell_tables(const std::vector<Node>& nodes) {
  std::string out = "  case \"$path\" in\n";
  for (const Node& node : nodes) {
    out += fmt::format("    {})\n", posix(node.path));
    out += fmt::format("      verbs='{}'\n", fmt::join(verbs_of(node), " "));
    out += fmt::format("      options='{}'\n", fmt::join(names_where(node, any), " "));
    out += fmt::format("      valued='{}'\n", fmt::join(names_where(node, takes_value), " "));
    out += fmt::format("      paths='{}'\n", fmt::join(names_where(node, takes_path), " "));
    out += fmt::format("      takes_path={}\n      words='{}'\n", node.positional.path ? 1 : 0,
                       fmt::join(node.positional.words, " "));
    out += "      ;;\n";
  }
  return out + "  esac\n";
}

/// Sets `words` for an option with a closed list.
std::string shell_words(const std::vector<Node>& nodes) {
  std::string out = "  case \"$path $previous\" in\n";
  for (const Node& node : nodes) {
    for (const Argument& option : node.options) {
      if (!option.words.empty())
        out += fmt::format("    {}) words='{}' ;;\n", posix(node.path + " " + option.name),
                           fmt::join(option.words, " "));
    }
  }
  return out + "    *) words='' ;;\n  esac\n";
}

}  // namespace

std::string bash_completion(CLI::App& root) {
  const std::vector<Node> nodes = nodes_of(root);
  return fmt::format(R"(# Completion of clarion for bash: source <(clarion completion bash)
_clarion_place() {{
{}}}
_clarion() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="" path="" word
  local verbs options valued paths takes_path words i
  COMPREPLY=()
  _clarion_place
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${{COMP_WORDS[i]}}"
    if [[ -n $previous ]]; then previous=""; continue; fi
    if [[ " $valued " == *" $word "* ]]; then previous="$word"; continue; fi
    if [[ " $verbs " == *" $word "* ]]; then path="${{path:+$path }}$word"; _clarion_place; fi
  done
  if [[ -n $previous ]]; then
    if [[ " $paths " == *" $previous "* ]]; then
      takes_path=1
      words=""
    else
      takes_path=0
{}    fi
  elif [[ $current == -* ]]; then
    words="$options"
    takes_path=0
  else
    words="$verbs $words"
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if ((takes_path)); then
    compopt -o filenames 2>/dev/null
    mapfile -t -O "${{#COMPREPLY[@]}}" COMPREPLY < <(compgen -f -- "$current")
  fi
}}
complete -F _clarion clarion
)",
                     shell_tables(nodes), shell_words(nodes));
}

std::string zsh_completion(CLI::App& root) {
  const std::vector<Node> nodes = nodes_of(root);
  std::string described = "  case \"$path\" in\n";
  for (const Node& node : nodes) {
    described += fmt::format("    {})\n", posix(node.path));
    std::vector<std::string> verbs, options;
    for (const Choice& verb : node.verbs) verbs.push_back(posix(verb.name + ":" + verb.what));
    for (const Argument& option : node.options)
      options.push_back(posix(option.name + ":" + option.what));
    described += fmt::format("      verb_words=({})\n      option_words=({})\n      ;;\n",
                             fmt::join(verbs, " "), fmt::join(options, " "));
  }
  described += "  esac\n";
  // `path` is tied to PATH in zsh, so the place goes by another name.
  const auto renamed = [](std::string text) {
    for (std::size_t at = text.find("$path"); at != std::string::npos; at = text.find("$path", at))
      text.replace(at, 5, "$place");
    return text;
  };
  return fmt::format(R"(#compdef clarion
# Completion of clarion for zsh: source <(clarion completion zsh)
_clarion_place() {{
{}{}}}
_clarion() {{
  local current="${{words[CURRENT]}}" previous="" place="" word
  local verbs options valued paths takes_path
  local -a given verb_words option_words
  integer i
  given=("${{(@)words}}")
  local words
  _clarion_place
  for ((i = 2; i < CURRENT; i++)); do
    word="${{given[i]}}"
    if [[ -n $previous ]]; then previous=""; continue; fi
    if [[ " $valued " == *" $word "* ]]; then previous="$word"; continue; fi
    if [[ " $verbs " == *" $word "* ]]; then place="${{place:+$place }}$word"; _clarion_place; fi
  done
  if [[ -n $previous ]]; then
    if [[ " $paths " == *" $previous "* ]]; then
      _files
      return
    fi
{}    compadd -- ${{=words}}
  elif [[ $current == -* ]]; then
    _describe -o option option_words
  else
    (($#verb_words)) && _describe verb verb_words
    [[ -n $words ]] && compadd -- ${{=words}}
    ((takes_path)) && _files
  fi
}}
if [[ "$funcstack[1]" == _clarion ]]; then
  _clarion "$@"
else
  compdef _clarion clarion
fi
)",
                     renamed(shell_tables(nodes)), renamed(described), renamed(shell_words(nodes)));
}

std::string fish_completion(CLI::App& root) {
  const std::vector<Node> nodes = nodes_of(root);
  std::vector<std::string> places;
  for (const Node& node : nodes) {
    if (!node.path.empty()) places.push_back(fish(node.path));
  }
  std::string out =
      fmt::format(R"(# Completion of clarion for fish: clarion completion fish | source
function __clarion_place
    set -l place
    for word in (commandline -opc)[2..-1]
        switch (string join ' ' -- $place $word)
            case {}
                set -a place $word
        end
    end
    string join ' ' -- $place
end
function __clarion_at
    test (__clarion_place | string collect --allow-empty) = "$argv[1]"
end
complete -c clarion -f
)",
                  fmt::join(places, " "));
  for (const Node& node : nodes) {
    const std::string at = "-n " + fish(fmt::format("__clarion_at \"{}\"", node.path));
    for (const Choice& verb : node.verbs)
      out +=
          fmt::format("complete -c clarion {} -a {} -d {}\n", at, fish(verb.name), fish(verb.what));
    for (const Argument& option : node.options) {
      std::string how;
      if (option.path) {
        how = " -r -F";
      } else if (!option.words.empty()) {
        how = fmt::format(" -x -a '{}'", fmt::join(option.words, " "));
      } else if (option.value) {
        how = " -x";
      }
      out += fmt::format("complete -c clarion {} -l {}{} -d {}\n", at,
                         std::string_view(option.name).substr(2), how, fish(option.what));
    }
    if (node.positional.path) out += fmt::format("complete -c clarion {} -F\n", at);
    if (!node.positional.words.empty())
      out += fmt::format("complete -c clarion {} -a '{}'\n", at,
                         fmt::join(node.positional.words, " "));
  }
  return out;
}

}  // namespace clarion::app
