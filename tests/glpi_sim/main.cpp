// SPDX-License-Identifier: MIT
// glpi-sim: the simulated GLPI as a program.
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include "params.hpp"
#include "server.hpp"
#include "sim.hpp"

namespace {

constexpr const char* kFooter =
    "A test double: it answers like GLPI 10.0.19 or 11.0.6, on 127.0.0.1 only, and forgets all "
    "when\n"
    "it ends. Credentials:\n"
    "  App-Token  sim-app-token\n"
    "  user tokens\n"
    "    sim-bridge-token        the bridge's own service user (technician-like, all entities)\n"
    "    sim-super-admin-token   svc-bridge, Super-Admin on all entities\n"
    "    sim-technician-token    svc-tech, Technician on all entities\n"
    "    sim-customer-b-token    svc-bonly, Technician on Customer B only\n"
    "    sim-self-service-token  svc-self, Self-Service\n"
    "    sim-person-token        a human technician\n"
    "Control: GET /_sim/tickets, /_sim/requests, /_sim/sessions, /_sim/faults, /_sim/healthz;\n"
    "POST /_sim/faults, /_sim/config, /_sim/seed, /_sim/requests/reset, /_sim/sessions/drop.\n"
    "For people: / in a browser.";

struct Options {
    int version = 11;
    std::uint16_t port = 0;
    std::string port_file;
    std::string seed_file;
    int latency_ms = 0;
    int workers = 0;
    bool quiet = false;
};

std::int64_t wall_clock_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void load_seed(glpi_sim::Sim& sim, const std::string& path) {
    std::ifstream file(path);
    const std::string text(
        (std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>()
    );
    glpi_sim::Json seed;
    if (!file || !glpi_sim::parse_json_body(text, seed))
        throw std::runtime_error("cannot read " + path + " as JSON");
    glpi_sim::seed_more(sim.world(), seed);
}

// Whoever waits for the file sees it whole or not at all.
void write_port_file(const std::string& path, std::uint16_t port) {
    const std::string draft = path + ".new";
    std::ofstream(draft) << port << "\n";
    if (std::rename(draft.c_str(), path.c_str()) != 0)
        throw std::runtime_error("cannot write " + path);
}

void run(const Options& options) {
    glpi_sim::Sim sim(options.version, wall_clock_ms);
    sim.world().settings.latency_ms = options.latency_ms;
    sim.world().random.seed(static_cast<std::uint64_t>(wall_clock_ms()));
    if (!options.seed_file.empty())
        load_seed(sim, options.seed_file);
    glpi_sim::ServerOptions server;
    server.port = options.port;
    server.workers = options.workers;
    server.quiet = options.quiet;
    glpi_sim::serve(sim, server, [&](std::uint16_t port) {
        std::cout << "glpi-sim " << sim.world().version << " listening on http://127.0.0.1:" << port
                  << "/apirest.php" << std::endl;
        if (!options.port_file.empty())
            write_port_file(options.port_file, port);
    });
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"glpi-sim, a simulated GLPI for tests and demonstrations"};
    Options options;
    app.add_option("--version", options.version, "GLPI version to answer as: 10 or 11")
        ->check(CLI::IsMember({10, 11}))
        ->required();
    app.add_option("--port", options.port, "port on 127.0.0.1; 0 takes a free one");
    app.add_option("--port-file", options.port_file, "file that gets the port");
    app.add_option("--seed", options.seed_file, "JSON file with more entities, assets, users");
    app.add_option("--latency-ms", options.latency_ms, "delay of every API answer");
    app.add_option("--workers", options.workers, "API calls in work at once; 0 is no limit");
    app.add_flag("--quiet", options.quiet, "do not print the requests");
    app.footer(kFooter);
    CLI11_PARSE(app, argc, argv);
    try {
        run(options);
    } catch (const std::exception& error) {
        std::cerr << "glpi-sim: " << error.what() << "\n";
        return 1;
    }
    return 0;
}
