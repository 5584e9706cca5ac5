// SPDX-License-Identifier: MIT
// Daemon: how a new configuration comes into force while it runs.
#include "alert_bridge/app/daemon.hpp"
#include "alert_bridge/app/sealed.hpp"
#include "alert_bridge/app/service_manager.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/loader.hpp"

namespace alert_bridge::app {

void Daemon::reload() {
    tell_reloading();
    config::Loaded loaded = config::load(options_.config);
    auto decoders = loaded.config ? app::decoders(*loaded.config)
                                  : Result<core::Intake::Decoders>(core::Intake::Decoders{});
    auto next = loaded.config ? app::policies(*loaded.config)
                              : Result<std::shared_ptr<const core::Policies>>(Error{});
    if (!loaded.config || !decoders || !next) {
        metrics_->count("config_reloads_total", {{"result", "refused"}}, 1);
        events_->log(
            ports::Level::error, "reload_refused",
            "the new configuration is wrong; the old one stays in force",
            {{"mistakes", config::render(loaded.diagnostics)}}
        );
        tell_ready("accepting alerts; the new configuration was refused");
        return;
    }
    apply(*loaded.config, std::move(*decoders), std::move(*next));
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
void Daemon::apply(
    const config::Config& next, core::Intake::Decoders decoders,
    std::shared_ptr<const core::Policies> policies
) {
    intake_.use(std::move(decoders));
    endpoints_.use(credentials(next, *ids_));
    endpoints_.use_public_url(next.listen.public_url);
    policies_.set(std::move(policies));
    correlator_.look_again();
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
