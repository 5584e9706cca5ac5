// SPDX-License-Identifier: MIT
//
// ApiBench: a small scripted HTTP server in the place of a monitoring system, and a way back to it.
// Thread rule: one thread.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/monitoring/backs.hpp"
#include "fakes.hpp"
#include "scripted_server.hpp"

namespace alert_bridge::test {

inline ports::OpenProblem open_problem(std::string key, std::string episode) {
    ports::OpenProblem problem;
    problem.problem_key = std::move(key);
    problem.episode = std::move(episode);
    return problem;
}

inline domain::Notice notice_about(
    std::string key, std::string episode, domain::NoticeAction action
) {
    domain::Notice notice;
    notice.problem_key = std::move(key);
    notice.episode = std::move(episode);
    notice.action = action;
    notice.text = "GLPI ticket 4711: https://bridge/t/1";
    return notice;
}

class ApiBench {
  public:
    explicit ApiBench(ScriptedServer::Script script) : server(io, std::move(script)) {}

    [[nodiscard]] ports::MonitoringBack& back(const std::string& type) {
        monitoring::BackOptions options;
        options.type = type;
        options.url = server.url() + "/base";
        options.token = Secret("tok");
        options.user = "bridge";
        options.password = Secret("pass");
        options.time_zone = "Europe/Paris";
        auto made = monitoring::make_back(io.get_executor(), clock, std::move(options));
        back_ = made.value();
        return *back_;
    }

    // What was asked, as JSON.
    [[nodiscard]] nlohmann::json asked(std::size_t index) const {
        return nlohmann::json::parse(server.seen.at(index).body, nullptr, false);
    }

    boost::asio::io_context io{1};
    JumpingClock clock;
    ScriptedServer server;

  private:
    std::shared_ptr<ports::MonitoringBack> back_;
};

}  // namespace alert_bridge::test
