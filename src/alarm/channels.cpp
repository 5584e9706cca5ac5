// SPDX-License-Identifier: MIT
#include "alert_bridge/alarm/channels.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "alert_bridge/alarm/program.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/net/http_client.hpp"

namespace alert_bridge::alarm {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kAnswerMax = 64 * 1024;

class CommandChannel final : public ports::AlarmChannel {
  public:
    CommandChannel(asio::any_io_executor executor, std::vector<std::string> command)
        : runner_(std::move(executor)), command_(std::move(command)) {}

    [[nodiscard]] std::string_view name() const noexcept override { return "command"; }
    [[nodiscard]] asio::awaitable<Result<void>> send(domain::Alarm alarm) override {
        Program program;
        program.command = command_;
        program.at_most = kAtMost;
        program.environment = {
            {"ALERT_BRIDGE_EVENT", std::string(to_string(alarm.kind))},
            {"ALERT_BRIDGE_SUBJECT", alarm.subject},
            {"ALERT_BRIDGE_LATE", std::to_string(alarm.late)},
            {"ALERT_BRIDGE_DEAD", std::to_string(alarm.dead)},
            {"ALERT_BRIDGE_FUSE", alarm.fuse_blown ? "1" : "0"}};
        program.input = std::move(alarm.text);
        return runner_.run(std::move(program));
    }
    void stop() noexcept override { runner_.stop(); }

  private:
    ProgramRunner runner_;
    std::vector<std::string> command_;
};

class MailChannel final : public ports::AlarmChannel {
  public:
    MailChannel(asio::any_io_executor executor, MailOptions options)
        : runner_(std::move(executor)), options_(std::move(options)) {}

    [[nodiscard]] std::string_view name() const noexcept override { return "mail"; }
    [[nodiscard]] asio::awaitable<Result<void>> send(domain::Alarm alarm) override {
        Program program;
        program.command = {"curl", "--disable", "--config", "-"};  // no curlrc
        program.at_most = kAtMost;
        program.input = curl_configuration(options_);
        program.files = {mail_text(options_, alarm)};
        return runner_.run(std::move(program));
    }
    void stop() noexcept override { runner_.stop(); }

  private:
    ProgramRunner runner_;
    MailOptions options_;
};

class WebhookChannel final : public ports::AlarmChannel {
  public:
    WebhookChannel(
        asio::any_io_executor executor, std::shared_ptr<net::HttpClient> client, Secret target,
        Secret token
    )
        : executor_(std::move(executor)),
          client_(std::move(client)),
          target_(std::move(target)),
          token_(std::move(token)),
          cut_(executor_) {}

    [[nodiscard]] std::string_view name() const noexcept override { return "webhook"; }
    [[nodiscard]] asio::awaitable<Result<void>> send(domain::Alarm alarm) override {
        if (stopped_) {
            co_return Error{ErrorClass::later, "stopping", "the daemon stops"};
        }
        net::HttpRequest request;
        request.method = net::Method::post;
        request.target = std::string(target_.reveal());
        request.at_most = kAtMost;
        request.answer_bytes_max = kAnswerMax;
        request.headers.push_back({"Content-Type", "application/json"});
        if (!token_.empty()) {
            std::string bearer = "Bearer ";
            bearer += token_.reveal();
            request.headers.push_back({"Authorization", std::move(bearer)});
        }
        request.body = webhook_body(alarm);
        cut_.expires_at(asio::steady_timer::time_point::max());
        auto work = client_->exchange(std::move(request));
        auto group = asio::experimental::make_parallel_group(
            asio::co_spawn(executor_, std::move(work), asio::deferred),
            cut_.async_wait(asio::deferred)
        );
        const auto [order, failure, exchange, ended] =
            co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
        client_->close_idle();
        if (failure) {
            co_return Error{ErrorClass::later, "cancelled", "the webhook had not answered yet"};
        }
        if (!exchange.answered) {
            co_return Error{ErrorClass::later, exchange.code, exchange.message};
        }
        const int status = exchange.response.status;
        if (status < 200 || status > 299) {
            const std::string code = "http_" + std::to_string(status);
            co_return Error{ErrorClass::later, code, "the webhook answered " + code};
        }
        co_return Result<void>();
    }
    void stop() noexcept override {
        stopped_ = true;
        cut_.cancel();
    }

  private:
    asio::any_io_executor executor_;
    std::shared_ptr<net::HttpClient> client_;
    Secret target_;
    Secret token_;
    asio::steady_timer cut_;  // never over; its wait ends at stop()
    bool stopped_ = false;
};

// "Fri, 27 Nov 2026 02:10:00 +0000"
std::string mail_date(WallTime time) {
    constexpr const char* kDays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const CivilTime civil = to_local(time, "UTC");
    const int weekday = local_clock(time, "UTC").weekday;
    const auto two = [](int number) {
        const std::string digits = std::to_string(number);
        return digits.size() < 2 ? "0" + digits : digits;
    };
    return std::string(kDays[weekday]) + ", " + two(civil.day) + " " + kMonths[civil.month - 1] +
           " " + std::to_string(civil.year) + " " + two(civil.hour) + ":" + two(civil.minute) +
           ":" + two(civil.second) + " +0000";
}

// Host names, and what comes of others when every other character is replaced.
std::string as_host(const std::string& name) {
    std::string host = name;
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-';
    };
    std::replace_if(
        host.begin(), host.end(), [&](char c) { return !fits(c); }, '-'
    );
    return host.empty() ? "localhost" : host;
}

// A line of curl's configuration, with what its strings escape.
std::string curl_line(std::string_view option, std::string_view value) {
    std::string line(option);
    line += " = \"";
    for (const char c : value) {
        switch (c) {
            case '\n':
                line += "\\n";
                break;
            case '\r':
                line += "\\r";
                break;
            case '"':
            case '\\':
                line += '\\';
                [[fallthrough]];
            default:
                line += c;
        }
    }
    return line + "\"\n";
}

}  // namespace

std::string curl_configuration(const MailOptions& options) {
    std::string text = "silent\nshow-error\n";
    // The path is what curl says in EHLO.
    text += curl_line("url", options.server + "/" + as_host(options.machine));
    text += curl_line("noproxy", "*");
    text += curl_line("max-time", std::to_string(kAtMost.count() / 1000 - 2));
    text += options.require_tls ? "ssl-reqd\n" : "ssl\n";
    if (!options.ca_file.empty()) {
        text += curl_line("cacert", options.ca_file);
    } else if (!options.require_tls && options.user.empty()) {
        text += "insecure\n";  // plain text would do, and a secret is not at stake
    }
    if (!options.user.empty()) {
        std::string login = options.user + ":";
        login += options.password.reveal();
        text += curl_line("user", login);
    }
    text += curl_line("mail-from", options.from);
    for (const std::string& address : options.to) {
        text += curl_line("mail-rcpt", address);
    }
    text += "mail-rcpt-allowfails\n";  // one address that is refused costs the others nothing
    return text + curl_line("upload-file", "/proc/self/fd/3");
}

std::string mail_text(const MailOptions& options, const domain::Alarm& alarm) {
    std::string text = "From: <" + options.from + ">\r\n";
    text += "To: <" + join(options.to, ">,\r\n <") + ">\r\n";
    text += "Subject: " + alarm.subject + "\r\n";
    text += "Date: " + mail_date(alarm.at) + "\r\n";
    text += "Message-ID: <" + std::to_string(to_unix_ms(alarm.at)) + "." +
            std::string(to_string(alarm.kind)) + ".glpi-alert-bridge@" + as_host(options.machine) +
            ">\r\n";
    text += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n";
    text += "Content-Transfer-Encoding: 8bit\r\nAuto-Submitted: auto-generated\r\n\r\n";
    for (const std::string& line : split(alarm.text, "\n")) {
        text += line + "\r\n";
    }
    return text;
}

std::string webhook_body(const domain::Alarm& alarm) {
    const nlohmann::json body = {
        {"event", to_string(alarm.kind)},
        {"subject", alarm.subject},
        {"text", alarm.text},
        {"late", alarm.late},
        {"dead", alarm.dead},
        {"fuse_blown", alarm.fuse_blown},
        {"since", format_utc(alarm.since)},
        {"at", format_utc(alarm.at)}};
    return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::shared_ptr<ports::AlarmChannel> command_channel(
    asio::any_io_executor executor, std::vector<std::string> command
) {
    return std::make_shared<CommandChannel>(std::move(executor), std::move(command));
}

std::shared_ptr<ports::AlarmChannel> mail_channel(
    asio::any_io_executor executor, MailOptions options
) {
    return std::make_shared<MailChannel>(std::move(executor), std::move(options));
}

Result<std::shared_ptr<ports::AlarmChannel>> webhook_channel(
    asio::any_io_executor executor, const WebhookOptions& options
) {
    const std::string address(options.url.reveal());
    const auto end = std::min(address.find('?'), address.size());
    auto url = net::parse_url(std::string_view(address).substr(0, end));
    if (!url) {
        return url.error();
    }
    net::ClientOptions client;
    client.url = *url;
    client.ca_file = options.ca_file;
    client.connections = 1;
    client.request_timeout = kAtMost;
    // As it was written: a slash at the end may matter.
    const auto path = std::min(address.find('/', address.find("//") + 2), end);
    std::string target = (path == end ? "/" : "") + address.substr(path);
    auto made = net::HttpClient::create(executor, std::move(client));
    if (!made) {
        return made.error();
    }
    return std::shared_ptr<ports::AlarmChannel>(std::make_shared<WebhookChannel>(
        std::move(executor), *made, Secret(std::move(target)), options.token
    ));
}

}  // namespace alert_bridge::alarm
