// SPDX-License-Identifier: MIT
// The keys of the way back to a source.
#include "alert_bridge/config/keys.hpp"

namespace alert_bridge::config {
namespace {

using enum ValueType;

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kDay = 24 * 3600 * kSecond;

constexpr Key kBackKeys[] = {
    {"url", text, "",
     "Zabbix: its frontend, without api_jsonrpc.php; Icinga 2: https://HOST:5665; Alertmanager: as "
     "people open it"},
    {"ca_file", text, "", "certificates to trust instead of the system's (PEM)"},
    {"token", secret, "", "Zabbix: API token of a user that may read and acknowledge"},
    {"user", text, "", "Icinga 2: ApiUser; Alertmanager: where a login stands before it"},
    {"password", secret, "", "of this user"},
    {"pipe", text, "", "Nagios: its command file (nagios.cmd)"},
    {"status_file", text, "", "Nagios: its status file (status.dat)"},
    {"acknowledge", choice, "taken",
     "when the problem is acknowledged: when somebody takes the ticket, when it opens, or never; a "
     "comment otherwise",
     false, 0, 0, "taken|opened|never"},
    {"close", boolean, "false", "Zabbix: a problem that people solved in GLPI is closed"},
    {"reconcile", duration, "10m", "how often monitoring is asked what it says now; 0: never",
     false, 0, kDay},
    {"open_unheard", boolean, "false",
     "problems that monitoring has but never told of are taken as alerts"},
    {"settled_after", duration, "5m",
     "Alertmanager: for so long after its start nothing is concluded from what it does not know",
     false, 0, kDay},
};

}  // namespace

constexpr Section kBack{"sources.NAME.back", {kBackKeys}};

}  // namespace alert_bridge::config
