// SPDX-License-Identifier: MIT
// The control API under /_sim: what the simulated GLPI holds, and what it shall do wrong.
//
// Not a part of GLPI. Used by the demo and the system tests, on the loopback address, without
// authentication. The endpoints are stable; they are listed in README.md of this folder.
#pragma once

#include "state.hpp"
#include "types.hpp"

namespace glpi_sim {

// Answers a request under /_sim; false when the path is another.
bool control_endpoint(World& world, const Request& request, Response& out);

// A ticket with everything on it, as GET /_sim/tickets shows it.
Json full_ticket(const World& world, const Json& ticket);

}  // namespace glpi_sim
