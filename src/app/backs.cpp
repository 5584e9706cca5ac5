// SPDX-License-Identifier: MIT
#include "alert_bridge/app/backs.hpp"

#include <utility>

#include "alert_bridge/monitoring/backs.hpp"

namespace alert_bridge::app {
namespace {

monitoring::BackOptions options_of(
    const config::SourceConfig& source, const config::BackConfig& from
) {
    monitoring::BackOptions options;
    options.type = source.options.type;
    options.url = from.url;
    options.ca_file = from.ca_file;
    options.token = from.token;
    options.user = from.user;
    options.password = from.password;
    options.pipe = from.pipe;
    options.status_file = from.status_file;
    options.time_zone = source.options.time_zone;
    options.settled_after = from.settled_after;
    return options;
}

// Alertmanager only answers; Nagios hears nothing without its pipe.
bool can_be_told(const config::SourceConfig& source) {
    const bool has_pipe = source.options.type != "nagios" || !source.back->pipe.empty();
    return source.options.type != "alertmanager" && has_pipe;
}

}  // namespace

Result<core::BacksPtr> backs(
    const config::Config& config, const boost::asio::any_io_executor& executor, ports::Clock& clock
) {
    auto result = std::make_shared<core::Backs>();
    for (const config::SourceConfig& source : config.sources) {
        if (!source.back) {
            continue;
        }
        auto port = monitoring::make_back(executor, clock, options_of(source, *source.back));
        if (!port) {
            Error error = port.error();
            error.message = "sources." + source.options.name + ".back: " + error.message;
            return error;
        }
        core::Back back;
        back.port = *port;
        back.can_be_told = can_be_told(source);
        back.reconcile = source.back->reconcile;
        back.open_unheard = source.back->open_unheard;
        result->emplace(source.options.name, std::move(back));
    }
    return core::BacksPtr(std::move(result));
}

domain::BackPolicies back_policies(const config::Config& config) {
    domain::BackPolicies policies;
    for (const config::SourceConfig& source : config.sources) {
        if (source.back && can_be_told(source)) {
            policies.emplace(source.options.name, source.back->policy);
        }
    }
    return policies;
}

}  // namespace alert_bridge::app
