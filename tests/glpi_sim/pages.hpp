// SPDX-License-Identifier: MIT
// The two HTML pages for people: the list of tickets and one ticket.
//
// They say "simulated GLPI, not GLPI". Ticket text is escaped or reduced to harmless tags, and the
// pages carry a policy without scripts. The demo sends people here.
#pragma once

#include "state.hpp"
#include "types.hpp"

namespace glpi_sim {

// Answers `/` and `/front/ticket.form.php?id=N`; false when the path is another.
bool page_endpoint(const World& world, const Request& request, Response& out);

}  // namespace glpi_sim
