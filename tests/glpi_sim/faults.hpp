// SPDX-License-Identifier: MIT
// Faults on order: what a rule of POST /_sim/faults does to a call of the API.
//
// `fault_instead` answers without doing the work; `fault_afterwards` spoils the answer of work that
// was done. Resets, hangs and half answers are carried out by the server through Response::ending.
// The actions are listed in faults.cpp; tests: tests/contract/glpi_sim_test.cpp (topic 11-outages).
#pragma once

#include "state.hpp"
#include "types.hpp"

namespace glpi_sim {

// The first rule that matches and still has shots, already counted; null when none.
FaultRule* matching_fault(World& world, const Request& request);
bool fault_instead(World& world, const FaultRule& rule, const Request& request, Response& out);
void fault_afterwards(World& world, const FaultRule& rule, const Request& request, Response& out);
// Rules from the body of POST /_sim/faults; throws std::runtime_error on an unknown action.
void add_faults(World& world, const Json& body);
Json faults_json(const World& world);

}  // namespace glpi_sim
