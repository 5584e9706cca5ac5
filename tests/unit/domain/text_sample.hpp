// SPDX-License-Identifier: MIT
//
// An alert with a value in every field and a context around it, for the tests of texts and rules.
#pragma once

#include "alert_bridge/domain/render.hpp"

namespace test_support {

inline alert_bridge::domain::Alert full_alert() {
    alert_bridge::domain::Alert alert;
    alert.id = "01ALERTID";
    alert.source = "zabbix-prod";
    alert.kind = alert_bridge::domain::AlertKind::problem;
    alert.state = alert_bridge::domain::ProblemState::failing;
    alert.severity = alert_bridge::domain::Severity::high;
    alert.problem_key = "zabbix-prod/trigger/13926";
    alert.host.name = "web01";
    alert.host.visible_name = "Web server 1";
    alert.host.address = "192.0.2.10";
    alert.host.groups = {"Customers/ACME", "Linux servers"};
    alert.host.serial = "SN-4711";
    alert.host.inventory_number = "INV-9";
    alert.service = "HTTP";
    alert.problem_name = "Web server does not answer";
    alert.text = "connection refused\nafter 3 tries";
    alert.details = "Look at the load balancer first.";
    alert.tags = {{"customer", "acme"}, {"scope.kind", "availability"}, {"__zbx_x", "hidden"}};
    alert.links = {"https://zabbix.example.com/tr_events.php?eventid=7&x=1"};
    alert.author = "Ann";
    alert.comment = "looking at it";
    alert.started_at = alert_bridge::from_unix_ms(1'795'000'000'000);
    alert.received_at = alert_bridge::from_unix_ms(1'795'000'060'000);
    return alert;
}

inline alert_bridge::domain::TextContext full_context(
    const alert_bridge::domain::Alert& alert, const alert_bridge::domain::Plan& plan,
    std::string event = "opened"
) {
    alert_bridge::domain::TextContext context;
    context.alert = &alert;
    context.plan = &plan;
    context.event = std::move(event);
    context.asset_name = "WEB01";
    context.asset_type = "Computer";
    context.entity_name = "Root entity > ACME";
    context.placement_notes.emplace_back();  // no asset was found
    context.started = "2026-11-18 10:26:40 UTC";
    context.ended = "2026-11-18 11:26:40 UTC";
    context.duration = "1h 0m";
    context.now = "2026-11-18 11:27:00 UTC";
    context.old_severity = "average";
    context.repeats = 4;
    context.changes = 7;
    context.previous_ticket = 815;
    context.open_problems = {"Disk is full", "Swap is used"};
    return context;
}

}  // namespace test_support
