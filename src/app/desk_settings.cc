#include "app/desk_settings.h"

#include "desk/staff.h"

#include <charconv>
#include <string_view>

namespace clarion::app {
namespace {

std::int64_t number_of(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);  // the settings were checked
  return value;
}

}  // namespace

desk::DeskOptions desk_settings(const ops::Config& config, std::string org, const ops::Zone& zone) {
  desk::DeskOptions out;
  out.org = std::move(org);
  out.lease = std::chrono::minutes(config.desk.lease_minutes);
  out.escalation = std::chrono::minutes(config.desk.escalation_minutes);
  out.panel_time = std::chrono::minutes(config.desk.panel_minutes);
  for (const std::string_view each : config.desk.deadline_minutes) {
    const std::size_t equals = each.find('=');
    if (const auto severity = model::parse_severity(each.substr(0, equals)))
      out.deadline[static_cast<std::size_t>(*severity)] =
          std::chrono::minutes(number_of(each.substr(equals + 1)));
  }
  for (const std::string_view each : config.desk.panel) {
    const std::size_t equals = each.find('='), colon = each.find(':');
    const auto severity = model::parse_severity(each.substr(0, equals));
    const auto rule = desk::parse_panel_rule(each.substr(colon + 1));
    if (severity && rule)
      out.panels[static_cast<std::size_t>(*severity)] = {
          static_cast<std::size_t>(number_of(each.substr(equals + 1, colon - equals - 1))), *rule};
  }
  out.zone = zone;
  out.staff = std::make_shared<desk::Staff>(zone);
  return out;
}

}  // namespace clarion::app
