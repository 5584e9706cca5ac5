// SPDX-License-Identifier: MIT
#include "alert_bridge/config/keys.hpp"

#include <algorithm>

namespace alert_bridge::config {
namespace {

using enum ValueType;
constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kMiB = 1024 * 1024;

constexpr Key kRootKeys[] = {
    {"listen", mapping, "", "where the bridge accepts alerts"},
    {"admin", mapping, "", "the socket that the operator's commands talk to, and the status page"},
    {"sources", mapping, "", "who may send alerts: NAME -> source; NAME is part of the URL", true},
    {"glpi", mapping, "", "the GLPI that gets the tickets", true},
    {"store", mapping, "", "where alerts and owed tickets are kept"},
    {"defaults", mapping, "", "the ticket policy where no rule says otherwise"},
    {"storm", free_form, "", "how many tickets at once, and what becomes of more; none: no bound"},
    {"priorities", mapping, "",
     "NAME -> what GLPI gets for which severities; p1, p2, p3 if absent"},
    {"maps", mapping, "", "NAME -> table in a CSV file that rules look things up in"},
    {"rules", sequence, "", "tried in order; later ones win field by field"},
    {"maintenance", sequence, "", "times in which no ticket opens"},
    {"undelivered", mapping, "", "who is told, past GLPI, that tickets do not get through"},
    {"templates", mapping, "", "NAME -> texts of tickets; en and fr are built in"},
    {"tests", sequence, "", "cases for test-rules: an alert and what is to become of it"},
    {"log", mapping, "", "what is logged and how"},
    {"limits", mapping, "", "bounds on what senders may do"},
};

constexpr Key kListenKeys[] = {
    {"address", text, "127.0.0.1", "IP address to listen on; 0.0.0.0 or :: for all"},
    {"port", integer, "8480", "TCP port; 0 takes a free one and logs it", false, 0, 65535},
    {"public_url", text, "", "how people and senders reach the bridge; used for links to tickets"},
    {"tls", mapping, "", "https instead of http"},
};
constexpr Key kTlsKeys[] = {
    {"certificate", text, "", "PEM file: the bridge's certificate, then those up to its root",
     true},
    {"key", text, "", "PEM file: its private key, which not everybody can read", true},
    {"client_ca", text, "",
     "PEM file: authorities; if given, a sender needs a certificate that one of them has issued"},
};

constexpr Key kAdminKeys[] = {
    {"socket", text, "/run/glpi-alert-bridge/admin.sock",
     "Unix socket that the operator's commands talk to; none for none"},
    {"mode", choice, "0660", "who may use it: owner and group, or the owner alone", false, 0, 0,
     "0660|0600"},
    {"page", mapping, "", "the status page for browsers; none if absent"},
};

constexpr Key kPageKeys[] = {
    {"address", text, "127.0.0.1", "IP address to listen on"},
    {"port", integer, "8481", "TCP port; 0 takes a free one and logs it", false, 0, 65535},
    {"token", secrets, "", "what people log in with; at least 16 characters", true},
};

constexpr Key kLimitsKeys[] = {
    {"body", size, "4MiB", "largest request body", false, 1024, 64 * kMiB},
    {"bodies_in_flight", size, "64MiB", "all bodies being read together", false, kMiB, 4096 * kMiB},
    {"connections", integer, "10000", "open connections", false, 1, 100'000},
    {"connections_per_address", integer, "2000", "of one sender", false, 1, 100'000},
    {"request_timeout", duration, "15s", "to receive one request", false, kSecond, 10 * kMinute},
    {"idle_timeout", duration, "60s", "between requests", false, kSecond, kHour},
    {"alerts_per_request", integer, "5000", "in one batch", false, 1, 10'000},
    {"waiting_alerts", integer, "100000", "accepted, not yet worked on; past it 503", false, 1,
     10'000'000},
};

constexpr Key kLogKeys[] = {
    {"level", choice, "info", "the least important events that are logged", false, 0, 0,
     "debug|info|warning|error"},
    {"format", choice, "console", "lines for people, or one JSON object a line", false, 0, 0,
     "console|json"},
};

constexpr Key kStoreKeys[] = {
    {"sqlite", mapping, "", "the embedded database"},
    {"reserve", size, "64MiB",
     "free disk space that new alerts leave alone; if absent, 5 % at most", false, kMiB,
     1024LL * 1024 * 1024 * kMiB},
    {"retention", mapping, "", "how long finished things are kept; open ones always are"},
};
constexpr Key kSqliteKeys[] = {
    {"path", text, "/var/lib/glpi-alert-bridge/bridge.db", "its file; the directory must exist"},
};
constexpr Key kRetentionKeys[] = {
    {"alerts", duration, "14d", "alerts that were worked on", false, kHour, 3650 * kDay},
    {"incidents", duration, "90d", "incidents that ended", false, kDay, 3650 * kDay},
};

constexpr Key kGlpiKeys[] = {
    {"url", text, "", "GLPI's address as people open it, without apirest.php", true},
    {"app_token", secret, "", "of the API client, where GLPI asks for one"},
    {"user_token", secret, "", "API token of the bridge's own GLPI user", true},
    {"ca_file", text, "", "certificates to trust instead of the system's (PEM)"},
    {"default_entity", entity, "", "where tickets go when nothing better is known", true},
    {"item_types", texts, "",
     "kinds of assets that hosts are looked up among; Computer, NetworkEquipment, Printer, "
     "Peripheral, Phone, Appliance, Cluster and Enclosure if absent"},
    {"assets", choice, "lookup", "how assets are found", false, 0, 0, "lookup"},
    {"session_life", duration, "4h", "an API session is renewed after this", false, kSecond,
     7 * kDay},
    {"session_idle", duration, "20m", "an unused API session is closed", false, kSecond, kDay},
    {"time_zone", text, "UTC", "zone of the bridge's GLPI user: dates in GLPI carry none"},
    {"quarantine", duration, "120s",
     "wait before looking whether an unanswered write happened; longer than GLPI may work on it",
     false, kSecond, kDay},
    {"pool", mapping, "", "connections"},
    {"timeouts", mapping, "", "how long GLPI may take"},
    {"retry", mapping, "", "when GLPI is away"},
    {"cache", mapping, "", "how long answers are remembered"},
    {"watch", mapping, "", "hearing what people do to tickets"},
    {"webhook", mapping, "", "GLPI 11 says so itself, to POST /v1/glpi/events"},
};
constexpr Key kWebhookKeys[] = {
    {"secret", secrets, "", "of the webhook, as GLPI shows it; several are accepted at once", true},
};
constexpr Key kWatchKeys[] = {
    {"every", duration, "30s", "how often open tickets are asked for; 0s: never", false, 0, kHour},
};
constexpr Key kPoolKeys[] = {
    {"connections", integer, "4", "kept open, in parallel", false, 1, 64},
};
constexpr Key kTimeoutsKeys[] = {
    {"connect", duration, "5s", "to connect, TLS included", false, 100, 5 * kMinute},
    {"request", duration, "30s", "to answer one request", false, 100, 30 * kMinute},
};
constexpr Key kRetryKeys[] = {
    {"first", duration, "2s", "first delay; doubled each time", false, 10, kHour},
    {"longest", duration, "5m", "longest delay", false, 10, kDay},
    {"second_look", duration, "5s", "between the two looks for an unanswered write", false, 10,
     kHour},
    {"give_up_after", duration, "5d", "then it becomes a dead letter", false, kMinute, 365 * kDay},
};
constexpr Key kCacheKeys[] = {
    {"hits", duration, "1h", "assets that were found", false, kSecond, 30 * kDay},
    {"misses", duration, "5m", "hosts that were not", false, kSecond, kDay},
    {"names", duration, "10m", "categories, groups, users …", false, kSecond, 7 * kDay},
    {"entities", duration, "10m", "the entity tree", false, kSecond, 7 * kDay},
};

constexpr Key kPolicyKeys[] = {
    {"open", choice, "average", "severities from here on open a ticket", false, 0, 0,
     "not_classified|information|warning|average|high|disaster"},
    {"open_after", free_form, "",
     "the problem must last this long first: a duration, or priority -> duration with 'others'; "
     "p1 0s, p2 2m, p3 10m if absent"},
    {"group_by", texts, "problem",
     "which problems share a ticket: problem, host, service, asset, entity, tag:NAME"},
    {"on_repeat", choice, "silent",
     "the same news again; silent: one summary after 1h, 4h, then daily", false, 0, 0,
     "silent|each"},
    {"on_recovery", choice, "solve_untouched", "the problem is over", false, 0, 0,
     "solve_untouched|solve|followup|none"},
    {"resolve_after", duration, "5m", "quiet time before solving", false, 0, 30 * kDay},
    {"reopen_within", duration, "24h", "a new problem in this time reopens the solved ticket",
     false, 0, 365 * kDay},
    {"recheck_after", duration, "4h",
     "a person solved the ticket although the problem goes on: reopened after this; 0s: never",
     false, 0, 365 * kDay},
    {"on_severity_change", choice, "raise", "whether urgency and impact follow", false, 0, 0,
     "raise|follow|none"},
    {"on_acknowledge", choice, "followup", "somebody acknowledged in monitoring", false, 0, 0,
     "followup|take|none"},
    {"flapping", free_form, "",
     "a problem that comes and goes: one ticket stays open, summaries instead of follow-ups; or "
     "none"},
    {"downtime", choice, "hold",
     "an opening while the sender says that the problem is in a downtime: wait for its end, open "
     "none, or take no notice",
     false, 0, 0, "hold|drop|none"},
    {"expire_after", duration, "0s",
     "without news for so long an open ticket is given up: nothing tells that it is over; 0s: "
     "never",
     false, 0, 3650 * kDay},
    {"on_expire", choice, "followup", "what the ticket gets then", false, 0, 0, "followup|solve"},
    {"fold", choice, "report",
     "problems that began and ended while GLPI was away: one report per entity, a ticket each, "
     "none",
     false, 0, 0, "report|each|drop"},
    {"changes", choice, "none",
     "a change of GLPI that is approved and covers the asset now: not asked for, told in the "
     "ticket, or the ticket opens at its end if the problem still lasts",
     false, 0, 0, "none|annotate|hold"},
    {"mode", choice, "act", "observe: everything but writing to GLPI", false, 0, 0, "act|observe"},
    {"under", choice, "host_down",
     "problems of services whose host is down: told on the host's ticket, or a ticket each", false,
     0, 0, "host_down|none"},
    {"under_wait", duration, "3m",
     "a service's problem waits so long for news of its host; p1 does not", false, 0, kDay},
    {"notify", mapping, "", "which of the bridge's writes may send GLPI e-mail"},
    {"ticket_date", choice, "received", "date of the ticket", false, 0, 0, "received|started"},
    {"followup_private", boolean, "true", "follow-ups are hidden from requesters"},
};
constexpr Key kDefaultsKeys[] = {
    {"templates", text, "en", "template set"},
    {"time_zone", text, "UTC", "zone of the times in ticket texts and of rules"},
};

constexpr Key kPriorityKeys[] = {
    {"urgency", integer, "", "1 very low … 5 very high", true, 1, 5},
    {"impact", integer, "", "1 very low … 5 very high", true, 1, 5},
    {"priority", integer, "0",
     "GLPI's own priority; 0 lets GLPI compute it, 6 (major) needs a right", false, 0, 6},
    {"severities", texts, "", "which severities get it; each belongs to exactly one", true},
};
constexpr Key kMapKeys[] = {
    {"csv", text, "", "file with a header row; relative to the configuration file", true},
    {"key", text, "", "column that is looked up", true},
};
constexpr Key kTemplatesKeys[] = {
    {"title", text, "", "title of the ticket, one line"},
    {"body", text, "", "description (HTML)"},
    {"followup", text, "", "follow-up (HTML)"},
    {"solution", text, "", "solution (HTML)"},
};

constexpr Key kRuleKeys[] = {
    {"name", text, "", "shown in explanations; unique", true},
    {"when", mapping, "", "conditions, all of which must hold; absent: every alert"},
    {"then", mapping, "", "what the rule adds to the plan"},
    {"stop", boolean, "false", "no later rule is asked"},
};
constexpr Key kConditionKeys[] = {
    {"all", sequence, "", "conditions that must all hold"},
    {"any", sequence, "", "conditions of which one must hold"},
    {"not", mapping, "", "a condition that must not hold"},
    {"source", pattern, "", "name of the source"},
    {"kind", pattern, "", "problem, update, acknowledgement, recovery, flapping_start, …"},
    {"severity", texts, "", "high, or a range: '>= average'"},
    {"host", pattern, "", "technical name of the host"},
    {"host_group", pattern, "", "one of the host's groups"},
    {"service", pattern, "", "service or item"},
    {"address", texts, "", "network (CIDR) of the host's address"},
    {"tag", mapping, "", "tag -> pattern; \"*\" if the tag need only be there"},
    {"text", pattern, "", "name and text of the problem"},
    {"time", free_form, "", "{weekdays, hours, zone}, or a list of them"},
    {"inventory", mapping, "", "inventory field -> pattern"},
    {"asset", mapping, "", "what GLPI tells about the asset -> pattern"},
};
constexpr Key kAssetKeys[] = {
    {"item_type", pattern, "", "Computer, NetworkEquipment, …"},
    {"name", pattern, "", "its name in GLPI"},
    {"type", pattern, "", "its type, \"Server\""},
    {"state", pattern, "", "its status, complete name"},
    {"location", pattern, "", "its location, complete name: \"Paris > *\""},
    {"group", pattern, "", "group it belongs to, complete name"},
    {"tech_group", pattern, "", "group in charge of it, complete name"},
    {"comment", pattern, "", "its comment"},
    {"criticality", pattern, "", "business criticality"},
    {"field", mapping, "", "any other column of GLPI's search, by the name GLPI shows -> pattern"},
};
constexpr Key kTimeKeys[] = {
    {"weekdays", texts, "", "mon, tue-fri …; all if absent"},
    {"hours", texts, "", "\"08:00-18:00\"; over midnight too; all if absent"},
    {"zone", text, "", "time zone; defaults.time_zone if absent"},
};
constexpr Key kRegexKeys[] = {
    {"regex", text, "", "RE2 expression, found anywhere; (?P<name>…) becomes {{match.name}}", true},
};
constexpr Key kResultKeys[] = {
    {"entity", entity, "", "entity of the ticket"},
    {"within", entity, "", "hard limit: asset and ticket only in this entity and below"},
    {"category", text, "", "ITIL category"},
    {"assign_group", text, "", "group the ticket is assigned to"},
    {"assign_user", text, "", "user the ticket is assigned to"},
    {"requester", text, "", "requester; nobody if absent"},
    {"observers", texts, "", "observing users"},
    {"location", text, "", "location"},
    {"sla", text, "", "time to resolve"},
    {"request_source", text, "", "request source"},
    {"type", choice, "", "kind of ticket; incident if absent", false, 0, 0, "incident|request"},
    {"solution_type", text, "", "type of the solution"},
    {"priority", text, "", "one of the priorities"},
    {"templates", text, "", "template set"},
    {"time_zone", text, "", "zone of the times in the ticket"},
    {"drop", boolean, "", "no ticket for this alert"},
    {"host_down", boolean, "", "this problem means that the host is down"},
    {"trust_names", boolean, "", "false: a name alone finds an asset only inside an entity hint"},
};
constexpr Key kExpectKeys[] = {
    {"rule", text, "", "a rule that matches"},
    {"rules", texts, "", "the rules that match, all of them, in their order"},
    {"opens", choice, "", "a ticket: at once, if the problem lasts (open_after), or none", false, 0,
     0, "now|later|no"},
    {"title", text, "", "title of the ticket"},
};
constexpr Key kEntityKeys[] = {
    {"by", choice, "", "GLPI's own entity field", false, 0, 0, "tag|registration_number"},
    {"value", text, "", "value of that field"},
    {"map", text, "", "rules only: one of the maps"},
    {"from", text, "", "rules only: template of the value that is looked up"},
    {"column", text, "", "rules only: column that holds the entity"},
};

}  // namespace

constexpr Section kRoot{"", {kRootKeys}};
constexpr Section kListen{"listen", {kListenKeys}};
constexpr Section kAdmin{"admin", {kAdminKeys}};
constexpr Section kPage{"admin.page", {kPageKeys}};
constexpr Section kLimits{"limits", {kLimitsKeys}};
constexpr Section kLog{"log", {kLogKeys}};
constexpr Section kStore{"store", {kStoreKeys}};
constexpr Section kTls{"listen.tls", {kTlsKeys}};
constexpr Section kSqlite{"store.sqlite", {kSqliteKeys}};
constexpr Section kRetention{"store.retention", {kRetentionKeys}};
constexpr Section kGlpi{"glpi", {kGlpiKeys}};
constexpr Section kPool{"glpi.pool", {kPoolKeys}};
constexpr Section kTimeouts{"glpi.timeouts", {kTimeoutsKeys}};
constexpr Section kRetry{"glpi.retry", {kRetryKeys}};
constexpr Section kCache{"glpi.cache", {kCacheKeys}};
constexpr Section kWatch{"glpi.watch", {kWatchKeys}};
constexpr Section kWebhook{"glpi.webhook", {kWebhookKeys}};
constexpr Section kDefaults{"defaults", {kDefaultsKeys, kPolicyKeys}};
constexpr Section kPriority{"priorities.NAME", {kPriorityKeys}};
constexpr Section kMap{"maps.NAME", {kMapKeys}};
constexpr Section kTemplates{"templates.NAME", {kTemplatesKeys}};
constexpr Section kRule{"rules[]", {kRuleKeys}};
constexpr Section kCondition{"rules[].when", {kConditionKeys}};
constexpr Section kAsset{"rules[].when.asset", {kAssetKeys}};
constexpr Section kTime{"rules[].when.time", {kTimeKeys}};
constexpr Section kRegex{"PATTERN", {kRegexKeys}};
constexpr Section kResult{"rules[].then", {kResultKeys, kPolicyKeys}, false};
constexpr Section kExpect{"tests[].expect", {kExpectKeys, kResultKeys, kPolicyKeys}, false};
constexpr Section kEntity{"ENTITY", {kEntityKeys}};

std::string_view to_string(ValueType type) noexcept {
    switch (type) {
        case text:
            return "text";
        case integer:
            return "integer";
        case boolean:
            return "boolean";
        case duration:
            return "duration";
        case size:
            return "size";
        case choice:
            return "choice";
        case texts:
            return "texts";
        case secret:
            return "secret";
        case secrets:
            return "secrets";
        case pattern:
            return "pattern";
        case entity:
            return "entity";
        case mapping:
            return "mapping";
        case sequence:
            return "sequence";
        case free_form:
            return "free_form";
    }
    return "text";
}

const Key* Section::find(std::string_view name) const noexcept {
    for (const auto& part : parts) {
        const auto found = std::find_if(part.begin(), part.end(), [name](const Key& key) {
            return key.name == name;
        });
        if (found != part.end()) {
            return &*found;
        }
    }
    return nullptr;
}

std::span<const Section* const> all_sections() noexcept {
    static constexpr const Section* kAll[] = {
        &kRoot,      &kListen,       &kTls,          &kSource,     &kFields,      &kField,
        &kAuth,      &kBasic,        &kSecretSource, &kGlpi,       &kPool,        &kTimeouts,
        &kRetry,     &kCache,        &kWatch,        &kWebhook,    &kEntity,      &kStore,
        &kSqlite,    &kRetention,    &kDefaults,     &kNotify,     &kPriority,    &kMap,
        &kRule,      &kCondition,    &kAsset,        &kTime,       &kRegex,       &kMaintenance,
        &kFlapping,  &kRuleFlapping, &kResult,       &kRuleNotify, &kTemplates,   &kLog,
        &kLimits,    &kAdmin,        &kPage,         &kBack,       &kStorm,       &kTest,
        &kTestAlert, &kExpect,       &kUndelivered,  &kMail,       &kAlarmWebhook};
    return kAll;
}

}  // namespace alert_bridge::config
