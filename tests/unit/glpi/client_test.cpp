// SPDX-License-Identifier: MIT
// Login, sessions, secrets and tickets against answers that the simulated GLPI does not give.
#include <algorithm>

#include "client_bench.hpp"

using namespace alert_bridge;
using namespace alert_bridge::glpi_test;

TEST_CASE("the login makes all entities active, asks who we are, and sends tokens as headers only"
) {
    Bench bench;
    REQUIRE(bench.open().has_value());
    REQUIRE(bench.server.seen.size() == 5);
    const auto& seen = bench.server.seen;
    CHECK(seen[0].header("Authorization") == "user_token user-secret");
    CHECK(seen[0].header("Session-Token").empty());
    CHECK(nlohmann::json::parse(seen[1].body) == nlohmann::json::parse(R"({"is_recursive":true})"));
    for (std::size_t i = 0; i < seen.size(); ++i) {
        INFO(seen[i].target);
        CHECK(seen[i].header("App-Token") == "app-secret");
        CHECK(seen[i].target.find("secret") == std::string::npos);
        CHECK(seen[i].target.find("session_write") == std::string::npos);
        if (i > 0) {
            CHECK(seen[i].header("Session-Token") == "session-secret");
            CHECK(seen[i].header("Authorization").empty());
        }
        if (seen[i].method == "POST") {
            CHECK(seen[i].header("Content-Type") == "application/json");
        }
    }
    CHECK(bench.client->health().version == "9.5.7");
    CHECK(bench.metrics.value("glpi_logins_total{result=ok}") == 1);
    CHECK(bench.metrics.value("glpi_requests_total{method=POST Ticket,outcome=ok}") == 1);
    CHECK(bench.metrics.value("glpi_up") == 1);
}

TEST_CASE("GLPI below a path, or named by its API's address, is found") {
    Bench bench("/glpi");
    REQUIRE(bench.open().has_value());
    CHECK(bench.count("/Ticket") == 1);
    CHECK(
        bench.client->desk().ticket_url(5) ==
        bench.server.url() + "/glpi/front/ticket.form.php?id=5"
    );
    glpi::Options options;
    options.url = bench.server.url() + "/glpi/apirest.php/";
    const auto by_api = bench.make(options);
    CHECK(bench.run(by_api->desk().open(domain::NewTicket())).has_value());
    CHECK(by_api->desk().ticket_url(5) == bench.server.url() + "/glpi/front/ticket.form.php?id=5");
}

TEST_CASE("a web server that drops the Authorization header is helped out by the body") {
    Bench bench;
    bench.special = [](const SeenRequest& r) -> std::optional<Act> {
        if (r.target.ends_with("/initSession") && r.method == "GET") {
            return refusal(400, "ERROR_LOGIN_PARAMETERS_MISSING");
        }
        return std::nullopt;
    };
    REQUIRE(bench.open().has_value());
    CHECK(bench.server.seen.at(1).method == "POST");
    CHECK(bench.server.seen.at(1).body == R"({"user_token":"user-secret"})");
}

TEST_CASE("a login whose entities are refused is the operator's matter and leaves no session") {
    Bench bench;
    bench.special = [](const SeenRequest& r) -> std::optional<Act> {
        if (r.target.ends_with("/changeActiveEntities")) {
            return answer(200, "false");
        }
        return std::nullopt;
    };
    const auto id = bench.open();
    REQUIRE_FALSE(id.has_value());
    CHECK(id.error().kind == ErrorClass::misconfigured);
    CHECK(id.error().code == "entities_refused");
    CHECK(bench.count("/killSession") == 1);
    CHECK(bench.metrics.value("glpi_logins_total{result=misconfigured}") == 1);
}

TEST_CASE("who still ends the old session does not touch the login of the next one") {
    Bench bench;
    glpi::Options options;
    options.url = bench.server.url();
    options.user_token = Secret("user-secret");
    options.request_timeout = Duration(2'000);
    bench.client = bench.make(options);
    REQUIRE(bench.open().has_value());
    bool ending_the_old = false;
    bench.special = [&](const SeenRequest& r) -> std::optional<Act> {
        if (r.target.ends_with("/killSession")) {
            ending_the_old = true;
            return test::hang();  // until the client gives it up
        }
        if (ending_the_old && r.target.ends_with("/initSession")) {
            return test::hang();
        }
        if (ending_the_old && r.target.ends_with("/Ticket")) {
            return refusal(401, "ERROR_SESSION_TOKEN_INVALID");
        }
        return std::nullopt;
    };
    bench.clock.time += Duration(5 * 3'600'000);  // the session is too old: renew and end the old
    int ended = 0;
    const auto count = [&](const std::exception_ptr& failure, const Result<std::int64_t>& opened) {
        CHECK(failure == nullptr);
        CHECK_FALSE(opened.has_value());
        ++ended;
    };
    test::asio::co_spawn(bench.io, bench.client->desk().open(domain::NewTicket()), count);
    bench.io.restart();
    while (!ending_the_old && bench.io.run_one() > 0) {
    }
    // Its token is disowned while the first caller still waits for killSession: a second login.
    test::asio::co_spawn(bench.io, bench.client->desk().open(domain::NewTicket()), count);
    while (ended < 2 && bench.io.run_one() > 0) {
    }
    CHECK(ended == 2);
    CHECK(bench.count("/initSession") == 3);
    bench.special = nullptr;
    CHECK(bench.open().has_value());
}

TEST_CASE("an address that redirects is told to the operator") {
    Bench bench;
    bench.special = [](const SeenRequest&) -> std::optional<Act> {
        return answer(301, "", "text/html", "Location: https://glpi.example.com/\r\n");
    };
    const auto id = bench.open();
    REQUIRE_FALSE(id.has_value());
    CHECK(id.error().kind == ErrorClass::misconfigured);
    CHECK_THAT(id.error().message, ContainsSubstring("https://glpi.example.com/"));
    CHECK(bench.client->health().state == glpi::GlpiHealth::State::misconfigured);
}

TEST_CASE("secrets stand in no error and no event") {
    Bench bench;
    bench.special = [](const SeenRequest&) -> std::optional<Act> {
        return refusal(401, "ERROR_GLPI_LOGIN_USER_TOKEN", "parameter user_token seems invalid");
    };
    CHECK_FALSE(bench.open().has_value());
    CHECK_FALSE(bench.events.events.empty());
    std::string all = bench.client->health().last_error;
    for (const auto& event : bench.events.events) {
        all += event.message;
        for (const auto& [key, value] : event.fields) {
            all += key + value;
        }
    }
    CHECK(all.find("secret") == std::string::npos);
}

TEST_CASE("new tokens leave the running session alone and serve the next login") {
    Bench bench;
    REQUIRE(bench.open().has_value());
    bench.client->use_tokens(Secret("new-app"), Secret("new-user"));
    bench.server.seen.clear();
    REQUIRE(bench.open().has_value());
    REQUIRE(bench.server.seen.size() == 1);
    CHECK(bench.server.seen[0].header("App-Token") == "new-app");
    CHECK(bench.server.seen[0].header("Session-Token") == "session-secret");
    bool is_known = false;  // GLPI forgets the session once
    bench.special = [&is_known](const SeenRequest& r) -> std::optional<Act> {
        is_known = is_known || r.target.ends_with("/initSession");
        if (!is_known) {
            return refusal(401, "ERROR_SESSION_TOKEN_INVALID");
        }
        return std::nullopt;
    };
    bench.server.seen.clear();
    REQUIRE(bench.open().has_value());
    REQUIRE(bench.count("/initSession") == 1);
    CHECK(bench.server.seen[1].header("Authorization") == "user_token new-user");
}

TEST_CASE("a refusal of the old tokens does not hold against those that came meanwhile") {
    Bench bench;
    bench.special = [&bench](const SeenRequest& r) -> std::optional<Act> {
        if (r.header("Authorization") == "user_token user-secret") {
            bench.client->use_tokens(Secret("app-secret"), Secret("new-user"));
            return refusal(401, "ERROR_GLPI_LOGIN_USER_TOKEN");
        }
        return std::nullopt;
    };
    CHECK_FALSE(bench.open().has_value());
    CHECK(bench.open().has_value());
    CHECK(bench.client->health().state == glpi::GlpiHealth::State::up);
}

TEST_CASE("a log that may not be read leaves the ticket to people, with a warning") {
    Bench bench;
    bench.special = [](const SeenRequest& r) -> std::optional<Act> {
        if (r.target.find("/Ticket/5?") != std::string::npos) {
            return answer(200, R"({"id":5,"status":1})");
        }
        if (r.target.find("/Ticket/5/Log") != std::string::npos) {
            return refusal(403, "ERROR_RIGHT_MISSING");
        }
        return std::nullopt;
    };
    const auto view = bench.run(bench.client->desk().view(5, ports::TicketDetail::people));
    REQUIRE(view.has_value());
    CHECK(view->taken_by_person);
    CHECK(view->written_on_by_person);
    CHECK(view->priority_set_by_person);
    CHECK(bench.events.count("glpi_log_unreadable") == 1);
}

TEST_CASE("a long log is read to its end") {
    Bench bench;
    bench.special = [](const SeenRequest& r) -> std::optional<Act> {
        if (r.target.find("/Ticket/5?") != std::string::npos) {
            return answer(200, R"({"id":5,"status":1})");
        }
        if (r.target.find("/Ticket/5/Log?range=0-199") != std::string::npos) {
            std::string rows = "[";
            for (int i = 0; i < 200; ++i) {
                rows += R"j({"user_name":"Us (7)","linked_action":0,"id_search_option":12},)j";
            }
            rows.back() = ']';
            return answer(206, rows, "application/json", "Content-Range: 0-199/201\r\n");
        }
        if (r.target.find("/Ticket/5/Log?range=200-399") != std::string::npos) {
            return answer(
                206, R"j([{"user_name":"Al (9)","linked_action":0,"id_search_option":12}])j",
                "application/json", "Content-Range: 200-200/201\r\n"
            );
        }
        return std::nullopt;
    };
    const auto view = bench.run(bench.client->desk().view(5, ports::TicketDetail::people));
    REQUIRE(view.has_value());
    CHECK(view->status_set_by_person);
    CHECK(view->last_person == "Al");
}

TEST_CASE("an answer about another ticket is not believed") {
    Bench bench;
    bench.special = [](const SeenRequest& r) -> std::optional<Act> {
        if (r.target.find("/Ticket/5?") != std::string::npos) {
            return answer(200, R"({"id":6,"status":1})");
        }
        return std::nullopt;
    };
    const auto view = bench.run(bench.client->desk().view(5, ports::TicketDetail::plain));
    REQUIRE_FALSE(view.has_value());
    CHECK(view.error().kind == ErrorClass::later);
}

TEST_CASE("a wrong configuration makes no client") {
    Bench bench;
    glpi::Options options;
    const auto code = [&] {
        const auto made = glpi::make_client(
            bench.io.get_executor(), options, bench.store, bench.clock, bench.ids, bench.events,
            bench.metrics
        );
        return made.has_value() ? std::string("made") : made.error().code;
    };
    options.url = "glpi";
    CHECK(code() == "url");
    options.url = "https://glpi";
    options.ca_file = "/nonexistent";
    CHECK(code() == "ca_file");
    options.ca_file.clear();
    options.item_types = {"Computer", "../x"};
    CHECK(code() == "item_type");
    options.item_types = {"Computer"};
    CHECK(code() == "made");
}
