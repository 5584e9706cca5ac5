// SPDX-License-Identifier: MIT
//
// Trace: what happened in a run, in order, as one hash (the same seed gives the same hash) and,
// when somebody wants to read it, as text. Violations are kept as sentences. Thread rule: one
// thread.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge::simulation {

class Trace {
  public:
    explicit Trace(std::ostream* out = nullptr) : out_(out) {}

    void line(WallTime now, std::string_view text) {
        const std::string time = std::to_string(to_unix_ms(now));
        for (const std::string_view part : {std::string_view(time), text}) {
            for (const char letter : part) {
                hash_ = (hash_ ^ static_cast<unsigned char>(letter)) * 0x100000001B3ULL;
            }
        }
        if (out_ != nullptr) {
            *out_ << format_utc(now).substr(11, 8) << '.' << time.substr(time.size() - 3) << ' '
                  << text << '\n';
        }
    }
    void violation(WallTime now, std::string text) {
        line(now, "VIOLATION: " + text);
        violations_.push_back(std::move(text));
    }
    [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }
    [[nodiscard]] const std::vector<std::string>& violations() const noexcept {
        return violations_;
    }

  private:
    std::ostream* out_;
    std::uint64_t hash_ = 0xCBF29CE484222325ULL;
    std::vector<std::string> violations_;
};

}  // namespace alert_bridge::simulation
