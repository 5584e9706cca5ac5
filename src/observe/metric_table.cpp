// SPDX-License-Identifier: MIT
#include <array>

#include "alert_bridge/observe/metrics.hpp"

namespace alert_bridge::observe {
namespace {

// From a cached answer to the longest deadline.
constexpr std::array<double, 12> kRequestSeconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                 0.1,   0.25,   0.5,   1,    5,     30};
// From one GLPI request to an outage over the week-end. 900: what waited as long as the policy's
// 10 minutes is told from what waited for GLPI; 1800: the bound of the shipped alert.
constexpr std::array<double, 14> kTicketSeconds{0.1, 0.25, 0.5, 1,   2.5,  5,    10,
                                                30,  120,  600, 900, 1800, 3600, 86400};

using enum MetricType;

constexpr std::array kTable{
    // the program
    MetricSpec{"build_info", gauge, "Always 1; the label tells the version.", "version", "", {}},
    MetricSpec{
        "start_time_seconds", gauge, "When the daemon started, in seconds since 1970.", "", "", {}},
    MetricSpec{"ready", gauge, "1 when /readyz says ready.", "", "", {}},
    MetricSpec{"config_reloads_total", counter, "Reloads of the configuration.", "result", "", {}},
    MetricSpec{
        "operator_commands_total",
        counter,
        "Retries and discards asked for by people.",
        "command",
        "done",
        {}},
    MetricSpec{"log_lines_dropped", gauge, "Log lines lost to a full queue.", "", "", {}},

    // intake
    MetricSpec{"http_requests_total", counter, "Answered requests.", "route", "code", {}},
    MetricSpec{
        "http_request_seconds", histogram, "From a request's first byte to its answer's last.",
        "route", "", kRequestSeconds},
    MetricSpec{"http_connections", gauge, "Open connections to the listener.", "", "", {}},
    MetricSpec{
        "http_refused_connections_total",
        counter,
        "Connections closed at a limit.",
        "reason",
        "",
        {}},
    MetricSpec{
        "tls_handshakes_failed_total",
        counter,
        "TLS connections that never came to a request.",
        "reason",
        "",
        {}},
    MetricSpec{
        "auth_failures_total", counter, "Requests with missing or wrong credentials.", "", "", {}},
    MetricSpec{
        "alerts_total",
        counter,
        "Alerts received: accepted, duplicate, rejected or unreadable.",
        "source",
        "status",
        {}},
    MetricSpec{
        "alerts_left_out_total",
        counter,
        "Alerts that a sender did not send because it cuts its lists (Alertmanager: max_alerts).",
        "source",
        "",
        {}},
    MetricSpec{"intake_refused_total", counter, "Requests answered 503.", "reason", "", {}},
    MetricSpec{"quarantined", gauge, "Inputs in quarantine.", "", "", {}},

    // journal and decisions
    MetricSpec{"journal_pending", gauge, "Alerts accepted and not yet decided.", "", "", {}},
    MetricSpec{
        "waiting_for_place",
        gauge,
        "Alerts among them that wait for GLPI to tell about their host.",
        "",
        "",
        {}},
    MetricSpec{
        "alerts_decided_total",
        counter,
        "Alerts decided, by what they tell (problem, recovery, …): applied or ignored.",
        "source",
        "result",
        {},
        "kind"},
    MetricSpec{
        "problems_folded_total",
        counter,
        "Problems that began and ended while GLPI was away, told by one report.",
        "source",
        "",
        {}},
    MetricSpec{
        "tickets_observed_total",
        counter,
        "Tickets that mode observe did not open.",
        "source",
        "",
        {}},
    MetricSpec{"open_incidents", gauge, "Incidents that are not ended.", "", "", {}},
    MetricSpec{
        "sheltered_incidents",
        gauge,
        "Incidents among them that the ticket of a storm or of their host tells of.",
        "",
        "",
        {}},
    MetricSpec{"storms", gauge, "Storms that are not over, one ticket each.", "", "", {}},
    MetricSpec{
        "fuse_blown_total",
        counter,
        "Times that storm.fuse was reached: look for a rule that matches too much.",
        "",
        "",
        {}},
    MetricSpec{"unmatched_hosts", gauge, "Hosts without a GLPI asset.", "", "", {}},

    // the way back to monitoring
    MetricSpec{"notices", gauge, "What monitoring is owed, by state: due, dead.", "state", "", {}},
    MetricSpec{
        "notices_total",
        counter,
        "Attempts to tell monitoring: told, later or dead.",
        "action",
        "outcome",
        {}},
    MetricSpec{
        "state_checks_total",
        counter,
        "Comparisons with what monitoring says now: done or failed.",
        "source",
        "result",
        {}},
    MetricSpec{
        "missed_recoveries_total",
        counter,
        "Problems found over whose own notice never came.",
        "source",
        "",
        {}},
    MetricSpec{
        "problems_unheard",
        gauge,
        "Problems in monitoring that it never told of.",
        "source",
        "",
        {}},
    MetricSpec{
        "planned_changes",
        gauge,
        "Approved changes of GLPI that are planned for now or the next day.",
        "",
        "",
        {}},
    MetricSpec{
        "problems_unclear",
        gauge,
        "Open problems that monitoring does not know or show.",
        "source",
        "",
        {}},

    // owed GLPI writes
    MetricSpec{"operations", gauge, "Unfinished operations by state.", "state", "", {}},
    MetricSpec{"operations_total", counter, "Attempts of operations.", "kind", "result", {}},
    MetricSpec{
        "oldest_due_seconds",
        gauge,
        "Age of the oldest operation that is due, sending or uncertain.",
        "",
        "",
        {}},
    MetricSpec{
        "delivery_seconds", histogram, "Time of one attempt of an operation.", "kind", "",
        kRequestSeconds},
    MetricSpec{
        "alert_to_ticket_seconds", histogram, "From the alert's receipt to its ticket.", "", "",
        kTicketSeconds},
    MetricSpec{"lookups_total", counter, "Look-ups after an uncertain write.", "kind", "", {}},
    MetricSpec{
        "duplicates_found_total", counter, "Several tickets found with one reference.", "", "", {}},
    MetricSpec{
        "names_missing_total",
        counter,
        "Names of the configuration that GLPI does not have.",
        "",
        "",
        {}},

    // told past GLPI
    MetricSpec{
        "alarm_looks_total",
        counter,
        "Looks at what waits for GLPI: quiet, trouble or failed.",
        "result",
        "",
        {}},
    MetricSpec{
        "alarms_total",
        counter,
        "Messages to people past GLPI: raised, reminder, over.",
        "kind",
        "",
        {}},
    MetricSpec{
        "alarm_messages_total",
        counter,
        "The same by channel: sent or failed.",
        "channel",
        "result",
        {}},

    // what people do to tickets
    MetricSpec{
        "glpi_events_total",
        counter,
        "Webhooks of GLPI: heard, own, repeat, no_ticket, challenge, late or refused.",
        "result",
        "",
        {}},
    MetricSpec{"watched_tickets", gauge, "Tickets of open incidents.", "", "", {}},
    MetricSpec{"watch_rounds_total", counter, "Rounds of asking for them.", "result", "", {}},
    MetricSpec{
        "ticket_news_total",
        counter,
        "What people did to tickets: taken, solved, closed, reopened, moved, priority, merged, "
        "gone.",
        "what",
        "",
        {}},

    // GLPI
    MetricSpec{"glpi_up", gauge, "1 when GLPI's last answer was trustworthy.", "", "", {}},
    MetricSpec{"glpi_breaker_open", gauge, "1 while GLPI is only probed.", "", "", {}},
    MetricSpec{"glpi_requests_total", counter, "Requests to GLPI.", "method", "outcome", {}},
    MetricSpec{
        "glpi_request_seconds", histogram, "Time of one request to GLPI.", "method", "",
        kRequestSeconds},
    MetricSpec{"glpi_connections", gauge, "Open connections to GLPI.", "", "", {}},
    MetricSpec{"glpi_sessions", gauge, "API sessions that are open in GLPI: 0 or 1.", "", "", {}},
    MetricSpec{"glpi_logins_total", counter, "API sessions opened.", "result", "", {}},

    // store
    MetricSpec{
        "store_commit_seconds", histogram, "Time of one transaction with its sync.", "", "",
        kRequestSeconds},
    MetricSpec{"store_bytes", gauge, "Size of the store's files.", "file", "", {}},
    MetricSpec{"disk_free_bytes", gauge, "Free space on the store's disk.", "", "", {}},
    MetricSpec{"disk_low", gauge, "1 while alerts are refused for lack of disk space.", "", "", {}},
};

}  // namespace

std::span<const MetricSpec> metric_table() noexcept {
    return kTable;
}

}  // namespace alert_bridge::observe
