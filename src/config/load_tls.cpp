// SPDX-License-Identifier: MIT
//
// The section listen.tls: the files themselves are judged, so that a reload with bad ones changes
// nothing.
#include <chrono>
#include <utility>
#include <vector>

#include "alert_bridge/base/certificate.hpp"
#include "alert_bridge/config/files.hpp"
#include "alert_bridge/config/sections.hpp"

namespace alert_bridge::config {
namespace {

constexpr std::size_t kPemBytesMax = 1024 * 1024;

std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}

// The file that `name` names, with its path in `path`; an empty text after a mistake or when the
// key is absent.
FileText read_pem(
    Loading& loading, const MapReader& reader, std::string_view name, std::string& path
) {
    FileText file;
    const auto written = reader.text(name);
    if (!written) {
        return file;
    }
    path = resolve_path(*written, loading.base_dir);
    file = read_file(path, kPemBytesMax);
    if (!file.problem.empty()) {
        loading.diagnostics.error(reader.position(name), quoted(name) + ": " + file.problem);
        file.text.clear();
    } else if (file.text.empty()) {
        loading.diagnostics.error(
            reader.position(name), quoted(name) + ": '" + path + "' is empty"
        );
    }
    return file;
}

// A wrong clock, or a renewal that came late, must not keep the bridge from taking alerts: senders
// decide what they accept.
void warn_of_age(
    Loading& loading, Position at, const std::string& path, const Certificate& certificate
) {
    const Validity validity = validity_of(certificate);
    const auto now = std::chrono::system_clock::now();
    if (now > validity.until) {
        loading.diagnostics.warning(
            at, "'certificate': '" + path + "' has expired on " + format_utc(validity.until) +
                    ": senders will refuse it; renew it and reload"
        );
    } else if (now < validity.from) {
        loading.diagnostics.warning(
            at, "'certificate': '" + path + "' is valid from " + format_utc(validity.from) +
                    " on: senders will refuse it until then"
        );
    }
}

// Tells what is wrong; empty when there is no text.
std::vector<Certificate> parse_told(
    Loading& loading, Position at, std::string_view name, const std::string& path,
    const std::string& text
) {
    if (text.empty()) {
        return {};
    }
    auto found = parse_certificates(text);
    if (!found) {
        loading.diagnostics.error(at, quoted(name) + ": '" + path + "' " + found.error().message);
        return {};
    }
    return std::move(*found);
}

PrivateKey parse_key(Loading& loading, Position at, const TlsConfig& tls, bool is_loose) {
    if (tls.key.empty()) {
        return nullptr;
    }
    const std::string subject = "'key': '" + tls.key_file + "' ";
    if (is_loose) {
        loading.diagnostics.error(
            at, subject +
                    "is open to more than its owner, and reading by its group: chmod 600 or "
                    "640 it"
        );
    }
    auto key = parse_private_key(tls.key);
    if (!key) {
        loading.diagnostics.error(at, subject + key.error().message);
        return nullptr;
    }
    return std::move(*key);
}

}  // namespace

TlsConfig name_tls(const MapReader& reader, const std::string& base_dir) {
    TlsConfig tls;
    const auto path_of = [&reader, &base_dir](std::string_view name) {
        const auto written = reader.text(name);
        return written ? resolve_path(*written, base_dir) : std::string();
    };
    tls.certificate_file = path_of("certificate");
    tls.key_file = path_of("key");
    tls.client_ca_file = path_of("client_ca");
    return tls;
}

TlsConfig load_tls(Loading& loading, const MapReader& reader) {
    // The key is a secret, and the rest goes with it.
    if (loading.diagnostics.secrets() == Secrets::left_out) {
        return name_tls(reader, loading.base_dir);
    }
    TlsConfig tls;
    tls.certificate = read_pem(loading, reader, "certificate", tls.certificate_file).text;
    FileText key_file = read_pem(loading, reader, "key", tls.key_file);
    tls.key = Secret(std::move(key_file.text));
    tls.client_ca = read_pem(loading, reader, "client_ca", tls.client_ca_file).text;

    const Position at = reader.position("certificate");
    const auto chain =
        parse_told(loading, at, "certificate", tls.certificate_file, tls.certificate);
    const PrivateKey key = parse_key(loading, reader.position("key"), tls, key_file.is_loose);
    (void)parse_told(
        loading, reader.position("client_ca"), "client_ca", tls.client_ca_file, tls.client_ca
    );
    if (!chain.empty() && key && !belong_together(chain.front(), key)) {
        loading.diagnostics.error(
            reader.position("key"),
            "'key': '" + tls.key_file + "' does not belong to the certificate in '" +
                tls.certificate_file + "' (whose own certificate must stand first)"
        );
    }
    if (!chain.empty()) {
        warn_of_age(loading, at, tls.certificate_file, chain.front());
    }
    return tls;
}

}  // namespace alert_bridge::config
