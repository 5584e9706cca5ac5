// SPDX-License-Identifier: MIT
#include "alert_bridge/monitoring/backs.hpp"

#include <utility>

#include "alert_bridge/monitoring/alertmanager_api.hpp"
#include "alert_bridge/monitoring/icinga_api.hpp"
#include "alert_bridge/monitoring/nagios_pipe.hpp"
#include "alert_bridge/monitoring/zabbix_api.hpp"

namespace alert_bridge::monitoring {

Result<std::shared_ptr<ports::MonitoringBack>> make_back(
    boost::asio::any_io_executor executor, ports::Clock& clock, BackOptions options
) {
    using Back = std::shared_ptr<ports::MonitoringBack>;
    if (options.type == "nagios") {
        return Back(std::make_shared<NagiosPipe>(
            std::move(executor), clock, std::move(options.pipe), std::move(options.status_file)
        ));
    }
    auto api = JsonApi::create(std::move(executor), options);
    if (!api) {
        return api.error();
    }
    if (options.type == "zabbix") {
        return Back(std::make_shared<ZabbixApi>(
            std::move(*api), std::move(options.token), std::move(options.time_zone)
        ));
    }
    if (options.type == "icinga2") {
        return Back(std::make_shared<IcingaApi>(
            std::move(*api), std::move(options.user), std::move(options.password)
        ));
    }
    if (options.type == "alertmanager") {
        return Back(std::make_shared<AlertmanagerApi>(
            std::move(*api), clock, std::move(options.user), std::move(options.password),
            options.settled_after
        ));
    }
    return Error{ErrorClass::misconfigured, "back", "there is no way back to " + options.type};
}

}  // namespace alert_bridge::monitoring
