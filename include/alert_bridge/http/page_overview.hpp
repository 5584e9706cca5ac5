// SPDX-License-Identifier: MIT
//
// PageOverview: the state of the bridge at a glance, as the status page gets it. The daemon fills
// it in. Texts go out as they are: the page must show them as text. Only what changes seldom is in
// it, so that a page at rest hears nothing. Thread rule: a value.
// Tests: tests/unit/http/page_stream_test.cpp
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "alert_bridge/http/endpoints.hpp"

namespace alert_bridge::http {

struct PageOverview {
    struct Glpi {
        std::string url, state, version, last_error;
        WallTime since{};
        bool breaker_open = false;
        std::int64_t connections = 0, logins = 0, failed_logins = 0;
    };
    struct Event {
        WallTime time{};
        std::string level, name, text;
    };

    std::string version;
    WallTime started{};
    Glpi glpi;
    Readiness readiness;
    ports::StoreFigures figures;
    std::int64_t waiting_for_place = 0;
    std::size_t sessions = 0;   // logged in to the page
    std::vector<Event> events;  // warnings and errors, the newest first
};

// On one line.
[[nodiscard]] std::string to_json(const PageOverview& overview);

}  // namespace alert_bridge::http
