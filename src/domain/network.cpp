// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "alert_bridge/base/invariant.hpp"
#include "alert_bridge/base/text.hpp"

namespace alert_bridge::domain {
namespace {

constexpr std::size_t kLongestAddress = 45;  // INET6_ADDRSTRLEN without its end

Error wrong_network(std::string_view text, const std::string& why) {
    return Error{ErrorClass::misconfigured, "network", "'" + std::string(text) + "' " + why};
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    text = text.substr(0, text.find('%'));
    if (text.empty() || text.size() > kLongestAddress || text.find('\0') != text.npos) {
        return std::nullopt;
    }
    const std::string terminated(text);
    IpAddress address;
    if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
        return address;
    }
    if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) != 1) {
        return std::nullopt;
    }
    address.is_v6 = true;
    constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin())) {
        IpAddress v4;
        std::copy_n(address.bytes.begin() + 12, 4, v4.bytes.begin());
        return v4;
    }
    return address;
}

IpAddress IpAddress::masked(int length) const noexcept {
    BRIDGE_INVARIANT(length >= 0 && length <= bits());
    IpAddress result = *this;
    for (int bit = length; bit < bits(); ++bit) {
        auto& byte = result.bytes[static_cast<std::size_t>(bit / 8)];
        byte = static_cast<std::uint8_t>(byte & ~(0x80U >> (bit % 8)));
    }
    return result;
}

std::string IpAddress::text() const {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    const char* written = inet_ntop(
        is_v6 ? AF_INET6 : AF_INET, bytes.data(), buffer.data(),
        static_cast<socklen_t>(buffer.size())
    );
    return written == nullptr ? std::string() : std::string(written);
}

Result<Network> Network::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) {
        return wrong_network(text, "is no IP address or network (like 10.0.0.0/8)");
    }
    if (slash == std::string_view::npos) {
        return Network{*address, address->bits()};
    }
    const std::string_view digits = text.substr(slash + 1);
    int length = -1;
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), length);
    const bool is_number = problem == std::errc() && end == digits.data() + digits.size();
    if (!is_number || length < 0 || length > address->bits()) {
        return wrong_network(
            text, "has no prefix length from 0 to " + std::to_string(address->bits())
        );
    }
    const IpAddress base = address->masked(length);
    if (base != *address) {
        return wrong_network(
            text, "has bits set behind its prefix; the network is " + base.text() + "/" +
                      std::to_string(length)
        );
    }
    return Network{base, length};
}

bool Network::contains(const IpAddress& address) const noexcept {
    return address.is_v6 == base.is_v6 && address.masked(length) == base;
}

}  // namespace alert_bridge::domain
