// SPDX-License-Identifier: MIT
// Daemon: how a new configuration comes into force while it runs.
#include "alert_bridge/app/alarms.hpp"
#include "alert_bridge/app/backs.hpp"
#include "alert_bridge/app/daemon.hpp"
#include "alert_bridge/app/sealed.hpp"
#include "alert_bridge/app/service_manager.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/loader.hpp"

namespace alert_bridge::app {
namespace {

// Everything that can fail about a configuration.
Result<NextParts> parts_of(
    const config::Loaded& loaded, const boost::asio::any_io_executor& executor, ports::Clock& clock
) {
    const auto mistakes = [](std::string message) {
        return Error{ErrorClass::misconfigured, "configuration", std::move(message)};
    };
    if (!loaded.config) {
        return mistakes(config::render(loaded.diagnostics));
    }
    NextParts next;
    auto decoders = app::decoders(*loaded.config);
    if (!decoders) {
        return mistakes(decoders.error().message);
    }
    next.decoders = std::move(*decoders);
    auto policies = app::policies(*loaded.config);
    if (!policies) {
        return mistakes(policies.error().message);
    }
    next.policies = std::move(*policies);
    auto backs = app::backs(*loaded.config, executor, clock);
    if (!backs) {
        return mistakes(backs.error().message);
    }
    next.backs = *backs;
    auto alarms = app::alarms(*loaded.config, executor);
    if (!alarms) {
        return mistakes(alarms.error().message);
    }
    next.alarms = std::move(*alarms);
    auto tls = app::tls_context(*loaded.config);
    if (!tls) {
        return mistakes(tls.error().message);
    }
    next.tls = std::move(*tls);
    return next;
}

}  // namespace

void Daemon::reload() {
    tell_reloading();
    const config::Loaded loaded = config::load(options_.config);
    auto next = parts_of(loaded, io_.get_executor(), *clock_);
    if (!next) {
        metrics_->count("config_reloads_total", {{"result", "refused"}}, 1);
        events_->log(
            ports::Level::error, "reload_refused",
            "the new configuration, or a file it names, is wrong; the old one stays in force, its "
            "certificate too: mend it and reload",
            {{"mistakes", next.error().message}}
        );
        tell_ready("accepting alerts; the new configuration was refused");
        return;
    }
    if (!loaded.diagnostics.empty()) {
        events_->log(
            ports::Level::warning, "reload_warnings", "the new configuration is doubtful",
            {{"warnings", config::render(loaded.diagnostics)}}
        );
    }
    apply(*loaded.config, std::move(*next));
    metrics_->count("config_reloads_total", {{"result", "done"}}, 1);
    const std::string sealed = join(sealed_changes(config_, *loaded.config), ", ");
    if (sealed.empty()) {
        events_->log(ports::Level::info, "reloaded", "the new configuration is in force");
    } else {
        events_->log(
            ports::Level::warning, "restart_needed",
            "these settings changed and take effect at the next start", {{"settings", sealed}}
        );
        events_->log(
            ports::Level::info, "reloaded",
            "the new configuration is in force, but for what needs a restart"
        );
    }
    tell_ready("accepting alerts on port " + std::to_string(listener_.port()));
}

// Everything that sealed_changes() does not name.
void Daemon::apply(const config::Config& next, NextParts parts) {
    page_.use_tls(parts.tls != nullptr);
    page_listener_.use(parts.tls);
    page_.use(page_tokens(next));
    listener_.use(std::move(parts.tls));
    intake_.use(std::move(parts.decoders));
    endpoints_.use(credentials(next, *ids_));
    endpoints_.use_public_url(next.listen.public_url);
    glpi_events_.use(next.glpi.webhook_secrets);
    policies_.set(std::move(parts.policies));
    messenger_.use(parts.backs);
    state_check_.use(std::move(parts.backs));
    undelivered_.use(std::move(parts.alarms));
    correlator_.look_again();
    changes_.look_again();
    events_->set_level(log_options(next).level);
    const bool new_tokens = next.glpi.user_token.reveal() != config_.glpi.user_token.reveal() ||
                            next.glpi.app_token.reveal() != config_.glpi.app_token.reveal();
    if (new_tokens) {
        glpi_->use_tokens(next.glpi.app_token, next.glpi.user_token);
        config_.glpi.app_token = next.glpi.app_token;
        config_.glpi.user_token = next.glpi.user_token;
    }
    config_.sources = next.sources;
}

}  // namespace alert_bridge::app
