// SPDX-License-Identifier: MIT
//
// act_as_owner(): what `send` does first when root calls it: it becomes the user whose alerts wait.
//
// Guarantees: as root, afterwards the process is for good the owner of the spool (or, if that is
// root's, of the source's folder in it), with that user's own group and no other (the folder's,
// where there is no such user); so nothing that the owner puts there, links above all, makes root
// do more than the owner could. For any other user, and where all is root's, nothing changes. Root
// makes no spool: the first user would be shut out.
// Errors: misconfigured "spool".
// Thread rule: one thread, which is the only one. Tests: tests/unit/app/send_owner_test.cpp
#pragma once

#include <string>

#include "alert_bridge/base/error.hpp"

namespace alert_bridge::app {

// `folder`: the source's, directly in the spool.
[[nodiscard]] Result<Done> act_as_owner(const std::string& folder);

// What root is to do so that the monitoring can keep its alerts in `spool`.
[[nodiscard]] std::string how_to_make_spool(const std::string& spool);

}  // namespace alert_bridge::app
