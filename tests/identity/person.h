#pragma once

#include "identity/rights.h"

#include <string>
#include <utility>

namespace clarion::identity {

/// Somebody who acts by a token of scope desk, for tests.
inline Actor person(std::string name, Role role) {
  Actor actor;
  actor.account = std::move(name);
  actor.role = role;
  actor.scope = Scope::desk;
  actor.token = "t";
  return actor;
}

}  // namespace clarion::identity
