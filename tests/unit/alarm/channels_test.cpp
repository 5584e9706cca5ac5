// SPDX-License-Identifier: MIT
#include "alert_bridge/alarm/channels.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "catch.hpp"
#include "scripted_server.hpp"

namespace alert_bridge::test {
namespace {

using Json = nlohmann::json;

domain::Alarm an_alarm() {
    domain::Alarm alarm;
    alarm.at = from_unix_ms(1'795'745'405'000);  // 2026-11-27T02:10:05Z
    alarm.since = alarm.at - std::chrono::hours(1);
    alarm.subject = "1 ticket could not be opened in time";
    alarm.text = "web01: caf\xc3\xa9 \"down\"\n.\nGLPI: away\n";
    alarm.late = 1;
    return alarm;
}

alarm::MailOptions mail() {
    alarm::MailOptions options;
    options.server = "smtp://mail.example.org";
    options.user = "bridge";
    options.password = Secret("pass\"word\\");
    options.from = "bridge@example.org";
    options.to = {"oncall@example.org", "boss@example.org"};
    options.machine = "mon_1 \"a\"";
    return options;
}

bool has_line(const std::string& text, const std::string& line, const std::string& end = "\n") {
    return (end + text).find(end + line + end) != std::string::npos;
}

}  // namespace

TEST_CASE("curl is told everything in its configuration, quoted") {
    alarm::MailOptions options = mail();
    const std::string text = alarm::curl_configuration(options);
    CHECK(has_line(text, R"(url = "smtp://mail.example.org/mon-1--a-")"));  // for EHLO
    CHECK(has_line(text, "ssl-reqd"));
    CHECK(has_line(text, R"(user = "bridge:pass\"word\\")"));
    CHECK(has_line(text, R"(mail-from = "bridge@example.org")"));
    CHECK(has_line(text, R"(mail-rcpt = "boss@example.org")"));
    CHECK(has_line(text, "mail-rcpt-allowfails"));
    CHECK(text.find("cacert") == std::string::npos);
    options.require_tls = false;
    options.user.clear();
    options.ca_file = "/etc/ca.pem\r\nurl = x";
    options.machine.clear();
    const std::string plain = alarm::curl_configuration(options);
    CHECK(has_line(plain, R"(url = "smtp://mail.example.org/localhost")"));
    CHECK(has_line(plain, R"(cacert = "/etc/ca.pem\r\nurl = x")"));
    CHECK(has_line(plain, "ssl"));
    CHECK_FALSE(has_line(plain, "insecure"));  // whoever names a CA wants it asked
    CHECK(plain.find("ssl-reqd") == std::string::npos);
    CHECK(plain.find("user") == std::string::npos);
    options.ca_file.clear();
    CHECK(has_line(alarm::curl_configuration(options), "insecure"));
    options.user = "bridge";
    CHECK_FALSE(has_line(alarm::curl_configuration(options), "insecure"));
}

TEST_CASE("a mail has the headers that mail needs") {
    const std::string text = alarm::mail_text(mail(), an_alarm());
    const std::string end = "\r\n";
    CHECK(has_line(text, "From: <bridge@example.org>", end));
    CHECK(has_line(text, "To: <oncall@example.org>,\r\n <boss@example.org>", end));
    CHECK(has_line(text, "Message-ID: <1795745405000.raised.glpi-alert-bridge@mon-1--a->", end));
    CHECK(has_line(text, "Subject: 1 ticket could not be opened in time", end));
    CHECK(has_line(text, "Date: Fri, 27 Nov 2026 02:10:05 +0000", end));
    CHECK(
        text.find("\r\n\r\nweb01: caf\xc3\xa9 \"down\"\r\n.\r\nGLPI: away\r\n") != std::string::npos
    );
}

TEST_CASE("a webhook gets the message as JSON, with its token") {
    asio::io_context io{1};
    int status = 204;
    ScriptedServer server(io, [&](const SeenRequest&) { return answer(status, ""); });
    alarm::WebhookOptions options;
    const std::string target = GENERATE("/hook?key=a@b%20c", "/hook/?key=a", "/hook/", "/");
    options.url = Secret(server.url() + target);
    options.token = Secret("tok");
    const auto channel = alarm::webhook_channel(io.get_executor(), options);
    REQUIRE(channel.has_value());
    REQUIRE(run(io, (*channel)->send(an_alarm())).has_value());
    const SeenRequest& seen = server.seen.at(0);
    CHECK(seen.method == "POST");
    CHECK(seen.target == target);
    CHECK(seen.header("Authorization") == "Bearer tok");
    const Json expected = {
        {"event", "raised"},
        {"subject", "1 ticket could not be opened in time"},
        {"text", "web01: caf\xc3\xa9 \"down\"\n.\nGLPI: away\n"},
        {"late", 1},
        {"dead", 0},
        {"fuse_blown", false},
        {"since", "2026-11-27T01:10:05Z"},
        {"at", "2026-11-27T02:10:05Z"}};
    CHECK(Json::parse(seen.body) == expected);
    status = 500;
    const auto refused = run(io, (*channel)->send(an_alarm()));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == "http_500");
    (*channel)->stop();
    CHECK(run(io, (*channel)->send(an_alarm())).has_error());
    CHECK(server.seen.size() == 2);
}

TEST_CASE("a stop cuts a webhook that hangs") {
    asio::io_context io{1};
    ScriptedServer server(io, [](const SeenRequest&) { return hang(); });
    alarm::WebhookOptions options;
    options.url = Secret(server.url());
    const auto channel = alarm::webhook_channel(io.get_executor(), options);
    REQUIRE(channel.has_value());
    std::optional<Result<void>> result;
    asio::co_spawn(io, (*channel)->send(an_alarm()), [&](std::exception_ptr, Result<void> sent) {
        result = std::move(sent);
    });
    while (server.seen.empty() && io.run_one() > 0) {
    }
    CHECK(server.seen.at(0).target == "/");
    const bool is_stopped = GENERATE(true, false);  // else it is just given up with the context
    if (is_stopped) {
        (*channel)->stop();
        while (!result && io.run_one() > 0) {
        }
        REQUIRE(result->has_error());
        CHECK(result->error().code == "cancelled");
    }
}

}  // namespace alert_bridge::test
