// SPDX-License-Identifier: MIT
// The keys of the section undelivered.
#include "alert_bridge/config/keys.hpp"

namespace alert_bridge::config {
namespace {

using enum ValueType;

constexpr std::int64_t kMinute = 60 * 1000;
constexpr std::int64_t kDay = 24 * 60 * kMinute;

constexpr Key kUndeliveredKeys[] = {
    {"after", mapping, "",
     "priority -> how long the opening of a ticket may wait; `others` for the rest; p1 10m and "
     "others 1h where they are not named"},
    {"repeat", duration, "4h", "told again while it lasts; 0s: never", false, 0, 30 * kDay},
    {"command", texts, "",
     "a program (in PATH, or a path from this file's folder) and its arguments; it reads the "
     "message"},
    {"mail", mapping, "", "a mail over SMTP, sent by curl"},
    {"webhook", mapping, "", "a POST of JSON"},
};
constexpr Key kMailKeys[] = {
    {"server", text, "", "smtp://HOST or smtps://HOST, :PORT if it is not the usual one", true},
    {"tls", choice, "required",
     "STARTTLS with smtp://: nothing is sent without it, or it is used where it is offered", false,
     0, 0, "required|offered"},
    {"ca_file", text, "", "certificates to trust instead of the system's (PEM)"},
    {"user", text, "", "login, where the server asks for one"},
    {"password", secret, "", "of this user"},
    {"from", text, "", "the sender's address", true},
    {"to", texts, "", "whom it is for", true},
};
constexpr Key kAlarmWebhookKeys[] = {
    {"url", text, "", "http or https; it may have a query"},
    {"secret_url", secret, "", "the same where it holds a secret, as those of chats do"},
    {"token", secret, "", "sent as a bearer token"},
    {"ca_file", text, "", "certificates to trust instead of the system's (PEM)"},
};

}  // namespace

constexpr Section kUndelivered{"undelivered", {kUndeliveredKeys}};
constexpr Section kMail{"undelivered.mail", {kMailKeys}};
constexpr Section kAlarmWebhook{"undelivered.webhook", {kAlarmWebhookKeys}};

}  // namespace alert_bridge::config
