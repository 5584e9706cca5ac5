// SPDX-License-Identifier: MIT
//
// The channels of the section `undelivered`: a command, a mail, a webhook.
//
// command   the program gets the text on its standard input, and ALERT_BRIDGE_EVENT (raised,
//           reminder, over), ALERT_BRIDGE_SUBJECT, ALERT_BRIDGE_LATE, _DEAD and _FUSE (0 or 1)
// mail      plain text, sent by curl(1) over SMTP: with TLS from the start (smtps://) or STARTTLS
//           (smtp://), without which nothing is sent if require_tls, and which is used if offered
//           else; certificates are verified, unless TLS is only offered and there is neither a
//           login nor a ca_file. An address that is refused leaves the others theirs
// webhook   POST of {"event", "subject", "text", "late", "dead", "fuse_blown", "since", "at"};
//           any status of 2xx is success
// Guarantees: a message ends within kAtMost, and at once at stop(); no secret is on a command line
// or in an environment. Errors: those of alarm/program.hpp and net/http_client.hpp. Thread rule:
// the I/O thread. Tests: tests/unit/alarm/channels_test.cpp
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>
#include <vector>

#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/ports/alarm_channel.hpp"

namespace alert_bridge::alarm {

inline constexpr Duration kAtMost{30'000};

struct MailOptions {
    std::string server;  // smtp://host:port or smtps://host:port
    std::string ca_file;
    bool require_tls = true;
    std::string user;  // empty: no login
    Secret password;
    std::string from;
    std::vector<std::string> to;
    std::string machine;  // what we call ourselves; characters that host names lack become dashes
};

struct WebhookOptions {
    Secret url;  // http or https, maybe with a query
    std::string ca_file;
    Secret token;  // as a bearer token; may be empty
};

// Requires: a program.
[[nodiscard]] std::shared_ptr<ports::AlarmChannel> command_channel(
    boost::asio::any_io_executor executor, std::vector<std::string> command
);
// Requires: addresses without blanks, quotes and controls.
[[nodiscard]] std::shared_ptr<ports::AlarmChannel> mail_channel(
    boost::asio::any_io_executor executor, MailOptions options
);
[[nodiscard]] Result<std::shared_ptr<ports::AlarmChannel>> webhook_channel(
    boost::asio::any_io_executor executor, const WebhookOptions& options
);

// What curl is told, and the mail itself. Pure.
[[nodiscard]] std::string curl_configuration(const MailOptions& options);
[[nodiscard]] std::string mail_text(const MailOptions& options, const domain::Alarm& alarm);
// The webhook's body. Pure.
[[nodiscard]] std::string webhook_body(const domain::Alarm& alarm);

}  // namespace alert_bridge::alarm
