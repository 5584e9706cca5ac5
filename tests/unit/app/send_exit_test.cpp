// SPDX-License-Identifier: MIT
// The end of a `send` whose resolver hangs.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alert_bridge/app/send_command.hpp"
#include "held_resolver.hpp"
#include "send_folder.hpp"

using namespace alert_bridge;
using namespace alert_bridge::app;

namespace {

[[noreturn]] void send_with_a_resolver_that_never_answers(const Options& options) {
    ::alarm(60);  // ends what hangs, by a signal
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(nowhere, STDERR_FILENO);
    const test::Holding holding;
    send_command(options);
}

}  // namespace

TEST_CASE("send ends when its time is over, whatever the resolver does") {
    const SpoolFolder folder;
    auto spool = folder.open();
    folder.write("send.yaml", "# nothing\n");
    Options options;
    options.send.config = folder.path + "/send.yaml";
    options.send.url = "http://" + std::string(test::kHeldName);
    options.send.source = "nagios";
    options.send.spool = std::filesystem::path(folder.path).parent_path().string();
    options.send.timeout = "100ms";
    options.send.set = {"hostname=web01"};
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        send_with_a_resolver_that_never_answers(options);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == EXIT_SUCCESS);  // kept
    CHECK(spool.waiting().value().size() == 1);
}
