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

#include "alert_bridge/app/complain.hpp"
#include "alert_bridge/app/send_client.hpp"
#include "alert_bridge/app/send_owner.hpp"
#include "alert_bridge/app/send_payload.hpp"
#include "alert_bridge/app/send_queue.hpp"
#include "alert_bridge/app/send_spool.hpp"
#include "alert_bridge/config/send_settings.hpp"

namespace alert_bridge::app {
namespace {

using Steady = std::chrono::steady_clock;
using SendClientPointer = std::unique_ptr<SendClient>;

int tell(int status, const std::string& text) {
    (void)complain(text);
    return status;
}

WallTime wall_now() {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

struct Setup {
    config::SendSettings settings;
    std::string mistake;  // with which nothing can be sent
};

// The file's settings and over them the command line's; the mistakes of the file are told.
Setup set_up(const SendOptions& options) {
    const std::string file = options.config.value_or(kSendConfig);
    config::LoadedSend loaded = config::load_send_settings(file, options.config.has_value());
    std::fputs(config::render(loaded.diagnostics).c_str(), stderr);
    config::SendSettings& settings = loaded.settings;
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
    std::string mistake;
    if (!loaded.is_sound) {
        mistake = "the settings have mistakes";
    } else if (!config::is_source_name(settings.source)) {
        mistake = "which source of the bridge is this? Give source in the file, or --source NAME";
    } else if (settings.url.empty()) {
        mistake = "where is the bridge? Give url in the file, or --url";
    } else if (!config::is_send_timeout(settings.timeout)) {
        mistake = "--timeout is a time from 100ms to 60s, e.g. 5s";
    }
    if (!mistake.empty()) {
        mistake += " (" + file + ")";
    }
    return {std::move(settings), std::move(mistake)};
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

int tell_repair(const std::string& what, const std::string& why) {
    return tell(kSendNeedsRepair, what + "; nothing is sent until this is repaired: " + why);
}

const std::string& why_of(const SendReport& report) {
    return report.failure.empty() ? report.why : report.failure;
}

// "" when there were none.
std::string others_set_aside(const SendSpool& spool, std::size_t count) {
    return count == 0
               ? std::string()
               : "; not taken, and set aside in " + spool.folder() + "/refused: " + alerts(count);
}

int tell_flushed(const SendSpool& spool, const SendReport& report) {
    const std::size_t refused = spool.refused();
    std::string text =
        "sent " + alerts(report.sent) + "; " + wait(report.waiting) + " in " + spool.folder();
    text += others_set_aside(spool, report.set_aside);
    if (refused > 0) {
        text += "; " + std::to_string(refused) + " in its folder `refused` need a look";
    }
    if (needs_repair(report)) {
        return tell_repair(text, why_of(report));
    }
    const int status = report.set_aside == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    if (report.others_turn) {
        return tell(status, text + "; another process is sending");
    }
    return tell(status, report.why.empty() ? text : text + ": " + report.why);
}

int tell_own(const SendSpool& spool, const SendReport& report, const std::string& own) {
    const std::string kept =
        "kept in " + spool.folder() + ", where " + wait(report.waiting) + " now";
    switch (report.own) {
        case SendFate::sent:
        case SendFate::unknown: {
            const std::size_t others = report.sent - (report.own == SendFate::sent ? 1 : 0);
            std::string text =
                others == 0 ? "sent" : "sent, and " + alerts(others) + " that waited";
            text += others_set_aside(spool, report.set_aside);
            if (!report.failure.empty()) {
                text += "; but " + report.failure;
            }
            return tell(EXIT_SUCCESS, text);
        }
        case SendFate::set_aside:
            return tell(
                EXIT_FAILURE, "not taken, and set aside as " + spool.folder() + "/refused/" + own +
                                  ": " + report.why
            );
        case SendFate::waits:
            break;
    }
    if (needs_repair(report)) {
        return tell_repair(kept, why_of(report));
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

Result<SendSpool> open_spool(const std::string& folder, SpoolLimits limits) {
    if (const auto ready = act_as_owner(folder); !ready) {
        return ready.error();
    }
    return SendSpool::open(folder, limits);
}

int flush(SendClient& client, const std::string& folder, SpoolLimits limits) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0 && errno == ENOENT) {
        return tell(EXIT_SUCCESS, "nothing waits: there is no folder " + folder + " yet");
    }
    auto spool = open_spool(folder, limits);
    if (!spool) {
        return tell(kSendNeedsRepair, spool.error().message);
    }
    const SendReport report = send_waiting(*spool, work_with(client, kFlushTime), "");
    return tell_flushed(*spool, report);
}

int send_one(
    SendClient& client, const std::string& folder, SpoolLimits limits, const std::string& body
) {
    auto spool = open_spool(folder, limits);
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

int run(const SendOptions& send, const Setup& setup, const Result<SendClientPointer>& client) {
    const std::string folder = setup.settings.spool + "/" + setup.settings.source;
    const SpoolLimits limits{
        static_cast<std::uint64_t>(setup.settings.spool_alerts),
        static_cast<std::uint64_t>(setup.settings.spool_bytes)};
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
    if (!config::is_source_name(setup.settings.source)) {
        return tell(EXIT_FAILURE, "LOST: " + client.error().message);
    }
    // A mistake in the settings, or a token that is missing, must not lose what happens until then.
    auto spool = open_spool(folder, limits);
    auto own = spool ? spool->add(*body, wall_now()) : Result<std::string>(spool.error());
    if (!own) {
        return tell(EXIT_FAILURE, "LOST: " + client.error().message + "; " + own.error().message);
    }
    return tell_repair(
        "kept in " + folder + " (if that is not the spool afterwards: send --flush --spool " +
            setup.settings.spool + ")",
        client.error().message
    );
}

}  // namespace

void send_command(const Options& options) {
    ::umask(0077);
    const Setup setup = set_up(options.send);
    const Result<SendClientPointer> client =
        setup.mistake.empty() ? SendClient::create(setup.settings)
                              : Result<SendClientPointer>(Error{
                                    ErrorClass::misconfigured, "settings", setup.mistake});
    const int status = run(options.send, setup, client);
    // Nothing is left to do, and the client's end would wait for a resolver that hangs.
    std::fflush(nullptr);
    std::_Exit(status);
}

}  // namespace alert_bridge::app
