// SPDX-License-Identifier: MIT
// The HTTP server of glpi-sim: one thread, many keep-alive connections, 127.0.0.1 only.
//
// Moves bytes between sockets and Sim::handle, waits the simulated latency without holding up other
// connections, and carries out the endings that a fault asks for (reset, hang, half an answer).
// Not a web server for anything else: no TLS, no limits but the body's size.
#pragma once

#include <cstdint>
#include <functional>

#include "sim.hpp"

namespace glpi_sim {

struct ServerOptions {
    std::uint16_t port = 0;
    // How many API calls are in work at once; 0 means no limit.
    int workers = 0;
    bool quiet = false;
};

// Serves until SIGINT or SIGTERM. Calls `listening` with the bound port once it accepts.
// Throws boost::system::system_error when the port cannot be bound.
void serve(
    Sim& sim, const ServerOptions& options, const std::function<void(std::uint16_t)>& listening
);

}  // namespace glpi_sim
