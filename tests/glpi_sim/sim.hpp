// SPDX-License-Identifier: MIT
// The simulated GLPI as one function: a request in, a response out.
//
// Sim::handle is pure apart from the state it holds and the injected clock, so the contract test
// replays recorded exchanges without sockets, and the server (server.hpp) only moves bytes.
// Faults that concern the wire (reset, hang, half an answer) are returned in Response::ending for
// the server to carry out. It is a test double and says so on its pages.
// Thread rule: one thread.
#pragma once

#include "state.hpp"
#include "types.hpp"

namespace glpi_sim {

class Sim {
  public:
    // `major` is 10 or 11. The clock gives milliseconds since the epoch.
    Sim(int major, std::function<std::int64_t()> clock_ms);

    Response handle(const Request& request);
    World& world() { return world_; }

  private:
    Response handle_api(const Request& request);

    World world_;
};

// Makes the world as the recorded servers had it.
World make_world(int major, std::function<std::int64_t()> clock_ms);

}  // namespace glpi_sim
