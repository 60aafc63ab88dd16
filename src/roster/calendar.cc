#include "roster/calendar.h"

#include "model/topic.h"
#include "roster/expand.h"
#include "roster/records.h"
#include "store/experts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace clarion::roster {
namespace {

constexpr std::chrono::hours kBack{24 * 14}, kAhead{24 * 90};

/// 20261124T094824Z
std::string utc(model::Time time) {
  std::string text = model::to_text(time).substr(0, 19) + "Z";
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

/// RFC 5545 section 3.3.11.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == ';' || c == ',') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      out += c;
    }
  }
  return out;
}

/// RFC 5545 section 3.1.
void put_line(std::string& out, std::string_view line) {
  std::size_t room = 75;
  while (line.size() > room) {
    std::size_t end = room;
    while ((static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) --end;
    out += line.substr(0, end);
    out += "\r\n ";
    line.remove_prefix(end);
    room = 74;  // the blank counts
  }
  out += line;
  out += "\r\n";
}

std::string topics_text(const std::vector<std::string>& topics, ops::Lang lang) {
  std::vector<std::string> names;
  for (const std::string& id : topics) {
    const model::Topic* topic = model::find_topic(id);
    names.push_back(topic == nullptr ? id : lang == ops::Lang::zh ? topic->zh : topic->en);
  }
  return fmt::format("{}", fmt::join(names, lang == ops::Lang::zh ? "、" : ", "));
}

}  // namespace

std::string calendar_text(const std::vector<CalendarEvent>& events, std::string_view name,
                          model::Time stamp) {
  std::string out;
  put_line(out, "BEGIN:VCALENDAR");
  put_line(out, "VERSION:2.0");
  put_line(out, "PRODID:-//Clarion//roster//ZH");
  put_line(out, "CALSCALE:GREGORIAN");
  put_line(out, "METHOD:PUBLISH");
  put_line(out, fmt::format("NAME:{}", escaped(name)));
  put_line(out, fmt::format("X-WR-CALNAME:{}", escaped(name)));
  put_line(out, "REFRESH-INTERVAL;VALUE=DURATION:PT1H");
  for (const CalendarEvent& event : events) {
    put_line(out, "BEGIN:VEVENT");
    put_line(out, "UID:" + escaped(event.uid));
    put_line(out, "DTSTAMP:" + utc(stamp));
    put_line(out, "LAST-MODIFIED:" + utc(event.changed));
    put_line(out, fmt::format("SEQUENCE:{}", event.sequence));
    put_line(out, "DTSTART:" + utc(event.from));
    put_line(out, "DTEND:" + utc(event.until));
    put_line(out, "SUMMARY:" + escaped(event.summary));
    if (!event.description.empty()) put_line(out, "DESCRIPTION:" + escaped(event.description));
    put_line(out, "END:VEVENT");
  }
  put_line(out, "END:VCALENDAR");
  return out;
}

Result<std::vector<CalendarEvent>> shifts_of(store::View& view, const ops::Zone& zone,
                                             std::string_view account, model::Time now,
                                             ops::Lang lang) {
  const model::Time from = now - kBack, until = now + kAhead;
  CLARION_TRY(auto roster, load(view, zone, from, until));
  CLARION_TRY(auto rows, store::roster_in(view, from - kMargin, until + kMargin, true));
  CLARION_TRY(auto experts, store::list_experts(view));
  std::map<std::string, std::string> names;
  for (const store::ExpertRow& expert : experts) {
    if (expert.account) names[*expert.account] = string_or(expert.record, "name");
  }
  std::vector<CalendarEvent> out;
  for (const Stretch& one : expand(roster, zone, from, until)) {
    if (one.account.empty() || (!account.empty() && one.account != account)) continue;
    CalendarEvent event;
    event.uid = fmt::format("{}-{}-{}@clarion", one.slot, utc(one.from), one.account);
    for (const store::RosterRow& row : rows) {
      // What cuts a stretch touches it at its edge.
      const bool meets = row.from <= one.until && one.from <= row.until;
      const bool touches =
          row.id == one.slot || (row.kind == "settings") || (row.kind == "schedule" && meets) ||
          (row.kind == "override" && meets && string_or(row.record, "slot") == one.slot) ||
          (row.kind == "absence" && meets && string_or(row.record, "account") == one.account);
      if (!touches) continue;
      event.sequence += row.version;
      event.changed = std::max(event.changed, row.changed_at);
    }
    event.from = one.from;
    event.until = one.until;
    std::string what = ops::words("duty_" + one.post.duty, lang);
    if (!one.post.topics.empty())
      what = fmt::format("{} {}", what, topics_text(one.post.topics, lang));
    if (one.post.line > 1)
      what =
          ops::words("duty_line", lang, {{"duty", what}, {"line", std::to_string(one.post.line)}});
    const auto name = names.find(one.account);
    event.summary =
        account.empty()
            ? fmt::format("{}: {}", name == names.end() ? one.account : name->second, what)
            : what;
    event.description = one.name;
    out.push_back(std::move(event));
  }
  return out;
}

}  // namespace clarion::roster
