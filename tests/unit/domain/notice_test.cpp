// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/notice.hpp"

#include "catch.hpp"
#include "lifecycle_world.hpp"

namespace {

using namespace test_support;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const ab::WallTime kNow = ab::from_unix_ms(1'795'000'000'000);

Notice a_notice() {
    Notice notice;
    notice.id = 7;
    notice.problem_key = "zabbix/trigger/12";
    notice.created_at = notice.due_at = kNow;
    return notice;
}

ab::Result<void> failure(ab::ErrorClass kind) {
    return ab::Error{kind, "connect", "refused"};
}

World told_world(BackPolicy policy = {}) {
    World world;
    world.backs["nagios"] = policy;
    return world;
}

std::vector<Notice> opened(World& world) {
    OperationResult result;
    result.result_id = 4711;
    return world.settle(result).notices;
}

}  // namespace

TEST_CASE("what a piece of news asks of monitoring", "[notice]") {
    using Acknowledge = BackPolicy::Acknowledge;
    struct Row {
        Acknowledge acknowledge;
        bool close;
        TicketNews news;
        NoticeAction action;
    };
    const Row rows[] = {
        {Acknowledge::when_taken, false, TicketNews::opened, NoticeAction::comment},
        {Acknowledge::when_taken, false, TicketNews::taken, NoticeAction::acknowledge},
        {Acknowledge::when_opened, false, TicketNews::opened, NoticeAction::acknowledge},
        {Acknowledge::when_opened, false, TicketNews::taken, NoticeAction::comment},
        {Acknowledge::never, false, TicketNews::opened, NoticeAction::comment},
        {Acknowledge::never, false, TicketNews::taken, NoticeAction::comment},
        {Acknowledge::when_taken, false, TicketNews::over, NoticeAction::comment},
        {Acknowledge::when_taken, true, TicketNews::over, NoticeAction::close},
    };
    for (const Row& row : rows) {
        CHECK(action_for({row.acknowledge, row.close}, row.news) == row.action);
    }
}

TEST_CASE("the text names the ticket, and its link when there is one", "[notice]") {
    CHECK(notice_text(TicketNews::opened, 7, "https://b/t/1") == "GLPI ticket 7: https://b/t/1");
    CHECK(notice_text(TicketNews::opened, 7, "") == "GLPI ticket 7");
    CHECK(notice_text(TicketNews::over, 7, "") == "GLPI ticket 7 was solved by a person");
}

TEST_CASE("a notice is told, tried again, or dead", "[notice]") {
    CHECK_FALSE(after_attempt(a_notice(), ab::Result<void>(), kNow, 0).has_value());
    const auto refused = after_attempt(a_notice(), failure(ab::ErrorClass::refused), kNow, 0);
    REQUIRE(refused);
    CHECK(refused->state == NoticeState::dead);
    CHECK(refused->last_error == "[refused] connect: refused");

    Notice notice = a_notice();
    ab::Duration last{};
    for (int attempt = 1; attempt <= 4; ++attempt) {
        const auto next = after_attempt(notice, failure(ab::ErrorClass::later), kNow, 0);
        REQUIRE(next);
        CHECK(next->state == NoticeState::due);
        CHECK(next->attempts == attempt);
        CHECK(next->due_at - kNow > last);
        last = next->due_at - kNow;
        notice = *next;
    }
    const auto wrong_token =
        after_attempt(a_notice(), failure(ab::ErrorClass::misconfigured), kNow, 0);
    REQUIRE(wrong_token);
    CHECK(wrong_token->state == NoticeState::due);
    const auto old = after_attempt(
        a_notice(), failure(ab::ErrorClass::later), kNow + kNoticeLife + seconds(1), 0
    );
    REQUIRE(old);
    CHECK(old->state == NoticeState::dead);
}

TEST_CASE("a key is taken apart as the decoders made it", "[notice]") {
    const KeyParts service = parts_of_key("nagios-dc1/service/web 01/Disk %2Fvar%0A");
    CHECK(service.source == "nagios-dc1");
    CHECK(service.kind == "service");
    CHECK(service.first == "web 01");
    CHECK(service.second == "Disk /var\n");
    const KeyParts host = parts_of_key("n/host/web01");
    CHECK(host.kind == "host");
    CHECK(host.first == "web01");
    CHECK(host.second.empty());
    CHECK(parts_of_key("").source.empty());
    CHECK(parts_of_key("n/host/100%").first == "100%");
    CHECK(occurrence_id("123@20261123T203353") == "123");
    CHECK(occurrence_id("42") == "42");
}

TEST_CASE("monitoring hears of a ticket once it has a number", "[notice]") {
    World world = told_world();
    const Decision decision = world.take(world.alert(AlertKind::problem));
    CHECK(decision.notices.empty());
    const auto notices = opened(world);
    REQUIRE(notices.size() == 1);
    CHECK(notices[0].problem_key == "nagios/service/web01/HTTP");
    CHECK(notices[0].episode == "1");
    CHECK(notices[0].incident_id == world.incident().id);
    CHECK(notices[0].action == NoticeAction::comment);
    const std::string link = "https://bridge.example.com/t/" + world.incident().opener.id;
    CHECK(notices[0].text == "GLPI ticket 4711: " + link);
    CHECK(notices[0].due_at == world.now);
}

TEST_CASE("a source that cannot be told is owed nothing", "[notice]") {
    World world;
    world.backs["another"] = {};
    world.take(world.alert(AlertKind::problem));
    CHECK(opened(world).empty());
}

TEST_CASE("a problem that is over when its ticket opens is not told of", "[notice]") {
    World world = told_world();
    world.take(world.alert(AlertKind::problem));
    world.pass(seconds(1));
    world.take(world.alert(AlertKind::recovery));
    CHECK(opened(world).empty());
}

TEST_CASE("a problem that joins a ticket is told its number at once", "[notice]") {
    World world = told_world();
    world.rules.plan.policy.group_by = {"host"};
    world.take(world.alert(AlertKind::problem));
    Alert early = world.alert(AlertKind::problem, "2");
    early.problem_key = "nagios/service/web01/SSH";
    CHECK(world.take(early).notices.empty());
    CHECK(opened(world).size() == 2);
    world.deliver_all();
    Alert late = world.alert(AlertKind::problem, "3");
    late.problem_key = "nagios/service/web01/FTP";
    const Decision decision = world.take(late);
    REQUIRE(decision.notices.size() == 1);
    CHECK(decision.notices[0].problem_key == late.problem_key);
}

TEST_CASE("our own word that comes back is no news", "[notice]") {
    struct Row {
        AlertKind kind;
        const char* author;
        const char* comment;
        bool own;
    };
    const Row rows[] = {
        {AlertKind::acknowledgement, "glpi-alert-bridge", "GLPI ticket 100", true},
        {AlertKind::note, "glpi-alert-bridge", "GLPI ticket 100", true},
        {AlertKind::update, "Admin (api)", "GLPI ticket 100: x [glpi-alert-bridge]\r\n", true},
        {AlertKind::acknowledgement, "Admin (api)", "ticket [glpi-alert-bridge]", true},
        {AlertKind::acknowledgement, "ann", "see [glpi-alert-bridge] above", false},
        {AlertKind::update, "ann", "on it", false},
    };
    for (const Row& row : rows) {
        World world = with_open_ticket();
        Alert alert = world.alert(row.kind);
        alert.author = row.author;
        alert.comment = row.comment;
        const Decision decision = world.take(alert);
        CAPTURE(row.author, row.comment);
        CHECK(decision.operations.empty() == row.own);
        CHECK((decision.verdict == Verdict::ignored) == row.own);
    }
    // A close that we asked for ends in an ordinary recovery, whoever is named in it.
    World world = with_open_ticket();
    Alert recovery = world.alert(AlertKind::recovery);
    recovery.author = "glpi-alert-bridge";
    CHECK(world.take(recovery).verdict == Verdict::applied);
}

TEST_CASE(
    "a problem too mild to count is told of the ticket once, though it gets worse later", "[notice]"
) {
    World world = told_world();
    world.rules.plan.policy.group_by = {"host"};
    const bool has_number = GENERATE(true, false);
    std::size_t told = 0;
    const auto count = [&](const Decision& decision) {
        for (const Notice& notice : decision.notices) {
            told += notice.problem_key == "nagios/service/web01/Disk" ? 1 : 0;
        }
    };
    const auto of_disk = [&](Severity severity) {
        Alert alert = world.alert(AlertKind::problem, "9");
        alert.problem_key = "nagios/service/web01/Disk";
        alert.severity = severity;
        return alert;
    };
    world.take(world.alert(AlertKind::problem));
    OperationResult result;
    result.result_id = 4711;
    if (has_number) {
        count(world.settle(result));
    }
    count(world.take(of_disk(Severity::information)));
    if (!has_number) {
        count(world.settle(result));
    }
    CHECK(told == 1);
    world.take(world.alert(AlertKind::recovery));
    world.pass(std::chrono::minutes(1));
    count(world.take(of_disk(Severity::high)));
    CHECK(world.incident().state == IncidentState::open);
    CHECK(told == 1);
}

TEST_CASE(
    "a problem that comes back under the same number is told of its ticket again", "[notice]"
) {
    World world = told_world();
    // As Icinga 2: it forgets an acknowledgement with the recovery, and numbers no problems.
    const auto of_state = [&](AlertKind kind) {
        return notice(
            world, kind, kind == AlertKind::recovery ? ProblemState::ok : ProblemState::failing,
            "state"
        );
    };
    world.take(of_state(AlertKind::problem));
    world.deliver_all();
    world.pass(std::chrono::minutes(1));
    world.take(of_state(AlertKind::recovery));
    const bool is_solved = GENERATE(false, true);
    if (is_solved) {
        world.pass(std::chrono::minutes(6));
        world.deliver_all();
    }
    REQUIRE((world.incident().state == IncidentState::solved) == is_solved);
    world.pass(std::chrono::minutes(1));
    CHECK(world.take(of_state(AlertKind::problem)).notices.size() == 1);
    CHECK(world.take(of_state(AlertKind::problem)).notices.empty());
}

TEST_CASE("a problem that still fails when its flapping ends is told of its ticket", "[notice]") {
    World world = told_world();
    world.take(notice(world, AlertKind::problem, ProblemState::failing));
    world.deliver_all();
    world.pass(std::chrono::minutes(1));
    world.take(notice(world, AlertKind::flapping_start, ProblemState::failing));
    world.take(notice(world, AlertKind::recovery, ProblemState::ok));
    world.pass(std::chrono::minutes(1));
    const Decision decision =
        world.take(notice(world, AlertKind::flapping_stop, ProblemState::failing, "2"));
    CHECK(world.last_reason == "no longer flapping, still failing");
    CHECK(decision.notices.size() == 1);
}

TEST_CASE(
    "while a problem flaps monitoring is not told of its ticket again and again", "[notice]"
) {
    World world = told_world();
    std::size_t told_late = 0;
    for (int change = 0; change < 40; ++change) {
        const bool fails = change % 2 == 0;
        const Decision decision = world.take(notice(
            world, fails ? AlertKind::problem : AlertKind::recovery,
            fails ? ProblemState::failing : ProblemState::ok, "state"
        ));
        told_late += change >= 10 ? decision.notices.size() : 0;
        world.deliver_all();
        world.pass(std::chrono::seconds(20));
    }
    REQUIRE(world.incident().ticket_id != 0);
    CHECK(told_late == 0);
}
