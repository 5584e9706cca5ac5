// SPDX-License-Identifier: MIT
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "alert_bridge/app/commands.hpp"
#include "alert_bridge/app/completion_command.hpp"
#include "alert_bridge/app/doctor_command.hpp"
#include "alert_bridge/app/explain_command.hpp"
#include "alert_bridge/app/manual_command.hpp"
#include "alert_bridge/app/operator_commands.hpp"
#include "alert_bridge/app/replay_command.hpp"
#include "alert_bridge/app/schema_command.hpp"
#include "alert_bridge/app/send_command.hpp"
#include "alert_bridge/app/status_command.hpp"
#include "alert_bridge/app/test_rules_command.hpp"

namespace {

// Where the kernel gives huge pages unasked, as Debian's does, the first byte of an allocator's
// area takes 2 MB: an idle daemon held 19 MB instead of 14, measured.
void use_small_pages(int, char**, char**) {
    ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}

// Runs before the libraries begin: they allocate.
[[gnu::section(".preinit_array"), gnu::used]] void (*const before_libraries
)(int, char**, char**) = use_small_pages;

// Nearly every command reads tokens, which must not end up in a file. With a limit of 1 the kernel
// calls no program that cores are piped to (systemd-coredump) either; with 0 it does.
void forbid_core() {
    rlimit limit{1, 1};
    if (::setrlimit(RLIMIT_CORE, &limit) != 0) {  // LimitCORE=0: it cannot be raised again
        limit = {0, 0};
        ::setrlimit(RLIMIT_CORE, &limit);
    }
}

}  // namespace

int main(int argc, char** argv) {
    using namespace alert_bridge::app;
    forbid_core();
    try {
        const auto parsed = parse_command_line(argc, argv);
        if (const int* status = std::get_if<int>(&parsed)) {
            return *status;
        }
        const Options& options = std::get<Options>(parsed);
        switch (options.command) {
            case Command::run:
                return run_command(options);
            case Command::check:
                return check_command(options);
            case Command::health:
                return health_command(options);
            case Command::operate:
                return operator_command(options);
            case Command::explain:
                return explain_command(options);
            case Command::test_rules:
                return test_rules_command(options);
            case Command::replay:
                return replay_command(options);
            case Command::send:
                send_command(options);
            case Command::status:
                return status_command(options);
            case Command::schema:
                return schema_command(options);
            case Command::completion:
                return completion_command(options);
            case Command::manual:
                return manual_command(options);
            case Command::doctor:
                return doctor_command(options);
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "glpi-alert-bridge: %s\n", error.what());
    }
    return EXIT_FAILURE;
}
