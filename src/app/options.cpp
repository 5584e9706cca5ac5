// SPDX-License-Identifier: MIT
#include "alert_bridge/app/options.hpp"

#include <CLI/CLI.hpp>
#include <memory>

namespace alert_bridge::app {
namespace {

void add_config(CLI::App* command, Options& options) {
    command->add_option("-c,--config", options.config, "configuration file")->capture_default_str();
}

// What one of the operator's commands can do beside `list`.
struct Seat {
    const char* what;
    const char* about;
    bool has_show;
    bool settles;  // retry and discard
};

constexpr Seat kSeats[] = {
    {"dead", "writes that GLPI refused for good: list, show, retry, discard", true, true},
    {"quarantine", "bodies that could not be read: list, show, retry, discard", true, true},
    {"outbox", "writes that are owed to GLPI: list, show", true, false},
    {"incidents", "problems and their tickets: list, show", true, false},
    {"unmatched", "hosts that no GLPI asset was found for", false, false},
};

// An action of a command; its ids and options go into `options` when it is the one that is asked.
CLI::App* add_action(CLI::App* seat, const char* name, const char* about, Options& options) {
    CLI::App* const action = seat->add_subcommand(name, about);
    action->fallthrough();
    action->callback([&options, name] { options.operate.action = name; });
    return action;
}

void add_settling(CLI::App* seat, Options& options) {
    OperatorCommand& operate = options.operate;
    const struct {
        const char* name;
        const char* about;
    } actions[] = {
        {"retry", "try again what was repaired; what may have reached GLPI is looked for first"},
        {"discard", "give up for good"},
    };
    for (const auto& [name, about] : actions) {
        CLI::App* const action = add_action(seat, name, about, options);
        CLI::Option* const ids = action->add_option("ID", operate.ids, "ids, as `list` shows them");
        CLI::Option* const all = action->add_flag("--all", operate.all, "every row of the list");
        ids->excludes(all);
        if (std::string_view(name) == "discard") {
            action->add_option("--reason", operate.reason, "why, for the log");
        }
    }
}

void add_seat(CLI::App& app, const Seat& seat, Options& options) {
    OperatorCommand& operate = options.operate;
    CLI::App* const command = app.add_subcommand(seat.what, seat.about);
    command->require_subcommand(0, 1);
    command->callback([&options, what = seat.what] {
        options.command = Command::operate;
        options.operate.what = what;
    });
    add_config(command, options);
    command->add_option("--socket", operate.socket, "the daemon's admin socket");
    command->add_flag("--json", operate.json, "one JSON object a line");
    CLI::App* const list = add_action(command, "list", "what there is (the default)", options);
    if (std::string_view(seat.what) == "incidents") {
        list->add_flag("--all", operate.all, "ended ones too");
    }
    if (seat.has_show) {
        CLI::App* const show = add_action(command, "show", "everything about one", options);
        show->add_option("ID", operate.ids, "id, as `list` shows it")->required()->expected(1);
    }
    if (seat.settles) {
        add_settling(command, options);
    }
}

void add_doctor(CLI::App& app, Options& options) {
    CLI::App* const doctor = app.add_subcommand(
        "doctor", "ask GLPI, and this machine, whether all is as the configuration wants it"
    );
    add_config(doctor, options);
    doctor->add_flag("--json", options.doctor_as_json, "one JSON object a line");
    doctor->footer("Ends with 0 when all is fine, 1 with errors, 3 with warnings only.");
    doctor->callback([&options] { options.command = Command::doctor; });
}

}  // namespace

std::variant<Options, int> parse_command_line(int argc, const char* const* argv) {
    Options options;
    CLI::App app{"Turns monitoring alerts into GLPI tickets."};
    app.name("glpi-alert-bridge");
    app.set_version_flag("--version", std::string("glpi-alert-bridge ") + BRIDGE_VERSION);
    app.require_subcommand(1);

    CLI::App* const run = app.add_subcommand("run", "run the daemon");
    add_config(run, options);
    run->add_flag(
        "--adopt-glpi", options.adopt_glpi,
        "the GLPI in the configuration replaces the one that the stored ticket numbers belong to"
    );
    CLI::App* const check =
        app.add_subcommand("check", "check the configuration and print every mistake");
    add_config(check, options);
    check->callback([&options] { options.command = Command::check; });
    CLI::App* const health =
        app.add_subcommand("health", "ask the running daemon whether it is alive (for containers)");
    add_config(health, options);
    health->callback([&options] { options.command = Command::health; });
    add_doctor(app, options);
    for (const Seat& seat : kSeats) {
        add_seat(app, seat, options);
    }
    try {
        app.parse(argc, argv);
        const OperatorCommand& operate = options.operate;
        const bool settles = operate.action == "retry" || operate.action == "discard";
        if (settles && operate.ids.empty() && !operate.all) {
            throw CLI::RequiredError(operate.action + ": an ID, or --all");
        }
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    }
    return options;
}

}  // namespace alert_bridge::app
