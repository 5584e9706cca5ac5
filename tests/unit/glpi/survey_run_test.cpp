// SPDX-License-Identifier: MIT
// How the survey asks, over a scripted GLPI: what is asked once, and how it ends.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <functional>
#include <optional>

#include "alert_bridge/glpi/survey.hpp"
#include "catch.hpp"
#include "fakes.hpp"
#include "held_clock.hpp"
#include "scripted_server.hpp"

using namespace alert_bridge;
using State = glpi::NameStanding::State;
using test::Act;
using test::answer;
using test::SeenRequest;

namespace {

// The path below the API, without the query.
std::string kind_of(const SeenRequest& request) {
    const std::string api = "/apirest.php/";
    return request.target.substr(api.size(), request.target.find('?') - api.size());
}

struct Bench {
    Act act(const SeenRequest& request) {
        if (special) {
            if (const auto given = special(request)) {
                return *given;
            }
        }
        const std::string kind = kind_of(request);
        if (kind == "initSession") {
            return answer(200, R"({"session_token":"session-secret"})");
        }
        if (kind == "changeActiveEntities" || kind == "killSession") {
            return answer(200, "true");
        }
        if (kind == "getFullSession") {
            return answer(200, R"({"session":{"glpiID":7,"glpiname":"bridge"}})");
        }
        if (kind == "getGlpiConfig") {
            return answer(200, R"({"cfg_glpi":{"version":"10.0.19"}})");
        }
        if (kind.starts_with("get")) {
            return answer(200, R"({"active_profile":{},"myprofiles":[]})");
        }
        if (kind == "search/Ticket") {
            return answer(200, R"({"totalcount":0,"count":0})");
        }
        if (kind == "Entity") {
            return answer(200, R"([{"id":0,"name":"Root","completename":"Root"}])");
        }
        if (kind == "ITILCategory" && request.target.find("searchText") == std::string::npos) {
            return answer(200, R"([{"id":1,"name":"Network","completename":"Network"}])");
        }
        return answer(200, "[]");
    }
    glpi::Options options() const {
        glpi::Options out;
        out.url = server.url();
        out.user_token = Secret("user-secret");
        out.request_timeout = Duration(2'000);
        out.breaker_failures = 2;
        return out;
    }
    void ask_name(const glpi::NameKind& kind, const std::string& name) {
        glpi::NameQuestion question;
        question.kind = kind;
        question.name = name;
        questions.names.push_back(question);
    }
    glpi::Survey run() {
        return test::run(
            io, glpi::take_survey(
                    io.get_executor(), options(), questions, {clock, ids, events, metrics}
                )
        );
    }
    int count(const std::string& kind) const {
        int found = 0;
        for (const SeenRequest& request : server.seen) {
            found += kind_of(request) == kind ? 1 : 0;
        }
        return found;
    }

    test::asio::io_context io;
    test::HeldClock clock;
    SeededIdSource ids{3};
    test::RecordedEvents events;
    test::RecordedMetrics metrics;
    glpi::Questions questions;
    std::function<std::optional<Act>(const SeenRequest&)> special;
    test::ScriptedServer server{io, [this](const SeenRequest& r) { return act(r); }};
};

// Every answer to this kind is a full page of more rows than anybody reads.
auto endless(const std::string& wanted, const std::string& row) {
    return [wanted, row](const SeenRequest& request) -> std::optional<Act> {
        if (kind_of(request) != wanted) {
            return std::nullopt;
        }
        return answer(206, "[" + row + "]", "application/json", "Content-Range: 0-0/1000000\r\n");
    };
}

}  // namespace

TEST_CASE("the survey looks up each list of names once, and suggests from the whole list") {
    Bench bench;
    bench.ask_name(glpi::kCategory, "Netwrok");
    bench.ask_name(glpi::kCategory, "Netwrok");
    bench.ask_name(glpi::kCategory, "Nteworks");
    const glpi::Survey told = bench.run();
    REQUIRE(told.names.size() == 3);
    CHECK(told.names[1]->state == State::unknown);
    CHECK(told.names[1]->nearest == "Network");
    CHECK(bench.count("ITILCategory") == 3);  // two searches and one list
    CHECK_FALSE(told.outage.has_value());
    CHECK(bench.count("killSession") == 1);
}

TEST_CASE("the survey looks up a bounded number of names, and says where it stopped") {
    Bench bench;
    for (std::size_t at = 0; at < glpi::kNamesMax + 2; ++at) {
        bench.ask_name(glpi::kUser, "same");
    }
    const glpi::Survey told = bench.run();
    REQUIRE(told.names.size() == glpi::kNamesMax + 2);
    CHECK(told.names[glpi::kNamesMax - 1].has_value());
    CHECK(told.names[glpi::kNamesMax].error().code == "too_many_names");
    CHECK(told.names.back().error().code == "too_many_names");
}

TEST_CASE("a list that is longer than is read is no answer, but will do for a suggestion") {
    Bench bench;
    bench.special = endless("Entity", R"({"id":0,"name":"Root","completename":"Root"})");
    CHECK(bench.run().entities.error().code == "list_too_long");
    CHECK(bench.count("Entity") == glpi::kEntityPages);

    Bench names;
    names.ask_name(glpi::kGroup, "R&D");  // GLPI cannot search for that
    names.ask_name(glpi::kGroup, "Netwrok");
    names.special = [](const SeenRequest& request) -> std::optional<Act> {
        if (request.target.find("searchText") != std::string::npos) {
            return std::nullopt;
        }
        return endless("Group", R"({"id":1,"name":"Network","is_assign":1})")(request);
    };
    const glpi::Survey told = names.run();
    CHECK(told.names[0].error().code == "list_too_long");
    REQUIRE(told.names[1].has_value());
    CHECK(told.names[1]->state == State::unknown);
    CHECK(told.names[1]->nearest == "Network");
}

TEST_CASE("an outage after the login is told, ends the asking, and the session is ended") {
    Bench bench;
    bench.questions.item_types = {"Computer", "Printer", "Phone"};
    bench.special = [](const SeenRequest& request) -> std::optional<Act> {
        const std::string kind = kind_of(request);
        if (kind == "Computer" || kind == "Printer") {
            return answer(502, "bad gateway", "text/html");
        }
        return std::nullopt;
    };
    const glpi::Survey told = bench.run();
    REQUIRE(told.outage.has_value());
    CHECK(told.outage->code != "glpi_away");  // why, not only that
    CHECK(told.item_types[2].error().code == "glpi_away");
    CHECK_FALSE(told.reference.has_value());
    CHECK(bench.count("Phone") == 0);
    CHECK(bench.count("killSession") == 1);
}

TEST_CASE("a survey that is cancelled asks nothing more and ends its session") {
    Bench bench;
    bench.special = [](const SeenRequest& request) -> std::optional<Act> {
        return kind_of(request) == "TicketTemplate" ? std::optional(test::hang()) : std::nullopt;
    };
    test::asio::cancellation_signal signal;
    bool ended = false;
    auto on_end = [&ended](const std::exception_ptr& failure, const glpi::Survey& told) {
        CHECK(failure == nullptr);
        CHECK(told.templates.error().code == "cancelled");
        CHECK_FALSE(told.outage.has_value());
        ended = true;
    };
    bench.questions.item_types = {"Computer"};
    test::asio::co_spawn(
        bench.io,
        glpi::take_survey(
            bench.io.get_executor(), bench.options(), bench.questions,
            {bench.clock, bench.ids, bench.events, bench.metrics}
        ),
        test::asio::bind_cancellation_slot(signal.slot(), on_end)
    );
    while (bench.count("TicketTemplate") == 0 && bench.io.run_one() > 0) {
    }
    signal.emit(test::asio::cancellation_type::terminal);
    while (!ended && bench.io.run_one() > 0) {
    }
    CHECK(ended);
    CHECK(bench.count("Computer") == 0);
    CHECK(bench.count("killSession") == 1);
}

TEST_CASE("whether tickets of ours carry a reference is asked by their writer") {
    Bench bench;
    bench.special = [](const SeenRequest& request) -> std::optional<Act> {
        if (kind_of(request) != "search/Ticket") {
            return std::nullopt;
        }
        return answer(200, R"({"totalcount":1,"data":[{"2":5,"21":"a rule wrote this"}]})");
    };
    const glpi::Survey told = bench.run();
    REQUIRE(told.reference.has_value());
    CHECK(told.reference->tickets == 1);
    CHECK(told.reference->sample.empty());
    CHECK(bench.count("search/Ticket") == 1);
    CHECK(bench.server.seen.back().target.ends_with("killSession"));
}
