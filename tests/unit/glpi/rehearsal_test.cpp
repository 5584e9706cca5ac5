// SPDX-License-Identifier: MIT
// What would be written is told and not sent.
#include <algorithm>

#include "alert_bridge/glpi/reply.hpp"
#include "alert_bridge/glpi/session_pool.hpp"
#include "client_bench.hpp"

using namespace alert_bridge;
using namespace alert_bridge::glpi_test;

namespace {

struct Rehearsed : Bench {
    explicit Rehearsed(bool asks) {
        glpi::Rehearsal rehearsal;
        rehearsal.on_write = [this](const glpi::WouldBe& write) { told.push_back(write); };
        rehearsal.made_id = 4711;
        rehearsal.asks = asks;
        client->rehearse(std::move(rehearsal));
    }
    // Requests that are neither of the login nor reads.
    [[nodiscard]] std::int64_t writes() const {
        return std::count_if(server.seen.begin(), server.seen.end(), [](const SeenRequest& seen) {
            return seen.method != "GET" && seen.target.find("/initSession") == std::string::npos &&
                   seen.target.find("/changeActiveEntities") == std::string::npos;
        });
    }
    std::vector<glpi::WouldBe> told;
};

struct NoNetwork final : net::HttpClient {
    test::asio::awaitable<net::Exchange> exchange(net::HttpRequest) override {
        ++sent;
        co_return net::Exchange();
    }
    void close_idle() noexcept override {}
    [[nodiscard]] std::size_t open_connections() const noexcept override { return 0; }
    int sent = 0;
};

ports::TimelineEntry entry_on(std::int64_t ticket_id) {
    ports::TimelineEntry entry;
    entry.ticket_id = ticket_id;
    entry.html = "text";
    entry.reference = "GAB-00000000000000000000000000";
    return entry;
}

}  // namespace

TEST_CASE("each write is told as it would be sent, and counts as made") {
    Rehearsed bench(true);
    CHECK(*bench.open() == 4711);
    CHECK(*bench.run(bench.client->desk().add_followup(entry_on(9))) == 4711);
    ports::TicketChange change;
    change.ticket_id = 9;
    change.urgency = 5;
    CHECK(bench.run(bench.client->desk().change(change)).has_value());
    CHECK(bench.run(bench.client->desk().link(9, 8)).has_value());

    REQUIRE(bench.told.size() == 4);
    CHECK(bench.told[0].method == "POST");
    CHECK(bench.told[0].path == "/apirest.php/Ticket");
    CHECK(nlohmann::json::parse(bench.told[0].body).at("input").contains("entities_id"));
    CHECK(bench.told[1].path == "/apirest.php/ITILFollowup");
    CHECK(bench.told[2].method == "PUT");
    CHECK(bench.told[2].path == "/apirest.php/Ticket/9");
    CHECK(bench.told[3].path == "/apirest.php/Ticket_Ticket");
    CHECK(bench.writes() == 0);
    CHECK(bench.count("/initSession") == 1);
}

TEST_CASE("a quiet solution reads what it must and writes neither of its two steps") {
    Rehearsed bench(true);
    bench.special = [](const SeenRequest& seen) -> std::optional<Act> {
        if (seen.target.find("/Ticket/9/ITILSolution") != std::string::npos) {
            return answer(200, "[]");
        }
        return std::nullopt;
    };
    CHECK(bench.run(bench.client->desk().add_solution(entry_on(9))).has_value());
    REQUIRE(bench.told.size() == 2);
    CHECK(bench.told[0].path == "/apirest.php/ITILSolution");
    CHECK(bench.told[1].path == "/apirest.php/Ticket/9");
    CHECK(bench.writes() == 0);
}

TEST_CASE("of a ticket that is only thought of nothing is asked") {
    Rehearsed bench(true);
    CHECK(bench.run(bench.client->desk().add_solution(entry_on(4711))).has_value());
    CHECK(bench.told.size() == 2);
    CHECK(bench.server.seen.empty());
}

TEST_CASE("a rehearsal that may not ask sends nothing at all") {
    Rehearsed bench(false);
    CHECK(*bench.open() == 4711);
    const auto view = bench.run(bench.client->desk().view(9, ports::TicketDetail::plain));
    REQUIRE(view.has_error());
    CHECK(view.error().code == "offline");
    domain::AssetQuery query;
    query.name = "web01";
    CHECK(bench.run(bench.client->directory().find(query))->empty());
    CHECK(bench.told.size() == 1);
    CHECK(bench.server.seen.empty());
}

TEST_CASE("what writes by its method is held back although its caller says that it reads") {
    Bench bench;  // the seams
    const auto network = std::make_shared<NoNetwork>();
    glpi::SessionPool pool(
        bench.io.get_executor(), glpi::Options(), network, "/apirest.php",
        glpi::Seams{bench.clock, bench.ids, bench.events, bench.metrics}
    );
    std::vector<glpi::WouldBe> told;
    glpi::Rehearsal rehearsal;
    rehearsal.on_write = [&told](const glpi::WouldBe& write) { told.push_back(write); };
    rehearsal.made_id = 4711;
    pool.rehearse(std::move(rehearsal));
    for (const auto method : {net::Method::put, net::Method::post, net::Method::delete_}) {
        glpi::Call call =
            glpi::plain_call("x", "/Ticket/9", glpi::Expect::object, glpi::Effect::read);
        call.method = method;
        CHECK(bench.run(pool.call(std::move(call))).has_value());
    }
    CHECK(told.size() == 3);
    CHECK(network->sent == 0);
}
