#include "demo/visit.h"

#include "demo/demo.h"
#include "demo/package.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace clarion::demo {
namespace {

/// As one word of the shell.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

Result<std::string> write_variables(const DemoOptions& options, const People& people) {
  std::string text =
      "# Of a running `clarion serve --demo`: `. FILE` in bash. The tokens end with the demo.\n";
  const auto set = [&text](std::string_view name, std::string_view value) {
    text += fmt::format("{}={}\n", name, quoted(value));
  };
  set("clarion", options.program);
  set("D", options.folder);
  set("U", options.url);
  for (const auto& [name, account] : {std::pair{"OPERATOR", kOperator},
                                      {"EXPERT", kExpert},
                                      {"APPROVER", kApprover},
                                      {"ADMIN", kAdmin},
                                      {"FEED", std::string_view()}}) {
    set(name, people.visitor_tokens.find(account)->second);
  }
  text += functions_sh();

  const std::string path = options.folder + "/demo.env";
  const auto failed = [&path] {
    return Error{Errc::unavailable, fmt::format("{}: {}", path, std::strerror(errno))};
  };
  ::unlink(path.c_str());  // an earlier start's
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return failed();
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = ::write(file, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const Error error = failed();
      ::close(file);
      return error;
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  ::close(file);
  return path;
}

std::string welcome(const DemoOptions& options, const People& people,
                    const std::string& variables_file) {
  std::string text(visit_text());
  replace_all(text, "{url}", options.url);
  replace_all(text, "{password}", people.password);
  replace_all(text, "{variables}",
              variables_file.find_first_of(" '\"\\$") == std::string::npos
                  ? variables_file
                  : quoted(variables_file));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace clarion::demo
