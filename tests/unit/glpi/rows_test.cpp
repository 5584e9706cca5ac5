// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/rows.hpp"

#include <filesystem>
#include <fstream>

#include "alert_bridge/glpi/reply.hpp"
#include "catch.hpp"
#include "paths.hpp"

using namespace alert_bridge;
using nlohmann::json;

namespace {

constexpr std::int64_t kUs = 7;
const std::string kReference = "GAB-ABABABABABABABABABABABABAB";

json log_row(const std::string& user, int action, int option, const std::string& type = "") {
    json row;
    row["user_name"] = user;
    row["linked_action"] = action;
    row["id_search_option"] = option;
    row["itemtype_link"] = type;
    return row;
}

domain::TicketView people_in(const std::vector<json>& rows) {
    domain::TicketView view;
    glpi::add_people(view, json(rows), kUs);
    return view;
}

bool untouched(const domain::TicketView& view) {
    return !view.taken_by_person && !view.written_on_by_person && !view.priority_set_by_person &&
           !view.status_set_by_person;
}

}  // namespace

TEST_CASE("a ticket's row is read, numbers as text too") {
    const auto view = glpi::ticket_view(json::parse(
        R"({"id":"12","entities_id":3,"status":2,"priority":5,"urgency":"4","impact":3,"is_deleted":1})"
    ));
    CHECK(view.id == 12);
    CHECK(view.exists);
    CHECK(view.deleted);
    CHECK(view.status == 2);
    CHECK(view.priority == 5);
    CHECK(view.urgency == 4);
    CHECK(view.impact == 3);
    CHECK(view.entity_id == 3);
    CHECK(untouched(view));
}

TEST_CASE("a person is a user with another id than ours, or the mail collector") {
    CHECK_FALSE(glpi::is_person("Alert bridge (7)", kUs));
    CHECK(glpi::is_person("Alert bridge (8)", kUs));
    CHECK(glpi::is_person("Alice (ext) Dupont (12)", kUs));
    CHECK(glpi::is_person("Bob (5) impersonated by Admin (2)", kUs));
    CHECK(glpi::is_person("Someone", kUs));
    CHECK(glpi::is_person("cron_mailgate", kUs));
    CHECK_FALSE(glpi::is_person("cron_closeticket", kUs));
    CHECK_FALSE(glpi::is_person("", kUs));
    CHECK_FALSE(glpi::is_person("  ", kUs));
    CHECK(glpi::is_person("Alert bridge (7)", 0));
}

TEST_CASE("the recorded log of our own writes shows no person") {
    for (const std::string version : {"10.0.19", "11.0.6"}) {
        std::ifstream file(
            tests_dir() / "recorded" / "glpi" /
            ("glpi-" + version + "-14-reference-and-quiet-writes.json")
        );
        const json document = json::parse(file);
        int logs = 0;
        for (const json& exchange : document.at("exchanges")) {
            if (exchange.at("label") != "log of the ticket") {
                continue;
            }
            ++logs;
            const json& rows = exchange.at("response").at("body");
            CHECK(rows.size() >= 4);
            domain::TicketView ours;
            glpi::add_people(ours, rows, kUs);
            CHECK(untouched(ours));
            CHECK(ours.last_person.empty());
            domain::TicketView somebody_elses;
            glpi::add_people(somebody_elses, rows, kUs + 1);
            CHECK(somebody_elses.written_on_by_person);
            CHECK(somebody_elses.last_person == "Alert bridge");
        }
        CHECK(logs == 1);
    }
}

TEST_CASE("what a person did is told apart") {
    const std::string alice = "Alice (12)";
    auto view = people_in({log_row(alice, 15, 5, "User")});
    CHECK(view.taken_by_person);
    CHECK_FALSE(view.written_on_by_person);
    CHECK(view.last_person == "Alice");
    CHECK(people_in({log_row(alice, 15, 8, "Group")}).taken_by_person);
    CHECK(people_in({log_row(alice, 16, 8, "Group")}).taken_by_person);
    CHECK(people_in({log_row(alice, 15, 0, "Supplier")}).taken_by_person);
    for (const int onlooker : {4, 71, 66, 65}) {
        CHECK(untouched(people_in({log_row(alice, 15, onlooker, "User")})));
    }
    for (const char* written :
         {"ITILFollowup", "TicketTask", "ITILSolution", "TicketValidation", "Document"}) {
        INFO(written);
        view = people_in({log_row(alice, 17, 0, written)});
        CHECK(view.written_on_by_person);
        CHECK_FALSE(view.taken_by_person);
    }
    view = people_in({log_row(alice, 0, 12)});
    CHECK(view.status_set_by_person);
    CHECK(view.taken_by_person);
    for (const int option : {3, 10, 11}) {
        view = people_in({log_row(alice, 0, option)});
        CHECK(view.priority_set_by_person);
        CHECK_FALSE(view.taken_by_person);
    }
    CHECK(people_in({log_row(alice, 0, 21)}).written_on_by_person);
    CHECK(people_in({log_row("cron_mailgate", 17, 0, "ITILFollowup")}).written_on_by_person);
}

TEST_CASE("rows that are ours, automatic, or about something else make no person") {
    CHECK(untouched(people_in(
        {log_row("Alert bridge (7)", 0, 12), log_row("Alert bridge (7)", 17, 0, "ITILFollowup"),
         log_row("cron_closeticket", 0, 12), log_row("", 0, 12), log_row("Alice (12)", 0, 7),
         log_row("Alice (12)", 20, 0, "0"), log_row("Alice (12)", 15, 0, "Computer")}
    )));
    CHECK(untouched(people_in({})));
    domain::TicketView view;
    glpi::add_people(view, json::parse(R"([1,"x",null,[],{"user_name":5}])"), kUs);
    CHECK(untouched(view));
}

TEST_CASE("the last person is who did the last thing that counts, as plain short text") {
    const auto view = people_in(
        {log_row("Alice (12)", 0, 12), log_row("Bob &#38; Co\n (13)", 17, 0, "ITILFollowup"),
         log_row("Carol (14)", 0, 7)}
    );
    CHECK(view.last_person == "Bob & Co");
}

TEST_CASE("a log that cannot be read leaves everything to people") {
    domain::TicketView view;
    glpi::assume_people(view);
    CHECK(view.taken_by_person);
    CHECK(view.written_on_by_person);
    CHECK(view.priority_set_by_person);
    CHECK(view.status_set_by_person);
}

TEST_CASE("search hits count only when they really hold the reference") {
    const auto search =
        json::parse(R"({"totalcount":3,"data":[{"2":9,"21":"x GAB-ABABABABABABABABABABABABAB y"},)"
                    R"({"2":"8","21":"&#60;p&#62;GAB-ABABABABABABABABABABABABAB&#60;/p&#62;"},)"
                    R"({"2":7,"21":"GAB-OTHER"},{"2":6,"21":null},{"2":5}]})");
    CHECK(glpi::ids_with_reference(search, 21, kReference) == std::vector<std::int64_t>{9, 8});
    CHECK(glpi::ids_with_reference(json::parse(R"({"totalcount":0})"), 21, kReference).empty());
    const auto indexed =
        json::parse(R"({"totalcount":1,"data":{"9":{"2":9,"87":"GAB-ABABABABABABABABABABABABAB"}}})"
        );
    CHECK(glpi::ids_with_reference(indexed, 87, kReference) == std::vector<std::int64_t>{9});
}

TEST_CASE("a follow-up is found by the reference in its content") {
    const auto list = json::parse(
        R"([{"id":1,"content":"x"},{"id":2,"content":"&#60;p&#62;GAB-ABABABABABABABABABABABABAB"},)"
        R"({"id":3,"content":"GAB-ABABABABABABABABABABABABAB"}])"
    );
    CHECK(glpi::id_with_reference(list, kReference) == 2);
    CHECK(glpi::id_with_reference(json::array(), kReference) == 0);
}
