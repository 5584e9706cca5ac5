// SPDX-License-Identifier: MIT
//
// Payloads for the tests of the zabbix decoder: a message as the sender makes it, with changes.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "alert_bridge/sources/decoders.hpp"
#include "catch.hpp"

namespace zabbix_payload {

using namespace alert_bridge;
using domain::Alert;
using std::string;

using Payload = std::map<string, string>;

// A trigger event as the shipped media type sends it.
inline Payload event(const Payload& changes = {}) {
    Payload fields{
        {"event_source", "0"},
        {"event_value", "1"},
        {"event_update_status", "0"},
        {"event_update_action", "{EVENT.UPDATE.ACTION}"},
        {"event_update_message", "{EVENT.UPDATE.MESSAGE}"},
        {"event_update_user", "{USER.FULLNAME}"},
        {"event_id", "213"},
        {"event_name", "Disk is full"},
        {"event_opdata", "95 %"},
        {"event_nseverity", "4"},
        {"event_date", "2026.11.23"},
        {"event_time", "21:16:48"},
        {"event_tags", R"([{"tag":"customer","value":"ACME"},{"tag":"env","value":"prod"}])"},
        {"trigger_id", "23137"},
        {"host_host", "web01"},
        {"host_name", "Web 01"},
        {"glpi_ticket", "{EVENT.TAGS.__zbx_glpi_ticket_id}"},
    };
    for (const auto& [name, value] : changes) {
        fields[name] = value;
    }
    return fields;
}

inline ports::SourceOptions lab_options() {
    ports::SourceOptions options;
    options.name = "zbx";
    options.type = "zabbix";
    options.time_zone = "Europe/Paris";
    return options;
}

inline Result<ports::Decoded> try_decode(
    const Payload& fields, const ports::SourceOptions& options = lab_options()
) {
    const auto decoder = sources::make_decoder(options);
    REQUIRE(decoder.has_value());
    return (*decoder)->decode(nlohmann::json(fields).dump(), from_unix_ms(1'795'468'700'000));
}

inline Alert decode(const Payload& fields, const ports::SourceOptions& options = lab_options()) {
    const auto decoded = try_decode(fields, options);
    if (!decoded) {
        FAIL(describe(decoded.error()));
    }
    REQUIRE(decoded->alerts.size() == 1);
    CHECK(decoded->unusable.empty());
    return decoded->alerts.front();
}
}  // namespace zabbix_payload
