// SPDX-License-Identifier: MIT
#include "alert_bridge/app/send_client.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "alert_bridge/app/send_payload.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/net/bridge_mark.hpp"
#include "alert_bridge/net/http_client.hpp"

namespace alert_bridge::app {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kAnswerBytesMax = 64 * 1024;
constexpr std::size_t kShownMax = 200;

std::string shown(std::string_view text) {
    return cut_code_points(one_line(repair_utf8(text)), kShownMax);
}

// What stands in {"error": …}, or nothing.
std::string error_in(const std::string& body) {
    const auto answer = nlohmann::json::parse(body, nullptr, false);
    if (!answer.is_object()) {
        return {};
    }
    const auto error = answer.find("error");
    return error != answer.end() && error->is_string() ? shown(error->get<std::string>())
                                                       : std::string();
}

std::string mistake_of(int status, bool is_bridge) {
    if (status >= 300 && status < 400) {
        return "redirects are not followed: correct the url";
    }
    if (!is_bridge) {
        return "it is not the bridge that answers: look at the url, and at what stands before it";
    }
    switch (status) {
        case 401:
            return "look at the source's name, its token or key, and (if it signs) the clocks";
        case 403:
            return "the bridge takes nothing for this source from this host: allow_from";
        case 404:
            return "look at the url and the source's name";
        default:
            return "is the bridge at this url?";
    }
}

SendAnswer judge_status(const net::HttpResponse& response) {
    using Kind = SendAnswer::Kind;
    const int status = response.status;
    const bool is_bridge = response.header(net::kBridgeMark) == net::kBridgeMarkValue;
    if (status == 202 && is_bridge) {
        return {Kind::accepted, {}};
    }
    const std::string said = error_in(response.body);
    const std::string what =
        "the answer is " + std::to_string(status) + (said.empty() ? "" : " (" + said + ")");
    if (status == 408 || status == 425 || status == 429 || status >= 500) {
        return {Kind::away, what};
    }
    // Only the bridge can say that it will never take this alert.
    if (is_bridge && (status == 400 || status == 413)) {
        return {Kind::refused, what};
    }
    return {Kind::mistaken, what + ": " + mistake_of(status, is_bridge)};
}

asio::awaitable<void> exchange_into(
    std::shared_ptr<net::HttpClient> client, net::HttpRequest request, net::Exchange& result
) {
    net::Exchange exchange = co_await client->exchange(std::move(request));
    result = std::move(exchange);
}

class Client final : public SendClient {
  public:
    Client(const config::SendSettings& settings, SendSecrets secrets)
        : source_(settings.source), secrets_(std::move(secrets)) {}

    [[nodiscard]] Result<Done> connect_to(const config::SendSettings& settings) {
        auto url = net::parse_url(settings.url);
        if (!url) {
            return Error{ErrorClass::misconfigured, "url", "url: " + url.error().message};
        }
        if (url->path.find("/v1/alerts") != std::string::npos) {
            return Error{
                ErrorClass::misconfigured, "url",
                "url: give the bridge's address without /v1/alerts, and the source by its name"};
        }
        base_ = url->path;
        net::ClientOptions options;
        options.url = *url;
        options.ca_file = settings.ca_file;
        options.connections = 1;
        options.connect_timeout = settings.timeout;
        options.request_timeout = settings.timeout;
        auto client = net::HttpClient::create(io_.get_executor(), std::move(options));
        if (!client) {
            return client.error();
        }
        http_ = std::move(*client);
        return Done{};
    }

    [[nodiscard]] SendAnswer deliver(const std::string& body) override {
        const WallTime now =
            std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
        net::Exchange exchange;
        std::exception_ptr failure;
        auto work =
            exchange_into(http_, send_request(base_, source_, secrets_, body, now), exchange);
        auto on_end = [this, &failure](const std::exception_ptr& thrown) {
            failure = thrown;
            io_.stop();
        };
        io_.restart();
        asio::co_spawn(io_, std::move(work), std::move(on_end));
        io_.run();
        try {
            if (failure) {
                std::rethrow_exception(failure);
            }
        } catch (const std::exception& error) {  // e.g. no descriptor for the reactor
            return {SendAnswer::Kind::away, error.what()};
        }
        return judge_answer(exchange);
    }

  private:
    asio::io_context io_{1};
    std::string base_, source_;
    SendSecrets secrets_;
    std::shared_ptr<net::HttpClient> http_;
};

}  // namespace

Result<std::unique_ptr<SendClient>> SendClient::create(const config::SendSettings& settings) {
    SendSecrets secrets;
    for (const auto& [path, what, secret] :
         {std::tuple{&settings.token_file, "token_file", &secrets.token},
          std::tuple{&settings.hmac_key_file, "hmac_key_file", &secrets.hmac_key}}) {
        if (!path->empty()) {
            auto read = config::read_secret_file(*path, what);
            if (!read) {
                return read.error();
            }
            *secret = std::move(*read);
        }
    }
    auto client = std::make_unique<Client>(settings, std::move(secrets));
    if (auto ready = client->connect_to(settings); !ready) {
        return ready.error();
    }
    return std::unique_ptr<SendClient>(std::move(client));
}

net::HttpRequest send_request(
    const std::string& base, const std::string& source, const SendSecrets& secrets,
    const std::string& body, WallTime now
) {
    net::HttpRequest request;
    request.method = net::Method::post;
    request.target = base + "/v1/alerts/" + net::percent_encode(source);
    request.body = body;
    request.idempotent = true;  // the bridge knows a repeat
    request.answer_bytes_max = kAnswerBytesMax;
    request.headers.push_back({"Content-Type", std::string(content_type_of(body))});
    if (!secrets.token.empty()) {
        request.headers.push_back({"Authorization", "Bearer " + std::string(secrets.token.reveal())}
        );
    }
    if (!secrets.hmac_key.empty()) {
        const std::string seconds = std::to_string(to_unix_ms(now) / 1000);
        request.headers.push_back({"X-Bridge-Timestamp", seconds});
        request.headers.push_back(
            {"X-Bridge-Signature",
             "sha256=" + hmac_sha256_hex(secrets.hmac_key.reveal(), seconds + "." + body)}
        );
    }
    return request;
}

SendAnswer judge_answer(const net::Exchange& exchange) {
    if (exchange.answered) {
        return judge_status(exchange.response);
    }
    const std::string why = "no answer: " + exchange.code + " " + shown(exchange.message);
    // What does not pass by itself. "tls", "bad_answer", "too_large": something else is there.
    constexpr std::string_view kMistakes[] = {
        "tls_certificate", "certificate_required", "no_such_host", "tls", "bad_answer",
        "too_large",       "bad_request"};
    const bool is_mistake = std::count(std::begin(kMistakes), std::end(kMistakes), exchange.code);
    return {is_mistake ? SendAnswer::Kind::mistaken : SendAnswer::Kind::away, why};
}

}  // namespace alert_bridge::app
