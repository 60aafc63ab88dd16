#include "notice/audit_check.h"

#include "store/cases.h"
#include "store/notices.h"

#include <fmt/format.h>

#include <map>
#include <unordered_map>

namespace clarion::notice {
namespace {

/// What the chain says must be there, by kind and id; taken out when found.
using Recorded = std::map<std::string, std::string, std::less<>>;

class Check {
 public:
  Check(store::View& view, AuditReport& report) : view_(view), report_(report) {}

  Status run(const std::optional<store::AuditHead>& head) {
    CLARION_TRY(walk_chain(head));
    CLARION_TRY(check_revisions());
    CLARION_TRY(check_approvals());
    CLARION_TRY(check_verdicts());
    for (const auto& [what, hash] : recorded_)
      find(fmt::format("{}: recorded, but not there any more", what));
    return ok();
  }

 private:
  template <class... T>
  void find(T&&... text) {
    constexpr std::size_t kMost = 100;
    if (report_.findings.size() < kMost) report_.findings.emplace_back(std::forward<T>(text)...);
  }

  Status walk_chain(const std::optional<store::AuditHead>& head) {
    bool head_seen = !head.has_value() || head->seq == 0;
    std::int64_t expected = 1;
    std::string previous(64, '0');
    // From the lowest number there can be: a record put before the first is one too many as well.
    CLARION_TRY(
        store::each_audit(view_, INT64_MIN, INT64_MAX, [&](const store::AuditRecord& record) {
          ++report_.records;
          if (record.seq != expected)
            find(fmt::format("audit {}: the record before it is missing", record.seq));
          if (record.previous != previous)
            find(fmt::format("audit {}: does not follow the record before it", record.seq));
          const std::string hash = store::audit_hash(record);
          if (hash.empty() || hash != record.hash)
            find(fmt::format("audit {}: changed", record.seq));
          if (head && record.seq == head->seq) {
            head_seen = true;
            if (record.hash != head->hash)
              find(fmt::format("audit {}: is not the head that was kept outside", record.seq));
          }
          remember(record);
          hashes_.emplace(record.seq, record.hash);
          previous = record.hash;
          expected = record.seq < INT64_MAX ? record.seq + 1 : record.seq;
          report_.head = {record.seq, record.hash};
          return true;
        }));
    if (!head_seen)
      find(fmt::format("the chain ends at {}, before the head {} that was kept outside",
                       report_.head.seq, head->seq));
    return ok();
  }

  void remember(const store::AuditRecord& record) {
    boost::system::error_code failed;
    const json::value value = json::parse(record.detail, failed);
    const json::object* detail = failed ? nullptr : value.if_object();
    if (detail == nullptr) return;
    const std::string hash(string_or(*detail, "hash"));
    for (const char* end : {"notice.edit", "notice.reject", "notice.publish", "notice.withdraw"}) {
      if (record.action == end) approvals_ended_at_seq_[record.subject] = record.seq;
    }
    if (record.action == "notice.publish" || record.action == "notice.withdraw") {
      const json::value* revision = detail->if_contains("revision");
      if (revision == nullptr || !revision->is_int64()) return;
      const std::string what =
          fmt::format("notice {} revision {}", record.subject, revision->get_int64());
      keep(what, hash, record.seq);
      published_at_seq_.emplace(what, record.seq);
    } else if (record.action == "notice.approve") {
      const std::string what = fmt::format("approval {}", string_or(*detail, "approval"));
      keep(what, hash, record.seq);
      approved_at_seq_.emplace(what, record.seq);
    } else if (record.action == "case.verdict") {
      keep(fmt::format("verdict {}", string_or(*detail, "verdict_id")), hash, record.seq);
    }
  }

  /// What was recorded first counts: who can lengthen the chain can't record the same thing anew.
  void keep(const std::string& what, const std::string& hash, std::int64_t seq) {
    if (!recorded_.emplace(what, hash).second)
      find(fmt::format("{}: recorded again by audit {}", what, seq));
  }

  /// True when the row is as recorded.
  bool settle(const std::string& what, const std::string& hash) {
    const auto found = recorded_.find(what);
    if (found == recorded_.end()) {
      find(fmt::format("{}: there without a record", what));
      return false;
    }
    const bool same = !hash.empty() && found->second == hash;
    if (!same) find(fmt::format("{}: changed since it was recorded", what));
    recorded_.erase(found);
    return same;
  }

  Status check_revisions() {
    CLARION_TRY(auto keys, public_keys(view_));
    // Whether a key was revoked later is nothing against what the chain proves.
    for (auto& [kid, key] : keys) key.revoked = false;
    return store::each_revision(view_, [&](const store::RevisionRow& row) {
      ++report_.revisions;
      const std::string what = fmt::format("notice {} revision {}", row.notice_id, row.revision);
      settle(what, store::revision_hash(row));
      if (const Status signature = verify_with(keys, row.jws, row.form); !signature) {
        find(fmt::format("{}: {}", what, signature.error().text));
      }
      boost::system::error_code failed;
      const json::value form = json::parse(row.form, failed);
      const json::object* audit = nullptr;
      if (!failed && form.is_object()) {
        const json::value* member = form.get_object().if_contains("audit");
        audit = member != nullptr ? member->if_object() : nullptr;
      }
      const json::value* seq = audit != nullptr ? audit->if_contains("seq") : nullptr;
      if (seq == nullptr || !seq->is_int64()) {
        find(fmt::format("{}: names no audit head", what));
        return true;
      }
      const auto head = hashes_.find(seq->get_int64());
      const std::string hash = head != hashes_.end() ? head->second : std::string(64, '0');
      if (string_or(*audit, "hash") != hash || published_at_seq_[what] - 1 != seq->get_int64()) {
        find(fmt::format("{}: its audit member is not the head before its record", what));
      }
      return true;
    });
  }

  Status check_approvals() {
    CLARION_TRY(auto rows, store::all_approvals(view_));
    for (const store::ApprovalRow& row : rows) {
      ++report_.approvals;
      const std::string what = fmt::format("approval {}", row.id);
      settle(what, store::approval_hash(row));
      const auto ended = approvals_ended_at_seq_.find(row.notice_id);
      const bool over =
          ended != approvals_ended_at_seq_.end() && ended->second > approved_at_seq_[what];
      if (row.void_ != over)
        find(fmt::format("{}: {}", what,
                         over ? "counts again" : "counts no more, though nothing ended it"));
    }
    return ok();
  }

  Status check_verdicts() {
    CLARION_TRY(auto rows, store::all_verdicts(view_));
    for (const store::VerdictRow& row : rows) {
      ++report_.verdicts;
      settle(fmt::format("verdict {}", row.id), store::verdict_hash(row));
    }
    return ok();
  }

  store::View& view_;
  AuditReport& report_;
  Recorded recorded_;
  std::unordered_map<std::int64_t, std::string> hashes_;
  std::unordered_map<std::string, std::int64_t> published_at_seq_, approved_at_seq_;
  std::unordered_map<std::string, std::int64_t>
      approvals_ended_at_seq_;  // by notice: its newest record that made approvals void
};

}  // namespace

Result<AuditReport> verify_audit(store::View& view, const std::optional<store::AuditHead>& head) {
  AuditReport report;
  CLARION_TRY(Check(view, report).run(head));
  return report;
}

}  // namespace clarion::notice
