// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/nagios.hpp"

#include <set>
#include <string>
#include <vector>

#include "alert_bridge/base/text.hpp"
#include "catch.hpp"
#include "nagios_payload.hpp"

using namespace nagios_payload;
using domain::AlertKind;
using domain::ProblemState;

TEST_CASE("each notification type is a kind, and the state is what the notice says") {
    struct Row {
        string type, state;
        AlertKind kind;
        ProblemState means;
    };
    const std::vector<Row> table{
        {"PROBLEM", "CRITICAL", AlertKind::problem, ProblemState::failing},
        {"PROBLEM", "UNKNOWN", AlertKind::problem, ProblemState::failing},
        {"RECOVERY", "OK", AlertKind::recovery, ProblemState::ok},
        {"ACKNOWLEDGEMENT", "WARNING", AlertKind::acknowledgement, ProblemState::failing},
        {"CUSTOM", "OK", AlertKind::note, ProblemState::ok},
        {"FLAPPINGSTART", "OK", AlertKind::flapping_start, ProblemState::ok},
        {"FLAPPINGSTOP", "OK", AlertKind::flapping_stop, ProblemState::ok},
        {"FLAPPINGSTOP", "CRITICAL", AlertKind::flapping_stop, ProblemState::failing},
        {"FLAPPINGDISABLED", "WARNING", AlertKind::flapping_stop, ProblemState::failing},
        {"DOWNTIMESTART", "OK", AlertKind::downtime_start, ProblemState::ok},
        {"DOWNTIMEEND", "CRITICAL", AlertKind::downtime_end, ProblemState::failing},
        {"DOWNTIMEEND", "OK", AlertKind::downtime_end, ProblemState::ok},
        {"DOWNTIMECANCELLED", "OK", AlertKind::downtime_end, ProblemState::ok},
        {"problem", "critical", AlertKind::problem, ProblemState::failing},
        {"CUSTOM", "PENDING", AlertKind::note, ProblemState::unknown},
    };
    for (const Row& row : table) {
        CAPTURE(row.type, row.state);
        const Alert alert =
            decode(service({{"NOTIFICATIONTYPE", row.type}, {"SERVICESTATE", row.state}}));
        CHECK(alert.kind == row.kind);
        CHECK(alert.state == row.means);
        CHECK(alert.whole_problem);
        CHECK_FALSE(alert.host_problem);
    }
    for (const char* state : {"DOWN", "UNREACHABLE"}) {
        const Alert alert = decode(host({{"HOSTSTATE", state}}));
        CHECK(alert.state == ProblemState::failing);
        CHECK(alert.host_problem);
        CHECK(alert.service.empty());
    }
    CHECK(
        decode(host({{"HOSTSTATE", "UP"}, {"NOTIFICATIONTYPE", "RECOVERY"}})).state ==
        ProblemState::ok
    );
}

TEST_CASE("a notice without type, host or state is refused and says which") {
    const std::vector<std::pair<Payload, string>> table{
        {service({{"NOTIFICATIONTYPE", "$NOTIFICATIONTYPE$"}}), "NOTIFICATIONTYPE is missing"},
        {service({{"NOTIFICATIONTYPE", "SURPRISE\n!"}}), "NOTIFICATIONTYPE is unknown: SURPRISE !"},
        {service({{"NOTIFICATIONTYPE", "Xéééééééééééééééééééé"}}),
         "unknown: Xéééééééééééééééééééé"},
        {service({{"HOSTNAME", "$"}}), "HOSTNAME is missing"},
        {service({{"SERVICESTATE", ""}}), "SERVICESTATE is missing"},
        {service({{"SERVICESTATE", "DOWN!"}}), "SERVICESTATE is missing or not understood"},
        {host({{"HOSTSTATE", "$"}}), "HOSTSTATE is missing"},
    };
    for (const auto& [fields, message] : table) {
        const auto decoded = try_decode(fields);
        REQUIRE_FALSE(decoded.has_value());
        CHECK(decoded.error().code == "shape");
        CHECK_THAT(decoded.error().message, ContainsSubstring(message));
    }
}

TEST_CASE("macro names are read in any case, with and without the prefix, from JSON and forms") {
    const Alert plain = decode(service());
    Payload lower, prefixed;
    string form;
    for (const auto& [name, value] : service()) {
        lower[to_lower_ascii(name)] = value;
        prefixed["NAGIOS_" + name] = value;
        form += name + "=" + (value == "Disk /var" ? "Disk+%2Fvar" : value) + "&";
    }
    prefixed["HOSTNAME"] = "the-monitor-itself";
    CHECK(decode(lower) == plain);
    CHECK(decode(prefixed) == plain);
    ports::SourceOptions options;
    options.name = "nag";
    options.type = "nagios";
    const auto decoded = (*sources::make_decoder(options))->decode(form, plain.received_at);
    REQUIRE(decoded.has_value());
    CHECK(decoded->alerts.front() == plain);
}

TEST_CASE("a service's problem id holds through change of state, acknowledgement and recovery") {
    const Alert problem = decode(service());
    CHECK(problem.problem_key == "nag/service/web01/Disk %2Fvar");
    CHECK(problem.episode == "3");
    const Alert warning = decode(service(
        {{"SERVICESTATE", "WARNING"},
         {"NOTIFICATIONNUMBER", "2"},
         {"LASTSERVICESTATECHANGE", "1795467300"},
         {"TIMET", "1795467300"}}
    ));
    const Alert recovery = decode(service(
        {{"NOTIFICATIONTYPE", "RECOVERY"},
         {"SERVICESTATE", "OK"},
         {"LASTSERVICESTATECHANGE", "1795467400"},
         {"TIMET", "1795467400"}}
    ));
    const Alert next = decode(service({{"SERVICEPROBLEMID", "8"}, {"LASTSERVICEPROBLEMID", "3"}}));
    CHECK(warning.episode == "3");
    CHECK(recovery.episode == "3");
    CHECK(next.episode == "8");
    CHECK(next.problem_key == problem.problem_key);
    CHECK(problem.order < warning.order);
    CHECK(warning.order < recovery.order);
}

TEST_CASE("a host's recovery carries the id as the last one") {
    const Alert problem = decode(host());
    const Alert recovery = decode(host(
        {{"NOTIFICATIONTYPE", "RECOVERY"},
         {"HOSTSTATE", "UP"},
         {"HOSTPROBLEMID", "0"},
         {"LASTHOSTPROBLEMID", "5"}}
    ));
    CHECK(problem.problem_key == "nag/host/db01");
    CHECK(problem.episode == "5");
    CHECK(recovery.episode == "5");
    CHECK(recovery.problem_key == problem.problem_key);
}

TEST_CASE("without any problem id the time of the state change tells episodes apart") {
    const Payload none{{"SERVICEPROBLEMID", "$"}, {"LASTSERVICEPROBLEMID", "0"}};
    CHECK(decode(service(none)).episode == "since 1795467000");
    CHECK(decode(changed(service(none), {{"LASTSERVICESTATECHANGE", "0"}})).episode == "0");
}

TEST_CASE("names with slashes and percent signs make keys of their own") {
    std::set<string> keys;
    const std::vector<std::pair<string, string>> names{{"a", "b/c"}, {"a/b", "c"}, {"a%2Fb", "c"},
                                                       {"a", "b"},   {"a", "B"},   {"a", " b /"}};
    for (const auto& [name, description] : names) {
        keys.insert(decode(service({{"HOSTNAME", name}, {"SERVICEDESC", description}})).problem_key
        );
    }
    keys.insert(decode(host({{"HOSTNAME", "a"}})).problem_key);
    keys.insert(decode(host({{"HOSTNAME", "service/a"}})).problem_key);
    CHECK(keys.size() == names.size() + 2);
}

TEST_CASE("deliveries differ when event, type, number, change, time or comment differ") {
    std::set<string> keys;
    const std::vector<Payload> notices{
        service(),
        service({{"SERVICEEVENTID", "8"}}),
        service({{"NOTIFICATIONTYPE", "CUSTOM"}}),
        service({{"NOTIFICATIONNUMBER", "2"}}),
        service({{"LASTSERVICESTATECHANGE", "1795467001"}}),
        service({{"TIMET", "1795467001"}}),
        service({{"NOTIFICATIONTYPE", "CUSTOM"}, {"NOTIFICATIONCOMMENT", "one"}}),
        service({{"NOTIFICATIONTYPE", "CUSTOM"}, {"NOTIFICATIONCOMMENT", "two"}}),
        service({{"SERVICEDESC", "other"}}),
        host(),
    };
    for (const Payload& notice : notices) {
        keys.insert(decode(notice).idempotency_key);
    }
    CHECK(keys.size() == notices.size());
    CHECK(
        decode(service({{"CONTACTNAME", "second"}, {"SERVICEOUTPUT", "x"}})).idempotency_key ==
        decode(service()).idempotency_key
    );
}

TEST_CASE("order is the time, then the event id within one second") {
    const Alert earlier = decode(service({{"SERVICEEVENTID", "7"}}));
    const Alert later = decode(service({{"SERVICEEVENTID", "8"}}));
    CHECK(earlier.order < later.order);
    CHECK(later.order < decode(service({{"TIMET", "1795467001"}, {"SERVICEEVENTID", "1"}})).order);
    CHECK(decode(service({{"TIMET", "$TIMET$"}})).order.major == 0);
}

TEST_CASE("severity follows the state, and the source's map wins") {
    CHECK(decode(service()).severity == Severity::high);
    CHECK(decode(service({{"SERVICESTATE", "WARNING"}})).severity == Severity::warning);
    CHECK(decode(service({{"SERVICESTATE", "UNKNOWN"}})).severity == Severity::warning);
    CHECK(decode(service({{"SERVICESTATE", "UNKNOWN"}})).sender_state == "unknown");
    CHECK(decode(service({{"SERVICESTATE", "OK"}})).severity == Severity::not_classified);
    CHECK(decode(host()).severity == Severity::high);
    CHECK(decode(host({{"HOSTSTATE", "UNREACHABLE"}})).severity == Severity::information);
    const std::map<string, Severity> map{
        {"down", Severity::disaster}, {"warning", Severity::average}};
    CHECK(decode(host(), map).severity == Severity::disaster);
    CHECK(decode(service({{"SERVICESTATE", "WARNING"}}), map).severity == Severity::average);
    CHECK(decode(service(), map).severity == Severity::high);
}

TEST_CASE("a renotification is a repeat, a change of state is not") {
    struct Row {
        Payload changes;
        bool is_repeat, severity_changed;
    };
    const string later = "1795470600";  // an hour after the change
    const std::vector<Row> table{
        {{}, false, false},
        {{{"NOTIFICATIONNUMBER", "2"}, {"TIMET", later}}, true, false},
        {{{"NOTIFICATIONNUMBER", "2"}, {"TIMET", later}, {"LASTSERVICESTATE", "CRITICAL"}},
         true,
         false},
        {{{"NOTIFICATIONNUMBER", "2"}, {"LASTSERVICESTATE", "WARNING"}}, false, true},
        {{{"NOTIFICATIONNUMBER", "3"}, {"LASTSERVICESTATE", "WARNING"}, {"TIMET", later}},
         true,
         false},
        {{{"NOTIFICATIONNUMBER", "1"}, {"LASTSERVICESTATE", "CRITICAL"}}, false, false},
        {{{"NOTIFICATIONTYPE", "ACKNOWLEDGEMENT"}, {"NOTIFICATIONNUMBER", "2"}}, false, false},
        {{{"NOTIFICATIONTYPE", "RECOVERY"}, {"SERVICESTATE", "OK"}, {"NOTIFICATIONNUMBER", "2"}},
         false,
         false},
    };
    for (const Row& row : table) {
        CAPTURE(row.changes);
        const Alert alert = decode(service(row.changes));
        CHECK(alert.is_repeat == row.is_repeat);
        CHECK(alert.severity_changed == row.severity_changed);
    }
}
