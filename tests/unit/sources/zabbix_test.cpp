// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/zabbix.hpp"

#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "zabbix_payload.hpp"

using namespace zabbix_payload;
using domain::AlertKind;
using domain::ProblemState;
using domain::Severity;

TEST_CASE("the kind follows update status first, then the message, then the value") {
    struct Row {
        Payload changes;
        AlertKind kind;
        ProblemState state;
    };
    const string note = "NOTE: Escalation canceled: host \"web01\" disabled.\nold message";
    const std::vector<Row> table{
        {{}, AlertKind::problem, ProblemState::failing},
        {{{"event_value", "0"}}, AlertKind::recovery, ProblemState::ok},
        {{{"event_update_status", "1"}, {"event_update_action", "commented"}},
         AlertKind::update,
         ProblemState::failing},
        {{{"event_update_status", "1"},
          {"event_update_action", "commented and closed"},
          {"event_value", "0"}},
         AlertKind::update,
         ProblemState::ok},
        {{{"event_update_status", "1"}, {"event_update_action", "acknowledged"}},
         AlertKind::acknowledgement,
         ProblemState::failing},
        {{{"event_update_status", "1"},
          {"event_update_action",
           "acknowledged, commented and changed severity from Average to High"}},
         AlertKind::acknowledgement,
         ProblemState::failing},
        {{{"event_update_status", "1"}, {"event_update_action", "commented and acknowledged"}},
         AlertKind::acknowledgement,
         ProblemState::failing},
        {{{"event_update_status", "1"}, {"event_update_action", "unacknowledged"}},
         AlertKind::update,
         ProblemState::failing},
        {{{"event_update_status", "1"}}, AlertKind::update, ProblemState::failing},
        {{{"alert_message", note}}, AlertKind::cancelled, ProblemState::unknown},
        {{{"alert_message", "Comment: NOTE: Escalation canceled"}},
         AlertKind::problem,
         ProblemState::failing},
        {{{"alert_message", note}, {"event_update_status", "1"}},
         AlertKind::update,
         ProblemState::failing},
        {{{"event_source", "1"}, {"event_value", "{EVENT.VALUE}"}},
         AlertKind::note,
         ProblemState::unknown},
        {{{"event_source", "2"}}, AlertKind::note, ProblemState::unknown},
        {{{"event_source", "3"}}, AlertKind::note, ProblemState::unknown},
        {{{"event_source", "4"}, {"event_update_status", "{EVENT.UPDATE.STATUS}"}},
         AlertKind::problem,
         ProblemState::failing},
        {{{"event_source", "4"},
          {"event_update_status", "{EVENT.UPDATE.STATUS}"},
          {"event_update_nseverity", "5"}},
         AlertKind::update,
         ProblemState::failing},
        {{{"event_source", "4"}, {"event_value", "0"}}, AlertKind::recovery, ProblemState::ok},
    };
    for (const Row& row : table) {
        CAPTURE(row.changes);
        const Alert alert = decode(event(row.changes));
        CHECK(alert.kind == row.kind);
        CHECK(alert.state == row.state);
    }
}

TEST_CASE("an event without a number, or without problem or recovery, is refused") {
    for (const char* id : {"", "{EVENT.ID}", "0", "-5", "12a", "99999999999999999999"}) {
        CAPTURE(id);
        const auto decoded = try_decode(event({{"event_id", id}}));
        REQUIRE_FALSE(decoded.has_value());
        CHECK(decoded.error().code == "shape");
        CHECK_THAT(decoded.error().message, ContainsSubstring("event_id"));
    }
    for (const char* value : {"{EVENT.VALUE}", "2", "yes"}) {
        CAPTURE(value);
        const auto decoded = try_decode(event({{"event_value", value}}));
        REQUIRE_FALSE(decoded.has_value());
        CHECK(decoded.error().code == "shape");
        CHECK_THAT(decoded.error().message, ContainsSubstring("event_value"));
    }
}

TEST_CASE("hand-made messages speak by the words of their status") {
    const Alert problem =
        decode({{"id", "5"}, {"host", "a"}, {"name", "n"}, {"status", "PROBLEM"}});
    CHECK(problem.kind == AlertKind::problem);
    CHECK(problem.host.name == "a");
    CHECK(problem.problem_key == "zbx/event/5");
    CHECK_FALSE(problem.started_at.has_value());
    for (const char* word : {"RESOLVED", "OK", "ok"}) {
        const Alert recovery = decode({{"id", "5"}, {"status", word}});
        CHECK(recovery.kind == AlertKind::recovery);
        CHECK(recovery.episode == problem.episode);
    }
}

TEST_CASE("all notices of one event share key, episode and order, and none is another's repeat") {
    const std::vector<Payload> notices{
        event(),
        event({{"event_update_status", "1"}, {"event_update_action", "acknowledged"}}),
        event(
            {{"event_update_status", "1"},
             {"event_update_action", "commented"},
             {"event_update_message", "one"}}
        ),
        event(
            {{"event_update_status", "1"},
             {"event_update_action", "commented"},
             {"event_update_message", "two"}}
        ),
        event(
            {{"event_update_status", "1"},
             {"event_update_action", "commented"},
             {"event_update_message", "two"},
             {"event_update_time", "21:20:00"}}
        ),
        event({{"event_opdata", "96 %"}}),
        event({{"event_age", "1h"}}),
        event({{"time", "22:16:48"}}),
        event({{"alert_message", "NOTE: Escalation canceled: x"}}),
        event({{"event_value", "0"}}),
    };
    std::set<string> deliveries;
    for (const Payload& notice : notices) {
        const Alert alert = decode(notice);
        CHECK(alert.problem_key == "zbx/trigger/23137");
        CHECK(alert.episode == "213@20261123T211648");
        CHECK(alert.order == domain::AlertOrder{213, 0});
        deliveries.insert(alert.idempotency_key);
    }
    CHECK(deliveries.size() == notices.size());
}

TEST_CASE("a retry is the same delivery, also when another user or action sent it") {
    const string key = decode(event()).idempotency_key;
    CHECK(decode(event()).idempotency_key == key);
    CHECK(decode(event({{"alert_sendto", "other"}, {"action_id", "9"}})).idempotency_key == key);
}

TEST_CASE("an event id used again after a database rebuild is another episode and delivery") {
    const Alert before = decode(event());
    const Alert after = decode(event({{"event_date", "2027.01.01"}}));
    CHECK(before.episode != after.episode);
    CHECK(before.idempotency_key != after.idempotency_key);
}

TEST_CASE("the problem key follows the option") {
    ports::SourceOptions options = lab_options();
    options.problem_key = "event";
    CHECK(decode(event(), options).problem_key == "zbx/event/213");
    options.problem_key = "trigger+tag:customer";
    CHECK(decode(event(), options).problem_key == "zbx/trigger/23137/customer=ACME");
    CHECK(
        decode(event({{"event_tags", R"([{"tag":"customer","value":"A/B 50%"}])"}}), options)
            .problem_key == "zbx/trigger/23137/customer=A%2FB 50%25"
    );
    CHECK(
        decode(event({{"event_tags", "[]"}}), options).problem_key == "zbx/trigger/23137/customer="
    );
    for (const char* trigger : {"{TRIGGER.ID}", "0", "x"}) {
        CHECK(decode(event({{"trigger_id", trigger}})).problem_key == "zbx/event/213");
    }
    CHECK(decode(event({{"event_source", "4"}})).problem_key == "zbx/event/213");
}

TEST_CASE("severity is the present one: number, word, service update, or the source's own map") {
    struct Row {
        Payload changes;
        Severity severity;
    };
    const std::vector<Row> table{
        {{{"event_nseverity", "0"}}, Severity::not_classified},
        {{{"event_nseverity", "5"}, {"trigger_nseverity", "1"}}, Severity::disaster},
        {{{"event_nseverity", "{EVENT.NSEVERITY}"}, {"event_severity", "Average"}},
         Severity::average},
        {{{"event_nseverity", ""}, {"event_severity", "Not classified"}}, Severity::not_classified},
        {{{"event_nseverity", ""}, {"severity", "high"}}, Severity::high},
        {{{"event_nseverity", ""}, {"severity", "3"}}, Severity::average},
        {{{"event_nseverity", "9"}}, Severity::not_classified},
        {{{"event_nseverity", ""}}, Severity::not_classified},
        {{{"event_nseverity", "3"}, {"event_update_nseverity", "5"}, {"event_source", "4"}},
         Severity::disaster},
    };
    for (const Row& row : table) {
        CAPTURE(row.changes);
        CHECK(decode(event(row.changes)).severity == row.severity);
    }
    ports::SourceOptions options = lab_options();
    options.severity_map = {{"4", Severity::disaster}, {"desastre", Severity::disaster}};
    CHECK(decode(event(), options).severity == Severity::disaster);
    CHECK(
        decode(event({{"event_nseverity", "2"}, {"event_severity", "Desastre"}}), options)
            .severity == Severity::disaster
    );
    CHECK(decode(event({{"event_nseverity", "2"}}), options).severity == Severity::warning);
}

TEST_CASE("a severity change is told by its words, or by a service's new number") {
    CHECK(decode(event(
                     {{"event_update_status", "1"},
                      {"event_update_action", "changed severity from Average to Disaster"}}
                 )
    ).severity_changed);
    CHECK_FALSE(decode(event({{"event_update_status", "1"}, {"event_update_action", "commented"}})
    ).severity_changed);
    CHECK(decode(event({{"event_source", "4"}, {"event_update_nseverity", "5"}})).severity_changed);
    CHECK_FALSE(decode(event({{"event_source", "4"}, {"event_update_nseverity", "4"}})
    ).severity_changed);
    CHECK_FALSE(decode(event()).severity_changed);
}

TEST_CASE("dates are in the configured zone, and without a zone there is no start") {
    CHECK(format_utc(decode(event()).started_at.value()) == "2026-11-23T20:16:48Z");
    ports::SourceOptions options = lab_options();
    options.time_zone = "America/Sao_Paulo";
    CHECK(format_utc(decode(event(), options).started_at.value()) == "2026-11-24T00:16:48Z");
    options.time_zone.clear();
    CHECK_FALSE(decode(event(), options).started_at.has_value());
    CHECK(decode(event(), options).episode == "213@20261123T211648");
    for (const char* date :
         {"2026-11-23", "23.11.2026", "2026.11.2", "2026.1a.23", "{EVENT.DATE}"}) {
        CAPTURE(date);
        const Alert alert = decode(event({{"event_date", date}}));
        CHECK_FALSE(alert.started_at.has_value());
        CHECK(alert.episode == "213");
    }
    CHECK_FALSE(decode(event({{"event_date", "2026.13.40"}})).started_at.has_value());
}
