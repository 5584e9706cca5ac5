// SPDX-License-Identifier: MIT
#include "alert_bridge/base/id.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>

#include "alert_bridge/base/invariant.hpp"

namespace alert_bridge {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kLetters = 26;
constexpr std::string_view kPrefix = "GAB-";

// 128 bits as 26 letters of 5 bits: the two bits in front are zero, so the order is kept.
std::string encode(const Bytes& bytes) {
    std::string text;
    text.reserve(kLetters);
    unsigned int held = 0;
    int bits = 2;
    for (const std::uint8_t byte : bytes) {
        held = held << 8 | byte;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            text += kCrockford[held >> bits & 31U];
        }
        held &= (1U << bits) - 1U;
    }
    return text;
}

}  // namespace

std::string IdSource::sortable(WallTime now) {
    Bytes bytes = random_bytes();
    const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(to_unix_ms(now), 0));
    for (std::size_t i = 0; i < 6; ++i) {
        bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i) & 0xFFU);
    }
    return encode(bytes);
}

std::string IdSource::reference() {
    return std::string(kPrefix) + encode(random_bytes());
}

Bytes SystemIdSource::random_bytes() {
    const std::lock_guard lock(mutex_);
    if (left_ == 0) {
        ssize_t got = -1;
        do {  // of up to 256 bytes a call gives all or none
            got = ::getrandom(fetched_.data(), sizeof fetched_, 0);
        } while (got < 0 && errno == EINTR);
        BRIDGE_INVARIANT(got == static_cast<ssize_t>(sizeof fetched_));
        left_ = fetched_.size();
    }
    return fetched_[--left_];
}

Bytes SeededIdSource::random_bytes() {
    // SplitMix64: one step of the counter, then mixing.
    constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15U;
    Bytes bytes{};
    for (std::size_t half = 0; half < 2; ++half) {
        std::uint64_t mixed = state_.fetch_add(kStep, std::memory_order_relaxed) + kStep;
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBU;
        mixed ^= mixed >> 31;
        for (std::size_t i = 0; i < 8; ++i) {
            bytes[8 * half + i] = static_cast<std::uint8_t>(mixed >> (8 * i) & 0xFFU);
        }
    }
    return bytes;
}

bool is_reference(std::string_view text) noexcept {
    if (text.size() != kPrefix.size() + kLetters || !text.starts_with(kPrefix)) {
        return false;
    }
    text.remove_prefix(kPrefix.size());
    return std::all_of(text.begin(), text.end(), [](char letter) {
        return kCrockford.find(letter) != std::string_view::npos;
    });
}

}  // namespace alert_bridge
