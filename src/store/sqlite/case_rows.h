#pragma once

#include "store/cases.h"
#include "store/sqlite/values.h"

namespace clarion::store {

/// The columns of a case in the order that case_at() reads.
#define CLARION_CASE_COLUMNS                                                                      \
  "id, org, mode, state, version, priority, severity, topics, regions, lang, claim, claim_post, " \
  "group_id, "                                                                                    \
  "assignee, lease_until, due_at, details, created_at, changed_at, pinned, alarm_at, reprice_at"

inline CaseRow case_at(const sqlite::Statement& row) {
  CaseRow out;
  out.id = row.text(0);
  out.org = row.text(1);
  out.mode = row.text(2);
  out.state = row.text(3);
  out.version = row.integer(4);
  out.priority = row.integer(5);
  out.severity = model::parse_severity(row.text(6)).value_or(model::Severity::minor);
  out.topics = strings_of_text(row.text(7));
  out.regions = strings_of_text(row.text(8));
  out.lang = row.text(9);
  out.claim = row.text(10);
  if (!row.is_null(11)) out.claim_post = row.integer(11);
  if (!row.is_null(12)) out.group = row.integer(12);
  out.assignee = text_at(row, 13);
  out.lease_until = time_at(row, 14);
  out.due_at = time_at(row, 15);
  out.details = json_at(row, 16).as_object();
  out.created_at = time_of(row.integer(17));
  out.changed_at = time_of(row.integer(18));
  out.pinned = row.integer(19) != 0;
  out.alarm_at = time_at(row, 20);
  out.reprice_at = time_at(row, 21);
  return out;
}

}  // namespace clarion::store
