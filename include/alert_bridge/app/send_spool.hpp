// SPDX-License-Identifier: MIT
//
// SendSpool: the folder in which `send` keeps alerts until the bridge has them. One file is one
// alert, exactly as it goes on the wire; its name is its place in the queue.
//
// Guarantees: what add() has named is on disk (file and folder synced) under a name that sorts
// after all that waited before, even if the clock was set back; a crash at any moment leaves either
// the whole file or none, and nothing that is waiting is ever overwritten. Any number of processes
// may add; one at a time takes the turn to send. The lock goes with the process. Bounds: what waits
// and what was set aside count together; full means that add() refuses. Nothing that was accepted
// is thrown away for something newer. With several processes at once the bound may be passed by one
// alert of each. Not guaranteed: an order among alerts that different processes add at the same
// time; that remove() survives a power cut (the alert is then sent again, and the bridge knows it
// as a duplicate). Thread rule: one thread; blocking. Tests: tests/unit/app/send_spool_test.cpp,
// send_failure_test.cpp, send_owner_test.cpp
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/base/open_file.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge::app {

struct SpoolLimits {
    std::uint64_t alerts = 10'000;
    std::uint64_t bytes = 64ULL * 1024 * 1024;
};

class SendSpool {
  public:
    // The right to send, held while it lives.
    class Turn {
      public:
        explicit Turn(OpenFile lock) noexcept : lock_(std::move(lock)) {}

      private:
        OpenFile lock_;
    };

    // Makes the folder (mode 0700), and the one above it, if need be. Root is refused in another's
    // folder: act_as_owner() first. Errors: misconfigured "spool".
    [[nodiscard]] static Result<SendSpool> open(std::string folder, SpoolLimits limits);

    // The name it got. Errors: later "spool_full"; misconfigured "spool".
    [[nodiscard]] Result<std::string> add(std::string_view body, WallTime now);
    // Nothing in it: another process sends. Errors: misconfigured "spool".
    [[nodiscard]] Result<std::optional<Turn>> take_turn();
    // Names, the oldest first. Errors: misconfigured "spool".
    [[nodiscard]] Result<std::vector<std::string>> waiting() const;

    // Requires for the following: the turn, and a name that waiting() told.
    // Nothing in it: the file is gone.
    [[nodiscard]] Result<std::optional<std::string>> read(const std::string& name) const;
    // Errors: misconfigured "spool": it is still there.
    [[nodiscard]] Result<Done> remove(const std::string& name);
    // Moves it to the folder `refused`, with the reason beside it. Errors: misconfigured "spool":
    // it stays where it is.
    [[nodiscard]] Result<Done> set_aside(const std::string& name, const std::string& reason);
    // Clears what writers that were killed left behind, once it is older than an hour.
    void clear_leavings(WallTime now);

    [[nodiscard]] const std::string& folder() const noexcept { return folder_; }
    [[nodiscard]] std::size_t refused() const;  // 0 also when nobody can tell
    [[nodiscard]] bool was_set_aside(const std::string& name) const;

  private:
    SendSpool(std::string folder, SpoolLimits limits, OpenFile directory)
        : folder_(std::move(folder)), limits_(limits), directory_(std::move(directory)) {}
    [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
    [[nodiscard]] Result<Done> write_whole(int descriptor, std::string_view body) const;
    [[nodiscard]] Result<std::string> give_name(const std::string& temporary, WallTime now);

    std::string folder_;
    SpoolLimits limits_;
    OpenFile directory_;
};

}  // namespace alert_bridge::app
