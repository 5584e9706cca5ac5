// SPDX-License-Identifier: MIT
#include "alert_bridge/http/auth.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <cstdint>
#include <optional>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::http {
namespace {

constexpr std::string_view kSignaturePrefix = "sha256=";
constexpr std::size_t kSignatureHexLength = 64;

// An address as bytes. IPv4 inside IPv6 (::ffff:a.b.c.d) is IPv4.
struct Address {
    std::array<std::uint8_t, 16> bytes{};
    int bits = 0;  // 32 or 128
};

struct AddressRange {
    Address address;
    int prefix = 0;
};

std::optional<Address> parse_address(std::string_view text) {
    boost::system::error_code error;
    auto parsed = boost::asio::ip::make_address(std::string(text), error);
    if (error) {
        return std::nullopt;
    }
    Address out;
    if (parsed.is_v6() && parsed.to_v6().is_v4_mapped()) {
        parsed = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, parsed.to_v6());
    }
    if (parsed.is_v4()) {
        const auto bytes = parsed.to_v4().to_bytes();
        std::copy(bytes.begin(), bytes.end(), out.bytes.begin());
        out.bits = 32;
    } else {
        const auto bytes = parsed.to_v6().to_bytes();
        std::copy(bytes.begin(), bytes.end(), out.bytes.begin());
        out.bits = 128;
    }
    return out;
}

std::optional<AddressRange> parse_range(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address) {
        return std::nullopt;
    }
    AddressRange range{*address, address->bits};
    if (slash != std::string_view::npos) {
        const std::string_view digits = text.substr(slash + 1);
        const char* const end = digits.data() + digits.size();
        const auto [stop, error] = std::from_chars(digits.data(), end, range.prefix);
        if (error != std::errc() || stop != end || range.prefix < 0 ||
            range.prefix > address->bits) {
            return std::nullopt;
        }
    }
    return range;
}

bool contains(const AddressRange& range, const Address& address) noexcept {
    if (range.address.bits != address.bits) {
        return false;
    }
    int left = range.prefix;
    for (std::size_t i = 0; left > 0; ++i, left -= 8) {
        const unsigned mask = left >= 8 ? 0xffU : (0xff00U >> static_cast<unsigned>(left)) & 0xffU;
        if (((range.address.bytes.at(i) ^ address.bytes.at(i)) & mask) != 0) {
            return false;
        }
    }
    return true;
}

// Tokens are kept and compared as digests: equal length, and no secret in memory for longer than
// needed. The scheme is part of it, so that a password is never good as a token.
std::string digest(std::string_view scheme, std::string_view secret) {
    std::string text(scheme);
    text += ' ';
    text += secret;
    return sha256_hex(text);
}

bool same_digest(const std::string& a, const std::string& b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// Empty: nothing that could be compared.
std::string presented_digest(std::string_view authorization) {
    const std::size_t blank = authorization.find(' ');
    if (blank == std::string_view::npos) {
        return {};
    }
    const std::string_view scheme = authorization.substr(0, blank);
    const std::string_view rest = trim(authorization.substr(blank + 1));
    if (iequals_ascii(scheme, "bearer") && !rest.empty()) {
        return digest("bearer", rest);
    }
    std::string login;
    if (iequals_ascii(scheme, "basic") && decode_base64(rest, login)) {
        return digest("basic", login);
    }
    return {};
}

// Lower-case hex of the signature, empty when it has not the form.
std::string signature_hex(std::string_view header) {
    if (header.substr(0, kSignaturePrefix.size()) != kSignaturePrefix) {
        return {};
    }
    std::string hex = to_lower_ascii(header.substr(kSignaturePrefix.size()));
    const bool is_hex = hex.find_first_not_of("0123456789abcdef") == std::string::npos;
    return is_hex && hex.size() == kSignatureHexLength ? hex : std::string();
}

// Seconds since 1970, as digits only.
std::optional<std::int64_t> parse_timestamp(std::string_view text) noexcept {
    if (text.empty() || text.size() > 12 ||
        text.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    std::int64_t seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return seconds;
}

}  // namespace

struct CredentialTable::Entry {
    std::vector<std::string> token_digests;
    std::vector<Secret> hmac;
    Duration hmac_window{};
    std::vector<AddressRange> ranges;
    bool any_address = true;
    bool anyone = false;
};

struct CredentialTable::Presented {
    bool token_here = false;        // a token of this source
    bool token_anywhere = false;    // a token of any source
    bool signature_shaped = false;  // timestamp and signature have the right form
    bool signature_valid = false;
};

CredentialTable::CredentialTable(std::map<std::string, Credentials> by_source, IdSource& ids)
    : nobody_key_(ids.reference()) {
    for (auto& [source, credentials] : by_source) {
        Entry entry;
        for (const Secret& token : credentials.bearer) {
            entry.token_digests.push_back(digest("bearer", token.reveal()));
        }
        for (const BasicLogin& login : credentials.basic) {
            const std::string pair = login.user + ":" + std::string(login.password.reveal());
            entry.token_digests.push_back(digest("basic", pair));
        }
        entry.hmac = std::move(credentials.hmac);
        entry.hmac_window = credentials.hmac_window;
        entry.any_address = credentials.allow_from.empty();
        for (const std::string& text : credentials.allow_from) {
            if (const auto range = parse_range(text)) {
                entry.ranges.push_back(*range);
            }
        }
        entry.anyone = credentials.anyone;
        entries_.emplace(source, std::make_unique<const Entry>(std::move(entry)));
    }
}

CredentialTable::~CredentialTable() = default;

const CredentialTable::Entry* CredentialTable::find(std::string_view source) const {
    const auto found = entries_.find(source);
    return found == entries_.end() ? nullptr : found->second.get();
}

CredentialTable::Presented CredentialTable::look(const Entry* entry, const RequestHead& head)
    const {
    Presented shown;
    shown.signature_shaped =
        parse_timestamp(head.timestamp).has_value() && !signature_hex(head.signature).empty();
    const std::string token = presented_digest(head.authorization);
    if (!token.empty()) {
        for (const auto& [name, candidate] : entries_) {
            for (const std::string& known : candidate->token_digests) {
                const bool same = same_digest(known, token);
                shown.token_anywhere = shown.token_anywhere || same;
                shown.token_here = shown.token_here || (same && candidate.get() == entry);
            }
        }
    }
    return shown;
}

Access CredentialTable::settle(const Entry* entry, const Presented& shown, std::string_view peer)
    const {
    if (entry == nullptr) {
        return shown.token_anywhere ? Access::unknown_source : Access::denied;
    }
    const bool needs_token = !entry->token_digests.empty();
    const bool needs_signature = !entry->hmac.empty();
    const bool is_known = (needs_token || needs_signature) && (!needs_token || shown.token_here) &&
                          (!needs_signature || shown.signature_valid);
    if (!entry->anyone && !is_known) {
        return Access::denied;
    }
    if (entry->any_address) {
        return Access::granted;
    }
    const auto address = parse_address(peer);
    const auto holds = [&address](const AddressRange& range) { return contains(range, *address); };
    const bool is_allowed =
        address.has_value() && std::any_of(entry->ranges.begin(), entry->ranges.end(), holds);
    return is_allowed ? Access::granted : Access::forbidden;
}

Access CredentialTable::check_head(std::string_view source, const RequestHead& head) const {
    const Entry* const entry = find(source);
    const Presented shown = look(entry, head);
    // Whatever the source is, or whether it is: a signature is looked at when the body is here.
    return shown.signature_shaped ? Access::body_decides : settle(entry, shown, head.peer);
}

Access CredentialTable::check_body(std::string_view source, const Request& request, WallTime now)
    const {
    const Entry* const entry = find(source);
    Presented shown = look(entry, request.head);
    if (shown.signature_shaped) {
        const std::string signature = signature_hex(request.head.signature);
        const std::string signed_text = request.head.timestamp + "." + request.body;
        const std::int64_t seconds = parse_timestamp(request.head.timestamp).value_or(0);
        const auto age = now - from_unix_ms(seconds * 1000);
        bool is_valid = false;
        if (entry != nullptr && !entry->hmac.empty()) {
            for (const Secret& key : entry->hmac) {
                const bool same =
                    same_digest(hmac_sha256_hex(key.reveal(), signed_text), signature);
                is_valid = is_valid || same;
            }
            is_valid = is_valid && age <= entry->hmac_window && age >= -entry->hmac_window;
        } else {
            // The same work for a source that has no key or does not exist.
            is_valid = same_digest(hmac_sha256_hex(nobody_key_.reveal(), signed_text), signature);
        }
        shown.signature_valid = is_valid;
    }
    return settle(entry, shown, request.head.peer);
}

bool is_address_range(std::string_view text) {
    return parse_range(text).has_value();
}

bool address_in_range(std::string_view address, std::string_view range) {
    const auto parsed = parse_address(address);
    const auto parsed_range = parse_range(range);
    return parsed && parsed_range && contains(*parsed_range, *parsed);
}

}  // namespace alert_bridge::http
