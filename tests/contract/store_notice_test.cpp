// SPDX-License-Identifier: MIT
// Contract of ports::NoticeStore: what monitoring is owed, and the open problems of a source.
#include "catch.hpp"
#include "store_bench.hpp"

namespace alert_bridge::test {
namespace {

using std::chrono::minutes;
using Occurrence = ports::NoticeStore::Occurrence;
using Occurrences = std::vector<Occurrence>;

domain::Notice a_notice(const std::string& key = "zabbix/1", const std::string& episode = "e1") {
    domain::Notice notice;
    notice.incident_id = "i1";
    notice.problem_key = key;
    notice.episode = episode;
    notice.action = domain::NoticeAction::acknowledge;
    notice.text = "GLPI ticket 7: https://bridge/t/1";
    notice.created_at = kNow;
    notice.due_at = kNow;
    return notice;
}

template <class Bench>
void owe(Bench& bench, std::vector<domain::Notice> notices) {
    auto decision = applied();
    decision.notices = std::move(notices);
    write(bench, std::move(decision));
}

template <class Bench>
std::vector<domain::Notice> due(Bench& bench, const std::string& source, WallTime now = kNow) {
    return *bench.run(bench.notices().due_notices(source, now, 10));
}

template <class Bench>
ports::StoreFigures figures(Bench& bench) {
    return *bench.run(bench.store().figures());
}

std::vector<std::string> ids(const Occurrences& occurrences) {
    std::vector<std::string> list;
    for (const Occurrence& one : occurrences) {
        list.push_back(one.problem_key + " " + one.id);
    }
    return list;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE(
    "a notice comes back as it was owed, after a restart too", "[store]", Stores
) {
    TestType bench;
    CHECK_FALSE(bench.run(bench.notices().next_notice())->has_value());
    owe(bench, {a_notice()});
    bench.restart();
    const auto notices = due(bench, "zabbix");
    REQUIRE(notices.size() == 1);
    auto expected = a_notice();
    expected.id = notices[0].id;
    CHECK(notices[0] == expected);
    CHECK(notices[0].id > 0);
    CHECK(*bench.run(bench.notices().next_notice()) == kNow);
    CHECK(figures(bench).notices_due == 1);
    // Nothing is taken by looking.
    CHECK(due(bench, "zabbix").size() == 1);
    CHECK(due(bench, "zabbix", kNow - minutes(1)).empty());
    CHECK(due(bench, "nagios").empty());
}

TEMPLATE_LIST_TEST_CASE("what one occurrence is told goes out in order", "[store]", Stores) {
    TestType bench;
    auto late = a_notice();
    late.due_at = kNow + minutes(5);
    owe(bench, {late, a_notice(), a_notice("zabbix/1", "e2"), a_notice("nagios/host/a")});
    CHECK(
        *bench.run(bench.notices().sources_to_tell(kNow)) ==
        std::vector<std::string>{"nagios", "zabbix"}
    );
    auto notices = due(bench, "zabbix");
    REQUIRE(notices.size() == 1);
    CHECK(notices[0].episode == "e2");
    notices = due(bench, "zabbix", kNow + minutes(5));
    REQUIRE(notices.size() == 2);
    REQUIRE(bench.run(bench.notices().settle_notice(notices[1].id, std::nullopt)).has_value());
    CHECK(due(bench, "zabbix").size() == 2);
}

TEMPLATE_LIST_TEST_CASE("a notice is settled: gone, later, or dead", "[store]", Stores) {
    TestType bench;
    owe(bench, {a_notice(), a_notice("zabbix/2"), a_notice("zabbix/3")});
    auto notices = due(bench, "zabbix");
    REQUIRE(notices.size() == 3);
    REQUIRE(bench.run(bench.notices().settle_notice(notices[0].id, std::nullopt)).has_value());
    notices[1].attempts = 1;
    notices[1].due_at = kNow + minutes(1);
    notices[1].last_error = "[later] connect: refused";
    REQUIRE(bench.run(bench.notices().settle_notice(notices[1].id, notices[1])).has_value());
    notices[2].state = domain::NoticeState::dead;
    REQUIRE(bench.run(bench.notices().settle_notice(notices[2].id, notices[2])).has_value());
    CHECK(due(bench, "zabbix").empty());
    CHECK(*bench.run(bench.notices().next_notice()) == kNow + minutes(1));
    const auto later = due(bench, "zabbix", kNow + minutes(1));
    REQUIRE(later.size() == 1);
    CHECK(later[0] == notices[1]);
    CHECK(figures(bench).notices_due == 1);
    CHECK(figures(bench).notices_dead == 1);
    // A dead one is kept for a while, then pruned.
    const auto old = kNow + 15 * storage::kDay;
    CHECK(*bench.run(bench.store().prune(kNow + minutes(1), 100)) == 0);
    CHECK(*bench.run(bench.store().prune(old, 100)) == 1);
    CHECK(figures(bench).notices_dead == 0);
    CHECK(figures(bench).notices_due == 1);
}

TEMPLATE_LIST_TEST_CASE("a clock that is set moves what waits to be told", "[store]", Stores) {
    TestType bench;
    owe(bench, {a_notice()});
    CHECK(*bench.run(bench.store().shift_waits(minutes(60))) == 1);
    CHECK(due(bench, "zabbix").empty());
    const auto notices = due(bench, "zabbix", kNow + minutes(60));
    REQUIRE(notices.size() == 1);
    CHECK(notices[0].created_at == kNow + minutes(60));
}

TEMPLATE_LIST_TEST_CASE("the open problems of a source come in pages", "[store]", Stores) {
    TestType bench;
    auto decision = applied();
    decision.problem = domain::Problem{"zabbix/1", {9, 2}, domain::ProblemState::failing,
                                       {},         {},     kNow + minutes(3)};
    decision.incidents.push_back(an_incident("i1"));
    for (const char* key : {"zabbix/1", "zabbix/2", "zabbix-2/1", "a/1"}) {
        decision.episodes.push_back(an_episode(key, "e1", "i1"));
    }
    decision.episodes.front().order = {9, 2};
    decision.episodes.front().problem_name = "disk full";
    decision.episodes.push_back(an_episode("zabbix/1", "e2", "i1"));
    decision.episodes.push_back(an_episode("zabbix/9", "loose", ""));
    auto over = an_episode("zabbix/3", "e1", "i1");
    over.state = domain::EpisodeState::recovered;
    over.ended_at = kNow;
    decision.episodes.push_back(over);
    write(bench, std::move(decision));

    std::vector<std::string> seen;
    ports::OpenProblem after;
    for (int page = 0; page < 5; ++page) {
        const auto rows = *bench.run(bench.notices().open_problems("zabbix", after, 2));
        if (rows.empty()) {
            break;
        }
        for (const auto& row : rows) {
            seen.push_back(row.problem_key + " " + row.episode);
        }
        after = rows.back();
    }
    CHECK(seen == std::vector<std::string>{"zabbix/1 e1", "zabbix/1 e2", "zabbix/2 e1"});
    const auto rows = *bench.run(bench.notices().open_problems("zabbix", {}, 10));
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].order == domain::AlertOrder{9, 2});
    CHECK(rows[0].problem_name == "disk full");
    CHECK(rows[0].heard_at == kNow + minutes(3));
    CHECK(rows[2].heard_at == kNow);  // of a problem without a row: its start
}

TEMPLATE_LIST_TEST_CASE(
    "the last alert of an open problem is kept with its incident", "[store]", Stores
) {
    TestType bench;
    auto decision = applied();
    decision.incidents.push_back(an_incident("i1"));
    decision.incidents.back().opener = an_alert("a1", "zabbix/1");
    decision.incidents.back().latest = an_alert("a2", "zabbix/2");
    for (const char* key : {"zabbix/1", "zabbix/2", "zabbix/3"}) {
        decision.episodes.push_back(an_episode(key, "e1", "i1"));
    }
    write(bench, std::move(decision));
    const auto id_of = [&bench](const std::string& key) {
        const auto alert = *bench.run(bench.notices().last_alert(key, "e1"));
        return alert ? alert->id : std::string("none");
    };
    CHECK(id_of("zabbix/1") == "a1");
    CHECK(id_of("zabbix/2") == "a2");
    CHECK(id_of("zabbix/3") == "none");
    CHECK(id_of("zabbix/4") == "none");
}

TEMPLATE_LIST_TEST_CASE("what was never heard of is told apart", "[store]", Stores) {
    TestType bench;
    auto decision = applied();
    decision.incidents.push_back(an_incident("i1"));
    decision.episodes.push_back(an_episode("zabbix/1", "12@20261123T203353", "i1"));
    decision.episodes.push_back(an_episode("zabbix/2", "7", ""));
    auto over = an_episode("nagios/host/a", "3", "i1");
    over.state = domain::EpisodeState::recovered;
    over.ended_at = kNow;
    decision.episodes.push_back(over);
    write(bench, std::move(decision));
    REQUIRE(bench.run(bench.store().append(a_batch(an_alert("a1", "zabbix/5")))).has_value());

    const Occurrences asked = {
        {"zabbix/1", "12"},           {"zabbix/1", "1"}, {"zabbix/1", "123"},
        {"zabbix/1", "99", true},     {"zabbix/2", "7"}, {"nagios/host/a", "3", true},
        {"nagios/host/a", "4", true}, {"zabbix/4", "1"}, {"zabbix/5", "1"},
    };
    const auto unheard = *bench.run(bench.notices().never_heard(asked));
    CHECK(
        ids(unheard) ==
        std::vector<std::string>{
            "zabbix/1 1", "zabbix/1 123", "nagios/host/a 3", "nagios/host/a 4", "zabbix/4 1"}
    );
}

}  // namespace alert_bridge::test
