// SPDX-License-Identifier: MIT
// The sections of the cases for test-rules.
#include "alert_bridge/config/keys.hpp"

namespace alert_bridge::config {
namespace {

using enum ValueType;

constexpr Key kTestKeys[] = {
    {"name", text, "", "what the case is about; unique", true},
    {"source", text, "", "the source that the alert comes from", true},
    {"payload", free_form, "", "the body as it is sent: {file: PATH}, a text, or JSON as it is"},
    {"alert", mapping, "", "or the alert in short form"},
    {"asset", mapping, "", "what GLPI tells of its asset: NAME -> value; absent: there is none"},
    {"at", text, "", "date and time at which it comes, \"2026-12-01 22:00\"; now if absent"},
    {"expect", mapping, "", "what the rules are to make of it", true},
};
constexpr Key kTestAlertKeys[] = {
    {"kind", choice, "problem", "what the notice says", false, 0, 0,
     "problem|update|acknowledgement|recovery|flapping_start|flapping_stop|downtime_start|"
     "downtime_end|cancelled|note"},
    {"severity", choice, "average", "how bad it is", false, 0, 0,
     "not_classified|information|warning|average|high|disaster"},
    {"sender_state", text, "", "the sender's word for it, like unreachable"},
    {"host", text, "", "name of the host"},
    {"visible_name", text, "", "its name for people"},
    {"address", text, "", "its IP address"},
    {"host_groups", texts, "", "its groups"},
    {"serial", text, "", "its serial number"},
    {"uuid", text, "", "its UUID"},
    {"inventory_number", text, "", "its inventory number"},
    {"inventory", mapping, "", "other inventory fields: NAME -> value"},
    {"service", text, "", "name of the service"},
    {"host_problem", boolean, "false", "the problem is the host's own"},
    {"problem", text, "", "what is wrong, in one line"},
    {"text", text, "", "output or message"},
    {"tags", mapping, "", "NAME -> value, or several"},
};
constexpr Key kTestFileKeys[] = {
    {"tests", sequence, "", "cases for test-rules", true},
};

}  // namespace

constexpr Section kTest{"tests[]", {kTestKeys}};
constexpr Section kTestAlert{"tests[].alert", {kTestAlertKeys}};
constexpr Section kTestFile{"FILE OF CASES", {kTestFileKeys}};

}  // namespace alert_bridge::config
