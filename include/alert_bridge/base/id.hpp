// SPDX-License-Identifier: MIT
//
// Identifiers: sortable ids for alerts and incidents, and the reference that marks a GLPI write.
//
// A sortable id is 26 Crockford letters: 48 bits of time, 80 random bits. A reference is "GAB-"
// and 26 Crockford letters (128 random bits): letters, digits and hyphen only, because GLPI's text
// search treats other characters specially (facts: 10.0.19 and 11.0.6, measured).
// Thread rule: IdSource implementations must be callable from any thread.
// Tests: tests/unit/base/id_test.cpp
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge {

class IdSource {
  public:
    virtual ~IdSource() = default;
    // 16 random bytes.
    [[nodiscard]] virtual std::array<std::uint8_t, 16> random_bytes() = 0;

    [[nodiscard]] std::string sortable(WallTime now);
    [[nodiscard]] std::string reference();
};

// From the operating system, for some ids at once; aborts if it gives no randomness.
class SystemIdSource final : public IdSource {
  public:
    [[nodiscard]] std::array<std::uint8_t, 16> random_bytes() override;

  private:
    std::mutex mutex_;
    std::array<std::array<std::uint8_t, 16>, 16> fetched_{};
    std::size_t left_ = 0;
};

// Deterministic, for tests and simulation.
class SeededIdSource final : public IdSource {
  public:
    explicit SeededIdSource(std::uint64_t seed) noexcept : state_(seed) {}
    [[nodiscard]] std::array<std::uint8_t, 16> random_bytes() override;

  private:
    std::atomic<std::uint64_t> state_;
};

// "GAB-" and 26 letters of the Crockford alphabet.
[[nodiscard]] bool is_reference(std::string_view text) noexcept;

}  // namespace alert_bridge
