// SPDX-License-Identifier: MIT
//
// Program: runs another program, gives it a text to read, and waits for its end.
//
// Guarantees: no shell; the program sees a small environment (PATH, LANG and what it is given; no
// secret of ours), the text as its standard input, further files from descriptor 3 on, our
// standard error for what it writes, and nothing else that we have open. It runs in a process group
// of its own, which is killed when the time is over, at stop(), and when the waiting coroutine ends
// otherwise. Its end never disturbs other children of the process. Errors: misconfigured (it cannot
// be started), later (it ended with another status than 0, took too long, or cannot be waited for).
// Thread rule: the I/O thread. Tests: tests/unit/alarm/program_test.cpp
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge::alarm {

struct Program {
    std::vector<std::string> command;  // the program, looked for in PATH, and its arguments
    std::vector<std::pair<std::string, std::string>> environment;
    std::string input;
    std::vector<std::string> files;  // texts to read from descriptors 3, 4, …
    Duration at_most{30'000};
};

class ProgramRunner {
  public:
    explicit ProgramRunner(boost::asio::any_io_executor executor);
    ~ProgramRunner();
    ProgramRunner(const ProgramRunner&) = delete;
    ProgramRunner& operator=(const ProgramRunner&) = delete;

    // One at a time.
    [[nodiscard]] boost::asio::awaitable<Result<void>> run(Program program);
    // Ends what runs; what is started later ends at once.
    void stop() noexcept;

  private:
    struct Running;

    boost::asio::any_io_executor executor_;
    std::shared_ptr<Running> running_;
    bool stopped_ = false;
};

}  // namespace alert_bridge::alarm
