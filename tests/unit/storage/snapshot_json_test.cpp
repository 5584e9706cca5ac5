// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/snapshot_json.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "full_values.hpp"

namespace alert_bridge::test {
namespace {

using storage::decode;
using storage::encode;

domain::Snapshot full_snapshot() {
    domain::Snapshot known;
    auto& [problem, episode, incident, previous, episodes, operations, news_waiting, other_open, held_until, opened, entity_umbrella, overall_umbrella, host_tickets, host_down, members, parent, outage, outage_worst] =
        known;
    problem = full_problem();
    episode = full_episode("1");
    incident = full_incident("I1");
    previous = full_incident("I0");
    episodes = {full_episode("1"), full_episode("2")};
    operations = {full_operation("I1")};
    news_waiting = true;
    other_open = true;
    held_until = from_unix_ms(34);
    auto& [entity, overall, hour] = opened;
    entity = 35;
    overall = 36;
    hour = 37;
    entity_umbrella = full_incident("U1");
    overall_umbrella = full_incident("U2");
    domain::HostTicket host_ticket;
    auto& [ticket_id, created_at] = host_ticket;
    ticket_id = 38;
    created_at = from_unix_ms(39);
    host_tickets = {host_ticket};
    host_down = full_incident("H");
    (void)members;  // of other events, as the two at the end
    parent = full_incident("P");
    (void)outage;
    (void)outage_worst;
    return known;
}

}  // namespace

TEST_CASE("every field of a snapshot survives the way to text and back") {
    const domain::Snapshot known = full_snapshot();
    const std::string text = encode(known);
    domain::Snapshot out;
    REQUIRE(decode(text, out));
    CHECK(out.problem == known.problem);
    CHECK(out.episode == known.episode);
    CHECK(out.incident == known.incident);
    CHECK(out.previous == known.previous);
    CHECK(out.episodes == known.episodes);
    CHECK(out.operations == known.operations);
    CHECK(out.news_waiting);
    CHECK(out.other_open);
    CHECK(out.held_until == known.held_until);
    CHECK(out.opened.entity == 35);
    CHECK(out.opened.overall == 36);
    CHECK(out.opened.hour == 37);
    CHECK(out.entity_umbrella == known.entity_umbrella);
    CHECK(out.overall_umbrella == known.overall_umbrella);
    REQUIRE(out.host_tickets.size() == 1);
    CHECK(out.host_tickets[0].ticket_id == 38);
    CHECK(out.host_tickets[0].created_at == from_unix_ms(39));
    CHECK(out.host_down == known.host_down);
    CHECK(out.parent == known.parent);
    CHECK(encode(out) == text);
}

TEST_CASE("a snapshot of nothing takes the place of another") {
    domain::Snapshot out = full_snapshot();
    REQUIRE(decode(encode(domain::Snapshot()), out));
    CHECK_FALSE(out.problem.has_value());
    CHECK_FALSE(out.incident.has_value());
    CHECK(out.episodes.empty());
    CHECK_FALSE(out.held_until.has_value());
}

TEST_CASE("a part that cannot be read makes the whole unreadable") {
    const auto whole = nlohmann::json::parse(encode(full_snapshot()));
    domain::Snapshot out;
    for (const char* part : {"ticket", "plan", "placement", "opener", "latest", "flaps"}) {
        INFO(part);
        auto broken = whole;
        broken["incident"][part] = "{\"half\": ";
        CHECK_FALSE(decode(broken.dump(), out));
        broken["incident"][part] = 7;
        CHECK((decode(broken.dump(), out) == (std::string_view(part) == "flaps")));
    }
    CHECK_FALSE(decode("[]", out));
    CHECK_FALSE(decode("", out));
}

}  // namespace alert_bridge::test
