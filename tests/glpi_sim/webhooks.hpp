// SPDX-License-Identifier: MIT
// GLPI 11's native outgoing webhooks: what changed is queued, signed, with the body that the
// recorded server sent (tests/recorded/glpi-webhooks). glpi-sim sends nothing: a test takes the
// queue from GET /_sim/webhooks and posts it, as GLPI's cron does. Queued only while a secret is
// configured.
#pragma once

#include "api.hpp"

namespace glpi_sim {

// A ticket as it is now: "new", "update" or "delete".
void queue_ticket(World& world, const Json& ticket, const char* event);
// What one creation queues: for actors and assets one `update` more each, before the `new`.
void queue_creation(World& world, const Json& ticket);
// A follow-up or solution that was added.
void queue_part(World& world, const char* itemtype, const Json& row, const Json& ticket);

}  // namespace glpi_sim
