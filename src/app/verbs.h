#pragma once

#include "base/result.h"
#include "ops/config.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clarion::app {

/// The verbs of contract section 1. Each prints its result to standard output and returns the exit
/// status: 0 done, 1 the work failed or something was found wrong, 2 wrong usage or configuration.

/// Prints the failure to standard error; 2 for `invalid`, else 1.
int fail(const Error& error);

struct UserAdd {
  std::string name, role, password_file;
  std::vector<std::string> regions;
};
int user_add(const std::string& data, const UserAdd& given);
int user_list(const std::string& data);
int user_disable(const std::string& data, const std::string& name);
int user_passwd(const std::string& data, const std::string& name, const std::string& password_file);

struct TokenIssue {
  std::string name, scope, user;
  std::vector<std::string> sources;
  std::int64_t days = 365;
};
int token_issue(const std::string& data, const TokenIssue& given);
int token_list(const std::string& data);
int token_revoke(const std::string& data, const std::string& id);
int expert_import(const std::string& data, const std::string& file);

int db_migrate(const std::string& data);
int db_check(const std::string& data);
/// `head` is SEQ:HASH, or empty.
int audit_verify(const std::string& data, const std::string& head);
int keys_list(const std::string& data);
/// `jwks`: URL or file; empty: the keys of `data`.
int verify(const std::string& file, const std::string& jwks, const std::string& data);

int rules_check(const std::string& dir);
int rules_test(const std::string& dir);
int rules_explain(const std::string& dir, const std::string& text, bool as_json);

int check_config(const ops::ConfigSources& sources);
int serve(const ops::Config& config, const ops::ConfigSources& sources);
int print_version();

}  // namespace clarion::app
