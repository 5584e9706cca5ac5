// SPDX-License-Identifier: MIT
// The whole client over a scripted GLPI, for answers that the simulated GLPI does not give.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "alert_bridge/glpi/glpi.hpp"
#include "catch.hpp"
#include "fake_store.hpp"
#include "fakes.hpp"
#include "held_clock.hpp"
#include "scripted_server.hpp"

namespace alert_bridge::glpi_test {

using test::Act;
using test::answer;
using test::SeenRequest;

struct Bench {
    explicit Bench(std::string base_path = "") : api(std::move(base_path) + "/apirest.php") {
        glpi::Options options;
        options.url = server.url() + api.substr(0, api.size() - std::string("/apirest.php").size());
        options.user_token = Secret("user-secret");
        options.app_token = Secret("app-secret");
        options.request_timeout = Duration(60'000);
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

inline Act refusal(int status, const std::string& code, const std::string& text = "x") {
    return answer(status, nlohmann::json::array({code, text}).dump());
}

}  // namespace alert_bridge::glpi_test
