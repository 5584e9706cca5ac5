// SPDX-License-Identifier: MIT
#include "alert_bridge/app/alarms.hpp"

#include <unistd.h>

#include <array>

#include "alert_bridge/alarm/channels.hpp"

namespace alert_bridge::app {
namespace {

std::string machine_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : "?";
}

alarm::MailOptions mail_options(const config::MailConfig& from) {
    alarm::MailOptions options;
    options.server = from.server;
    options.ca_file = from.ca_file;
    options.require_tls = from.require_tls;
    options.user = from.user;
    options.password = from.password;
    options.from = from.from;
    options.to = from.to;
    options.machine = machine_name();
    return options;
}

}  // namespace

Result<core::AlarmPlan> alarms(
    const config::Config& config, const boost::asio::any_io_executor& executor
) {
    const config::UndeliveredConfig& from = config.undelivered;
    core::AlarmPlan plan;
    plan.limits = from.limits;
    plan.repeat = from.repeat;
    plan.name = machine_name();
    if (!from.command.empty()) {
        plan.channels.push_back(alarm::command_channel(executor, from.command));
    }
    if (from.mail) {
        plan.channels.push_back(alarm::mail_channel(executor, mail_options(*from.mail)));
    }
    if (from.webhook) {
        const alarm::WebhookOptions options{
            from.webhook->url, from.webhook->ca_file, from.webhook->token};
        auto channel = alarm::webhook_channel(executor, options);
        if (!channel) {
            Error error = channel.error();
            error.message = "undelivered.webhook: " + error.message;
            return error;
        }
        plan.channels.push_back(std::move(*channel));
    }
    return plan;
}

}  // namespace alert_bridge::app
