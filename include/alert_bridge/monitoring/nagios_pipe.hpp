// SPDX-License-Identifier: MIT
//
// NagiosPipe: the way back to Nagios: its external command pipe, and its status file.
//
// Guarantees: nothing waits for Nagios: a pipe that nobody reads or that is full is `later`, what
// is no pipe is not written to. One command is one write of at most kCommandMax bytes, which the
// kernel keeps whole. Names that would break a command are refused, text is made one line.
// Acknowledgements are not sticky, so that a change of state is told, and nobody is notified.
// The status file is read in pieces between which others run; one that was written more than
// kStaleAfter ago, or that is cut short, is no answer; the picture is of when Nagios wrote it.
// Names that are no UTF-8 are repaired as the decoder of its notices repairs them. An object that
// the file lacks is `gone`, unless its known name is a repaired one, which proves nothing:
// `unknown`. So is one that was never checked, one without a state, and one of two that cannot be
// told apart. Of other problems those count that Nagios has notified of. Not guaranteed: that
// Nagios carries a command out: the pipe tells nothing back. Thread rule: the I/O thread. Tests:
// tests/unit/monitoring/nagios_pipe_test.cpp
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <string>
#include <vector>

#include "alert_bridge/ports/monitoring_back.hpp"
#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::monitoring {

class NagiosPipe final : public ports::MonitoringBack {
  public:
    static constexpr std::size_t kCommandMax = 4096;  // PIPE_BUF
    static constexpr Duration kStaleAfter{300'000};
    static constexpr std::size_t kPresentMax = 2'000;
    static constexpr std::uint64_t kFileMax = 1024ULL * 1024 * 1024;

    NagiosPipe(
        boost::asio::any_io_executor executor, ports::Clock& clock, std::string pipe,
        std::string status_file
    )
        : executor_(std::move(executor)),
          clock_(clock),
          pipe_(std::move(pipe)),
          status_file_(std::move(status_file)) {}

    [[nodiscard]] ports::Awaitable<Result<void>> tell(domain::Notice notice) override;
    [[nodiscard]] ports::Awaitable<Result<ports::Sight>> look(std::vector<ports::OpenProblem> known
    ) override;
    void stop() noexcept override { stopped_ = true; }

  private:
    boost::asio::any_io_executor executor_;
    ports::Clock& clock_;
    std::string pipe_;
    std::string status_file_;
    bool stopped_ = false;
};

// The line for the pipe, with its newline. Errors: refused.
[[nodiscard]] Result<std::string> nagios_command(const domain::Notice& notice, WallTime now);

}  // namespace alert_bridge::monitoring
