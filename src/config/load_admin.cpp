// SPDX-License-Identifier: MIT
//
// The section admin.
#include <algorithm>

#include "alert_bridge/config/files.hpp"
#include "alert_bridge/config/secrets.hpp"
#include "alert_bridge/config/sections.hpp"
#include "alert_bridge/domain/network.hpp"

namespace alert_bridge::config {
namespace {

constexpr std::size_t kTokenBytesMin = 16;

bool is_loopback_address(std::string_view address) {
    return address.starts_with("127.") || address == "::1";
}

PageConfig load_page(Loading& loading, const MapReader& reader) {
    Diagnostics& told = loading.diagnostics;
    PageConfig page;
    page.address = reader.text("address").value_or("");
    const bool is_address = domain::IpAddress::parse(page.address).has_value();
    if (!page.address.empty() && !is_address) {
        told.error(
            reader.position("address"),
            "'address' must be an IP address, not '" + page.address + "'"
        );
    }
    page.port = static_cast<std::uint16_t>(reader.integer("port").value_or(0));
    if (const Node* token = reader.find("token")) {
        page.tokens = read_secrets(told, *token, "token", loading.base_dir);
    }
    const auto is_short = [](const Secret& token) {
        return token.reveal().size() < kTokenBytesMin;
    };
    if (std::any_of(page.tokens.begin(), page.tokens.end(), is_short)) {
        told.error(
            reader.position("token"),
            "'token' must have at least 16 characters; a good one: openssl rand -hex 24"
        );
    }
    if (is_address && !loading.config.listen.tls && !is_loopback_address(page.address)) {
        told.warning(
            reader.position("address"),
            "the page's token and what it shows go over the network in clear text: set "
            "listen.tls, or keep the page on 127.0.0.1 and reach it through ssh -L"
        );
    }
    return page;
}

}  // namespace

AdminConfig read_admin(const MapReader& reader, const std::string& base_dir) {
    AdminConfig admin;
    const std::string socket = reader.text("socket").value_or("none");
    if (socket != "none") {
        admin.socket = resolve_path(socket, base_dir);
    }
    admin.mode = reader.choice("mode") == "0600" ? 0600 : 0660;
    return admin;
}

void load_admin(Loading& loading, const MapReader& root) {
    const MapReader reader = root.section("admin", kAdmin);
    loading.config.admin = read_admin(reader, loading.base_dir);
    if (reader.find("page") != nullptr) {
        loading.config.admin.page = load_page(loading, reader.section("page", kPage));
    }
}

}  // namespace alert_bridge::config
