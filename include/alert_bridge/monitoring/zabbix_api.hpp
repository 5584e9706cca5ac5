// SPDX-License-Identifier: MIT
//
// ZabbixApi: the way back to Zabbix, through its JSON-RPC API (api_jsonrpc.php) and a token.
//
// Guarantees: 5.4 to 7.x: the token stands in the request up to 6.2, in the Authorization header
// from 6.4 on (the version is asked once). A close that the trigger does not allow becomes a
// comment. `ok` only for an event that has its recovery event, `gone` only where its trigger, an
// item or a host of it is disabled; an event that the token's user does not see is `unknown`. At
// most kPresentMax problems that the bridge does not know are looked at.
// Thread rule: the I/O thread. Tests: tests/unit/monitoring/zabbix_api_test.cpp
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "alert_bridge/monitoring/json_api.hpp"
#include "alert_bridge/monitoring/media_type.hpp"

namespace alert_bridge::monitoring {

class ZabbixApi final : public ports::MonitoringBack {
  public:
    static constexpr std::size_t kPresentMax = 2'000;

    ZabbixApi(JsonApi api, Secret token, std::string time_zone)
        : api_(std::move(api)), token_(std::move(token)), time_zone_(std::move(time_zone)) {}

    [[nodiscard]] ports::Awaitable<Result<void>> tell(domain::Notice notice) override;
    [[nodiscard]] ports::Awaitable<Result<ports::Sight>> look(std::vector<ports::OpenProblem> known
    ) override;
    void stop() noexcept override { api_.stop(); }
    [[nodiscard]] ports::Awaitable<Result<std::vector<MediaType>>> media_types();

  private:
    using Answer = ports::Awaitable<Result<json>>;
    // What is known of triggers, by id.
    using Triggers = std::map<std::string, json>;

    [[nodiscard]] Answer ask(std::string method, json params);
    [[nodiscard]] Answer rpc(std::string method, json params);
    [[nodiscard]] ports::Awaitable<Result<void>> learn_version();
    [[nodiscard]] ports::Awaitable<Result<json>> events(std::vector<std::string> ids);
    [[nodiscard]] ports::Awaitable<Result<Triggers>> triggers(std::set<std::string> ids);
    [[nodiscard]] ports::Awaitable<Result<void>> look_at_known(
        const std::vector<ports::OpenProblem>& known, ports::Sight& sight
    );
    [[nodiscard]] ports::Awaitable<Result<void>> look_for_others(
        std::set<std::string> known_ids, ports::Sight& sight
    );

    JsonApi api_;
    Secret token_;
    std::string time_zone_;
    bool version_known_ = false;
    bool token_in_header_ = false;
};

}  // namespace alert_bridge::monitoring
