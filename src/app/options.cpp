// SPDX-License-Identifier: MIT
#include "alert_bridge/app/options.hpp"

#include <CLI/CLI.hpp>

namespace alert_bridge::app {

std::variant<Options, int> parse_command_line(int argc, const char* const* argv) {
    Options options;
    CLI::App app{"Turns monitoring alerts into GLPI tickets."};
    app.name("glpi-alert-bridge");
    app.set_version_flag("--version", std::string("glpi-alert-bridge ") + BRIDGE_VERSION);
    app.require_subcommand(1);

    const auto with_config = [&options](CLI::App* command) {
        command->add_option("-c,--config", options.config, "configuration file")
            ->capture_default_str();
        return command;
    };
    auto* run = with_config(app.add_subcommand("run", "run the daemon"));
    run->add_flag(
        "--adopt-glpi", options.adopt_glpi,
        "the GLPI in the configuration replaces the one that the stored ticket numbers belong to"
    );
    auto* check =
        with_config(app.add_subcommand("check", "check the configuration and print every mistake"));
    auto* health = with_config(
        app.add_subcommand("health", "ask the running daemon whether it is alive (for containers)")
    );
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    }
    if (check->parsed()) {
        options.command = Command::check;
    } else if (health->parsed()) {
        options.command = Command::health;
    }
    return options;
}

}  // namespace alert_bridge::app
