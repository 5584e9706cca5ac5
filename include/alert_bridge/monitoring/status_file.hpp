// SPDX-License-Identifier: MIT
//
// StatusReader: Nagios' status.dat, read as it comes, block by block.
//
// Guarantees: any bytes are taken, and texts are valid UTF-8 (repaired); a line longer than
// kLineMax and a key that nobody asks for are passed over; memory is bounded by one block. Not
// guaranteed: that a file holds all of Nagios; the caller checks that `info` was there and the file
// ended with a whole block (complete()). Thread rule: a value. Tests:
// tests/unit/monitoring/status_file_test.cpp
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace alert_bridge::monitoring {

struct StatusBlock {
    enum class Kind { info, host, service };
    Kind kind = Kind::info;
    std::int64_t created = 0;  // info: seconds
    std::string host, service;
    std::string output, long_output;
    int state = -1;  // none that can be read
    bool checked = false, hard = false, flapping = false, acknowledged = false;
    bool notifies = true;
    std::int64_t downtimes = 0, notifications = 0;
    std::int64_t problem_id = 0, event_id = 0, last_change = 0;
};

class StatusReader {
  public:
    static constexpr std::size_t kLineMax = 64 * 1024;

    explicit StatusReader(std::function<void(const StatusBlock&)> on_block)
        : on_block_(std::move(on_block)) {}

    void feed(std::string_view bytes);
    // The last block that was begun has ended, and there was one.
    [[nodiscard]] bool complete() const noexcept { return any_ && !inside_; }

  private:
    void line(std::string_view text);
    void begin(std::string_view name);
    void set(std::string_view key, std::string_view value);

    std::function<void(const StatusBlock&)> on_block_;
    std::string rest_;
    bool skipping_ = false;  // the rest of a line that is too long
    bool inside_ = false, wanted_ = false, any_ = false;
    StatusBlock block_;
};

}  // namespace alert_bridge::monitoring
