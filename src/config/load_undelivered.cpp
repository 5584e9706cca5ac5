// SPDX-License-Identifier: MIT
//
// The section undelivered: who is told, past GLPI, that tickets do not get through.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/files.hpp"
#include "alert_bridge/config/secrets.hpp"
#include "alert_bridge/config/sections.hpp"

namespace alert_bridge::config {
namespace {

constexpr const char* kOther = "others";
constexpr Duration kP1Limit{600'000};
constexpr std::int64_t kDayMs = 24LL * 3'600'000;
constexpr Key kAfter{"after", ValueType::duration, "", "", false, 1'000, 30 * kDayMs};

void load_limits(Loading& loading, const MapReader& reader, domain::WaitLimits& limits) {
    const auto& priorities = loading.priority_names;
    const Node* const node = reader.find("after");
    const bool has_p1 = std::find(priorities.begin(), priorities.end(), "p1") != priorities.end();
    if (has_p1) {
        limits.by_priority["p1"] = kP1Limit;
    }
    std::vector<std::string> known = priorities;
    known.emplace_back(kOther);
    for (const auto& [name, value] : named_nodes(loading.diagnostics, node, "after")) {
        const auto limit = read_duration(loading.diagnostics, *value, kAfter);
        if (std::find(known.begin(), known.end(), name->text) == known.end()) {
            loading.diagnostics.error(
                name->at,
                "there is no priority '" + name->text + "'" + did_you_mean(name->text, known)
            );
        } else if (limit && name->text == kOther) {
            limits.other = *limit;
        } else if (limit) {
            limits.by_priority[name->text] = *limit;
        }
    }
}

// Of a program that is named without a path, the first in PATH.
bool can_be_found(const std::string& program) {
    const auto is_program = [](const std::filesystem::path& path) {
        std::error_code failure;
        return std::filesystem::is_regular_file(path, failure) && ::access(path.c_str(), X_OK) == 0;
    };
    if (program.find('/') != std::string::npos) {
        return is_program(program);
    }
    const char* const path = std::getenv("PATH");
    const std::vector<std::string> folders = split(path == nullptr ? "/usr/bin:/bin" : path, ":");
    return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
        return is_program(std::filesystem::path(folder) / program);
    });
}

// The values of a list that is there; an empty one is told.
std::vector<const Node*> read_list(
    Loading& loading, const MapReader& reader, std::string_view name
) {
    const Node* const node = reader.find(name);
    std::vector<const Node*> nodes = one_or_many(node);
    if (node != nullptr && nodes.empty()) {
        loading.diagnostics.error(node->at, "'" + std::string(name) + "' must not be empty");
    }
    return nodes;
}

void load_command(Loading& loading, const MapReader& reader, UndeliveredConfig& config) {
    const std::vector<const Node*> nodes = read_list(loading, reader, "command");
    for (const Node* node : nodes) {
        if (const auto word = read_text(loading.diagnostics, *node, "command")) {
            config.command.push_back(*word);
        }
    }
    if (config.command.size() < nodes.size() || nodes.empty()) {
        return;
    }
    std::string& program = config.command.front();
    if (program.find('/') != std::string::npos) {
        program = resolve_path(program, loading.base_dir);
    }
    // No mistake: alerts are taken all the same, and the program may come back.
    if (!can_be_found(program)) {
        loading.diagnostics.warning(
            reader.position("command"),
            "there is no program '" + program +
                "' that may be run: 'command' is a list of the program and its arguments, without "
                "a shell"
        );
    }
}

bool is_address(const std::string& text) {
    const auto fits = [](char c) {
        return c > ' ' && c <= '~' && std::string_view("<>\",;\\").find(c) == std::string::npos;
    };
    const auto at = text.find('@');
    return at != 0 && at != std::string::npos && at + 1 < text.size() && text.front() != '-' &&
           std::all_of(text.begin(), text.end(), fits);
}

void tell_of_address(Diagnostics& diagnostics, Position at, const std::string& text) {
    diagnostics.error(at, "'" + text + "' is no mail address like oncall@example.org");
}

std::string read_server(Loading& loading, const MapReader& reader) {
    const std::string url = reader.text("server").value_or("");
    const bool has_scheme = url.starts_with("smtp://") || url.starts_with("smtps://");
    const std::string host = has_scheme ? url.substr(url.find("//") + 2) : std::string();
    const auto fits = [](char c) { return c > ' ' && c <= '~'; };
    const bool is_good = !host.empty() && std::all_of(url.begin(), url.end(), fits) &&
                         host.find_first_of("/?#@\"\\") == std::string::npos;
    if (!url.empty() && !is_good) {
        loading.diagnostics.error(
            reader.position("server"),
            "'server' must be like smtp://mail.example.org or smtps://mail.example.org:465"
        );
        return {};
    }
    return url;
}

void check_login(Loading& loading, const MapReader& reader, const MailConfig& mail) {
    const bool has_password = reader.find("password") != nullptr;
    if ((reader.find("user") != nullptr) != has_password) {
        loading.diagnostics.error(reader.at(), "'user' and 'password' belong together");
    }
    if (mail.user.find(':') != std::string::npos) {
        loading.diagnostics.error(reader.position("user"), "'user' must not hold a colon");
    }
    const bool may_be_plain = !mail.require_tls && mail.server.starts_with("smtp://");
    if (has_password && may_be_plain) {
        loading.diagnostics.warning(
            reader.position("tls"), "the password may travel unencrypted with 'tls: offered'"
        );
    }
}

MailConfig load_mail(Loading& loading, const MapReader& reader) {
    MailConfig mail;
    mail.server = read_server(loading, reader);
    mail.require_tls = reader.choice("tls") != "offered";
    const auto ca_file = reader.text("ca_file");
    mail.ca_file = ca_file ? resolve_path(*ca_file, loading.base_dir) : std::string();
    mail.user = reader.text("user").value_or("");
    if (const Node* const node = reader.find("password")) {
        mail.password = read_secret(loading.diagnostics, *node, "password", loading.base_dir);
    }
    check_login(loading, reader, mail);
    mail.from = reader.text("from").value_or("");
    if (!mail.from.empty() && !is_address(mail.from)) {
        tell_of_address(loading.diagnostics, reader.position("from"), mail.from);
    }
    for (const Node* node : read_list(loading, reader, "to")) {
        const auto address = read_text(loading.diagnostics, *node, "to");
        if (address && !is_address(*address)) {
            tell_of_address(loading.diagnostics, node->at, *address);
        } else if (address) {
            mail.to.push_back(*address);
        }
    }
    if (!can_be_found("curl")) {
        loading.diagnostics.warning(
            reader.at(),
            "'mail' needs the program curl, which is not in PATH: install it, or use "
            "'webhook'"
        );
    }
    return mail;
}

Secret read_webhook_url(Loading& loading, const MapReader& reader) {
    const Node* const secret = reader.find("secret_url");
    const auto written = reader.text("url");
    if (written.has_value() == (secret != nullptr)) {
        loading.diagnostics.error(reader.at(), "'webhook' needs one of 'url' and 'secret_url'");
        return Secret();
    }
    const std::string name = secret != nullptr ? "secret_url" : "url";
    Secret url = secret != nullptr
                     ? read_secret(loading.diagnostics, *secret, name, loading.base_dir)
                     : Secret(*written);
    if (secret != nullptr && loading.diagnostics.secrets() == Secrets::left_out) {
        return url;
    }
    const std::string_view text = url.reveal();
    const bool has_scheme = text.starts_with("http://") || text.starts_with("https://");
    const std::string_view rest = has_scheme ? text.substr(text.find("//") + 2) : "";
    const std::string_view server = rest.substr(0, rest.find_first_of("/?"));
    const auto fits = [](char c) {
        return c > ' ' && c <= '~' && std::string_view("#\\\"<>").find(c) == std::string::npos;
    };
    const bool is_good = !server.empty() && server.front() != ':' &&
                         server.find('@') == std::string_view::npos &&
                         std::all_of(text.begin(), text.end(), fits);
    if (!url.empty() && !is_good) {
        loading.diagnostics.error(
            reader.position(name),
            "'" + name +
                "' must be like https://host/path or https://host/path?key=value, without user or "
                "fragment"
        );
        return Secret();
    }
    return url;
}

AlarmWebhookConfig load_webhook(Loading& loading, const MapReader& reader) {
    AlarmWebhookConfig webhook;
    webhook.url = read_webhook_url(loading, reader);
    const auto ca_file = reader.text("ca_file");
    webhook.ca_file = ca_file ? resolve_path(*ca_file, loading.base_dir) : std::string();
    const Node* const token = reader.find("token");
    if (token != nullptr) {
        webhook.token = read_secret(loading.diagnostics, *token, "token", loading.base_dir);
    }
    const bool has_secret = token != nullptr || reader.find("secret_url") != nullptr;
    const std::string_view url = webhook.url.reveal();
    if (has_secret && url.starts_with("http://") && !is_loopback(url)) {
        loading.diagnostics.warning(
            reader.at(), "the webhook's secret travels unencrypted over http"
        );
    }
    return webhook;
}

}  // namespace

void load_undelivered(Loading& loading, const MapReader& root) {
    const Node* const node = root.find("undelivered");
    const MapReader reader = root.section("undelivered", kUndelivered);
    UndeliveredConfig& config = loading.config.undelivered;
    load_limits(loading, reader, config.limits);
    config.repeat = reader.duration("repeat").value_or(Duration{});
    load_command(loading, reader, config);
    if (reader.find("mail") != nullptr) {
        config.mail = load_mail(loading, reader.section("mail", kMail));
    }
    if (reader.find("webhook") != nullptr) {
        config.webhook = load_webhook(loading, reader.section("webhook", kAlarmWebhook));
    }
    const bool reaches_nobody =
        node != nullptr && reader.find("command") == nullptr && !config.mail && !config.webhook;
    if (reaches_nobody) {
        loading.diagnostics.error(
            node->at, "'undelivered' reaches nobody: it needs 'command', 'mail' or 'webhook'"
        );
    }
}

}  // namespace alert_bridge::config
