#include "notice/lifecycle.h"

#include "base/bytes.h"
#include "desk/actions.h"
#include "desk/votes.h"
#include "http/fields.h"
#include "identity/requests.h"
#include "library/library.h"
#include "notice/audience.h"
#include "notice/from_resource.h"
#include "notice/prepared.h"
#include "notice/publication.h"
#include "notice/templates.h"
#include "store/audit.h"
#include "store/cases.h"
#include "store/experts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::notice {
namespace {

using identity::Act;
using store::NoticeRow;

constexpr std::size_t kReasonCharacters = 4000;
constexpr std::array<std::string_view, 3> kModes = {"Actual", "Exercise", "Test"};

Error wrong_state(const NoticeRow& row) {
  const std::string state = row.draft ? row.draft_state : "published";
  return {Errc::conflict,
          fmt::format("the notice is '{}', this does not go from there", state),
          "notice_state",
          {{"state", state}}};
}

bool holds(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

void add_author(NoticeRow& row, const std::string& who) {
  if (!holds(row.authors, who)) row.authors.push_back(who);
}

std::vector<std::string> regions_of(const json::object& draft) {
  const json::value* regions = draft.if_contains("regions");
  return regions != nullptr ? strings_of(*regions) : std::vector<std::string>{};
}

/// Regions that a right is judged by: the draft's, else those of the newest revision.
Result<std::vector<std::string>> regions_of(store::View& view, const NoticeRow& row) {
  if (row.draft) return regions_of(*row.draft);
  CLARION_TRY(auto revision, store::find_revision(view, row.id, row.revision));
  if (!revision) return std::vector<std::string>{};
  return store::facets_of(json::parse(revision->facets).as_object()).regions;
}

/// True when the notice belongs to a case that the actor holds.
Result<bool> own_case(store::View& view, const std::optional<std::string>& case_id,
                      const identity::Actor& actor) {
  if (!case_id) return false;
  CLARION_TRY(auto row, store::find_case(view, *case_id));
  return row && desk::is_own(*row, actor);
}

Status check_match(const Version& version, const NoticeRow& row) {
  if (!version.given)
    return Error{Errc::conflict, "If-Match is needed: send the version you saw",
                 "if_match_required"};
  return identity::check_version(version.value, row.version);
}

Status check_right(const NoticeAction& action, Act act, const NoticeRow& row) {
  CLARION_TRY(auto own, own_case(action.tx, row.case_id, action.actor));
  CLARION_TRY(identity::allowed(act, action.actor, action.policy, own));
  CLARION_TRY(auto regions, regions_of(action.tx, row));
  return identity::may_act_in(action.actor, regions);
}

Result<NoticeRow> get(const NoticeAction& action, std::string_view id) {
  CLARION_TRY(auto row, store::find_notice(action.tx, id));
  if (!row || !identity::sees_mode(action.actor, row->mode))
    return Error{Errc::not_found, "there is no such notice", "not_found"};
  return std::move(*row);
}

Status note(const NoticeAction& action, const NoticeRow& row, std::string_view what,
            json::object detail = {}) {
  detail["version"] = row.version;
  CLARION_TRY(store::append_audit(action.tx, action.actor.name(), fmt::format("notice.{}", what),
                                  row.id, std::move(detail)));
  return ok();
}

/// Who did it, and when, as the desk is told.
json::object stamp(const NoticeAction& action) {
  return {{"by", action.actor.account}, {"at", model::to_text(action.tx.now())}};
}

/// Keeps in the draft's details whose approvals an edit or rejection voids, and by what.
Status tell_voided(const NoticeAction& action, NoticeRow& row,
                   const std::vector<std::string>& fields) {
  constexpr std::size_t kMostKept = 20;
  CLARION_TRY(auto approvals, valid_approvals(action.tx, row, action.options));
  if (approvals.empty()) return ok();
  json::value& kept = row.draft_details["voided"];
  if (!kept.is_array()) kept.emplace_array();
  for (const store::ApprovalRow& each : approvals) {
    if (kept.get_array().size() == kMostKept) kept.get_array().erase(kept.get_array().begin());
    json::object item = stamp(action);
    item["approval"] = {{"by", each.actor}, {"at", model::to_text(each.at)}};
    item["fields"] = json_of(fields);
    kept.get_array().push_back(std::move(item));
  }
  return ok();
}

/// Pointers of the members that differ, two levels deep: /severity, /content/zh.
std::vector<std::string> changed_fields(const json::object& before, const json::object& after) {
  std::vector<std::string> out;
  const auto compare = [&out](const json::object& a, const json::object& b,
                              const std::string& place, const auto& deeper) -> void {
    const auto look = [&](std::string_view name) {
      const json::value *left = a.if_contains(name), *right = b.if_contains(name);
      const std::string pointer = fmt::format("{}/{}", place, name);
      if (left != nullptr && right != nullptr && *left == *right) return;
      if (pointer == "/content" && left != nullptr && right != nullptr && left->is_object() &&
          right->is_object())
        return deeper(left->get_object(), right->get_object(), pointer, deeper);
      if (!holds(out, pointer)) out.push_back(pointer);
    };
    for (const json::key_value_pair& each : a) look(each.key());
    for (const json::key_value_pair& each : b) {
      if (!a.contains(each.key())) look(each.key());
    }
  };
  compare(before, after, "", compare);
  return out;
}

/// Remembers when each language was changed, by which the checks tell that the English is older.
void tell_changed(const NoticeAction& action, NoticeRow& row,
                  const std::vector<std::string>& fields) {
  row.draft_details["edited"] = stamp(action);
  json::value& changed = row.draft_details["changed"];
  if (!changed.is_object()) changed.emplace_object();
  for (const char* lang : {"zh", "en"}) {
    if (holds(fields, "/content") || holds(fields, fmt::format("/content/{}", lang)))
      changed.get_object()[lang] = model::to_text(action.tx.now());
  }
}

/// Puts a draft back to its first state: its approvals count no more.
Status back_to_draft(store::Tx& tx, NoticeRow& row) {
  row.draft_state = "draft";
  row.draft_details.erase("publish_at");
  row.draft_details.erase("publish_held");
  return store::void_approvals(tx, row.id);
}

/// What a draft takes over from its case, where its body does not say otherwise.
Status take_over_case(const NoticeAction& action, const store::CaseRow& from, json::object& draft,
                      NoticeRow& row) {
  const auto put = [&draft](std::string_view name, json::value value) {
    if (!draft.contains(name)) draft[name] = std::move(value);
  };
  put("topics", json_of(from.topics));
  put("regions", json_of(from.regions));
  put("severity", json::string(name_of(from.severity)));
  if (!from.claim.empty()) {
    json::value& claim = draft["claim"];
    if (!claim.is_object()) claim.emplace_object();
    if (!claim.get_object().contains("text")) claim.get_object()["text"] = from.claim;
  }
  CLARION_TRY(const auto standing, desk::deciding_verdict(action.tx, from));
  if (!standing) return ok();
  const store::VerdictRow& verdict = *standing;
  const json::object record = json::parse(verdict.record).as_object();
  put("verdict", record.at("verdict"));
  // Files are evidence for the desk; the public gets what has an address.
  json::array evidence;
  for (const json::value& each : record.at("evidence").as_array()) {
    json::object shown = each.as_object();
    shown.erase("file");
    shown.erase("sha256");
    if (shown.contains("url")) evidence.push_back(std::move(shown));
  }
  if (!evidence.empty()) put("evidence", std::move(evidence));
  CLARION_TRY(auto expert, store::find_expert_of(action.tx, verdict.actor));
  if (expert && !string_or(expert->record, "public_name").empty() && !draft.contains("experts")) {
    json::object named{{"name", string_or(expert->record, "public_name")}};
    for (const char* name : {"title", "affiliation"}) {
      if (const json::string* text = find_string(expert->record, name)) named[name] = *text;
    }
    draft["experts"] = json::array{std::move(named)};
  }
  add_author(row, verdict.actor);  // whose reasons the notice repeats
  return ok();
}

/// The first characters of a text, whole.
std::string first_characters(std::string_view text, std::size_t most) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
    if (++count > most) return std::string(text.substr(0, i));
  }
  return std::string(text);
}

/// What a draft takes over from a debunk of the library, where neither its body nor its case says
/// otherwise. From one of our own notices its authors come along.
Status take_over_debunk(const NoticeAction& action, std::string_view id, json::object& draft,
                        NoticeRow& row) {
  constexpr std::size_t kClaimCharacters = 1000, kTitleCharacters = 120;
  CLARION_TRY(auto debunk, library::find_debunk(action.tx, id));
  if (!debunk) return Error{Errc::not_found, "there is no such debunk", "not_found"};
  const auto put = [&draft](std::string_view name, json::value value) {
    if (!draft.contains(name)) draft[name] = std::move(value);
  };
  put("kind", json::string("debunk"));
  const std::string_view said = debunk->claim.empty() ? debunk->title : debunk->claim;
  if (!said.empty()) {
    json::value& claim = draft["claim"];
    if (!claim.is_object()) claim.emplace_object();
    if (!claim.get_object().contains("text"))
      claim.get_object()["text"] = first_characters(said, kClaimCharacters);
  }
  put("verdict", json::string(debunk->verdict));
  if (!debunk->topic.empty()) put("topics", json::array{json::string(debunk->topic)});
  if (!debunk->url.empty()) {
    const std::string_view title =
        debunk->title.empty() ? library::headline(*debunk) : std::string_view(debunk->title);
    json::object evidence{{"title", first_characters(title, kTitleCharacters)},
                          {"url", debunk->url}};
    if (!debunk->source.empty())
      evidence["publisher"] = first_characters(debunk->source, kTitleCharacters);
    put("evidence", json::array{std::move(evidence)});
  }
  CLARION_TRY(auto ours, store::find_notice(action.tx, id));
  if (ours) {
    for (const std::string& author : ours->authors) add_author(row, author);
  }
  return ok();
}

/// What a draft takes over from a template, where nothing else says otherwise.
Status take_over_template(const NoticeAction& action, std::string_view id, std::string_view mode,
                          json::object& draft) {
  const json::object* shape = find_template(id);
  const auto wrong = [](std::string_view code) {
    return Error{Errc::invalid,
                 "the template does not fit",
                 "field_invalid",
                 {},
                 {{"/template", std::string(code), {}}}};
  };
  if (shape == nullptr) return wrong("template_unknown");
  if (string_or(*shape, "action") != "publish") return wrong("template_action");
  if (shape->contains("mode") && mode == "Actual") return wrong("template_mode");
  json::value made = fill_template(*shape, {.draft = draft,
                                            .issuer = action.options.issuer,
                                            .zone = action.options.zone,
                                            .now = action.tx.now()});
  merge_patch(made, draft);
  draft = std::move(made.as_object());
  return ok();
}

Result<NoticeRow> submit(const NoticeAction& action, NoticeRow row, const Version& version,
                         const json::object& body) {
  CLARION_TRY(check_right(action, Act::draft_notice, row));
  CLARION_TRY(check_match(version, row));
  if (!row.draft || row.draft_state != "draft") return wrong_state(row);
  http::Fields fields(body);
  const auto words = fields.optional_text("note", kReasonCharacters);
  CLARION_TRY(fields.finish());
  CLARION_TRY(check_complete(*row.draft, row.draft_action, action.tx.now()));
  CLARION_TRY(check_experts(action.tx, *row.draft));
  CLARION_TRY(check_size(draft_form(row, action.options)));
  row.draft_state = "submitted";
  json::object submitted = stamp(action);
  if (words && !words->empty()) submitted["note"] = *words;
  row.draft_details["submitted"] = std::move(submitted);
  ++row.version;
  CLARION_TRY(store::update_notice(action.tx, row));
  CLARION_TRY(auto hash, content_hash(draft_form(row, action.options)));
  CLARION_TRY(note(action, row, "submit", {{"content_hash", hash}}));
  return row;
}

Status check_not_author(const NoticeAction& action, const NoticeRow& row) {
  if (!holds(row.authors, action.actor.account)) return ok();
  return Error{Errc::denied, "an author never approves: another person has to", "four_eyes"};
}

Result<NoticeRow> approve(const NoticeAction& action, NoticeRow row, const Version& version,
                          const json::object& body) {
  CLARION_TRY(check_not_author(action, row));
  CLARION_TRY(check_right(action, Act::approve, row));
  CLARION_TRY(check_match(version, row));
  if (!row.draft || row.draft_state != "submitted") return wrong_state(row);
  http::Fields fields(body);
  const auto words = fields.optional_text("note", kReasonCharacters);
  const auto seen_hash = fields.optional_text("content_hash", 64);
  CLARION_TRY(fields.finish());
  CLARION_TRY(auto hash, content_hash(draft_form(row, action.options)));
  if (seen_hash && *seen_hash != hash) {
    return Error{Errc::conflict, "the text is not the one that was seen", "content_changed"};
  }
  CLARION_TRY(auto before, valid_approvals(action.tx, row, action.options));
  for (const store::ApprovalRow& each : before) {
    if (each.actor == action.actor.account)
      return Error{Errc::conflict, "this person approved it already", "approved_before"};
  }
  const store::ApprovalRow approval{
      action.tx.ids().make("ap_"), row.id, action.actor.account, action.tx.now(), hash,
      words.value_or(""),          false};
  CLARION_TRY(store::add_approval(action.tx, approval));
  if (static_cast<std::int64_t>(before.size()) + 1 >= approvals_required(*row.draft))
    row.draft_state = "approved";
  ++row.version;
  CLARION_TRY(store::update_notice(action.tx, row));
  CLARION_TRY(note(action, row, "approve",
                   {{"approval", approval.id},
                    {"hash", store::approval_hash(approval)},
                    {"content_hash", hash}}));
  return row;
}

Result<NoticeRow> reject(const NoticeAction& action, NoticeRow row, const Version& version,
                         const json::object& body) {
  CLARION_TRY(check_not_author(action, row));
  CLARION_TRY(check_right(action, Act::approve, row));
  CLARION_TRY(check_match(version, row));
  if (!row.draft || (row.draft_state != "submitted" && row.draft_state != "approved"))
    return wrong_state(row);
  http::Fields fields(body);
  const std::string reason = fields.required_text("reason", kReasonCharacters);
  CLARION_TRY(fields.finish());
  CLARION_TRY(tell_voided(action, row, {}));
  CLARION_TRY(back_to_draft(action.tx, row));
  row.draft_details["rejected"] = {
      {"by", action.actor.account}, {"reason", reason}, {"at", model::to_text(action.tx.now())}};
  ++row.version;
  CLARION_TRY(store::update_notice(action.tx, row));
  CLARION_TRY(note(action, row, "reject", {{"reason_hash", sha256_hex(reason)}}));
  return row;
}

Result<NoticeRow> publish(const NoticeAction& action, NoticeRow row, const Version& version,
                          const json::object& body) {
  CLARION_TRY(check_right(action, Act::publish, row));
  CLARION_TRY(check_match(version, row));
  if (!row.draft) return wrong_state(row);
  http::Fields fields(body);
  const auto at = fields.optional_text("at", 40);
  const auto confirm = fields.optional_text("confirm", 64);
  std::optional<model::Time> when;
  if (at) {
    const auto time = model::parse_time(*at);
    if (time && !time.value().date_only) {
      when = time.value().time;
    } else {
      fields.problem("at", "time_invalid");
    }
  }
  CLARION_TRY(fields.finish());
  CLARION_TRY(check_publishable(action.tx, row, action.options, when.value_or(action.tx.now())));
  if (!confirm && !action.actor.session.empty())
    return Error{Errc::conflict, "a person at a page confirms what they were shown",
                 "confirm_needed"};
  if (confirm) {
    CLARION_TRY(auto fits,
                confirm_fits(*confirm, row, action.options, action.actor.account, action.tx.now()));
    if (!fits)
      return Error{Errc::conflict, "the confirmation is for another text or audience",
                   "confirm_mismatch"};
  }
  row.draft_details.erase("publish_held");
  ++row.version;
  if (when && *when > action.tx.now()) {
    row.draft_details["publish_at"] = model::to_text(*when);
    CLARION_TRY(store::update_notice(action.tx, row));
    CLARION_TRY(note(action, row, "schedule", {{"publish_at", model::to_text(*when)}}));
    return row;
  }
  CLARION_TRY(publish_draft(action.tx, row, action.options, action.actor.name()));
  return row;
}

/// Takes a scheduled publication back; the approvals stay.
Result<NoticeRow> unschedule(const NoticeAction& action, NoticeRow row, const Version& version,
                             const json::object& body) {
  CLARION_TRY(check_right(action, Act::publish, row));
  CLARION_TRY(check_match(version, row));
  if (!row.draft || !row.draft_details.contains("publish_at")) return wrong_state(row);
  CLARION_TRY(http::Fields(body).finish());
  row.draft_details.erase("publish_at");
  row.draft_details.erase("publish_held");
  ++row.version;
  CLARION_TRY(store::update_notice(action.tx, row));
  CLARION_TRY(note(action, row, "unschedule"));
  return row;
}

/// The English was read against the Chinese as it stands; the text does not change.
Result<NoticeRow> recheck(const NoticeAction& action, NoticeRow row, const Version& version,
                          const json::object& body) {
  CLARION_TRY(check_right(action, Act::draft_notice, row));
  CLARION_TRY(check_match(version, row));
  if (!row.draft || row.draft_state != "draft") return wrong_state(row);
  CLARION_TRY(http::Fields(body).finish());
  json::value& changed = row.draft_details["changed"];
  if (!changed.is_object()) changed.emplace_object();
  changed.get_object()["en"] = model::to_text(action.tx.now());
  add_author(row, action.actor.account);  // who vouches for the text
  ++row.version;
  CLARION_TRY(store::update_notice(action.tx, row));
  CLARION_TRY(note(action, row, "recheck"));
  return row;
}

/// correct and update: a draft of the next revision, while this one stays public.
Result<NoticeRow> revise(const NoticeAction& action, NoticeRow row, const Version& version,
                         const json::object& body, std::string_view name) {
  CLARION_TRY(check_right(action, Act::draft_notice, row));
  CLARION_TRY(check_match(version, row));
  if (row.revision == 0) return wrong_state(row);
  if (row.draft) return Error{Errc::conflict, "the notice has an open draft", "draft_exists"};
  CLARION_TRY(auto revision, store::find_revision(action.tx, row.id, row.revision));
  if (!revision)
    return Error{Errc::corrupt,
                 fmt::format("revision {} of {} is not there", row.revision, row.id)};
  CLARION_TRY(auto members, draft_after(action.tx, row.id, *revision));
  const std::string owner(string_or(row.draft_details, "owner"));
  if (!owner.empty()) members["owner"] = owner;
  json::object said = body;
  http::Fields fields(body);
  const bool prepared = fields.optional_bool("prepared").value_or(false);
  said.erase("prepared");
  json::value merged = members;
  if (prepared) {
    json::object form = members;
    form["revision"] = revision->revision;
    form["published_at"] = model::to_text(revision->published_at);
    const PreparedFrom from{form, action.options.issuer, action.options.zone, action.tx.now()};
    const json::object made = name == "correct" ? prepared_correction(from) : prepared_update(from);
    // Whole: words of the old text must not stand beside those of the prepared one.
    for (const json::key_value_pair& each : made) merged.get_object()[each.key()] = each.value();
  }
  merge_patch(merged, said);
  CLARION_TRY(auto draft, read_draft(merged.as_object(), action.options.zone));
  CLARION_TRY(identity::may_act_in(action.actor, regions_of(draft)));
  row.draft = std::move(draft);
  row.draft_state = "draft";
  row.draft_action = name;
  row.draft_details = {};
  if (!owner.empty()) row.draft_details["owner"] = owner;  // of what is public meanwhile
  tell_changed(action, row, {"/content"});
  add_author(row, action.actor.account);
  ++row.version;
  CLARION_TRY(store::update_notice(action.tx, row));
  CLARION_TRY(note(action, row, name));
  return row;
}

Result<NoticeRow> withdraw(const NoticeAction& action, NoticeRow row, const Version& version,
                           const json::object& body) {
  CLARION_TRY(check_right(action, Act::withdraw, row));
  CLARION_TRY(check_match(version, row));
  if (row.revision == 0) return wrong_state(row);
  CLARION_TRY(auto revision, store::find_revision(action.tx, row.id, row.revision));
  if (!revision)
    return Error{Errc::corrupt,
                 fmt::format("revision {} of {} is not there", row.revision, row.id)};
  if (revision->action == "withdraw")
    return Error{Errc::conflict, "the notice is withdrawn already", "withdrawn"};
  http::Fields fields(body);
  const std::string code =
      fields.required_word("reason_code", {std::begin(kReasonCodes), std::end(kReasonCodes)});
  const std::string reason = fields.required_text("reason", kReasonCharacters);
  CLARION_TRY(fields.finish());
  ++row.version;
  CLARION_TRY(publish_withdrawal(action.tx, row, action.options, action.actor.account, *revision,
                                 code, reason));
  return row;
}

}  // namespace

std::int64_t approvals_required(const json::object& draft) {
  return string_or(draft, "severity") == "extreme" ? 2 : 1;
}

Status check_experts(store::View& view, const json::object& draft) {
  const json::value* named = draft.if_contains("experts");
  if (named == nullptr || named->get_array().empty()) return ok();
  CLARION_TRY(auto experts, store::list_experts(view));
  std::vector<FieldError> problems;
  for (std::size_t i = 0; i < named->get_array().size(); ++i) {
    const std::string_view name = string_or(named->get_array()[i].as_object(), "name");
    const bool consented =
        std::any_of(experts.begin(), experts.end(), [name](const store::ExpertRow& expert) {
          return string_or(expert.record, "public_name") == name;
        });
    if (!consented)
      problems.push_back({fmt::format("/experts/{}/name", i), "expert_no_consent", {}});
  }
  if (problems.empty()) return ok();
  return Error{
      Errc::invalid, "an expert is named who did not consent to it", "field_invalid", {}, problems};
}

std::string_view channel_of(std::string_view mode) {
  return mode == "Actual" ? "notices" : "drill";
}

json::object draft_form(const NoticeRow& row, const NoticeOptions& options) {
  Frame frame{row.id,           row.draft_action, row.mode,    options.issuer,
              row.revision + 1, std::nullopt,     std::nullopt};
  if (row.revision > 0) frame.supersedes = row.revision;
  return signed_form(row.draft.value_or(json::object{}), frame, nullptr);
}

Result<std::vector<store::ApprovalRow>> valid_approvals(store::View& view, const NoticeRow& row,
                                                        const NoticeOptions& options) {
  std::vector<store::ApprovalRow> out;
  if (!row.draft) return out;
  CLARION_TRY(auto hash, content_hash(draft_form(row, options)));
  CLARION_TRY(auto all, store::approvals_of(view, row.id));
  for (store::ApprovalRow& approval : all) {
    const bool again = std::any_of(out.begin(), out.end(), [&approval](const auto& each) {
      return each.actor == approval.actor;
    });
    if (!approval.void_ && approval.content_hash == hash && !holds(row.authors, approval.actor) &&
        !again) {
      out.push_back(std::move(approval));
    }
  }
  return out;
}

Result<NoticeRow> create_notice(const NoticeAction& action, const json::object& body) {
  json::object members = body;
  NoticeRow row;
  http::Fields fields(body);
  row.case_id = fields.optional_text("case", 64);
  const auto mode = fields.optional_text("mode", 16);
  const auto debunk = fields.optional_text("debunk", library::DebunkLimits::kId);
  const auto shape = fields.optional_text("template", 64);
  members.erase("template");
  members.erase("case");
  const auto resource = fields.optional_text("resource", 64);
  members.erase("debunk");
  members.erase("resource");
  members.erase("mode");
  std::optional<store::CaseRow> from;
  if (row.case_id) {
    CLARION_TRY(from, store::find_case(action.tx, *row.case_id));
    if (!from || !desk::may_see(*from, action.actor, action.policy)) {
      return Error{Errc::not_found, "there is no such case", "not_found"};
    }
  }
  CLARION_TRY(identity::allowed(Act::draft_notice, action.actor, action.policy,
                                from && desk::is_own(*from, action.actor)));
  row.mode = mode.value_or(from ? from->mode : std::string(identity::mode_of(action.actor)));
  std::vector<FieldError> problems;
  if (!holds({kModes.begin(), kModes.end()}, row.mode))
    problems.push_back({"/mode", "field_word", {{"words", "Actual, Exercise, Test"}}});
  else if (!identity::sees_mode(action.actor, row.mode))
    problems.push_back({"/mode", "mode_of_session"});
  if (from && row.mode != from->mode)
    problems.push_back({"/mode", "mode_of_case", {{"mode", from->mode}}});
  if (!problems.empty())
    return Error{Errc::invalid, "the mode is wrong", "field_invalid", {}, problems};

  row.id = action.tx.ids().make("n_");
  row.org = action.options.org;
  add_author(row, action.actor.account);
  if (from) {
    CLARION_TRY(take_over_case(action, *from, members, row));
  }
  if (debunk) {
    CLARION_TRY(take_over_debunk(action, *debunk, members, row));
  }
  if (resource) {
    CLARION_TRY(take_over_resource(action, *resource, members, row));
  }
  if (shape) {
    CLARION_TRY(take_over_template(action, *shape, row.mode, members));
  }
  CLARION_TRY(auto draft, read_draft(members, action.options.zone));
  CLARION_TRY(identity::may_act_in(action.actor, regions_of(draft)));
  row.draft = std::move(draft);
  row.draft_state = "draft";
  row.draft_action = "publish";
  tell_changed(action, row, {"/content"});
  row.created_at = row.changed_at = action.tx.now();
  CLARION_TRY(store::add_notice(action.tx, row));
  json::object detail{{"mode", row.mode}};
  if (row.case_id) detail["case"] = *row.case_id;
  if (debunk) detail["debunk"] = *debunk;
  if (resource) detail["resource"] = *resource;
  CLARION_TRY(note(action, row, "create", std::move(detail)));
  return row;
}

Result<NoticeRow> patch_notice(const NoticeAction& action, std::string_view id,
                               const Version& version, const json::value& patch) {
  CLARION_TRY(auto row, get(action, id));
  CLARION_TRY(check_right(action, Act::draft_notice, row));
  CLARION_TRY(check_match(version, row));
  if (!row.draft)
    return Error{Errc::conflict,
                 "a published revision never changes: correct, update or withdraw it", "published"};
  if (!patch.is_object())
    return Error{Errc::invalid, "a merge patch is a JSON object", "json_invalid"};
  json::value merged = *row.draft;
  merge_patch(merged, patch);
  CLARION_TRY(auto draft, read_draft(merged.as_object(), action.options.zone));
  CLARION_TRY(identity::may_act_in(action.actor, regions_of(draft)));
  const auto fields = changed_fields(*row.draft, draft);
  CLARION_TRY(tell_voided(action, row, fields));
  row.draft = std::move(draft);
  tell_changed(action, row, fields);
  CLARION_TRY(back_to_draft(action.tx, row));
  add_author(row, action.actor.account);
  ++row.version;
  CLARION_TRY(store::update_notice(action.tx, row));
  CLARION_TRY(auto hash, content_hash(draft_form(row, action.options)));
  CLARION_TRY(note(action, row, "edit", {{"content_hash", hash}}));
  return row;
}

Result<json::object> preview_publication(const NoticeAction& action, std::string_view id,
                                         const Version& version) {
  CLARION_TRY(auto row, get(action, id));
  CLARION_TRY(check_right(action, Act::publish, row));
  if (version.given) {
    CLARION_TRY(check_match(version, row));
  }
  if (!row.draft) return wrong_state(row);
  CLARION_TRY(check_publishable(action.tx, row, action.options, action.tx.now()));
  CLARION_TRY(auto out, audience_of(action.tx, row, action.options, action.tx.now()));
  CLARION_TRY(out["confirm"],
              confirm_number(row, action.options, action.actor.account, action.tx.now()));
  out["confirm_until"] = model::to_text(confirm_ends(action.tx.now()));
  return out;
}

Result<NoticeRow> act_on_notice(const NoticeAction& action, std::string_view id,
                                std::string_view name, const Version& version,
                                const json::object& body) {
  CLARION_TRY(auto row, get(action, id));
  if (name == "submit") return submit(action, std::move(row), version, body);
  if (name == "approve") return approve(action, std::move(row), version, body);
  if (name == "reject") return reject(action, std::move(row), version, body);
  if (name == "publish") return publish(action, std::move(row), version, body);
  if (name == "unschedule") return unschedule(action, std::move(row), version, body);
  if (name == "recheck") return recheck(action, std::move(row), version, body);
  if (name == "correct" || name == "update")
    return revise(action, std::move(row), version, body, name);
  if (name == "withdraw") return withdraw(action, std::move(row), version, body);
  return Error{Errc::not_found, "there is no such action", "not_found"};
}

}  // namespace clarion::notice
