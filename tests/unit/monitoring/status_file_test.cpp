// SPDX-License-Identifier: MIT
#include "alert_bridge/monitoring/status_file.hpp"

#include <vector>

#include "catch.hpp"

using namespace alert_bridge::monitoring;

namespace {

// As Nagios 4.4.6 writes it.
const std::string kFile = R"(########################################
#          NAGIOS STATUS FILE
########################################

info {
	created=1795467652
	version=4.4.6
	}

programstatus {
	nagios_pid=7
	}

hoststatus {
	host_name=web 01
	has_been_checked=1
	current_state=1
	state_type=1
	current_problem_id=41
	plugin_output=PING CRITICAL
	}

servicestatus {
	host_name=web 01
	service_description=Disk /var
	has_been_checked=1
	current_state=2
	state_type=0
	last_state_change=1795467650
	plugin_output=DISK CRITICAL - a=b {
	long_plugin_output=one\ntwo
	current_notification_number=3
	current_event_id=9
	current_problem_id=42
	notifications_enabled=0
	problem_has_been_acknowledged=1
	scheduled_downtime_depth=2
	is_flapping=1
	}
)";

std::vector<StatusBlock> read(const std::string& bytes, std::size_t piece, bool& complete) {
    std::vector<StatusBlock> blocks;
    StatusReader reader([&blocks](const StatusBlock& block) { blocks.push_back(block); });
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        reader.feed(std::string_view(bytes).substr(at, piece));
    }
    complete = reader.complete();
    return blocks;
}

}  // namespace

TEST_CASE("a status file is read block by block, in pieces of any size", "[nagios]") {
    for (const std::size_t piece : {1U, 7U, 100'000U}) {
        bool complete = false;
        const auto blocks = read(kFile, piece, complete);
        CAPTURE(piece);
        CHECK(complete);
        REQUIRE(blocks.size() == 3);
        CHECK(blocks[0].kind == StatusBlock::Kind::info);
        CHECK(blocks[0].created == 1795467652);
        CHECK(blocks[1].kind == StatusBlock::Kind::host);
        CHECK(blocks[1].host == "web 01");
        CHECK(blocks[1].service.empty());
        CHECK(blocks[1].state == 1);
        CHECK(blocks[1].hard);
        CHECK(blocks[1].notifies);
        const StatusBlock& service = blocks[2];
        CHECK(service.kind == StatusBlock::Kind::service);
        CHECK(service.service == "Disk /var");
        CHECK(service.state == 2);
        CHECK_FALSE(service.hard);
        CHECK(service.checked);
        CHECK(service.output == "DISK CRITICAL - a=b {");
        CHECK(service.long_output == "one\\ntwo");
        CHECK(service.notifications == 3);
        CHECK(service.event_id == 9);
        CHECK(service.problem_id == 42);
        CHECK(service.last_change == 1795467650);
        CHECK_FALSE(service.notifies);
        CHECK(service.acknowledged);
        CHECK(service.downtimes == 2);
        CHECK(service.flapping);
    }
}

TEST_CASE("a file that is cut short says so", "[nagios]") {
    for (const std::size_t length : {std::size_t{0}, kFile.size() - 3, kFile.size() / 2}) {
        bool complete = true;
        const auto blocks = read(kFile.substr(0, length), 64, complete);
        CAPTURE(length);
        CHECK_FALSE(complete);
        CHECK(blocks.size() < 3);
    }
}

TEST_CASE("a line without end costs no memory, and the next one is read", "[nagios]") {
    const std::string text =
        "hoststatus {\n\thost_name=" + std::string(3'000'000, 'x') + "\n\tcurrent_state=1\n\t}\n";
    bool complete = false;
    const auto blocks = read(text, 4096, complete);
    REQUIRE(blocks.size() == 1);
    CHECK(blocks[0].host.empty());
    CHECK(blocks[0].state == 1);
    CHECK(complete);
}

TEST_CASE("numbers that are none count as nothing", "[nagios]") {
    bool complete = false;
    const auto blocks = read(
        "servicestatus {\n\tcurrent_state=-1\n\tcurrent_problem_id=99999999999999999999\n\t}\n", 8,
        complete
    );
    REQUIRE(blocks.size() == 1);
    CHECK(blocks[0].state == -1);
    CHECK(blocks[0].problem_id == 0);
}
