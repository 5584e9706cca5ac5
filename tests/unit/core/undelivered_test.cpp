// SPDX-License-Identifier: MIT
#include "alert_bridge/core/undelivered.hpp"

#include "catch.hpp"
#include "core_world.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using core::Undelivered;
using domain::AlarmKind;
using test::CoreWorld;

namespace {

struct FakeBacklog final : ports::BacklogStore {
    std::vector<domain::WaitingOpening> late;
    int openings = 0;
    int asked = 0;
    ports::Awaitable<Result<std::vector<domain::WaitingOpening>>> late_openings(
        domain::WaitLimits, WallTime, int
    ) override {
        ++asked;
        co_return late;
    }
    ports::Awaitable<Result<int>> openings_since(WallTime) override { co_return openings; }
};

struct FakeChannel final : ports::AlarmChannel {
    std::vector<domain::Alarm> sent;
    bool works = true;
    int stops = 0;
    std::string_view name() const noexcept override { return "fake"; }
    boost::asio::awaitable<Result<void>> send(domain::Alarm alarm) override {
        if (!works) {
            co_return Error{ErrorClass::later, "no_way", ""};
        }
        sent.push_back(std::move(alarm));
        co_return Result<void>();
    }
    void stop() noexcept override { ++stops; }
};

struct World {
    World() { begin(); }
    ~World() { end(); }
    void begin() {
        undelivered.emplace(
            Undelivered::Services{
                core.store, backlog, core.clock, core.events, core.metrics, core.policies},
            plan()
        );
        undelivered->glpi_state = [] { return std::string("away"); };
        core.tasks.spawn("undelivered", undelivered->run());
        core.settle();
    }
    void end() {
        undelivered->stop();
        core.settle();
    }
    core::AlarmPlan plan() { return {{{{"p1", 10min}}, 1h}, 4h, {channel, other}, "mon1"}; }
    void look() {
        undelivered->use(plan());
        core.settle();
    }
    void be_late() {
        backlog.late = {{"i1", "p1", "web01", "down", core.clock.time - 11min, ""}};
        look();
    }
    std::vector<AlarmKind> kinds() const {
        std::vector<AlarmKind> result;
        for (const domain::Alarm& alarm : channel->sent) {
            result.push_back(alarm.kind);
        }
        return result;
    }

    CoreWorld core;
    FakeBacklog backlog;
    std::shared_ptr<FakeChannel> channel = std::make_shared<FakeChannel>();
    std::shared_ptr<FakeChannel> other = std::make_shared<FakeChannel>();
    std::optional<Undelivered> undelivered;
};

using Kinds = std::vector<AlarmKind>;

}  // namespace

TEST_CASE("people are told once, again after `repeat`, and when it is over") {
    World world;
    CHECK(world.channel->sent.empty());
    world.be_late();
    world.look();
    CHECK(world.kinds() == Kinds{AlarmKind::raised});
    CHECK(world.channel->sent.at(0).text.find("GLPI: away") != std::string::npos);
    world.core.clock.time += 4h;
    world.look();
    CHECK(world.kinds() == Kinds{AlarmKind::raised, AlarmKind::reminder});
    world.backlog.late.clear();
    world.look();
    world.look();
    CHECK(world.kinds() == Kinds{AlarmKind::raised, AlarmKind::reminder, AlarmKind::over});
    CHECK(world.other->sent.size() == 3);
}

TEST_CASE("a restart tells nothing twice, and tells when it is over") {
    World world;
    world.be_late();
    world.end();
    world.begin();
    CHECK(world.kinds() == Kinds{AlarmKind::raised});
    world.end();
    world.backlog.late.clear();
    world.begin();
    CHECK(world.kinds() == Kinds{AlarmKind::raised, AlarmKind::over});
    world.end();
    world.begin();
    CHECK(world.channel->sent.size() == 2);
}

TEST_CASE("a message that nobody took is tried again; one channel is enough") {
    World world;
    world.channel->works = world.other->works = false;
    world.be_late();
    CHECK(world.core.events.count("alarm_not_sent") == 2);
    world.other->works = true;
    world.look();
    world.look();
    CHECK(world.other->sent.size() == 1);
    CHECK(world.channel->sent.empty());
    CHECK(world.core.events.count("alarm_not_sent") == 3);
}

TEST_CASE("an alert that waits for its place is late by the priority it would have") {
    World world;
    world.core.correlator.stop();  // nothing is decided
    world.core.settle();
    const bool is_problem = GENERATE(true, false);
    domain::Alert alert =
        world.core.alert(is_problem ? domain::AlertKind::problem : domain::AlertKind::recovery);
    alert.severity = domain::Severity::disaster;  // p1
    world.core.take(alert);
    world.core.clock.time += 9min;
    world.look();
    CHECK(world.channel->sent.empty());
    world.core.clock.time += 1min;
    world.look();
    CHECK(world.channel->sent.size() == (is_problem ? 1 : 0));
}

TEST_CASE("what is only observed, or mild, is late for nobody") {
    World world;
    world.core.correlator.stop();
    world.core.settle();
    SECTION("observed") {
        world.core.rules->plan.policy.mode = domain::Mode::observe;
    }
    SECTION("mild") {
        world.core.rules->plan.policy.open = domain::Severity::disaster;
    }
    SECTION("dropped") {
        world.core.rules->plan.drop = true;
    }
    world.core.take(world.core.alert(domain::AlertKind::problem));
    world.core.clock.time += 2h;
    world.look();
    CHECK(world.channel->sent.empty());
}

TEST_CASE("dead letters and the fuse are told, too") {
    World world;
    auto policies = std::make_shared<core::Policies>(*world.core.policies.current());
    policies->storm.fuse = 3;
    world.core.policies.set(std::move(policies));
    world.backlog.openings = 2;
    world.look();
    CHECK(world.channel->sent.empty());
    world.backlog.openings = 3;
    world.look();
    REQUIRE(world.channel->sent.size() == 1);
    CHECK(world.channel->sent.back().fuse_blown);
    domain::Operation dead;
    dead.id = 1;
    dead.state = domain::OperationState::dead;
    world.core.store.operations_table.push_back(dead);
    world.look();
    REQUIRE(world.channel->sent.size() == 2);
    CHECK(world.channel->sent.back().dead == 1);
}

TEST_CASE("without a channel nothing is asked, and a stop reaches the channels") {
    World world;
    const int before = world.backlog.asked;
    world.undelivered->use({});
    world.core.settle();
    CHECK(world.channel->stops > 0);
    CHECK(world.backlog.asked == before);
}

TEST_CASE("what was told is kept as a text that can be read back") {
    domain::AlarmMemory memory;
    CHECK(core::from_fact(core::to_fact(memory)) == memory);
    memory.since = from_unix_ms(1'000);
    memory.told_at = from_unix_ms(2'000);
    memory.dead = true;
    CHECK(core::from_fact(core::to_fact(memory)) == memory);
    for (const char* text : {"", "x", "1 2 3", "a b late dead fuse", "1 2 late dead fuse more"}) {
        CHECK(core::from_fact(text) == domain::AlarmMemory());
    }
}
