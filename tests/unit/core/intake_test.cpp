// SPDX-License-Identifier: MIT
#include "alert_bridge/core/intake.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "alert_bridge/base/text.hpp"
#include "catch.hpp"
#include "fake_store.hpp"
#include "fakes.hpp"

using namespace alert_bridge;
using core::IntakeAnswer;

namespace {

// One alert per word of the body; "!word" is unusable; "-" was left out; a body that starts with
// "?" is unreadable.
class WordDecoder final : public ports::AlertDecoder {
  public:
    Result<ports::Decoded> decode(std::string_view body, WallTime received_at) const override {
        if (body.substr(0, 1) == "?") {
            return Error{ErrorClass::refused, "json", "not JSON at byte 0"};
        }
        ports::Decoded decoded;
        for (const std::string& word : split(body, " ")) {
            if (word.empty()) {
                continue;
            }
            if (word.front() == '-') {
                ++decoded.left_out;
                continue;
            }
            if (word.front() == '!') {
                decoded.unusable.push_back({"no event id", word});
                continue;
            }
            domain::Alert alert;
            alert.problem_key = "z/" + word;
            alert.idempotency_key = "z/" + word;
            alert.received_at = received_at;
            decoded.alerts.push_back(std::move(alert));
        }
        return decoded;
    }
};

struct World {
    boost::asio::io_context io;
    test::FakeStore store;
    test::JumpingClock clock;
    SeededIdSource ids{7};
    test::RecordedEvents events;
    test::RecordedMetrics metrics;
    core::Intake intake{
        store,
        clock,
        ids,
        events,
        metrics,
        {{"z", std::make_shared<WordDecoder>()}},
        core::IntakeLimits{10, 5}};
    int rung = 0;

    World() {
        intake.on_appended = [this] { ++rung; };
    }
    IntakeAnswer submit(std::string source, std::string body) {
        std::optional<IntakeAnswer> answer;
        auto on_end = [&answer](const std::exception_ptr& failure, IntakeAnswer given) {
            CHECK_FALSE(failure);
            answer = std::move(given);
        };
        boost::asio::co_spawn(
            io, intake.submit(std::move(source), std::move(body)), std::move(on_end)
        );
        io.run();
        io.restart();
        REQUIRE(answer.has_value());
        return *answer;
    }
};

}  // namespace

TEST_CASE("what is accepted is in the journal, with an id, the source and the time of receipt") {
    World world;
    const IntakeAnswer answer = world.submit("z", "disk cpu");
    REQUIRE(answer.status == IntakeAnswer::Status::accepted);
    REQUIRE(answer.alerts.size() == 2);
    REQUIRE(world.store.journal.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        const domain::Alert& alert = world.store.journal.at(i).alert;
        CHECK(answer.alerts.at(i).status == "accepted");
        CHECK(answer.alerts.at(i).id == alert.id);
        CHECK(alert.id.size() == 26);
        CHECK(alert.source == "z");
        CHECK(alert.received_at == world.clock.time);
    }
    CHECK(world.rung == 1);
    CHECK(world.intake.pending == 2);
    CHECK(world.metrics.value("alerts_total{source=z,status=accepted}") == 2);
}

TEST_CASE("a body is read in full or not at all, and nothing is kept of it") {
    World world;
    const auto read = [&world](const std::string& source, const std::string& body) {
        return world.intake.read(source, body);
    };
    REQUIRE(read("z", "disk cpu").has_value());
    CHECK(read("z", "disk cpu")->size() == 2);
    CHECK(read("z", "")->empty());
    CHECK(read("nobody", "disk").error().code == "unknown_source");
    CHECK(read("z", "?").error().code == "json");
    CHECK(read("z", "disk !cpu").error().code == "unusable");
    CHECK(read("z", "disk -cpu").error().code == "left_out");
    CHECK(world.store.journal.empty());
    CHECK(world.store.quarantine.empty());
}

TEST_CASE("a repeated delivery is a duplicate with the id of the first, and wakes nobody") {
    World world;
    const std::string first = world.submit("z", "disk").alerts.at(0).id;
    const IntakeAnswer again = world.submit("z", "disk");
    REQUIRE(again.status == IntakeAnswer::Status::accepted);
    CHECK(again.alerts.at(0).status == "duplicate");
    CHECK(again.alerts.at(0).id == first);
    CHECK(world.store.journal.size() == 1);
    CHECK(world.rung == 1);
    CHECK(world.intake.pending == 1);
}

TEST_CASE("what became durable a moment ago is a duplicate without the store") {
    World world;
    const IntakeAnswer first = world.submit("z", "disk cpu");
    int appends = 0;
    world.store.before_append = [&appends]() -> boost::asio::awaitable<void> {
        ++appends;
        co_return;
    };
    const auto repeat = [&world, &first](const std::string& body, std::size_t count) {
        const IntakeAnswer again = world.submit("z", body);
        REQUIRE(again.alerts.size() == count);
        for (std::size_t i = 0; i < 2; ++i) {
            CHECK(again.alerts.at(i).status == "duplicate");
            CHECK(again.alerts.at(i).id == first.alerts.at(i).id);
        }
        return again;
    };
    (void)repeat("disk cpu -", 2);
    CHECK(appends == 0);
    CHECK(world.metrics.value("alerts_total{source=z,status=duplicate}") == 2);
    CHECK(world.metrics.value("alerts_left_out_total{source=z}") == 1);

    CHECK(repeat("disk cpu fan", 3).alerts.at(2).status == "accepted");
    CHECK(appends == 1);
    CHECK(repeat("disk cpu !what", 3).alerts.at(2).status == "rejected");
    CHECK(appends == 2);
    world.clock.time += core::RecentAlerts::kLife;
    (void)repeat("disk cpu", 2);
    CHECK(appends == 3);
    CHECK(world.store.journal.size() == 3);
    CHECK(world.intake.pending == 3);
}

TEST_CASE("what the store did not take is not known, and a closed intake knows nothing") {
    World world;
    world.store.append_error = Error{ErrorClass::later, "store_busy", ""};
    CHECK(world.submit("z", "disk").status == IntakeAnswer::Status::unavailable);
    world.store.append_error.reset();
    CHECK(world.submit("z", "disk").alerts.at(0).status == "accepted");
    world.intake.closed_reason = "the bridge is stopping";
    CHECK(world.submit("z", "disk").status == IntakeAnswer::Status::unavailable);
}

TEST_CASE("an unusable alert in a batch goes to quarantine, the others are accepted") {
    World world;
    const IntakeAnswer answer = world.submit("z", "disk !what cpu");
    REQUIRE(answer.status == IntakeAnswer::Status::accepted);
    REQUIRE(answer.alerts.size() == 3);
    CHECK(answer.alerts.at(2).status == "rejected");
    CHECK(answer.alerts.at(2).error == "no event id");
    CHECK(answer.alerts.at(2).id.empty());
    REQUIRE(world.store.quarantine.size() == 1);
    CHECK(world.store.quarantine.at(0).body == "!what");
    CHECK(world.store.quarantine.at(0).source == "z");
    CHECK(world.events.count("alert_quarantined") == 1);
    CHECK(world.metrics.value("alerts_total{source=z,status=rejected}") == 1);
}

TEST_CASE("a body full of unusable alerts fills the quarantine, not the log") {
    World world;
    CHECK(world.submit("z", "!a !b !c").alerts.size() == 3);
    CHECK(world.events.count("alert_quarantined") == 3);
    CHECK(world.events.count("alerts_quarantined") == 0);
    CHECK(world.submit("z", "!a !b !c !d !e").alerts.size() == 5);
    CHECK(world.events.count("alert_quarantined") == 6);
    CHECK(world.events.count("alerts_quarantined") == 1);
    CHECK(world.store.quarantine.size() == 8);
    CHECK(world.metrics.value("alerts_total{source=z,status=rejected}") == 8);
}

TEST_CASE("a body that cannot be read is kept in quarantine with the reason") {
    World world;
    const IntakeAnswer answer = world.submit("z", "?{{{ \xff");
    CHECK(answer.status == IntakeAnswer::Status::unreadable);
    CHECK(answer.error == "json: not JSON at byte 0");
    REQUIRE(world.store.quarantine.size() == 1);
    CHECK(world.store.quarantine.at(0).reason == "json: not JSON at byte 0");
    CHECK(world.store.quarantine.at(0).body == "?{{{ \xEF\xBF\xBD");
    CHECK(world.store.journal.empty());
    CHECK(world.rung == 0);
    CHECK(world.events.count("body_quarantined") == 1);
}

TEST_CASE("what is kept in quarantine is bounded and stays valid UTF-8") {
    World world;
    CHECK(
        world.submit("z", "?" + std::string(200'000, '\xff')).status ==
        IntakeAnswer::Status::unreadable
    );
    const std::string& body = world.store.quarantine.at(0).body;
    CHECK(body.size() <= 64 * 1024);
    CHECK(body.size() > 60 * 1024);
    CHECK(repair_utf8(body) == body);
}

TEST_CASE("a batch over the limit is refused whole and kept") {
    World world;
    const IntakeAnswer answer = world.submit("z", "a b c d !e f");
    CHECK(answer.status == IntakeAnswer::Status::unreadable);
    CHECK_THAT(answer.error, ContainsSubstring("6 alerts, the limit is 5"));
    CHECK(world.store.journal.empty());
    CHECK(world.store.quarantine.size() == 1);
}

TEST_CASE("alerts that the sender left out are counted and told") {
    World world;
    CHECK(world.submit("z", "disk - -").status == IntakeAnswer::Status::accepted);
    CHECK(world.metrics.value("alerts_left_out_total{source=z}") == 2);
    CHECK(world.events.count("alerts_left_out") == 1);
    (void)world.submit("z", "cpu");
    CHECK(world.events.count("alerts_left_out") == 1);
}

TEST_CASE("an unusable alert is kept as far as the quarantine's bound") {
    World world;
    (void)world.submit("z", "!" + std::string(50'000, 'x'));
    CHECK(world.store.quarantine.at(0).body.size() == 50'001);
    (void)world.submit("z", "!" + std::string(70'000, 'x'));
    CHECK(world.store.quarantine.at(1).body.size() == 64 * 1024);
    CHECK_THAT(world.store.quarantine.at(1).reason, ContainsSubstring("cannot be retried"));
}

TEST_CASE("an empty batch is accepted and costs no transaction") {
    World world;
    world.store.append_error = Error{ErrorClass::later, "store_busy", ""};
    const IntakeAnswer answer = world.submit("z", "");
    CHECK(answer.status == IntakeAnswer::Status::accepted);
    CHECK(answer.alerts.empty());
    CHECK(world.rung == 0);
}

TEST_CASE("an unknown source is told so and nothing is kept") {
    World world;
    CHECK(world.submit("nobody", "disk").status == IntakeAnswer::Status::unknown_source);
    CHECK(world.store.journal.empty());
    CHECK(world.store.quarantine.empty());
    CHECK(world.intake.knows("z"));
    CHECK_FALSE(world.intake.knows("nobody"));
}

TEST_CASE("a reload swaps the sources") {
    World world;
    world.intake.use({{"y", std::make_shared<WordDecoder>()}});
    CHECK_FALSE(world.intake.knows("z"));
    CHECK(world.submit("y", "disk").status == IntakeAnswer::Status::accepted);
    CHECK(world.store.journal.at(0).alert.source == "y");
}

TEST_CASE("a source taken away while the store works does not disturb the request") {
    World world;
    world.store.before_append = [&world]() -> boost::asio::awaitable<void> {
        world.intake.use({});
        co_return;
    };
    CHECK(world.submit("z", "disk !x").status == IntakeAnswer::Status::accepted);
    CHECK(world.store.journal.size() == 1);
}

TEST_CASE("a store that cannot take it makes the answer unavailable, readable or not") {
    const std::string body = GENERATE(std::string("disk"), std::string("?broken"));
    World world;
    world.store.append_error = Error{ErrorClass::later, "store_full", "no space left"};
    const IntakeAnswer answer = world.submit("z", body);
    CHECK(answer.status == IntakeAnswer::Status::unavailable);
    CHECK(answer.retry_after_s > 0);
    CHECK(answer.alerts.empty());
    CHECK(world.rung == 0);
    CHECK(world.intake.pending == 0);
    CHECK(world.events.count("intake_store_failed") == 1);
    CHECK(world.metrics.value("intake_refused_total{reason=disk}") == 1);

    world.store.append_error.reset();
    CHECK(world.submit("z", "disk").status == IntakeAnswer::Status::accepted);
}

TEST_CASE("after a failed sync nothing is taken any more") {
    World world;
    world.store.append_error = Error{ErrorClass::later, "store_io", "fsync failed"};
    CHECK(world.submit("z", "disk").status == IntakeAnswer::Status::unavailable);
    world.store.append_error.reset();
    const IntakeAnswer answer = world.submit("z", "disk");
    CHECK(answer.status == IntakeAnswer::Status::unavailable);
    CHECK(answer.error == "the store failed");
    CHECK(world.store.journal.empty());
}

TEST_CASE("at the bound of the backlog the answer is unavailable before anything is taken") {
    World world;
    world.intake.pending = 10;
    const IntakeAnswer answer = world.submit("z", "disk");
    CHECK(answer.status == IntakeAnswer::Status::unavailable);
    CHECK(answer.retry_after_s > 0);
    CHECK(world.store.journal.empty());
    CHECK(world.metrics.value("intake_refused_total{reason=backlog}") == 1);

    world.intake.pending = 9;
    CHECK(world.submit("z", "disk").status == IntakeAnswer::Status::accepted);
}

TEST_CASE("a closed intake says why and takes nothing") {
    World world;
    world.intake.closed_reason = "the bridge is stopping";
    const IntakeAnswer answer = world.submit("z", "?broken");
    CHECK(answer.status == IntakeAnswer::Status::unavailable);
    CHECK(answer.error == "the bridge is stopping");
    CHECK(world.store.quarantine.empty());
}
