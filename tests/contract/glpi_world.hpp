// SPDX-License-Identifier: MIT
//
// GlpiWorld: the real GLPI client over real loopback connections against the simulated GLPI, in one
// process and on one io_context; and a person who works on the same tickets.
#pragma once

#include "alert_bridge/glpi/glpi.hpp"
#include "catch.hpp"
#include "fake_store.hpp"
#include "fakes.hpp"
#include "held_clock.hpp"
#include "scripted_server.hpp"
#include "sim.hpp"

namespace alert_bridge::test {

class GlpiWorld {
  public:
    explicit GlpiWorld(int version, const std::string& user = "alert-bridge")
        : major(version),
          sim(version, [this] { return to_unix_ms(clock.time); }),
          server(io, [this](const SeenRequest& seen) { return act(seen); }) {
        glpi::Options options;
        options.url = server.url();
        options.app_token = Secret(sim.world().settings.app_token);
        options.user_token = Secret(token_of(user));
        options.request_timeout = Duration(5'000);
        client = make(options);
    }

    std::unique_ptr<glpi::Client> make(const glpi::Options& options) {
        auto made =
            glpi::make_client(io.get_executor(), options, store, clock, ids, events, metrics);
        REQUIRE(made.has_value());
        return std::move(*made);
    }

    static std::string token_of(const std::string& user) {
        return user == "alert-bridge" ? "sim-bridge-token" : user;
    }

    ports::ServiceDesk& desk() { return client->desk(); }
    ports::AssetDirectory& directory() { return client->directory(); }
    template <class T>
    T run(asio::awaitable<T> task) {
        return test::run(io, std::move(task));
    }

    // Control of the simulation, and a look into it.
    glpi_sim::Json control(
        const std::string& method, const std::string& path, const std::string& body = ""
    ) {
        glpi_sim::Request request;
        request.method = method;
        request.target = "/_sim/" + path;
        request.body = body;
        return glpi_sim::Json::parse(sim.handle(request).body);
    }
    std::int64_t requests() { return control("GET", "requests").at("total").get<std::int64_t>(); }
    void reset_requests() { control("POST", "requests/reset", "{}"); }
    void fault(
        const std::string& action, const std::string& method, const std::string& path, int count
    ) {
        glpi_sim::Json rule;
        rule["action"] = action;
        rule["match"]["method"] = method;
        rule["match"]["path"] = path;
        rule["count"] = count;
        glpi_sim::Json body;
        body["rules"] = glpi_sim::Json::array();
        body["rules"].push_back(rule);
        REQUIRE(control("POST", "faults", body.dump()).contains("rules"));
    }
    void no_faults() { control("DELETE", "faults"); }
    glpi_sim::Json ticket(std::int64_t id) {
        for (const auto& row : control("GET", "tickets")) {
            if (row.at("id") == id) {
                return row;
            }
        }
        FAIL("no ticket " << id);
        return {};
    }
    std::size_t tickets() { return control("GET", "tickets").size(); }

    // A call by somebody else, past the client.
    glpi_sim::Json person(
        const std::string& method, const std::string& path, const std::string& body = ""
    ) {
        if (person_token_.empty()) {
            person_token_ = "?";
            person_token_ =
                person_call("GET", "/initSession", "").at("session_token").get<std::string>();
        }
        return person_call(method, path, body);
    }

    int major;
    asio::io_context io;
    HeldClock clock;
    SeededIdSource ids{1};
    RecordedEvents events;
    RecordedMetrics metrics;
    FakeStore store;
    glpi_sim::Sim sim;
    ScriptedServer server;
    std::unique_ptr<glpi::Client> client;

  private:
    glpi_sim::Json person_call(
        const std::string& method, const std::string& path, const std::string& body
    ) {
        glpi_sim::Request request;
        request.method = method;
        request.target = "/apirest.php" + path;
        request.body = body;
        request.headers = {
            {"Content-Type", "application/json"}, {"App-Token", sim.world().settings.app_token}};
        if (person_token_ == "?") {
            request.headers.emplace_back("Authorization", "user_token sim-person-token");
        } else {
            request.headers.emplace_back("Session-Token", person_token_);
        }
        const glpi_sim::Response response = sim.handle(request);
        REQUIRE(response.status < 300);
        return glpi_sim::Json::parse(response.body);
    }

    Act act(const SeenRequest& seen) {
        glpi_sim::Request request;
        request.method = seen.method;
        request.target = seen.target;
        request.body = seen.body;
        for (std::size_t at = seen.head.find("\r\n") + 2; at < seen.head.size();) {
            const std::size_t end = seen.head.find("\r\n", at);
            const std::string line = seen.head.substr(at, end - at);
            const std::size_t colon = line.find(": ");
            if (colon != std::string::npos) {
                request.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
            }
            at = end + 2;
        }
        const glpi_sim::Response response = sim.handle(request);
        if (response.ending == glpi_sim::Ending::reset) {
            return cut();
        }
        if (response.ending == glpi_sim::Ending::hang) {
            return hang();
        }
        std::string more;
        std::string type;
        for (const auto& [name, value] : response.headers) {
            if (name == "Content-Type") {
                type = value;
            } else if (name != "Content-Length" && name != "Transfer-Encoding" && name != "Connection") {
                more += name + ": " + value + "\r\n";
            }
        }
        Act out = answer(response.status, response.body, type, more);
        if (response.ending == glpi_sim::Ending::half) {
            out.bytes.resize(out.bytes.size() - response.body.size() / 2 - 1);
            out.close_after = true;
        }
        return out;
    }

    std::string person_token_;
};

}  // namespace alert_bridge::test
