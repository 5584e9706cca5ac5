// SPDX-License-Identifier: MIT
// How GLPI is reached, and whether it lets the bridge in.
#include <algorithm>
#include <array>

#include "alert_bridge/app/doctor_checks.hpp"

namespace alert_bridge::app {
namespace {

// Every login that GLPI refuses, by its code; the rest is an outage.
struct Refusal {
    std::string_view code;
    std::string_view what;
    std::string_view to_do;
};
constexpr std::array kRefusals{
    Refusal{
        "ERROR_NOT_ALLOWED_IP",
        "no API client of GLPI allows the address that the bridge comes from",
        "Setup > General > API: give an active API client a range that covers that address (behind "
        "a "
        "proxy GLPI sees the proxy's)"},
    Refusal{
        "ERROR_APP_TOKEN_PARAMETERS_MISSING", "GLPI wants an application token and got none",
        "set glpi.app_token to the token of the API client (Setup > General > API)"},
    Refusal{
        "ERROR_WRONG_APP_TOKEN_PARAMETER", "GLPI does not know the application token",
        "copy the API client's token anew (Setup > General > API) into the file of glpi.app_token"},
    Refusal{
        "ERROR_GLPI_LOGIN_USER_TOKEN",
        "GLPI refuses the user token: it is wrong, its user is not active, or logging in with such "
        "tokens is switched off",
        "look at the user's Preferences > Remote access keys > API token, at whether it is active, "
        "and "
        "at Setup > General > API > Enable login with external token"},
    Refusal{
        "ERROR_LOGIN_PARAMETERS_MISSING", "the user token did not arrive at GLPI",
        "let the web server hand the Authorization header on to PHP"},
    Refusal{
        "ERROR", "GLPI's API is switched off", "Setup > General > API: enable the legacy REST API"},
    Refusal{
        "entities_refused", "GLPI gives the user no entity",
        "Administration > Users: give the user a profile on an entity, recursive"},
};

struct Step {
    std::string_view code;  // of net::Exchange
    std::string_view what;
    std::string_view to_do;
};
constexpr std::array kSteps{
    Step{
        "resolve", "name: the host's name cannot be resolved", "correct glpi.url, or the resolver"},
    Step{"no_such_host", "name: there is no host of this name", "correct glpi.url"},
    Step{
        "connect", "connect: nothing takes the connection",
        "is the web server up, the port right, and no firewall between?"},
    Step{
        "timeout", "connect: no connection came about in time",
        "is the address right, and no firewall between?"},
    Step{
        "tls_certificate", "certificate: the server's certificate is not trusted for this name",
        "correct glpi.url, or name the authority that issued it in glpi.ca_file"},
    Step{"ca_file", "certificate: glpi.ca_file cannot be used", "correct glpi.ca_file"},
    Step{
        "tls", "TLS: the handshake failed",
        "does the port speak https (TLS 1.2 or newer)? Is it http:// that is meant?"},
    Step{
        "certificate_required",
        "TLS: the server wants a client certificate, which the bridge has not",
        "let the web server take the bridge without one"},
    Step{
        "silent", "HTTP: the request was sent and no answer came in time",
        "is PHP overloaded or stuck?"},
};

Finding failed_step(const Error& error) {
    Finding out{
        Level::error, {}, {}, "no ticket is opened; alerts are taken and kept meanwhile", {}};
    const auto step = std::find_if(kSteps.begin(), kSteps.end(), [&error](const Step& each) {
        return each.code == error.code;
    });
    const bool known = step != kSteps.end();
    out.what = known ? std::string(step->what) : "HTTP: " + error.code;
    out.what += " (" + error.message + ")";
    out.to_do =
        known ? std::string(step->to_do) : "correct glpi.url, or look at what answers there";
    return out;
}

}  // namespace

Findings check_contact(const Examined& examined) {
    const auto& contact = examined.glpi.contact;
    const std::string& url = examined.config().glpi.url;
    if (!contact) {
        Finding out = failed_step(contact.error());
        out.what = url + " is not reached; step that failed: " + out.what;
        return {out};
    }
    const std::string status = std::to_string(contact->status);
    if (contact->status >= 300 && contact->status < 400) {
        return {
            {Level::error,
             {},
             url + " redirects to " + quoted(contact->location),
             "the bridge follows no redirect, so that a write cannot get lost on the way",
             "set glpi.url to the address that GLPI really has"}};
    }
    if (contact->status == 404 || contact->status >= 500) {
        return {
            {Level::error,
             {},
             url + " answers " + status + " where the API should be",
             "no ticket is opened; alerts are taken and kept meanwhile",
             contact->status == 404 ? "set glpi.url to GLPI's own address, as people open it"
                                    : "look into the web server's and PHP's logs"}};
    }
    if (!url.starts_with("https:") && url.find("//127.") == std::string::npos &&
        url.find("//localhost") == std::string::npos && url.find("//[::1]") == std::string::npos) {
        return {
            {Level::warning,
             {},
             url + " is reached without TLS",
             "whoever listens on the way can read the tokens and write into GLPI",
             "use https in glpi.url"}};
    }
    return fine(url + " answers");
}

Findings check_login(const Examined& examined) {
    const auto& login = examined.glpi.login;
    if (!examined.glpi.contact) {
        return not_checked("GLPI could not be asked");
    }
    if (login) {
        const bool named = examined.glpi.session && !examined.glpi.session->user_name.empty();
        return fine(
            "both tokens are accepted" +
            (named ? ", the user is " + quoted(examined.glpi.session->user_name) : std::string())
        );
    }
    const Error& error = login.error();
    Finding out{
        Level::error, {}, {}, "no ticket is opened; alerts are taken and kept meanwhile", {}};
    const auto refusal =
        std::find_if(kRefusals.begin(), kRefusals.end(), [&error](const Refusal& each) {
            return each.code == error.code;
        });
    if (refusal != kRefusals.end()) {
        out.what = std::string(refusal->what) + " (" + error.code + ": " + error.message + ")";
        out.to_do = refusal->to_do;
    } else {
        out.what = "GLPI lets nobody in (" + error.code + ": " + error.message + ")";
        out.to_do = "is GLPI in maintenance, its database away, or glpi.url something else's?";
    }
    return {out};
}

Findings check_answers(const Examined& examined) {
    const std::optional<Error>& outage = examined.glpi.outage;
    if (!outage) {
        return fine("GLPI answered every question");
    }
    return {
        {Level::error,
         {},
         "GLPI stopped answering after the login (" + outage->code + ": " + outage->message + ")",
         "what it was not asked, or did not answer, is not checked; the bridge's writes may fare "
         "alike",
         "look into the web server's and PHP's logs, then run doctor again"}};
}

}  // namespace alert_bridge::app
