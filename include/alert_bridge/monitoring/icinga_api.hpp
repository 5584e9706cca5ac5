// SPDX-License-Identifier: MIT
//
// IcingaApi: the way back to Icinga 2, through its API (/v1, port 5665) and an ApiUser.
//
// Guarantees: comments and acknowledgements (not sticky, so that a change of state is told; nobody
// is notified of them) bear our name. Of an object that somebody has acknowledged already, or that
// is well again, nothing is changed, and that is success. `ok` only for an object that says so; one
// that the user may not see, or that is gone, is `unknown`. At most kPresentMax other problems.
// Needs the permissions actions/acknowledge-problem, actions/add-comment, objects/query/Host and
// objects/query/Service.
// Thread rule: the I/O thread. Tests: tests/unit/monitoring/icinga_api_test.cpp
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "alert_bridge/monitoring/json_api.hpp"

namespace alert_bridge::monitoring {

class IcingaApi final : public ports::MonitoringBack {
  public:
    static constexpr std::size_t kPresentMax = 2'000;

    IcingaApi(JsonApi api, std::string user, Secret password)
        : api_(std::move(api)), user_(std::move(user)), password_(std::move(password)) {}

    [[nodiscard]] ports::Awaitable<Result<void>> tell(domain::Notice notice) override;
    [[nodiscard]] ports::Awaitable<Result<ports::Sight>> look(std::vector<ports::OpenProblem> known
    ) override;
    void stop() noexcept override { api_.stop(); }

  private:
    enum class Kind { host, service };
    using States = std::map<std::string, ports::ProblemNow>;  // by the object's full name

    [[nodiscard]] ports::Awaitable<Result<json>> objects(Kind kind, json query);
    [[nodiscard]] ports::Awaitable<Result<void>> states_of(
        Kind kind, std::set<std::string> names, States& states
    );
    [[nodiscard]] ports::Awaitable<Result<void>> other_problems(
        Kind kind, const States& known, ports::Sight& sight
    );
    [[nodiscard]] ports::Awaitable<Result<void>> details_of(
        Kind kind, std::vector<std::string> names, ports::Sight& sight
    );

    JsonApi api_;
    std::string user_;
    Secret password_;
};

}  // namespace alert_bridge::monitoring
