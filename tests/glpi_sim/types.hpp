// SPDX-License-Identifier: MIT
// The words of the simulated GLPI: a request, a response, and the ways an API call can end.
//
// glpi-sim is a test double and shares no code with the product on purpose: what it knows about
// GLPI was taken from recorded exchanges with real servers, not from the product's idea of them.
// Who uses it: every file in this folder, and tests/contract/glpi_sim_test.cpp in-process.
// Thread rule: one thread; nothing here locks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace glpi_sim {

using Json = nlohmann::ordered_json;
using Id = std::int64_t;
using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
    std::string method;
    std::string target;
    Headers headers;
    std::string body;

    // The value of a header (name compared without case), or an empty string.
    std::string header(std::string_view name) const;
};

// What happens on the wire after the answer was made: answer it, or misbehave on purpose.
enum class Ending { normal, reset, hang, half };

struct Response {
    int status = 200;
    Headers headers;
    std::string body;
    Ending ending = Ending::normal;
    int delay_ms = 0;
    bool is_api = false;

    std::string header(std::string_view name) const;
};

// An error of the legacy API: `[code, message]` with an HTTP status. Thrown by the endpoints and
// turned into an answer in exactly one place, Sim::handle.
struct ApiError {
    int status;
    std::string code;
    Json message;
    bool with_docs_link = false;
};

// A PHP fatal error: GLPI 10 answers 200 with an empty HTML body, 11 answers 500 with a page.
struct PhpFatal {};

}  // namespace glpi_sim
