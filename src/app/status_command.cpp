// SPDX-License-Identifier: MIT
#include "alert_bridge/app/status_command.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <vector>

#include "alert_bridge/app/admin_client.hpp"
#include "alert_bridge/app/complain.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge::app {
namespace {

using nlohmann::json;

constexpr int kOk = 0, kWarning = 1, kCritical = 2, kUnknown = 3;
constexpr const char* kWords[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

// Shorter than Nagios' own patience with a plugin.
constexpr Duration kPluginPatience{8'000};

std::string plain(const std::string& text) {
    std::string line = one_line(repair_utf8(text));
    std::replace(line.begin(), line.end(), '|', '/');
    return line;
}

std::int64_t number(const json& row, const char* key) {
    const auto found = row.find(key);
    return found != row.end() && found->is_number() ? found->get<std::int64_t>() : 0;
}

class Judgement {
  public:
    void add(int status, std::string why) {
        worst_ = std::max(worst_, status);
        reasons_[status].push_back(std::move(why));
    }
    void add_if_any(int status, std::int64_t count, const char* what) {
        if (count > 0) {
            add(status, std::to_string(count) + " " + what);
        }
    }
    [[nodiscard]] int worst() const noexcept { return worst_; }
    [[nodiscard]] std::string reasons() const {
        std::vector<std::string> all = reasons_[kCritical];
        all.insert(all.end(), reasons_[kWarning].begin(), reasons_[kWarning].end());
        return join(all, ", ");
    }

  private:
    int worst_ = kOk;
    std::vector<std::string> reasons_[3];
};

void judge_checks(const json& row, Judgement& judgement) {
    const bool ready = row.value("ready", false);
    if (!ready) {
        judgement.add(kCritical, "no alerts are taken");
    }
    const auto checks = row.find("checks");
    if (checks == row.end() || !checks->is_array()) {
        return;
    }
    for (const json& check : *checks) {
        // Dead letters are counted below.
        const std::string name = check.value("name", "");
        if (!check.value("ok", true) && name != "outbox") {
            judgement.add(
                ready ? kWarning : kCritical, plain(name + ": " + check.value("message", ""))
            );
        }
    }
}

void judge_wait(const json& row, const StatusLimits& limits, Judgement& judgement) {
    const Duration waited = std::chrono::seconds(number(row, "oldest_due_seconds"));
    const int status = waited >= limits.critical  ? kCritical
                       : waited >= limits.warning ? kWarning
                                                  : kOk;
    if (status != kOk) {
        judgement.add(status, "a write has waited for " + format_duration(waited));
    }
}

std::string performance(const json& row, const StatusLimits& limits) {
    const auto seconds = [](Duration duration) {
        return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
    };
    std::string text = "oldest=" + std::to_string(number(row, "oldest_due_seconds")) + "s;" +
                       seconds(limits.warning) + ";" + seconds(limits.critical) + ";0";
    for (const char* key :
         {"due", "uncertain", "dead", "quarantined", "journal_pending", "open_incidents", "storms",
          "unmatched_hosts"}) {
        text += std::string(" ") + key + "=" + std::to_string(number(row, key)) + ";;;0";
    }
    return text;
}

int print_plugin(const PluginResult& result) {
    std::printf("GLPI-ALERT-BRIDGE %s - %s\n", kWords[result.status], result.line.c_str());
    return result.status;
}

void print_sheet(const json& row) {
    for (const auto& [key, value] : row.items()) {
        if (!value.is_array()) {
            const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
            std::printf("%-20s %s\n", key.c_str(), plain(text).c_str());
        }
    }
    for (const json& check : row.value("checks", json::array())) {
        std::printf(
            "%-20s %s %s\n", plain(check.value("name", "")).c_str(),
            check.value("ok", false) ? "well:" : "NOT WELL:",
            plain(check.value("message", "")).c_str()
        );
    }
}

}  // namespace

PluginResult judge_status(const json& row, const StatusLimits& limits) {
    Judgement judgement;
    judge_checks(row, judgement);
    judge_wait(row, limits, judgement);
    judgement.add_if_any(kWarning, number(row, "dead"), "dead letters");
    judgement.add_if_any(kWarning, number(row, "quarantined"), "in quarantine");
    PluginResult result;
    result.status = judgement.worst();
    result.line = judgement.worst() == kOk
                      ? std::to_string(number(row, "open_incidents")) + " incidents, " +
                            std::to_string(number(row, "due")) + " writes owed"
                      : judgement.reasons();
    result.line += " | " + performance(row, limits);
    return result;
}

int status_command(const Options& options) {
    const bool as_plugin = options.status.as_plugin;
    const std::optional<std::string> socket = admin_socket(options);
    if (!socket) {
        return as_plugin ? print_plugin({kUnknown, "no admin socket is known"}) : EXIT_FAILURE;
    }
    const AdminClient daemon(*socket);
    const auto answer = daemon.ask(
        "/status/show", json::object(), as_plugin ? kPluginPatience : AdminClient::kPatience
    );
    if (!answer) {
        return as_plugin ? print_plugin({kCritical, "the daemon does not answer at " + *socket})
                         : EXIT_FAILURE;
    }
    if (const std::string why = refusal(*answer); !why.empty()) {
        const std::string line = "the daemon does not say how it is: " + why;
        return as_plugin ? print_plugin({kCritical, plain(line)}) : complain(line);
    }
    const json& row = answer->at("row");
    if (as_plugin) {
        return print_plugin(judge_status(row, options.status));
    }
    if (options.operate.json) {
        const std::string line = row.dump(-1, ' ', true, json::error_handler_t::replace);
        std::printf("%s\n", line.c_str());
    } else {
        print_sheet(row);
    }
    return row.value("ready", false) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace alert_bridge::app
