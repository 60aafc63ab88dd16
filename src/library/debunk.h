#pragma once

#include "base/json.h"
#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::library {

/// A verified debunk (contract section 2, Debunk): what was said, and what an organisation found.
struct Debunk {
  std::string id;
  std::string claim;    ///< empty when only an explanation is known
  std::string title;    ///< of the publisher's article; read, kept and indexed beside the claim
  std::string verdict;  ///< open; known words are the contract's
  std::string explanation;
  std::string source;
  std::string date;          ///< RFC 3339, a bare date, month or year, as given; may be empty
  std::string topic;         ///< id of hazards.json; empty: none
  std::string source_topic;  ///< the publisher's own word where it is no id of ours
  std::string url;           ///< http or https; may be empty
  std::vector<std::string> claim_appearances;  ///< addresses
  std::string lang;
  bool operator==(const Debunk&) const = default;
};

/// Longest members, in bytes of UTF-8; ours, generous beside the libraries that were read (the
/// longest explanation of 11,000 has 16 KiB).
struct DebunkLimits {
  static constexpr std::size_t kId = 256, kClaim = 8192, kTitle = 2048, kVerdict = 64,
                               kExplanation = 65536, kSource = 512, kDate = 64, kTopic = 128,
                               kUrl = 2048, kLang = 35, kAppearances = 50;
};

/// A line of a library as a debunk; members we do not know are left aside, null counts as absent,
/// a topic that is no id of ours is mapped (topics.h), an address that is no web address (alipays:
/// and the like, which nobody should be led to) is left out. Errors: `invalid`, with one FieldError
/// for each wrong member.
[[nodiscard]] Result<Debunk> debunk_of(const json::object& line);
/// http: or https:, without blanks or control characters.
[[nodiscard]] bool is_web_address(std::string_view url);

/// The debunk as a line: members in the contract's order, empty ones left out but for `claim`.
/// debunk_of() of it gives the same.
[[nodiscard]] json::object to_json(const Debunk& debunk);

/// The claim, else the title, else the explanation: what stands for the debunk in a list.
[[nodiscard]] std::string_view headline(const Debunk& debunk);

/// Checks all members against the limits and that there is something to index. Errors: as
/// debunk_of.
[[nodiscard]] Status check(const Debunk& debunk);

}  // namespace clarion::library
