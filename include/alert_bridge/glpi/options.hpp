// SPDX-License-Identifier: MIT
//
// Options of the GLPI adapter, and its health as others may ask for it.
//
// Built by app/wiring from the configuration. Defaults are those of the product contract.
// Thread rule: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge::glpi {

struct Options {
    // GLPI's own address, "https://glpi.example.com" or ".../glpi"; one that already ends in
    // /apirest.php or /api.php/v1 is taken as it is.
    std::string url;
    Secret app_token;  // empty: the API client asks for none
    Secret user_token;
    std::string ca_file;
    std::size_t connections = 4;
    Duration connect_timeout{5'000};
    Duration request_timeout{30'000};

    Duration session_life{4 * 3'600'000};  // shortened by up to a tenth, at random
    Duration idle_life{20 * 60'000};       // an unused session is killed
    Duration refused_first{30'000};        // between logins that GLPI refuses
    Duration refused_longest{5 * 60'000};

    int breaker_failures = 5;  // outages in a row that open the breaker
    Duration breaker_first{1'000};
    Duration breaker_longest{30'000};

    std::vector<std::string> item_types{"Computer", "NetworkEquipment", "Printer", "Peripheral",
                                        "Phone",    "Appliance",        "Cluster", "Enclosure"};
    Duration hits_life{3'600'000};
    Duration misses_life{5 * 60'000};
    Duration entities_life{10 * 60'000};
    Duration names_life{10 * 60'000};
    Duration stale_life{7 * 24 * 3'600'000};  // how long an old answer may serve while GLPI is away
    std::size_t cache_entries = 20'000;       // in memory; the store holds them all

    std::string time_zone;  // of GLPI's service user: the dates it takes carry none. Empty: UTC
};

struct GlpiHealth {
    enum class State { unknown, up, away, misconfigured };
    State state = State::unknown;
    WallTime since{};
    std::string last_error;  // [class] code: message; empty while up
    bool breaker_open = false;
    std::string version;  // "10.0.19"; empty before the first login
};

// The API session, for people. Times are empty where there is no session.
struct SessionFacts {
    std::string_view state;  // absent, logging_in, ready, suspect, refused
    std::optional<WallTime> opened_at, last_use, renew_at;
    std::uint64_t logins = 0;  // that succeeded, since the start
    std::size_t connections = 0;
};

[[nodiscard]] std::string_view to_string(GlpiHealth::State state) noexcept;

}  // namespace alert_bridge::glpi
