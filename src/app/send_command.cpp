// SPDX-License-Identifier: MIT
#include "alert_bridge/app/send_command.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <utility>

#include "alert_bridge/app/send_client.hpp"
#include "alert_bridge/app/send_payload.hpp"
#include "alert_bridge/app/send_queue.hpp"
#include "alert_bridge/app/send_spool.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/send_settings.hpp"

namespace alert_bridge::app {
namespace {

using Steady = std::chrono::steady_clock;

int tell(int status, const std::string& text) {
    std::fprintf(stderr, "glpi-alert-bridge: %s\n", drop_controls(repair_utf8(text)).c_str());
    return status;
}

WallTime wall_now() {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

// The file's settings and over them the command line's; nothing after a mistake, which is told.
std::optional<config::SendSettings> settings_of(const SendOptions& options) {
    const bool is_named = options.config.has_value();
    config::LoadedSend loaded =
        config::load_send_settings(options.config.value_or(kSendConfig), is_named);
    std::fputs(config::render(loaded.diagnostics).c_str(), stderr);
    if (!loaded.settings) {
        return std::nullopt;
    }
    config::SendSettings settings = std::move(*loaded.settings);
    const std::pair<const std::optional<std::string>&, std::string&> texts[] = {
        {options.url, settings.url},
        {options.source, settings.source},
        {options.token_file, settings.token_file},
        {options.hmac_key_file, settings.hmac_key_file},
        {options.ca_file, settings.ca_file},
        {options.spool, settings.spool},
    };
    for (const auto& [given, setting] : texts) {
        if (given) {
            setting = *given;
        }
    }
    if (options.timeout) {
        settings.timeout = parse_duration(*options.timeout).value_or(Duration{});
    }
    const char* mistake = nullptr;
    if (settings.url.empty()) {
        mistake = "where is the bridge? Give url in the file, or --url";
    } else if (!config::is_source_name(settings.source)) {
        mistake = "which source of the bridge is this? Give source in the file, or --source NAME";
    } else if (!config::is_send_timeout(settings.timeout)) {
        mistake = "--timeout is a time from 100ms to 60s, e.g. 5s";
    }
    if (mistake != nullptr) {
        (void)tell(0, std::string(mistake) + " (" + options.config.value_or(kSendConfig) + ")");
        return std::nullopt;
    }
    return settings;
}

Result<std::string> read_body(const std::string& path) {
    std::string body;
    const auto take = [&body](std::istream& in) {
        char buffer[16 * 1024];
        while (body.size() <= kAlertBytesMax && (in.read(buffer, sizeof(buffer)) || in.gcount())) {
            body.append(buffer, static_cast<std::size_t>(in.gcount()));
        }
    };
    if (path == "-") {
        take(std::cin);
    } else {
        std::ifstream file(path, std::ios::binary);
        if (!file) {
            return Error{ErrorClass::misconfigured, "body", "cannot read " + path};
        }
        take(file);
    }
    return finished_payload(std::move(body));
}

std::string alerts(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " alert" : " alerts");
}

std::string wait(std::size_t count) {
    return alerts(count) + (count == 1 ? " waits" : " wait");
}

int tell_repair(const SendReport& report, const std::string& what) {
    return tell(kSendNeedsRepair, what + "; nothing is sent until this is repaired: " + report.why);
}

int tell_flushed(const SendSpool& spool, const SendReport& report) {
    const std::size_t refused = spool.refused();
    std::string text =
        "sent " + alerts(report.sent) + "; " + wait(report.waiting) + " in " + spool.folder();
    if (refused > 0) {
        text += "; " + std::to_string(refused) + " in its folder `refused` need a look";
    }
    if (report.others_turn) {
        return tell(EXIT_SUCCESS, text + "; another process is sending");
    }
    if (report.waiting == 0 || report.stopped_by == SendAnswer::Kind::accepted) {
        return tell(EXIT_SUCCESS, text);
    }
    return report.stopped_by == SendAnswer::Kind::mistaken
               ? tell_repair(report, text)
               : tell(EXIT_SUCCESS, text + ": " + report.why);
}

int tell_own(const SendSpool& spool, const SendReport& report, const std::string& own) {
    const std::string kept =
        "kept in " + spool.folder() + ", where " + wait(report.waiting) + " now";
    switch (report.own) {
        case SendFate::sent:
        case SendFate::unknown: {
            const std::size_t others = report.sent - (report.own == SendFate::sent ? 1 : 0);
            return tell(
                EXIT_SUCCESS, others == 0 ? "sent" : "sent, and " + alerts(others) + " that waited"
            );
        }
        case SendFate::set_aside:
            return tell(
                EXIT_FAILURE, "not taken, and set aside as " + spool.folder() + "/refused/" + own +
                                  ": " + report.why
            );
        case SendFate::waits:
            break;
    }
    if (report.stopped_by == SendAnswer::Kind::mistaken) {
        return tell_repair(report, kept);
    }
    if (report.others_turn) {
        return tell(EXIT_SUCCESS, kept + "; another process is sending");
    }
    return tell(
        EXIT_SUCCESS,
        kept + " for the next send, or send --flush" + (report.why.empty() ? "" : ": ") + report.why
    );
}

// The last resort: without the spool, and perhaps before what waits in it.
int send_past(SendClient& client, const std::string& body, const Error& spool_error) {
    const SendAnswer answer = client.deliver(body);
    if (answer.kind == SendAnswer::Kind::accepted) {
        return tell(EXIT_SUCCESS, "sent; but it could not have been kept: " + spool_error.message);
    }
    return tell(EXIT_FAILURE, "LOST: " + answer.why + "; and " + spool_error.message);
}

SendWork work_with(SendClient& client, Duration longest) {
    const auto until = Steady::now() + longest;
    return {
        [&client](const std::string& body) { return client.deliver(body); },
        [until] { return Steady::now() >= until; },
        wall_now,
    };
}

int flush(SendClient& client, const std::string& folder, SpoolLimits limits) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0 && errno == ENOENT) {
        return tell(EXIT_SUCCESS, "nothing waits: there is no folder " + folder + " yet");
    }
    auto spool = SendSpool::open(folder, limits);
    if (!spool) {
        return tell(EXIT_FAILURE, spool.error().message);
    }
    const SendReport report = send_waiting(*spool, work_with(client, kFlushTime), "");
    return tell_flushed(*spool, report);
}

int send_one(
    SendClient& client, const std::string& folder, SpoolLimits limits, const std::string& body
) {
    auto spool = SendSpool::open(folder, limits);
    if (!spool) {
        return send_past(client, body, spool.error());
    }
    const SendWork work = work_with(client, kSendTime);
    auto own = spool->add(body, wall_now());
    if (!own && own.error().code == "spool_full") {
        (void)send_waiting(*spool, work, "");  // the bridge may be back
        own = spool->add(body, wall_now());
    }
    if (!own) {
        return send_past(client, body, own.error());
    }
    const SendReport report = send_waiting(*spool, work, *own);
    return tell_own(*spool, report, *own);
}

}  // namespace

int send_command(const Options& options) {
    const SendOptions& send = options.send;
    ::umask(0077);
    const auto settings = settings_of(send);
    if (!settings) {
        return EXIT_FAILURE;
    }
    const std::string folder = settings->spool + "/" + settings->source;
    const SpoolLimits limits{
        static_cast<std::uint64_t>(settings->spool_alerts),
        static_cast<std::uint64_t>(settings->spool_bytes)};
    auto client = SendClient::create(*settings);
    if (send.flush) {
        return client ? flush(**client, folder, limits)
                      : tell(kSendNeedsRepair, client.error().message);
    }
    const auto body =
        send.body.empty() ? macros_payload(::environ, send.set) : read_body(send.body);
    if (!body) {
        return tell(EXIT_FAILURE, body.error().message);
    }
    if (client) {
        return send_one(**client, folder, limits, *body);
    }
    // A token that is missing must not lose what happens until it is there.
    auto spool = SendSpool::open(folder, limits);
    auto own = spool ? spool->add(*body, wall_now()) : Result<std::string>(spool.error());
    if (!own) {
        return tell(EXIT_FAILURE, "LOST: " + client.error().message + "; " + own.error().message);
    }
    return tell(
        kSendNeedsRepair,
        "kept in " + folder + "; nothing is sent until this is repaired: " + client.error().message
    );
}

}  // namespace alert_bridge::app
