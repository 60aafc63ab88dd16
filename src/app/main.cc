#include "app/verb_scan.h"
#include "app/verbs.h"
#include "ops/clock.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <functional>
#include <string>

// The command line of contract section 1: what is given, and the verb that does it.
namespace {

using clarion::ops::ConfigSources;

/// --data and --config, which every verb on a data folder takes.
struct Where {
  std::string data, config;
  std::vector<std::string> sets;

  void add_to(CLI::App& verb) {
    verb.add_option("--data", data, "Data folder (default: data.dir, ./clarion-data)");
    verb.add_option("--config", config, "Configuration file (TOML)");
  }
  [[nodiscard]] ConfigSources sources() const {
    ConfigSources out;
    if (!config.empty()) out.file = config;
    out.environment = clarion::ops::clarion_environment();
    for (const std::string& set : sets) {
      const std::size_t equals = set.find('=');
      out.overrides.push_back({set.substr(0, equals),
                               equals == std::string::npos ? "" : set.substr(equals + 1), "--set"});
    }
    if (!data.empty()) out.overrides.push_back({"data.dir", data, "--data"});
    return out;
  }
};

/// Runs a verb on the data folder that the configuration names.
int with_data(const Where& where, const std::function<int(const std::string&)>& verb) {
  const auto config = clarion::ops::load_config(where.sources());
  return config ? verb(config.value().data.dir) : clarion::app::fail(config.error());
}

}  // namespace

int main(int argc, char** argv) {
  namespace app = clarion::app;
  CLI::App cli{"Clarion 正音: from rumors in social feeds to signed notices at every subscriber"};
  cli.require_subcommand(1);
  cli.failure_message(CLI::FailureMessage::help);
  int status = 0;
  Where where;
  const auto on_data = [&](CLI::App* verb, std::function<int(const std::string&)> act) {
    where.add_to(*verb);
    verb->callback([&status, &where, act = std::move(act)] { status = with_data(where, act); });
  };

  std::string rules_dir, listen, role;
  CLI::App* serve = cli.add_subcommand("serve", "Run the system");
  serve->footer("Example: clarion serve --data /var/lib/clarion --listen 127.0.0.1:8080");
  where.add_to(*serve);
  serve->add_option("--rules", rules_dir, "Folder of rule packs (default: those built in)");
  serve->add_option("--listen", listen, "ADDR:PORT; port 0 picks one (default 127.0.0.1:8080)");
  serve
      ->add_option("--set", where.sets,
                   "KEY=VALUE, overrides the configuration; may stand several times")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  serve->callback([&] {
    ConfigSources sources = where.sources();
    if (!rules_dir.empty()) sources.overrides.push_back({"rules.dir", rules_dir, "--rules"});
    if (!listen.empty()) sources.overrides.push_back({"server.listen", listen, "--listen"});
    const auto config = clarion::ops::load_config(sources);
    status = config ? app::serve(config.value(), sources) : app::fail(config.error());
  });

  std::string config_file;
  CLI::App* check_config =
      cli.add_subcommand("check-config", "Check a configuration wholly without starting");
  check_config->footer("Example: clarion check-config /etc/clarion/clarion.toml");
  check_config->add_option("FILE", config_file, "Configuration file (TOML)")->required();
  check_config->callback([&] {
    ConfigSources sources;
    sources.file = config_file;
    sources.environment = clarion::ops::clarion_environment();
    status = app::check_config(sources);
  });

  app::ScanOptions scan_options;
  CLI::App* scan =
      cli.add_subcommand("scan", "Scan NDJSON posts offline: one result a flagged post");
  scan->footer("Example: clarion scan --all posts.ndjson.xz > results.ndjson");
  scan->add_option("--rules", scan_options.rules_dir,
                   "Folder of rule packs (default: those built in)");
  scan->add_option("--threads", scan_options.threads, "1 to 256 (default: one a core)")
      ->check(CLI::Range(1, 256));
  scan->add_flag("--all", scan_options.all, "A result for every post");
  scan->add_option("--flag-score", scan_options.flag_score, "Score from which a post is flagged")
      ->check(CLI::Range(0.001, 1.0));
  scan->add_option("FILE", scan_options.files,
                   "NDJSON, also .xz and .gz; - or none: standard input");
  scan->callback([&] {
    status = app::run_scan(scan_options, stdout, stderr, *clarion::ops::make_system_clock());
  });

  CLI::App* rules = cli.add_subcommand("rules", "Check, test and explain rule packs");
  rules->require_subcommand(1);
  std::string dir, text;
  bool as_json = false;
  CLI::App* rules_check = rules->add_subcommand("check", "Lint packs");
  rules_check->footer("Example: clarion rules check rules/");
  rules_check->add_option("DIR", dir, "Folder of packs (default: those built in)");
  rules_check->callback([&] { status = app::rules_check(dir); });
  CLI::App* rules_test = rules->add_subcommand("test", "Run each rule's own examples");
  rules_test->footer("Example: clarion rules test rules/");
  rules_test->add_option("DIR", dir, "Folder of packs (default: those built in)");
  rules_test->callback([&] { status = app::rules_test(dir); });
  CLI::App* explain = rules->add_subcommand(
      "explain", "What a text folds to, which rules hit where, how the score came about");
  explain->footer("Example: clarion rules explain '听说喝点白酒就能杀死新冠病毒'");
  explain->add_option("--rules", dir, "Folder of packs (default: those built in)");
  explain->add_flag("--json", as_json, "As JSON");
  explain->add_option("TEXT", text, "The text")->required();
  explain->callback([&] { status = app::rules_explain(dir, text, as_json); });

  CLI::App* user = cli.add_subcommand("user", "Accounts");
  user->require_subcommand(1);
  app::UserAdd add;
  std::string name, password_file;
  CLI::App* user_add = user->add_subcommand("add", "Add an account");
  user_add->footer("Example: clarion user add anna --role operator --region 440100");
  user_add->add_option("NAME", add.name, "1 to 64 of a-z 0-9 . _ -")->required();
  user_add->add_option("--role", add.role, "operator, expert, approver, admin or auditor")
      ->required();
  user_add
      ->add_option("--region", add.regions,
                   "Limits the account to a region; may stand several times")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  user_add->add_option("--password-file", add.password_file,
                       "First line is the password; without it the account acts by token only");
  on_data(user_add, [&](const std::string& data) { return app::user_add(data, add); });
  CLI::App* user_list = user->add_subcommand("list", "List accounts: name, role, state, regions");
  user_list->footer("Example: clarion user list");
  on_data(user_list, app::user_list);
  CLI::App* user_disable =
      user->add_subcommand("disable", "Disable an account; its tokens and connections end");
  user_disable->footer("Example: clarion user disable anna");
  user_disable->add_option("NAME", name, "The account")->required();
  on_data(user_disable, [&](const std::string& data) { return app::user_disable(data, name); });
  CLI::App* user_passwd =
      user->add_subcommand("passwd", "Change a password, read from a file or standard input");
  user_passwd->footer("Example: clarion user passwd anna --password-file secret.txt");
  user_passwd->add_option("NAME", name, "The account")->required();
  user_passwd->add_option("--password-file", password_file, "First line is the password");
  on_data(user_passwd,
          [&](const std::string& data) { return app::user_passwd(data, name, password_file); });

  CLI::App* token = cli.add_subcommand("token", "Tokens for programs");
  token->require_subcommand(1);
  app::TokenIssue issue;
  std::string token_id;
  CLI::App* token_issue =
      token->add_subcommand("issue", "Issue a token; it is printed once, alone on standard output");
  token_issue->footer("Example: clarion token issue feed --scope ingest --source weibo");
  token_issue->add_option("NAME", issue.name, "What it is for")->required();
  token_issue->add_option("--scope", issue.scope, "ingest, desk, partner, drill or metrics")
      ->required();
  token_issue->add_option("--user", issue.user, "Whose rights a desk token acts with");
  token_issue
      ->add_option("--source", issue.sources,
                   "Posts count only within this source; may stand several times")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  token_issue->add_option("--days", issue.days, "How long it lives, 1 to 3650 (default 365)");
  on_data(token_issue, [&](const std::string& data) { return app::token_issue(data, issue); });
  CLI::App* token_list =
      token->add_subcommand("list", "List tokens: id, name, scope, account, state, end");
  token_list->footer("Example: clarion token list");
  on_data(token_list, app::token_list);
  CLI::App* token_revoke =
      token->add_subcommand("revoke", "Revoke a token; its connections end within a second");
  token_revoke->footer("Example: clarion token revoke t_01JDESW8V4…");
  token_revoke->add_option("ID", token_id, "As token list shows it")->required();
  on_data(token_revoke, [&](const std::string& data) { return app::token_revoke(data, token_id); });

  CLI::App* expert = cli.add_subcommand("expert", "Experts");
  expert->require_subcommand(1);
  std::string file;
  CLI::App* expert_import =
      expert->add_subcommand("import", "Import experts, one JSON object a line, all or none");
  expert_import->footer("Example: clarion expert import experts.ndjson");
  expert_import->add_option("FILE", file, "NDJSON")->required();
  on_data(expert_import, [&](const std::string& data) { return app::expert_import(data, file); });

  std::string jwks;
  CLI::App* verify =
      cli.add_subcommand("verify", "Check the signatures of notices or recorded frames");
  verify->footer(
      "Example: clarion verify frames.ndjson --jwks http://127.0.0.1:8080/.well-known/jwks.json");
  verify->add_option("FILE", file, "One JSON document, or one a line")->required();
  verify->add_option("--jwks", jwks, "URL or file of the keys (default: those of the data folder)");
  on_data(verify, [&](const std::string& data) { return app::verify(file, jwks, data); });

  CLI::App* db = cli.add_subcommand("db", "The store");
  db->require_subcommand(1);
  CLI::App* db_migrate = db->add_subcommand("migrate", "Bring the store to this program's schema");
  db_migrate->footer("Example: clarion db migrate --data /var/lib/clarion");
  on_data(db_migrate, app::db_migrate);
  CLI::App* db_check = db->add_subcommand("check", "Check the store's file");
  db_check->footer("Example: clarion db check");
  on_data(db_check, app::db_check);

  CLI::App* audit = cli.add_subcommand("audit", "The audit chain");
  audit->require_subcommand(1);
  std::string head;
  CLI::App* audit_verify =
      audit->add_subcommand("verify",
                            "Check the chain, and against it every published revision, approval "
                            "and verdict. A cut tail shows only with --head: keep the head that "
                            "is printed outside this machine");
  audit_verify->footer("Example: clarion audit verify --head 812:9f86d081…");
  audit_verify->add_option("--head", head, "SEQ:HASH that was kept outside");
  on_data(audit_verify, [&](const std::string& data) { return app::audit_verify(data, head); });

  CLI::App* keys = cli.add_subcommand("keys", "Signing keys");
  keys->require_subcommand(1);
  CLI::App* keys_list = keys->add_subcommand("list", "List keys: id, state, since when");
  keys_list->footer("Example: clarion keys list");
  on_data(keys_list, app::keys_list);

  CLI::App* version =
      cli.add_subcommand("version", "Version, build, versions of the libraries it runs on");
  version->footer("Example: clarion version");
  version->callback([&] { status = app::print_version(); });

  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = cli.exit(error);
    return code == 0 ? 0 : 2;
  }
  return status;
}
