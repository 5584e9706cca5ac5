// SPDX-License-Identifier: MIT
#include "alert_bridge/monitoring/nagios_pipe.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "api_bench.hpp"
#include "catch.hpp"

namespace alert_bridge::test {
namespace {

using domain::NoticeAction;
using monitoring::nagios_command;
using ports::ProblemNow;

const WallTime kNow = from_unix_ms(1'795'466'910'000);

class Folder {
  public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "nagios-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

struct Nagios {
    Folder folder;
    boost::asio::io_context io{1};
    JumpingClock clock;
    monitoring::NagiosPipe back{
        io.get_executor(), clock, folder.file("cmd"), folder.file("status.dat")};

    Result<void> tell(const std::string& key, NoticeAction action) {
        return run(io, back.tell(notice_about(key, "7", action)));
    }
    void write_status(const std::string& blocks, WallTime created = kNow) const {
        std::ofstream file(folder.file("status.dat"));
        file << "info {\n\tcreated=" << to_unix_ms(created) / 1000 << "\n\t}\n\n" << blocks;
    }
    Result<ports::Sight> look(std::vector<ports::OpenProblem> known = {}) {
        return run(io, back.look(std::move(known)));
    }
};

std::string service(const std::string& name, int state, const std::string& more = "") {
    return "servicestatus {\n\thost_name=web01\n\tservice_description=" + name +
           "\n\thas_been_checked=1\n\tstate_type=1\n\tcurrent_state=" + std::to_string(state) +
           "\n\tcurrent_notification_number=1\n\tnotifications_enabled=1\n" + more + "\t}\n\n";
}

std::string line_of(const std::string& key, NoticeAction action) {
    const auto line = nagios_command(notice_about(key, "7", action), kNow);
    return line.has_value() ? *line : describe(line.error());
}

}  // namespace

TEST_CASE("commands as Nagios reads them", "[nagios]") {
    CHECK(
        line_of("n/service/web 01/Disk %2Fvar", NoticeAction::acknowledge) ==
        "[1795466910] ACKNOWLEDGE_SVC_PROBLEM;web 01;Disk /var;1;0;0;glpi-alert-bridge;"
        "GLPI ticket 4711: https://bridge/t/1\n"
    );
    CHECK(
        line_of("n/host/web01", NoticeAction::acknowledge) ==
        "[1795466910] ACKNOWLEDGE_HOST_PROBLEM;web01;1;0;0;glpi-alert-bridge;"
        "GLPI ticket 4711: https://bridge/t/1\n"
    );
    CHECK(
        line_of("n/service/web01/HTTP", NoticeAction::comment) ==
        "[1795466910] ADD_SVC_COMMENT;web01;HTTP;0;glpi-alert-bridge;"
        "GLPI ticket 4711: https://bridge/t/1\n"
    );
    CHECK(
        line_of("n/host/web01", NoticeAction::comment) ==
        "[1795466910] ADD_HOST_COMMENT;web01;0;glpi-alert-bridge;"
        "GLPI ticket 4711: https://bridge/t/1\n"
    );
}

TEST_CASE("hostile names and texts make no second command", "[nagios]") {
    for (const char* key :
         {"n/host/a%0A[1] SHUTDOWN_PROGRAM", "n/host/a;b", "n/service/a/b;1;2", "n/service/a/",
          "n/host/", "n/alert/x", "n"}) {
        CAPTURE(key);
        CHECK(nagios_command(notice_about(key, "7", NoticeAction::comment), kNow).has_error());
    }
    auto notice = notice_about("n/host/a", "7", NoticeAction::comment);
    notice.text = "one\n[1] SHUTDOWN_PROGRAM\r\x01 two; three" + std::string(10'000, 'x');
    const auto line = nagios_command(notice, kNow);
    REQUIRE(line.has_value());
    CHECK(line->find('\n') == line->size() - 1);
    CHECK(line->find('\r') == std::string::npos);
    CHECK(line->size() <= monitoring::NagiosPipe::kCommandMax);
    const auto long_name = "n/host/" + std::string(5'000, 'x');
    CHECK(nagios_command(notice_about(long_name, "7", NoticeAction::comment), kNow).has_error());
}

TEST_CASE("a command is written whole, and nobody waits for Nagios", "[nagios]") {
    Nagios nagios;
    const std::string path = nagios.folder.file("cmd");
    const std::string key = "n/host/web01";
    CHECK(nagios.tell(key, NoticeAction::comment).error().kind == ErrorClass::misconfigured);
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const auto unread = nagios.tell(key, NoticeAction::comment);
    CHECK(unread.error().kind == ErrorClass::later);
    CHECK(unread.error().code == "no_reader");

    const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
    REQUIRE(reader >= 0);
    REQUIRE(nagios.tell(key, NoticeAction::acknowledge).has_value());
    std::array<char, 4096> bytes{};
    const ssize_t got = ::read(reader, bytes.data(), bytes.size());
    REQUIRE(got > 0);
    const std::string read(bytes.data(), static_cast<std::size_t>(got));
    CHECK(read == line_of(key, NoticeAction::acknowledge));

    // Nagios reads no more: full in the end, never waited for.
    Result<void> last;
    for (int i = 0; i < 2'000 && last.has_value(); ++i) {
        last = nagios.tell(key, NoticeAction::comment);
    }
    REQUIRE(last.has_error());
    CHECK(last.error().code == "pipe_full");
    CHECK(last.error().kind == ErrorClass::later);
    ::close(reader);
}

TEST_CASE("a file in the place of the pipe is left alone", "[nagios]") {
    Nagios nagios;
    const std::string path = nagios.folder.file("cmd");
    std::ofstream(path) << "mine";
    const auto told = nagios.tell("n/host/web01", NoticeAction::comment);
    CHECK(told.error().kind == ErrorClass::misconfigured);
    std::string content;
    std::ifstream(path) >> content;
    CHECK(content == "mine");
}

TEST_CASE("the status file tells what became of a problem", "[nagios]") {
    Nagios nagios;
    nagios.write_status(
        "hoststatus {\n\thost_name=web01\n\thas_been_checked=1\n\tcurrent_state=0\n\t}\n" +
        service("OK", 0) + service("BAD", 2) + service("FLAPS", 0, "\tis_flapping=1\n") +
        "servicestatus {\n\thost_name=web01\n\tservice_description=NEW\n\thas_been_checked=0\n"
        "\tcurrent_state=0\n\t}\n"
    );
    std::vector<ports::OpenProblem> known;
    for (const char* name : {"OK", "BAD", "FLAPS", "NEW", "LOST"}) {
        known.push_back(open_problem("n/service/web01/" + std::string(name), "1"));
    }
    known.push_back(open_problem("n/host/web01", "1"));
    known.push_back(open_problem("n/host/" + std::string(210, 'x') + "~0123456789abcdef", "1"));
    const auto sight = nagios.look(known);
    REQUIRE(sight.has_value());
    CHECK(
        sight->known ==
        std::vector<ProblemNow>{
            ProblemNow::ok, ProblemNow::failing, ProblemNow::failing, ProblemNow::unknown,
            ProblemNow::gone, ProblemNow::ok, ProblemNow::unknown}
    );
    CHECK(sight->present.empty());
}

TEST_CASE("of other problems those count that Nagios notified of", "[nagios]") {
    Nagios nagios;
    nagios.write_status(
        "hoststatus {\n\thost_name=db01\n\thas_been_checked=1\n\tcurrent_state=1\n\tstate_type=1\n"
        "\tcurrent_notification_number=1\n\tcurrent_problem_id=5\n\t}\n" +
        service(
            "BAD", 2,
            "\tcurrent_problem_id=7\n\tplugin_output=down \"x\"\n"
            "\tlast_state_change=1795466000\n"
        ) +
        service("DOWNTIME", 2, "\tscheduled_downtime_depth=1\n") +
        service("QUIET", 2, "\tcurrent_notification_number=0\n") +
        service("SOFT", 1, "\tstate_type=0\n") +
        "servicestatus {\n\thost_name=db01\n\tservice_description=SSH\n\thas_been_checked=1\n"
        "\tcurrent_state=2\n\tstate_type=1\n\tcurrent_notification_number=1\n\t}\n"
    );
    const auto sight = nagios.look();
    REQUIRE(sight.has_value());
    REQUIRE(sight->present.size() == 2);
    CHECK(sight->hushed.size() == 3);
    const auto host = nlohmann::json::parse(sight->present[0]);
    CHECK(host["HOSTNAME"] == "db01");
    CHECK(host["HOSTSTATE"] == "DOWN");
    CHECK_FALSE(host.contains("SERVICEDESC"));
    const auto service = nlohmann::json::parse(sight->present[1]);
    CHECK(service["NOTIFICATIONTYPE"] == "PROBLEM");
    CHECK(service["SERVICEDESC"] == "BAD");
    CHECK(service["SERVICESTATE"] == "CRITICAL");
    CHECK(service["SERVICEPROBLEMID"] == "7");
    CHECK(service["SERVICEOUTPUT"] == "down \"x\"");
    CHECK(service["LASTSERVICESTATECHANGE"] == "1795466000");
}

TEST_CASE("nothing is concluded from a file that is missing, old or cut short", "[nagios]") {
    Nagios nagios;
    const std::vector<ports::OpenProblem> known{open_problem("n/service/web01/OK", "1")};
    CHECK(nagios.look(known).error().kind == ErrorClass::misconfigured);
    nagios.write_status(service("OK", 0), kNow - std::chrono::minutes(6));
    CHECK(nagios.look(known).error().code == "stale");
    nagios.write_status("servicestatus {\n\thost_name=web01\n");
    CHECK(nagios.look(known).error().code == "status_file");
    nagios.write_status(service("OK", 0));
    CHECK(nagios.look(known).has_value());
}

TEST_CASE("the picture is of when Nagios made it", "[nagios]") {
    Nagios nagios;
    nagios.write_status(service("OK", 0), kNow - std::chrono::minutes(2));
    const auto sight = nagios.look();
    REQUIRE(sight.has_value());
    CHECK(sight->as_of == kNow - std::chrono::minutes(2));
}

TEST_CASE("names that are no UTF-8 are found as the decoder has read them", "[nagios]") {
    Nagios nagios;
    nagios.write_status(
        service("caf\xE9", 2) + service("th\xE9", 0) + service("one\xE9", 0) +
        service("one\xE8", 2) + service("two\xE9", 0) + service("two\xE8", 0)
    );
    std::vector<ports::OpenProblem> known;
    for (const char* name : {"caf", "th", "lost", "one", "two"}) {
        known.push_back(open_problem("n/service/web01/" + std::string(name) + "\uFFFD", "1"));
    }
    known.push_back(open_problem("n/host/web\uFFFD", "1"));
    known.push_back(open_problem("n/service/web01/LOST", "1"));
    const auto sight = nagios.look(known);
    REQUIRE(sight.has_value());
    CHECK(
        sight->known ==
        std::vector<ProblemNow>{
            ProblemNow::failing, ProblemNow::ok, ProblemNow::unknown, ProblemNow::unknown,
            ProblemNow::ok, ProblemNow::unknown, ProblemNow::gone}
    );
    CHECK(sight->present.empty());
}

TEST_CASE("an object without a state that makes sense is not well", "[nagios]") {
    Nagios nagios;
    const auto stateless = [](const std::string& name, const std::string& state) {
        return "servicestatus {\n\thost_name=web01\n\tservice_description=" + name +
               "\n\thas_been_checked=1\n" + state + "\t}\n";
    };
    nagios.write_status(
        stateless("NONE", "") + stateless("HUGE", "\tcurrent_state=4294967296\n") +
        stateless("WORD", "\tcurrent_state=OK\n") + stateless("MINUS", "\tcurrent_state=-1\n") +
        stateless("OK", "\tcurrent_state=0\n")
    );
    std::vector<ports::OpenProblem> known;
    for (const char* name : {"NONE", "HUGE", "WORD", "MINUS", "OK"}) {
        known.push_back(open_problem("n/service/web01/" + std::string(name), "1"));
    }
    const auto sight = nagios.look(known);
    REQUIRE(sight.has_value());
    std::vector<ProblemNow> expected(4, ProblemNow::unknown);
    expected.push_back(ProblemNow::ok);
    CHECK(sight->known == expected);
}

TEST_CASE("what is no regular file is no status file, and nobody waits for it", "[nagios]") {
    Nagios nagios;
    const std::string path = nagios.folder.file("status.dat");
    SECTION("a pipe that nobody writes") {
        REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    }
    SECTION("a folder") {
        REQUIRE(::mkdir(path.c_str(), 0700) == 0);
    }
    const auto sight = nagios.look();
    REQUIRE(sight.has_error());
    CHECK(sight.error().kind == ErrorClass::misconfigured);
    CHECK(sight.error().message == path + " is no regular file");
}

TEST_CASE("a stop ends the reading", "[nagios]") {
    Nagios nagios;
    nagios.write_status(service("OK", 0));
    nagios.back.stop();
    CHECK(nagios.look().error().code == "stopping");
}

}  // namespace alert_bridge::test
