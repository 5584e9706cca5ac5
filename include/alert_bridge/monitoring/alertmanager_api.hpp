// SPDX-License-Identifier: MIT
//
// AlertmanagerApi: what Alertmanager says now (GET /api/v2/alerts). It cannot be told anything.
//
// Guarantees: its list is all there is, but for the time after its own start (settled_after):
// it keeps no alerts over a restart, and Prometheus sends them again within minutes. Silenced and
// inhibited alerts go on, hushed.
// Thread rule: the I/O thread. Tests: tests/unit/monitoring/alertmanager_api_test.cpp
#pragma once

#include <string>
#include <vector>

#include "alert_bridge/monitoring/json_api.hpp"

namespace alert_bridge::monitoring {

class AlertmanagerApi final : public ports::MonitoringBack {
  public:
    AlertmanagerApi(
        JsonApi api, ports::Clock& clock, std::string user, Secret password, Duration settled_after
    )
        : api_(std::move(api)),
          clock_(clock),
          user_(std::move(user)),
          password_(std::move(password)),
          settled_after_(settled_after) {}

    [[nodiscard]] ports::Awaitable<Result<void>> tell(domain::Notice notice) override;
    [[nodiscard]] ports::Awaitable<Result<ports::Sight>> look(std::vector<ports::OpenProblem> known
    ) override;
    void stop() noexcept override { api_.stop(); }

  private:
    [[nodiscard]] ports::Awaitable<Result<json>> get(std::string path);

    JsonApi api_;
    ports::Clock& clock_;
    std::string user_;
    Secret password_;
    Duration settled_after_;
};

}  // namespace alert_bridge::monitoring
