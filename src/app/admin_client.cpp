// SPDX-License-Identifier: MIT
#include "alert_bridge/app/admin_client.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "alert_bridge/app/complain.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/loader.hpp"
#include "alert_bridge/net/local_socket.hpp"

namespace alert_bridge::app {
namespace {

using nlohmann::json;

// Under sudo, who became root: for the daemon's log.
std::string own_name() {
    if (const char* const before = std::getenv("SUDO_USER")) {
        return before;
    }
    const passwd* const entry = ::getpwuid(::geteuid());
    return entry == nullptr ? std::to_string(::geteuid()) : entry->pw_name;
}

}  // namespace

std::optional<std::string> admin_socket(const Options& options) {
    if (!options.operate.socket.empty()) {
        return options.operate.socket;
    }
    const config::LoadedAdmin loaded = config::load_admin_only(options.config);
    const std::string said = config::render(loaded.diagnostics);
    std::fputs(said.c_str(), stderr);
    if (!loaded.admin) {
        std::fputs(
            "Name the configuration with -c FILE, or the socket with --socket PATH.\n", stderr
        );
        return std::nullopt;
    }
    if (loaded.admin->socket.empty()) {
        std::fputs("glpi-alert-bridge: the configuration says admin.socket: none\n", stderr);
        return std::nullopt;
    }
    return loaded.admin->socket;
}

std::string refusal(const json& answer) {
    if (answer.at("status") == 200) {
        return {};
    }
    const auto error = answer.find("error");
    const bool tells = error != answer.end() && error->is_string();
    return one_line(repair_utf8(
        tells ? error->get<std::string>() : "it answers with status " + answer.at("status").dump()
    ));
}

Result<json> AdminClient::exchange(const std::string& target, json body, Duration patience) const {
    body["by"] = own_name();
    const std::string text = body.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
    const auto reply = net::exchange_local(socket_, target, text, patience);
    if (!reply) {
        return reply.error();
    }
    json answer = json::parse(reply->body, nullptr, false);
    if (!answer.is_object()) {
        return Error{
            ErrorClass::refused, "no_daemon",
            "what answers at " + socket_ + " is no daemon of this version"};
    }
    answer["status"] = reply->status;
    return answer;
}

std::optional<json> AdminClient::ask(const std::string& target, json body, Duration patience)
    const {
    Result<json> answer = exchange(target, std::move(body), patience);
    if (!answer) {
        tell(answer.error());
        return std::nullopt;
    }
    return std::move(*answer);
}

void AdminClient::tell(const Error& error) const {
    if (error.code == "no_daemon") {
        complain(error.message);
        return;
    }
    complain("no answer at " + socket_ + ": " + error.message);
    if (error.code == "no_reply") {
        std::fputs(
            "What was asked may have been carried out all the same: look at the list and the\n"
            "daemon's log (event operator_command).\n",
            stderr
        );
        return;
    }
    std::fputs(
        "Is the daemon running (systemctl status glpi-alert-bridge), does its setting "
        "admin.socket\nname the same path, and may you use it (ls -l: owner and group)?\n",
        stderr
    );
}

}  // namespace alert_bridge::app
