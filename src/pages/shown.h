#pragma once

#include "model/facets.h"
#include "model/time.h"
#include "ops/catalogue.h"
#include "store/notices.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::pages {

/// A published revision of an Actual notice, taken apart for people to read. Texts are as signed.
struct Shown {
  struct Content {
    std::string title, summary, body;
    std::vector<std::string> advice;
  };
  struct Evidence {
    std::string title, url, publisher;
  };
  struct Expert {
    std::string name, title, affiliation;
  };

  std::string id, action, kind, severity, verdict, issuer, correction, reason_code;
  std::int64_t revision = 0;
  std::vector<std::string> topics, regions;
  std::optional<Content> zh, en;
  std::string claim;
  std::vector<std::string> appearances;
  std::vector<Evidence> evidence;
  std::vector<Expert> experts;
  model::Time published_at;
  std::optional<model::Time> expires_at;
  std::uint64_t offset = 0;  ///< in the log as it is now
  model::Facets facets;

  /// The content in this language, or in the other when it was not written in this one.
  [[nodiscard]] const Content& in(ops::Lang lang) const;
  /// The language that in() gives.
  [[nodiscard]] ops::Lang lang_for(ops::Lang lang) const;
  [[nodiscard]] bool withdrawn() const { return action == "withdraw"; }
  [[nodiscard]] bool expired(model::Time now) const {
    return !withdrawn() && expires_at && *expires_at <= now;
  }
  [[nodiscard]] bool in_force(model::Time now) const { return !withdrawn() && !expired(now); }
};

/// Requires: a row of the store.
[[nodiscard]] Shown shown_of(const store::RevisionRow& row);

/// "zh" or "en", as in content; "zh-CN" or "en", as in HTML's lang.
[[nodiscard]] std::string_view name_of(ops::Lang lang);
[[nodiscard]] std::string_view html_lang(ops::Lang lang);

}  // namespace clarion::pages
