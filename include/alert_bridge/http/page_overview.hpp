// SPDX-License-Identifier: MIT
//
// PageOverview: the state of the bridge at a glance, as the status page gets it: what the commands
// `status` and `sessions` show, and what only the page does. The daemon fills it in. Texts go out
// as they are: the page must show them as text. Times go out instead of how long they are ago, so
// that a page at rest hears nothing. Thread rule: a value. Tests:
// tests/unit/http/page_stream_test.cpp
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "alert_bridge/http/admin_api.hpp"

namespace alert_bridge::http {

struct PageOverview {
    struct Event {
        WallTime time{};
        std::string level, name, text;
    };

    AdminApi::Status status;
    std::vector<AdminApi::Session> sessions;  // of the bridge with other servers; GLPI's first
    WallTime glpi_since{};                    // GLPI is in this state of health
    std::int64_t failed_logins = 0;           // the bridge's to GLPI
    std::int64_t waiting_for_place = 0;
    std::size_t people = 0;     // logged in to the page
    std::vector<Event> events;  // warnings and errors, the newest first
};

// {"status", "sessions", …} on one line.
[[nodiscard]] std::string to_json(const PageOverview& overview);

}  // namespace alert_bridge::http
