// SPDX-License-Identifier: MIT
//
// What the fuzz targets share: how a broken promise is told, how bytes become values, and what is
// true of every alert that a decoder lets through.
//
// Thread rule: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "alert_bridge/domain/alert.hpp"

namespace fuzz {

// Says what was promised and aborts, which libFuzzer and ctest take for a finding.
[[noreturn]] void broken(std::string_view promise, std::string_view detail = {});

inline void require(bool kept, std::string_view promise, std::string_view detail = {}) {
    if (!kept) [[unlikely]] {
        broken(promise, detail);
    }
}

// Reads values from the front of an input. At its end everything is zero or empty, so that every
// input means something.
class Bytes {
  public:
    explicit Bytes(std::string_view input) noexcept : rest_(input) {}

    [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
    [[nodiscard]] std::uint8_t byte() noexcept;
    [[nodiscard]] bool flag() noexcept { return byte() % 2 == 1; }
    // 0 … count - 1
    [[nodiscard]] std::size_t below(std::size_t count) noexcept { return byte() % count; }
    template <class Enum>
    [[nodiscard]] Enum one_of(Enum last) noexcept {
        return static_cast<Enum>(below(static_cast<std::size_t>(last) + 1));
    }
    // Up to the next NUL, which is taken too.
    [[nodiscard]] std::string text();
    // One of a few words when the next byte is small, else text(): so that two values are often
    // equal.
    [[nodiscard]] std::string word();
    [[nodiscard]] std::string_view rest() noexcept { return std::exchange(rest_, {}); }

  private:
    std::string_view rest_;
};

// An alert with whatever the bytes say in the fields that rules and texts look at. All text is
// valid UTF-8, as the decoders guarantee.
[[nodiscard]] alert_bridge::domain::Alert alert_from(Bytes& bytes);

// Requires what domain/alert.hpp and ports/alert_decoder.hpp guarantee of a decoded body.
void decode_twice(std::string_view type, std::string_view body);

}  // namespace fuzz
