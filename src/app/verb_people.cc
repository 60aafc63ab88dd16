#include "app/command_line.h"
#include "app/folder.h"
#include "roster/experts.h"
#include "identity/credentials.h"
#include "model/region.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/sessions.h"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

namespace clarion::app {
namespace {

/// Runs one change on a data folder and prints what it returns.
template <class F>
int change(const std::string& data, F act) {
  auto folder = open_folder(data, Missing::make);
  if (!folder) return fail(folder.error());
  Folder& open = folder.value();
  const Result<std::string> done =
      open.database->write([&](store::Tx& tx) -> Result<std::string> { return act(tx, open); });
  if (!done) return fail(done.error());
  if (!done.value().empty()) fmt::print("{}\n", done.value());
  return 0;
}

/// The first line of a file, or of standard input when it is no terminal. Nothing is asked for.
Result<std::string> read_password(const std::string& file) {
  std::string line;
  if (file.empty()) {
    if (::isatty(STDIN_FILENO) != 0) {
      fmt::print(stderr, "password: ");
      std::fflush(stderr);
    }
    std::getline(std::cin, line);
    return line;
  }
  std::ifstream in(file);
  if (!in || !std::getline(in, line))
    return Error{Errc::unavailable, fmt::format("{}: can't be read", file)};
  return line;
}

Result<store::Account> existing(store::View& view, const std::string& name) {
  CLARION_TRY(auto account, store::find_account(view, name));
  if (!account) return Error{Errc::not_found, fmt::format("there is no account '{}'", name)};
  return std::move(*account);
}

struct UserAdd {
  std::string name, role, password_file;
  std::vector<std::string> regions;
};

int user_add(const std::string& data, const UserAdd& given) {
  if (const Status name = identity::check_account_name(given.name); !name)
    return fail(name.error());
  if (!identity::parse_role(given.role)) {
    return fail({Errc::invalid,
                 fmt::format("--role: '{}' is none of operator, expert, approver, admin, auditor",
                             given.role)});
  }
  for (const std::string& region : given.regions) {
    if (model::find_region(region) == nullptr)
      return fail({Errc::invalid, fmt::format("--region: '{}' is no known region code", region)});
  }
  store::Account account{given.name, given.role, given.regions, std::nullopt, false, 1, {}};
  if (!given.password_file.empty()) {
    auto password = read_password(given.password_file);
    if (!password) return fail(password.error());
    auto hash = identity::hash_password(password.value());
    if (!hash) return fail(within("--password-file", hash.error()));
    account.password = std::move(hash.value());
  }
  return change(data, [&](store::Tx& tx, Folder&) -> Result<std::string> {
    CLARION_TRY(store::add_account(tx, account));
    CLARION_TRY(
        store::append_audit(tx, cli_actor(), "user.add", account.name,
                            {{"role", account.role}, {"regions", json_of(account.regions)}}));
    return fmt::format("added {} ({})", account.name, account.role);
  });
}

int user_list(const std::string& data) {
  auto folder = open_folder(data, Missing::refuse);
  if (!folder) return fail(folder.error());
  const auto accounts =
      folder.value().database->read([](store::View& view) { return store::list_accounts(view); });
  if (!accounts) return fail(accounts.error());
  for (const store::Account& account : accounts.value()) {
    fmt::print("{}\t{}\t{}\t{}\n", account.name, account.role,
               account.disabled ? "disabled" : "active",
               account.regions.empty() ? "everywhere"
                                       : fmt::format("{}", fmt::join(account.regions, ",")));
  }
  return 0;
}

int user_disable(const std::string& data, const std::string& name) {
  return change(data, [&](store::Tx& tx, Folder&) -> Result<std::string> {
    CLARION_TRY(auto account, existing(tx, name));
    account.disabled = true;
    CLARION_TRY(store::update_account(tx, account));
    CLARION_TRY(store::end_sessions_of(tx, name));
    CLARION_TRY(store::append_audit(tx, cli_actor(), "user.disable", name, {}));
    return fmt::format("disabled {}", name);
  });
}

int user_passwd(const std::string& data, const std::string& name,
                const std::string& password_file) {
  auto password = read_password(password_file);
  if (!password) return fail(password.error());
  auto hash = identity::hash_password(password.value());
  if (!hash) return fail(hash.error());
  return change(data, [&](store::Tx& tx, Folder&) -> Result<std::string> {
    CLARION_TRY(auto account, existing(tx, name));
    account.password = hash.value();
    CLARION_TRY(store::update_account(tx, account));
    CLARION_TRY(store::end_sessions_of(tx, name));
    CLARION_TRY(store::append_audit(tx, cli_actor(), "user.passwd", name, {}));
    return fmt::format("changed the password of {}", name);
  });
}

struct TokenIssue {
  std::string name, scope, user;
  std::vector<std::string> sources;
  std::int64_t days = 365;
};

int token_issue(const std::string& data, const TokenIssue& given) {
  const auto scope = identity::parse_scope(given.scope);
  if (!scope)
    return fail({Errc::invalid,
                 fmt::format("--scope: '{}' is none of ingest, desk, partner, drill, metrics",
                             given.scope)});
  if (*scope == identity::Scope::desk && given.user.empty())
    return fail({Errc::invalid, "--scope desk needs --user: whose rights it acts with"});
  if (given.name.empty() || given.name.size() > 100)
    return fail({Errc::invalid, "the token's name has 1 to 100 bytes"});
  if (given.days < 1 || given.days > 3650)
    return fail({Errc::invalid, fmt::format("--days: {} is not 1 to 3650", given.days)});
  return change(data, [&](store::Tx& tx, Folder& folder) -> Result<std::string> {
    if (!given.user.empty()) {
      CLARION_TRY(auto account, existing(tx, given.user));
      if (account.disabled)
        return Error{Errc::conflict, fmt::format("the account '{}' is disabled", given.user)};
    }
    const std::string token = identity::make_token(*folder.random);
    const store::Token row{tx.ids().make("t_"),
                           given.name,
                           given.scope,
                           given.user.empty() ? std::nullopt : std::optional(given.user),
                           given.sources,
                           identity::token_hash(token),
                           tx.now(),
                           tx.now() + std::chrono::hours(24 * given.days),
                           std::nullopt};
    CLARION_TRY(store::add_token(tx, row));
    CLARION_TRY(store::append_audit(tx, cli_actor(), "token.issue", row.id,
                                    {{"name", row.name},
                                     {"scope", row.scope},
                                     {"user", given.user},
                                     {"sources", json_of(row.sources)}}));
    return token;
  });
}

int token_list(const std::string& data) {
  auto folder = open_folder(data, Missing::refuse);
  if (!folder) return fail(folder.error());
  const auto tokens =
      folder.value().database->read([](store::View& view) { return store::list_tokens(view); });
  if (!tokens) return fail(tokens.error());
  const model::Time now = folder.value().clock->now();
  for (const store::Token& token : tokens.value()) {
    fmt::print("{}\t{}\t{}\t{}\t{}\t{}\n", token.id, token.name, token.scope,
               token.account.value_or("-"),
               token.revoked_at          ? "revoked"
               : token.expires_at <= now ? "expired"
                                         : "active",
               model::to_text(token.expires_at));
  }
  return 0;
}

int token_revoke(const std::string& data, const std::string& id) {
  return change(data, [&](store::Tx& tx, Folder&) -> Result<std::string> {
    CLARION_TRY(auto done, store::revoke_token(tx, id));
    if (!done) return Error{Errc::not_found, fmt::format("there is no active token '{}'", id)};
    CLARION_TRY(store::append_audit(tx, cli_actor(), "token.revoke", id, {}));
    return fmt::format("revoked {}", id);
  });
}

int expert_import(const std::string& data, const std::string& file) {
  std::ifstream in(file);
  if (!in) return fail({Errc::unavailable, fmt::format("{}: can't be read", file)});
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return change(data, [&](store::Tx& tx, Folder&) -> Result<std::string> {
    const auto count = roster::import_experts(tx, text, cli_actor());
    if (!count) return within(file, count.error());
    const std::size_t all = count.value().added + count.value().changed + count.value().unchanged;
    return fmt::format("imported {} expert{}", all, all == 1 ? "" : "s");
  });
}

void add_user_verbs(CommandLine& line) {
  CLI::App& user = line.group("user", "Accounts");

  const auto given = std::make_shared<UserAdd>();
  CLI::App& add = CommandLine::verb(user, "add", "Add an account",
                                    "clarion user add anna --role operator --region 440100");
  add.add_option("NAME", given->name, "1 to 64 of a-z 0-9 . _ -")->required();
  add.add_option("--role", given->role, "operator, expert, approver, admin or auditor")->required();
  add_repeated(add, "--region", given->regions, "Limits the account to a region");
  add.add_option("--password-file", given->password_file,
                 "First line is the password; without it the account acts by token only");
  line.run_on_data(add, [given](const std::string& data) { return user_add(data, *given); });

  line.run_on_data(CommandLine::verb(user, "list", "List accounts: name, role, state, regions",
                                     "clarion user list"),
                   user_list);

  const auto name = std::make_shared<std::string>();
  CLI::App& disable =
      CommandLine::verb(user, "disable", "Disable an account; its tokens and connections end",
                        "clarion user disable anna");
  disable.add_option("NAME", *name, "The account")->required();
  line.run_on_data(disable, [name](const std::string& data) { return user_disable(data, *name); });

  const auto password_file = std::make_shared<std::string>();
  CLI::App& passwd =
      CommandLine::verb(user, "passwd", "Change a password, read from a file or standard input",
                        "clarion user passwd anna --password-file secret.txt");
  passwd.add_option("NAME", *name, "The account")->required();
  passwd.add_option("--password-file", *password_file, "First line is the password");
  line.run_on_data(passwd, [name, password_file](const std::string& data) {
    return user_passwd(data, *name, *password_file);
  });
}

void add_token_verbs(CommandLine& line) {
  CLI::App& token = line.group("token", "Tokens for programs");

  const auto given = std::make_shared<TokenIssue>();
  CLI::App& issue = CommandLine::verb(token, "issue",
                                      "Issue a token; it is printed once, alone on standard output",
                                      "clarion token issue feed --scope ingest --source weibo");
  issue.add_option("NAME", given->name, "What it is for")->required();
  issue.add_option("--scope", given->scope, "ingest, desk, partner, drill or metrics")->required();
  issue.add_option("--user", given->user, "Whose rights a desk token acts with");
  add_repeated(issue, "--source", given->sources, "Posts count only within this source");
  issue.add_option("--days", given->days, "How long it lives, 1 to 3650 (default 365)");
  line.run_on_data(issue, [given](const std::string& data) { return token_issue(data, *given); });

  line.run_on_data(
      CommandLine::verb(token, "list", "List tokens: id, name, scope, account, state, end",
                        "clarion token list"),
      token_list);

  const auto id = std::make_shared<std::string>();
  CLI::App& revoke =
      CommandLine::verb(token, "revoke", "Revoke a token; its connections end within a second",
                        "clarion token revoke t_01JDESW8V4…");
  revoke.add_option("ID", *id, "As token list shows it")->required();
  line.run_on_data(revoke, [id](const std::string& data) { return token_revoke(data, *id); });
}

}  // namespace

void add_people_verbs(CommandLine& line) {
  add_user_verbs(line);
  add_token_verbs(line);

  CLI::App& expert = line.group("expert", "Experts");
  const auto file = std::make_shared<std::string>();
  CLI::App& import =
      CommandLine::verb(expert, "import", "Import experts, one JSON object a line, all or none",
                        "clarion expert import experts.ndjson");
  import.add_option("FILE", *file, "NDJSON")->required();
  line.run_on_data(import, [file](const std::string& data) { return expert_import(data, *file); });
}

}  // namespace clarion::app
