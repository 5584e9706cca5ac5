// SPDX-License-Identifier: MIT
// The keys of the section sources.
#include "alert_bridge/config/keys.hpp"

namespace alert_bridge::config {
namespace {

using enum ValueType;

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kHour = 60 * 60 * kSecond;

constexpr Key kSourceKeys[] = {
    {"type", choice, "", "what sends", true, 0, 0, "zabbix|nagios|icinga2|alertmanager|generic"},
    {"auth", free_form, "", "bearer, basic, hmac (with a token: both are needed); or the word none",
     true},
    {"allow_from", texts, "", "networks (CIDR) that may send; all if absent"},
    {"time_zone", text, "", "zone of dates that carry none; Zabbix needs it (Europe/Paris)"},
    {"problem_key", text, "trigger",
     "Zabbix: what makes one problem: trigger, event, or trigger+tag:NAME"},
    {"severity_map", mapping, "",
     "the sender's word -> severity, where the built-in one is not right"},
    {"host_labels", texts, "",
     "Alertmanager: the first of these labels that an alert has names its host; instance, node, "
     "hostname and host if absent"},
    {"severity_label", text, "severity", "Alertmanager: the label that tells how bad it is"},
    {"alerts", text, "", "generic: JSON Pointer to a list, each element of which is an alert"},
    {"fields", mapping, "", "generic: where the fields of an alert stand"},
    {"parts", texts, "", "generic: an alert for each of these names, told apart by the tag 'part'"},
    {"within", entity, "", "hard limit: assets and tickets only in this entity and below"},
    {"default_entity", entity, "", "where tickets go when nothing better is known"},
    {"templates", text, "", "template set of this source"},
    {"mode", choice, "", "of this source; defaults.mode if absent", false, 0, 0, "act|observe"},
    {"back", mapping, "", "the way back: is told of tickets, is asked what it says now"},
};

// Each a pointer, a list of pointers (the first that leads to a value counts), or FIELD.
constexpr Key kFieldsKeys[] = {
    {"key", free_form, "", "names the problem: the same key is the same problem", true},
    {"episode", free_form, "", "tells one occurrence of the problem from the next"},
    {"kind", free_form, "",
     "problem, recovery, update, acknowledgement, note, or ignore; problem if absent"},
    {"severity", free_form, "", "a severity or one of the usual words; average if absent"},
    {"order", free_form, "", "a number or time that grows with each message about a problem"},
    {"started", free_form, "", "when it began: RFC 3339, or (milli)seconds since 1970"},
    {"host", free_form, "", "host, device or machine, if it is about one"},
    {"address", free_form, "", "its IP address"},
    {"groups", free_form, "", "its groups: a list, or a text with commas"},
    {"service", free_form, "", "which part of the host"},
    {"name", free_form, "", "what is wrong or wanted, in one line"},
    {"text", free_form, "", "the message"},
    {"details", free_form, "", "more of it"},
    {"author", free_form, "", "who wrote it"},
    {"comment", free_form, "", "what somebody wrote"},
    {"link", free_form, "", "a web address"},
    {"glpi_id", free_form, "", "id of the asset in GLPI"},
    {"glpi_type", free_form, "", "its type in GLPI; Computer if absent"},
    {"uuid", free_form, "", "its UUID"},
    {"serial", free_form, "", "its serial number"},
    {"inventory_number", free_form, "", "its inventory number"},
    {"tags", mapping, "", "NAME -> where the value of the tag stands"},
};
constexpr Key kFieldKeys[] = {
    {"pointer", texts, "", "JSON Pointers; the first that leads to a value counts"},
    {"map", mapping, "", "a value, in any case -> what stands for it"},
    {"default", text, "", "where there is no value, or none that the map names"},
};

constexpr Key kAuthKeys[] = {
    {"bearer", secrets, "", "token in the Authorization header; several are accepted at once"},
    {"basic", free_form, "", "{user, password}, or a list of them"},
    {"hmac", secrets, "", "key of HMAC-SHA256 over timestamp + '.' + body; several at once"},
    {"window", duration, "5m", "hmac: how far the sender's clock may be off", false, kSecond,
     kHour},
};
constexpr Key kBasicKeys[] = {
    {"user", text, "", "user name", true},
    {"password", secrets, "", "password; several are accepted at once", true},
};
constexpr Key kSecretSourceKeys[] = {
    {"file", text, "", "file that only its owner can read; relative to the configuration file"},
    {"credential", text, "", "systemd credential (LoadCredential=NAME:…)"},
    {"env", text, "", "environment variable; warned about"},
};

}  // namespace

constexpr Section kSource{"sources.NAME", {kSourceKeys}};
constexpr Section kFields{"sources.NAME.fields", {kFieldsKeys}};
constexpr Section kField{"FIELD", {kFieldKeys}};
constexpr Section kAuth{"sources.NAME.auth", {kAuthKeys}};
constexpr Section kBasic{"sources.NAME.auth.basic", {kBasicKeys}};
constexpr Section kSecretSource{"SECRET", {kSecretSourceKeys}};

}  // namespace alert_bridge::config
