// SPDX-License-Identifier: MIT
#include "alert_bridge/app/replay_command.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "alert_bridge/app/complain.hpp"
#include "alert_bridge/app/explain_state.hpp"
#include "alert_bridge/app/wiring.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/loader.hpp"
#include "alert_bridge/core/rule_comparison.hpp"

namespace alert_bridge::app {
namespace {

using core::TicketDifference;
using nlohmann::json;

constexpr std::int64_t kProgressEvery = 1000;

std::string_view word_of(TicketDifference::What what) {
    switch (what) {
        case TicketDifference::What::opened:
            return "opened";
        case TicketDifference::What::not_opened:
            return "not_opened";
        case TicketDifference::What::changed:
            return "changed";
    }
    return "changed";
}

void print_json(const TicketDifference& difference) {
    json row;
    row["what"] = word_of(difference.what);
    row["alert"] = difference.begun.id;
    row["received_at"] = format_utc(difference.begun.received_at);
    row["source"] = difference.begun.source;
    row["host"] = difference.begun.host;
    row["problem"] = difference.begun.problem_name;
    row["why"] = difference.why;
    row["fields"] = json::object();
    for (const TicketDifference::Field& field : difference.fields) {
        row["fields"][field.name] = json::array({field.before, field.after});
    }
    std::printf("%s\n", row.dump(-1, ' ', true, json::error_handler_t::replace).c_str());
}

void print_text(const TicketDifference& difference) {
    const TicketDifference::Begun& begun = difference.begun;
    const char* const sign = difference.what == TicketDifference::What::opened       ? "+"
                             : difference.what == TicketDifference::What::not_opened ? "-"
                                                                                     : "~";
    const auto clean = [](const std::string& text) { return one_line(repair_utf8(text)); };
    std::string line = std::string(sign) + " " + format_utc(begun.received_at) + "  " + begun.id +
                       "  " + clean(begun.host) + ": " + clean(begun.problem_name);
    if (!difference.why.empty()) {
        line +=
            "  (" +
            std::string(difference.what == TicketDifference::What::opened ? "so far: " : "new: ") +
            clean(difference.why) + ")";
    }
    std::printf("%s\n", line.c_str());
    for (const TicketDifference::Field& field : difference.fields) {
        const auto value = [&clean](const std::string& text) {
            return text.empty() ? std::string("nothing") : "'" + clean(text) + "'";
        };
        std::printf(
            "    %s: %s -> %s\n", field.name.c_str(), value(field.before).c_str(),
            value(field.after).c_str()
        );
    }
}

void print_figures(const core::ReplayFigures& figures, bool as_json) {
    if (as_json) {
        json row;
        row["alerts"] = figures.alerts;
        row["problems"] = figures.problems;
        row["tickets_before"] = figures.tickets_before;
        row["tickets_after"] = figures.tickets_after;
        row["opened"] = figures.opened;
        row["not_opened"] = figures.not_opened;
        row["changed"] = figures.changed;
        row["not_due"] = figures.not_due;
        row["cut_short"] = figures.cut_short;
        std::printf("%s\n", row.dump().c_str());
        return;
    }
    std::printf(
        "%lld alerts, %lld problems: %lld tickets so far, %lld with the new configuration"
        " (+ %lld opened, - %lld not opened, ~ %lld changed)\n",
        static_cast<long long>(figures.alerts), static_cast<long long>(figures.problems),
        static_cast<long long>(figures.tickets_before),
        static_cast<long long>(figures.tickets_after), static_cast<long long>(figures.opened),
        static_cast<long long>(figures.not_opened), static_cast<long long>(figures.changed)
    );
    if (figures.not_due > 0) {
        std::printf(
            "%lld problems go on that have a ticket with one of the two, and whose time "
            "(open_after) is not over with the other\n",
            static_cast<long long>(figures.not_due)
        );
    }
    if (figures.cut_short > 0) {
        std::printf(
            "%lld problems were taken for lasting, since too many went on at once\n",
            static_cast<long long>(figures.cut_short)
        );
    }
}

struct Configured {
    config::Config config;
    std::shared_ptr<const core::Policies> policies;
};

std::optional<Configured> load(const std::string& path) {
    config::Loaded loaded = config::load(path, config::Secrets::left_out);
    std::fputs(config::render(loaded.diagnostics).c_str(), stderr);
    if (!loaded.config) {
        return std::nullopt;
    }
    auto compiled = policies(*loaded.config);
    if (!compiled) {
        complain(compiled.error().message);
        return std::nullopt;
    }
    return Configured{std::move(*loaded.config), std::move(*compiled)};
}

// Only on a terminal, and away again at the end.
void show_progress(std::int64_t alerts, bool ends) {
    if (::isatty(STDERR_FILENO) == 0 || (alerts % kProgressEvery != 0 && !ends)) {
        return;
    }
    if (ends) {
        std::fputs("\r\033[K", stderr);
    } else {
        std::fprintf(stderr, "\r%lld alerts", static_cast<long long>(alerts));
    }
}

Result<void> read_all(KnownState& state, WallTime since, core::RuleComparison& comparison) {
    std::int64_t after = 0;
    for (;;) {
        const auto page = state.alerts(after, since);
        if (!page) {
            return page.error();
        }
        for (const auto& [seq, alert] : *page) {
            after = seq;
            if (alert.received_at >= since) {
                comparison.take(alert);
                show_progress(comparison.figures().alerts, false);
            }
        }
        if (page->empty()) {
            return Result<void>();
        }
    }
}

}  // namespace

int replay_command(const Options& options) {
    const ReplayCommand& command = options.replay;
    const auto back = parse_duration(command.since);
    if (!back || *back <= Duration::zero()) {
        return complain("--since must be a duration like 12h or 7d, not '" + command.since + "'");
    }
    auto before = load(command.present);
    auto after = before ? load(options.config) : std::nullopt;
    if (!before || !after) {
        return EXIT_FAILURE;
    }
    KnownState state(before->config, command.socket);
    if (!state.is_known()) {
        return complain(state.origin());
    }
    const WallTime now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    SystemIdSource ids;
    core::RuleComparison comparison(before->policies, after->policies, ids);
    comparison.on_difference = [&command](const TicketDifference& difference) {
        command.json ? print_json(difference) : print_text(difference);
    };
    const auto read = read_all(state, now - *back, comparison);
    show_progress(0, true);
    if (!read) {
        return complain(read.error().message);
    }
    comparison.finish(now);
    print_figures(comparison.figures(), command.json);
    if (!after->policies->rules->asset_details().empty() ||
        !before->policies->rules->asset_details().empty()) {
        std::fputs("Rules about the asset were taken as not matching.\n", stderr);
    }
    return EXIT_SUCCESS;
}

}  // namespace alert_bridge::app
