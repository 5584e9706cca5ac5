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
    std::function<void()> on_send;
    bool works = true;
    int stops = 0;
    std::string_view name() const noexcept override { return "fake"; }
    boost::asio::awaitable<Result<void>> send(domain::Alarm alarm) override {
        if (on_send) {
            on_send();
        }
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
    void look_after(Duration time) {
        core.clock.time += time;
        look();
    }
    // Nothing is decided; a problem that is late as p1 after ten minutes.
    domain::Alert undecided(std::string key = "z/trigger/1") {
        core.correlator.stop();
        core.settle();
        domain::Alert alert = core.alert(domain::AlertKind::problem, "1", std::move(key));
        alert.severity = domain::Severity::disaster;
        core.take(alert);
        return alert;
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
constexpr Duration kGone = 15min;

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
    CHECK(world.channel->sent.size() == 2);
    world.look_after(kGone);
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
    world.core.clock.time += 24h;
    world.begin();
    CHECK(world.channel->sent.size() == 1);  // nobody knows yet what has not been tried since
    world.look_after(kGone);
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
    const Duration wait = GENERATE(Duration(0), Duration(5min));
    world.core.rules->plan.policy.open_after = {{"p1", wait}};
    world.undecided();
    world.look_after(wait + 9min);
    CHECK(world.channel->sent.empty());
    world.look_after(1min);
    REQUIRE(world.channel->sent.size() == 1);
    CHECK(world.channel->sent[0].text.find("web01: down  (10 minutes, ") != std::string::npos);
}

TEST_CASE("a problem that waits for its place is late once, and not when its end waits, too") {
    World world;
    domain::Alert alert = world.undecided();
    alert.is_repeat = true;
    alert.id = "repeat";
    world.core.take(alert);
    world.undecided("z/trigger/2");
    SECTION("told again and again") {
        world.look_after(10min);
        REQUIRE(world.channel->sent.size() == 1);
        CHECK(world.channel->sent[0].late == 2);
    }
    SECTION("over, or given up") {
        world.core.clock.time += 9min;
        domain::Alert end = alert;
        end.kind = GENERATE(domain::AlertKind::recovery, domain::AlertKind::cancelled);
        end.state = domain::ProblemState::ok;
        end.received_at = world.core.clock.time;
        world.core.take(end);
        world.look_after(1min);
        REQUIRE(world.channel->sent.size() == 1);
        CHECK(world.channel->sent[0].late == 1);
    }
    SECTION("the end of another occurrence") {
        domain::Alert end = world.core.alert(domain::AlertKind::recovery, "0");
        world.core.take(end);
        world.look_after(10min);
        CHECK(world.channel->sent.at(0).late == 2);
    }
    SECTION("one of two occurrences is over") {
        domain::Alert other = world.core.alert(domain::AlertKind::problem, "2");
        other.severity = domain::Severity::disaster;
        world.core.take(other);
        world.core.take(world.core.alert(domain::AlertKind::recovery));
        world.look_after(10min);
        CHECK(world.channel->sent.at(0).late == 2);
    }
    SECTION("an end that something newer has overtaken") {
        domain::Alert end = alert;
        end.kind = domain::AlertKind::recovery;
        end.state = domain::ProblemState::ok;
        --end.order.major;
        world.core.take(end);
        world.look_after(10min);
        CHECK(world.channel->sent.at(0).late == 2);
    }
    SECTION("over, and come again") {
        world.core.take(world.core.alert(domain::AlertKind::recovery));
        world.core.clock.time += 5min;
        domain::Alert next = world.core.alert(domain::AlertKind::problem, "2");
        next.severity = domain::Severity::disaster;
        world.core.take(next);
        world.look_after(5min);
        CHECK(world.channel->sent.at(0).late == 1);
        world.channel->sent.clear();
        world.look_after(4h);
        CHECK(world.channel->sent.at(0).late == 2);
    }
}

TEST_CASE("a late alert is found behind thousands that may wait for longer") {
    World world;
    domain::Alert mild = world.undecided("mild");
    mild.severity = domain::Severity::warning;
    world.core.store.journal.clear();
    for (std::int64_t seq = 1; seq <= 2'500; ++seq) {
        mild.problem_key = "mild" + std::to_string(seq);
        world.core.store.journal.push_back({seq, mild});
    }
    world.undecided("worst");
    world.look_after(10min);
    REQUIRE(world.channel->sent.size() == 1);
    CHECK(world.channel->sent[0].late == 1);
    CHECK(world.channel->sent[0].text.find("p1  web01") != std::string::npos);
}

TEST_CASE("a clock that was set changes neither what was told nor when it is told again") {
    World world;
    world.be_late();
    const Duration jump = GENERATE(Duration(100h), Duration(-100h));
    world.core.clock.time += jump;
    world.undelivered->clock_was_set(jump);
    world.look();
    CHECK(world.kinds() == Kinds{AlarmKind::raised});
    world.end();
    world.begin();  // it was kept, too
    world.look_after(4h - 1min);
    CHECK(world.kinds() == Kinds{AlarmKind::raised});
    world.look_after(1min);
    CHECK(world.kinds() == Kinds{AlarmKind::raised, AlarmKind::reminder});
}

TEST_CASE("a message counts as told when it was sent, not when it was begun") {
    World world;
    bool is_slow = true;
    world.channel->on_send = [&] { world.core.clock.time += is_slow ? 90s : 0s; };
    world.be_late();
    is_slow = false;
    world.look_after(4h - 1s);
    CHECK(world.kinds() == Kinds{AlarmKind::raised});
    world.look_after(1s);
    CHECK(world.kinds() == Kinds{AlarmKind::raised, AlarmKind::reminder});
}

TEST_CASE("a stop and a reload cut what is sent, and are no failure of a channel") {
    World world;
    world.channel->works = false;
    const bool is_reload = GENERATE(true, false);
    int sends = 0;
    world.channel->on_send = [&] {
        if (++sends > 1) {
            world.channel->works = true;
        } else if (is_reload) {
            world.undelivered->use(world.plan());
        } else {
            world.undelivered->stop();
        }
    };
    world.be_late();
    CHECK(world.core.events.count("alarm_not_sent") == 0);
    CHECK(sends == (is_reload ? 2 : 1));
    CHECK(world.other->sent.size() == (is_reload ? 1 : 0));
    CHECK(world.core.metrics.value("alarms_total{kind=raised}") == (is_reload ? 1 : 0));
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
    // Somebody leaves the dead letter lie: the next outage is told all the same.
    world.backlog.openings = 0;
    world.look_after(kGone);
    CHECK(world.channel->sent.size() == 2);
    world.be_late();
    CHECK(world.channel->sent.size() == 3);
    world.backlog.late.clear();
    world.look_after(kGone);
    CHECK(world.channel->sent.size() == 3);
    world.core.store.operations_table.clear();
    world.look_after(kGone);
    REQUIRE(world.channel->sent.size() == 4);
    CHECK(world.channel->sent.back().kind == AlarmKind::over);
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
    const WallTime now = from_unix_ms(9'000);
    CHECK(core::from_fact(core::to_fact(memory), now) == memory);
    memory.since = from_unix_ms(1'000);
    memory.told_at = from_unix_ms(2'000);
    memory.dead = now;
    CHECK(core::from_fact(core::to_fact(memory), now) == memory);
    for (const char* text : {"", "x", "1 2 3", "a b late dead fuse", "1 2 late dead fuse more"}) {
        CHECK(core::from_fact(text, now) == domain::AlarmMemory());
    }
}
