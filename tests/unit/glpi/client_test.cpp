// SPDX-License-Identifier: MIT
// The whole client against answers that the simulated GLPI does not give.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "alert_bridge/glpi/glpi.hpp"
#include "catch.hpp"
#include "fake_store.hpp"
#include "fakes.hpp"
#include "held_clock.hpp"
#include "scripted_server.hpp"

using namespace alert_bridge;
using test::Act;
using test::answer;
using test::SeenRequest;

namespace {

// Answers like a GLPI 10 that has one session and no trouble; `special` may answer first.
struct Bench {
    explicit Bench(std::string base_path = "") : api(std::move(base_path) + "/apirest.php") {
        glpi::Options options;
        options.url = server.url() + api.substr(0, api.size() - std::string("/apirest.php").size());
        options.user_token = Secret("user-secret");
        options.app_token = Secret("app-secret");
        options.request_timeout = Duration(2'000);
        client = make(options);
    }

    std::unique_ptr<glpi::Client> make(const glpi::Options& options) {
        auto made =
            glpi::make_client(io.get_executor(), options, store, clock, ids, events, metrics);
        REQUIRE(made.has_value());
        return std::move(*made);
    }

    Act act(const SeenRequest& request) {
        if (special) {
            const auto given = special(request);
            if (given) {
                return *given;
            }
        }
        const auto is = [&](const char* path) { return request.target == api + path; };
        if (is("/initSession")) {
            return answer(200, R"({"session_token":"session-secret"})");
        }
        if (is("/changeActiveEntities") || is("/killSession")) {
            return answer(200, "true");
        }
        if (is("/getFullSession")) {
            return answer(200, R"({"session":{"glpiID":7}})");
        }
        if (is("/getGlpiConfig")) {
            return answer(200, R"({"cfg_glpi":{"version":"9.5.7"}})");
        }
        if (request.method == "POST") {
            return answer(201, R"({"id":41,"message":""})");
        }
        return answer(404, R"(["ERROR_ITEM_NOT_FOUND","Item not found"])");
    }
    template <class T>
    T run(test::asio::awaitable<T> task) {
        return test::run(io, std::move(task));
    }
    Result<std::int64_t> open() { return run(client->desk().open(domain::NewTicket())); }
    int count(const std::string& target) const {
        int found = 0;
        for (const SeenRequest& request : server.seen) {
            found += request.target == api + target ? 1 : 0;
        }
        return found;
    }

    std::string api;
    test::asio::io_context io;
    test::HeldClock clock;
    SeededIdSource ids{3};
    test::RecordedEvents events;
    test::RecordedMetrics metrics;
    test::FakeStore store;
    std::function<std::optional<Act>(const SeenRequest&)> special;
    test::ScriptedServer server{io, [this](const SeenRequest& r) { return act(r); }};
    std::unique_ptr<glpi::Client> client;
};

Act refusal(int status, const std::string& code, const std::string& text = "x") {
    return answer(status, nlohmann::json::array({code, text}).dump());
}

}  // namespace

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
    options.request_timeout = Duration(300);
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

TEST_CASE("entities are read page by page") {
    Bench bench;
    bench.special = [](const SeenRequest& r) -> std::optional<Act> {
        if (r.target.find("/Entity?range=") == std::string::npos) {
            return std::nullopt;
        }
        const bool first = r.target.find("range=0-999") != std::string::npos;
        auto rows = nlohmann::json::array();
        for (int i = first ? 0 : 1000; i < (first ? 1000 : 1500); ++i) {
            nlohmann::json row;
            row["id"] = i;
            row["name"] = "E" + std::to_string(i);
            row["completename"] = "Root > E" + std::to_string(i);
            row["entities_id"] = 0;
            rows.push_back(row);
        }
        return answer(206, rows.dump());
    };
    const auto tree = bench.run(bench.client->directory().entities());
    REQUIRE(tree.has_value());
    CHECK((*tree)->all().size() == 1500);
    CHECK((*tree)->by_id(1499)->name == "E1499");
}

namespace {

// Computers (and groups) 1…`count`, one for each customer, all of one name. Gives `rows_at_once`
// rows of what is asked for.
struct Customers {
    int count = 0;
    int rows_at_once = 1000;

    std::optional<Act> operator()(const SeenRequest& request) const {
        const bool computers =
            request.target.find("/Computer?searchText[name]") != std::string::npos;
        const bool groups = request.target.find("/Group?searchText[name]") != std::string::npos;
        const bool addresses = request.target.find("/IPAddress?") != std::string::npos;
        if (!computers && !groups && !addresses) {
            const bool list = request.target.find("searchText") != std::string::npos;
            return list ? std::optional(answer(200, "[]")) : std::nullopt;
        }
        const int first = std::stoi(request.target.substr(request.target.find("range=") + 6));
        if (first >= count) {
            return refusal(400, "ERROR_RANGE_EXCEED_TOTAL");
        }
        auto rows = nlohmann::json::array();
        for (int i = first; i < std::min(count, first + rows_at_once); ++i) {
            nlohmann::json row;
            row["id"] = i + 1;
            row["name"] = addresses ? "192.0.2.1" : groups ? "NOC" : "srv-dc01";
            row["entities_id"] = i + 1;
            row["mainitemtype"] = "Computer";
            row["mainitems_id"] = i + 1;
            rows.push_back(row);
        }
        return answer(
            206, rows.dump(), "application/json",
            "Content-Range: " + std::to_string(first) + "-x/" + std::to_string(count) + "\r\n"
        );
    }
};

domain::AssetQuery host(const std::string& name) {
    domain::AssetQuery query;
    query.name = name;
    return query;
}

}  // namespace

TEST_CASE("every customer's asset of a common name is seen") {
    Bench bench;
    const int count = GENERATE(200, 2500);
    bench.special = Customers{count, count == 200 ? 70 : 1000};  // also from a GLPI that gives less
    const auto hits = bench.run(bench.client->directory().find(host("srv-dc01")));
    REQUIRE(hits.has_value());
    REQUIRE(hits->size() == static_cast<std::size_t>(count));
    CHECK(hits->at(119).entity_id == 120);
    CHECK_FALSE(hits->at(119).one_of_many);
}

TEST_CASE("a name of more assets than are read is told as such and soon forgotten") {
    Bench bench;
    bench.special = Customers{6000};
    const auto hits = bench.run(bench.client->directory().find(host("srv-dc01")));
    REQUIRE(hits.has_value());
    CHECK(hits->size() == 6);
    CHECK(std::all_of(hits->begin(), hits->end(), [](const auto& hit) { return hit.one_of_many; }));
    CHECK(bench.events.count("glpi_list_too_long") == 1);
    REQUIRE(bench.client->directory().remembered(host("srv-dc01")).has_value());
    bench.clock.time += glpi::Options().misses_life;
    CHECK_FALSE(bench.client->directory().remembered(host("srv-dc01")).has_value());
}

TEST_CASE("an address of many assets identifies none of them") {
    Bench bench;
    bench.special = Customers{11};
    domain::AssetQuery query;
    query.address = "192.0.2.1";
    const auto hits = bench.run(bench.client->directory().find(query));
    REQUIRE(hits.has_value());
    REQUIRE_FALSE(hits->empty());
    CHECK(hits->front().one_of_many);
    CHECK(hits->front().entity_id == 1);
}

TEST_CASE("a group is found among all that share its name, or said to be one of too many") {
    Bench bench;
    const int count = GENERATE(200, 11'000);
    bench.special = [count](const SeenRequest& request) -> std::optional<Act> {
        if (request.target.find("/Entity?") != std::string::npos) {
            return answer(200, R"([{"id":0,"name":"Root"},{"id":120,"name":"C","entities_id":0}])");
        }
        return Customers{count}(request);
    };
    ports::Names names;
    names.entity_id = 120;
    names.assign_group = "NOC";
    const auto resolved = bench.run(bench.client->directory().resolve(names));
    REQUIRE(resolved.has_value());
    CHECK(resolved->assign_group_id == (count == 200 ? 120 : 0));
    CHECK(resolved->missing.empty() == (count == 200));
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
