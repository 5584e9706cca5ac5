// SPDX-License-Identifier: MIT
// Correlator: what waits for its place holds up nothing else, however much of it there is.
#include <boost/asio/steady_timer.hpp>

#include "catch.hpp"
#include "core_world.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using core::CorrelatorLimits;
using domain::AlertKind;
using test::CoreWorld;

namespace {

constexpr CorrelatorLimits kFew{20, 20, 8};

// GLPI is away; hosts are strangers, known incidents are not.
struct Outage {
    explicit Outage(CorrelatorLimits limits = kFew) : world(limits) {
        world.correlator.glpi_away = [this] { return away; };
        world.correlator.on_decided = [this](const std::string& id, const domain::Decision&) {
            decided.push_back(id);
        };
        world.dispatcher.may_send = [] { return 0; };
        world.take(world.alert(AlertKind::problem, "1", "known"));
        REQUIRE(world.store.incidents_table.size() == 1);
        away = true;
        world.assets.error = Error{ErrorClass::later, "glpi_away", ""};
        world.assets.errors_left = 1'000'000;
    }
    void add(const domain::Alert& alert) {
        const auto seq = static_cast<std::int64_t>(world.store.journal.size()) + 1;
        world.store.journal.push_back({seq, alert});
    }
    void come_back() {
        away = false;
        world.assets.errors_left = 0;
        world.correlator.look_again();
        world.settle();
    }
    [[nodiscard]] std::string reason_of(std::int64_t seq) { return world.store.decided[seq]; }

    CoreWorld world;
    bool away = false;
    std::vector<std::string> decided;
};

std::string stranger(int number) {
    return "stranger/" + std::to_string(number);
}

}  // namespace

TEST_CASE("a recovery is decided at once behind more strangers than fit into memory") {
    constexpr int kStrangers = 100;
    Outage outage;
    CoreWorld& world = outage.world;
    for (int i = 0; i < kStrangers; ++i) {
        outage.add(world.alert(AlertKind::problem, "1", stranger(i)));
    }
    outage.add(world.alert(AlertKind::recovery, "1", "known"));
    world.correlator.ring();
    world.settle();
    CHECK(outage.reason_of(kStrangers + 2) == "recovered");
    CHECK(world.correlator.waiting() == kStrangers);
    CHECK(world.correlator.in_hand() == 0);
    // Each has asked at most once, and nobody asks or decides again while nothing changes.
    CHECK(world.assets.lookups <= kStrangers + 1);
    const int lookups = world.assets.lookups;
    world.correlator.ring();
    world.settle();
    CHECK(world.assets.lookups == lookups);

    outage.come_back();
    CHECK(world.correlator.waiting() == 0);
    CHECK(world.correlator.in_hand() == 0);
    CHECK(world.store.incidents_table.size() == std::size_t{kStrangers + 1});
    CHECK(outage.decided.size() == std::size_t{kStrangers + 2});
}

TEST_CASE("a recovery is decided at once behind more strangers than the shipped limits hold") {
    constexpr CorrelatorLimits kShipped;
    constexpr int kStrangers = kShipped.waiting + 100;
    Outage outage(kShipped);
    for (int i = 0; i < kStrangers; ++i) {
        outage.add(outage.world.alert(AlertKind::problem, "1", stranger(i)));
    }
    outage.add(outage.world.alert(AlertKind::recovery, "1", "known"));
    outage.world.correlator.ring();
    outage.world.settle();
    CHECK(outage.reason_of(kStrangers + 2) == "recovered");
    CHECK(outage.world.correlator.waiting() == kStrangers);
}

TEST_CASE("alerts of a problem keep their order when some of them had to be put back") {
    constexpr int kStrangers = kFew.waiting;
    Outage outage;
    CoreWorld& world = outage.world;
    for (int i = 0; i < kStrangers; ++i) {
        outage.add(world.alert(AlertKind::problem, "1", stranger(i)));
    }
    // The first has a lane in memory, the second is put back whole.
    const std::int64_t first = static_cast<std::int64_t>(world.store.journal.size()) + 1;
    outage.add(world.alert(AlertKind::problem, "1", "late"));
    world.correlator.ring();
    world.settle();
    world.clock.time += 1s;
    outage.add(world.alert(AlertKind::update, "1", stranger(0)));
    outage.add(world.alert(AlertKind::update, "1", "late"));
    world.correlator.ring();
    world.settle();
    world.clock.time += 1s;
    outage.add(world.alert(AlertKind::recovery, "1", stranger(0)));
    outage.add(world.alert(AlertKind::recovery, "1", "late"));
    world.correlator.ring();
    world.settle();
    CHECK(world.correlator.waiting() == kStrangers + 5);
    CHECK(world.store.decided.count(first) == 0);

    outage.come_back();
    CHECK(outage.reason_of(first) == "opens a ticket");
    CHECK(outage.reason_of(first + 3) == "recovered");
    CHECK(outage.reason_of(first + 4) == "recovered");
    std::set<std::string> once(outage.decided.begin(), outage.decided.end());
    CHECK(once.size() == outage.decided.size());
    CHECK(outage.decided.size() == std::size_t{kStrangers + 6});
    const auto at = [&](std::int64_t seq) {
        const std::string& id = world.store.journal[static_cast<std::size_t>(seq - 1)].alert.id;
        return std::find(outage.decided.begin(), outage.decided.end(), id);
    };
    CHECK(at(first) < at(first + 2));
    CHECK(at(first + 2) < at(first + 4));
    CHECK(at(2) < at(first + 1));
    CHECK(at(first + 1) < at(first + 3));
}

TEST_CASE("at most so many ask GLPI at once") {
    CoreWorld world(kFew);
    world.assets.hang = true;
    for (int i = 0; i < 3 * kFew.asking; ++i) {
        world.store.journal.push_back({i + 1, world.alert(AlertKind::problem, "1", stranger(i))});
    }
    world.correlator.ring();
    world.settle();
    CHECK(world.assets.lookups == kFew.asking);
    world.assets.let_go();
    world.settle();
    CHECK(world.assets.lookups == 3 * kFew.asking);
    CHECK(world.store.incidents_table.size() == 3 * kFew.asking);
}

TEST_CASE("a question that GLPI does not answer is given up when patience is over") {
    CoreWorld world;
    auto impatient = std::make_shared<core::Policies>(*world.policies.current());
    impatient->placement_patience = 20ms;
    world.policies.set(impatient);
    world.assets.hang = true;
    world.take(world.alert(AlertKind::problem));
    CHECK(world.store.incidents_table.empty());
    world.clock.time += 1s;
    // The bell's time is real: let it run until the decision is there.
    boost::asio::steady_timer deadline(world.io, 30s);
    bool too_late = false;
    deadline.async_wait([&](const boost::system::error_code& error) { too_late = !error; });
    world.io.restart();
    while (world.store.incidents_table.empty() && !too_late && world.io.run_one() > 0) {
    }
    REQUIRE(world.store.incidents_table.size() == 1);
    CHECK(world.store.incidents_table[0].placement.provisional);
    CHECK(world.events.count("placed_without_glpi") == 1);
    deadline.cancel();
    world.assets.let_go();
    world.settle();
    CHECK(world.desk.tickets.size() == 1);
}

TEST_CASE("a new configuration helps what waits for its place") {
    Outage outage;
    CoreWorld& world = outage.world;
    outage.add(world.alert(AlertKind::problem, "1", stranger(0)));
    world.correlator.ring();
    world.settle();
    CHECK(world.correlator.waiting() == 1);
    auto next = std::make_shared<core::Policies>(*world.policies.current());
    auto higher = std::make_shared<test_support::PlainRules>(*world.rules);
    higher->plan.policy.open = domain::Severity::disaster;
    next->rules = higher;
    world.policies.set(next);
    world.correlator.look_again();
    world.settle();
    CHECK(world.correlator.waiting() == 0);
    CHECK(world.store.decided.size() == 2);
    CHECK(world.store.incidents_table.size() == 1);
}
