// SPDX-License-Identifier: MIT
//
// Payloads for the tests of the nagios decoder: a message as the sender makes it, with changes.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "alert_bridge/sources/decoders.hpp"
#include "catch.hpp"

namespace nagios_payload {

using namespace alert_bridge;
using domain::Alert;
using domain::Severity;
using std::string;

using Payload = std::map<string, string>;

inline Payload changed(Payload fields, const Payload& changes) {
    for (const auto& [name, value] : changes) {
        fields[name] = value;
    }
    return fields;
}

inline Payload service(const Payload& changes = {}) {
    return changed(
        {{"NOTIFICATIONTYPE", "PROBLEM"},
         {"NOTIFICATIONNUMBER", "1"},
         {"HOSTNAME", "web01"},
         {"HOSTALIAS", "Web 01"},
         {"HOSTADDRESS", "192.0.2.10"},
         {"HOSTSTATE", "UP"},
         {"HOSTPROBLEMID", "0"},
         {"SERVICEDESC", "Disk /var"},
         {"SERVICESTATE", "CRITICAL"},
         {"LASTSERVICESTATE", "OK"},
         {"SERVICEEVENTID", "7"},
         {"SERVICEPROBLEMID", "3"},
         {"LASTSERVICEPROBLEMID", "2"},
         {"LASTSERVICESTATECHANGE", "1795467000"},
         {"SERVICEOUTPUT", "DISK CRITICAL"},
         {"TIMET", "1795467000"}},
        changes
    );
}

inline Payload host(const Payload& changes = {}) {
    return changed(
        {{"NOTIFICATIONTYPE", "PROBLEM"},
         {"NOTIFICATIONNUMBER", "1"},
         {"HOSTNAME", "db01"},
         {"HOSTSTATE", "DOWN"},
         {"LASTHOSTSTATE", "UP"},
         {"HOSTEVENTID", "9"},
         {"HOSTPROBLEMID", "5"},
         {"LASTHOSTPROBLEMID", "4"},
         {"LASTHOSTSTATECHANGE", "1795467196"},
         {"HOSTOUTPUT", "PING CRITICAL"},
         {"TIMET", "1795467196"},
         {"SERVICEDESC", "$"},
         {"SERVICESTATE", "$"}},
        changes
    );
}

inline Result<ports::Decoded> try_decode(
    const Payload& fields, const std::map<string, Severity>& severity_map = {}
) {
    ports::SourceOptions options;
    options.name = "nag";
    options.type = "nagios";
    options.severity_map = severity_map;
    const auto decoder = sources::make_decoder(options);
    REQUIRE(decoder.has_value());
    return (*decoder)->decode(nlohmann::json(fields).dump(), from_unix_ms(1'795'468'700'000));
}

inline Alert decode(const Payload& fields, const std::map<string, Severity>& severity_map = {}) {
    const auto decoded = try_decode(fields, severity_map);
    if (!decoded) {
        FAIL(describe(decoded.error()));
    }
    REQUIRE(decoded->alerts.size() == 1);
    return decoded->alerts.front();
}
}  // namespace nagios_payload
