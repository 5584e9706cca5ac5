// SPDX-License-Identifier: MIT
#include "alert_bridge/core/state_check.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "alert_bridge/base/text.hpp"
#include "catch.hpp"
#include "fake_back.hpp"
#include "fake_store.hpp"
#include "fakes.hpp"
#include "lifecycle_world.hpp"

namespace alert_bridge::test {
namespace {

using domain::AlertKind;
using ports::ProblemNow;
using std::chrono::minutes;
using std::chrono::seconds;

// Each word of a body is a failing problem: "KEY=OCCURRENCE", severity high, or mild after "~".
class WordDecoder final : public ports::AlertDecoder {
  public:
    Result<ports::Decoded> decode(std::string_view body, WallTime) const override {
        if (body == "?") {
            return Error{ErrorClass::refused, "json", "not JSON"};
        }
        ports::Decoded decoded;
        for (std::string word : split(body, " ")) {
            domain::Alert alert;
            const bool is_mild = word.starts_with('~');
            word.erase(0, is_mild ? 1 : 0);
            alert.kind = AlertKind::problem;
            alert.state = domain::ProblemState::failing;
            alert.severity = is_mild ? domain::Severity::information : domain::Severity::high;
            alert.problem_key = "z/" + word.substr(0, word.find('='));
            alert.episode = word.substr(word.find('=') + 1);
            alert.idempotency_key = "z/" + word;
            alert.host.name = "web01";
            alert.problem_name = word;
            decoded.alerts.push_back(std::move(alert));
        }
        return decoded;
    }
};

class CheckWorld {
  public:
    explicit CheckWorld(core::Back settings = {}) {
        auto shared = std::make_shared<core::Policies>();
        shared->rules = std::make_shared<test_support::PlainRules>();
        policies.set(std::move(shared));
        settings.port = port;
        auto table = std::make_shared<core::Backs>();
        table->emplace("z", settings);
        check.use(table);
        back = settings;
    }

    // An open problem, heard of long ago.
    void open(const std::string& key, const std::string& episode = "1@T") {
        ports::OpenProblem problem;
        problem.problem_key = "z/" + key;
        problem.episode = episode;
        problem.problem_name = key + " fails";
        problem.order = {7, 1};
        problem.heard_at = clock.time - minutes(10);
        notices.open.push_back(problem);
    }
    bool look() { return is_answered(check.check("z", back)); }
    void says(std::vector<ProblemNow> known, std::vector<std::string> present = {}) {
        port->on_look = [known = std::move(known), present = std::move(present)] {
            ports::Sight sight;
            sight.known = known;
            sight.present = present;
            return Result<ports::Sight>(sight);
        };
    }
    [[nodiscard]] std::vector<domain::Alert> journal() const {
        std::vector<domain::Alert> alerts;
        for (const ports::JournalEntry& entry : store.journal) {
            alerts.push_back(entry.alert);
        }
        return alerts;
    }
    void settle() {
        io.restart();
        while (io.poll() > 0) {
        }
    }

    boost::asio::io_context io{1};
    FakeStore store;
    FakeNotices notices;
    JumpingClock clock;
    RecordedEvents events;
    RecordedMetrics metrics;
    SeededIdSource ids{7};
    core::PolicyHolder policies{nullptr};
    core::Tasks tasks{io.get_executor(), clock, events};
    core::Intake intake{
        store,
        clock,
        ids,
        events,
        metrics,
        {{"z", std::make_shared<WordDecoder>()}},
        core::IntakeLimits{1'000, 500}};
    std::shared_ptr<FakeBack> port = std::make_shared<FakeBack>();
    core::Back back;
    core::StateCheck check{
        {notices, clock, events, metrics, policies, intake},
        tasks,
        std::make_shared<const core::Backs>()};

  private:
    bool is_answered(boost::asio::awaitable<bool> task) {
        std::optional<bool> result;
        boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr, bool answered) {
            result = answered;
        });
        settle();
        REQUIRE(result.has_value());
        return *result;
    }
};

}  // namespace

TEST_CASE("a missed recovery goes into the journal as if it had been sent", "[state_check]") {
    CheckWorld world;
    for (const char* key : {"a", "b", "c", "d"}) {
        world.open(key);
    }
    domain::Alert last;
    last.problem_key = "z/a";
    last.host.name = "web01";
    last.service = "HTTP";
    last.comment = "somebody's";
    last.kind = AlertKind::acknowledgement;
    world.notices.last["z/a"] = last;
    world.says({ProblemNow::ok, ProblemNow::failing, ProblemNow::gone, ProblemNow::unknown});
    CHECK(world.look());
    REQUIRE(world.port->asked.size() == 1);
    CHECK(world.port->asked[0].size() == 4);

    const auto journal = world.journal();
    REQUIRE(journal.size() == 2);
    const bool in_order = journal[0].problem_key == "z/a";
    const domain::Alert& over = journal[in_order ? 0 : 1];
    CHECK(over.kind == AlertKind::recovery);
    CHECK(over.state == domain::ProblemState::ok);
    CHECK(over.episode == "1@T");
    CHECK(over.order == domain::AlertOrder{7, 1});
    CHECK(over.source == "z");
    CHECK(over.host.name == "web01");
    CHECK(over.service == "HTTP");
    CHECK(over.comment.empty());
    CHECK_FALSE(over.whole_problem);
    CHECK_FALSE(over.id.empty());
    const domain::Alert& given_up = journal[in_order ? 1 : 0];
    CHECK(given_up.problem_key == "z/c");
    CHECK(given_up.kind == AlertKind::cancelled);
    CHECK(given_up.problem_name == "c fails");
    CHECK(world.intake.pending == 2);
    CHECK(world.metrics.value("missed_recoveries_total{source=z}") == 2);
    CHECK(world.metrics.value("problems_unclear{source=z}") == 1);

    // Found again before it is decided: no second alert.
    CHECK(world.look());
    CHECK(world.journal().size() == 2);
}

TEST_CASE("news of this minute are left to their own notices", "[state_check]") {
    CheckWorld world;
    world.open("a");
    world.notices.open[0].heard_at = world.clock.time - seconds(20);
    world.says({ProblemNow::ok});
    CHECK(world.look());
    CHECK(world.journal().empty());
    world.clock.time += seconds(15);
    CHECK(world.look());
    CHECK(world.journal().size() == 1);
}

TEST_CASE("where a list is everything there is, what it lacks is over", "[state_check]") {
    CheckWorld world;
    world.open("a", "1");
    world.open("b", "1");
    world.open("c", "1");
    world.says({}, {"a=1 c=2"});
    CHECK(world.look());
    std::vector<std::string> over;
    for (const domain::Alert& alert : world.journal()) {
        over.push_back(alert.problem_key);
    }
    std::sort(over.begin(), over.end());
    CHECK(over == std::vector<std::string>{"z/b", "z/c"});  // c has begun anew
}

TEST_CASE("what is hushed goes on, and is not missed", "[state_check]") {
    CheckWorld world;
    world.open("a", "1");
    world.port->on_look = [] {
        ports::Sight sight;
        sight.hushed = {"a=1 b=1"};
        return Result<ports::Sight>(sight);
    };
    CHECK(world.look());
    CHECK(world.look());
    CHECK(world.journal().empty());
    CHECK(world.metrics.value("problems_unheard{source=z}") == 0);
}

TEST_CASE("a source that does not answer changes nothing, and is told of once", "[state_check]") {
    CheckWorld world;
    world.open("a");
    world.port->on_look = [] {
        return Result<ports::Sight>(Error{ErrorClass::later, "connect", "refused"});
    };
    CHECK_FALSE(world.look());
    CHECK_FALSE(world.look());
    CHECK(world.journal().empty());
    CHECK(world.events.count("state_check_failed") == 1);
    CHECK(world.metrics.value("state_checks_total{source=z,result=failed}") == 2);
    world.says({ProblemNow::ok});
    CHECK(world.look());
    CHECK(world.events.count("state_check_well") == 1);
    CHECK(world.journal().size() == 1);
}

TEST_CASE("a problem that was never heard of is reported at the second look", "[state_check]") {
    CheckWorld world;
    world.notices.heard = {"z/known|1"};
    world.says({ProblemNow::failing}, {"new=1 known=1 ~mild=1", "?"});
    world.open("a");
    CHECK(world.look());
    CHECK(world.metrics.value("problems_unheard{source=z}") == 0);
    CHECK(world.events.count("problems_unheard") == 0);
    CHECK(world.look());
    CHECK(world.metrics.value("problems_unheard{source=z}") == 1);
    CHECK(world.events.count("problems_unheard") == 1);
    CHECK(world.journal().empty());
    world.look();
    CHECK(world.events.count("problems_unheard") == 1);  // told already
    world.says({ProblemNow::failing});
    CHECK(world.look());
    CHECK(world.metrics.value("problems_unheard{source=z}") == 0);
}

TEST_CASE("where configured, it becomes an alert", "[state_check]") {
    core::Back settings;
    settings.open_unheard = true;
    CheckWorld world(settings);
    world.open("a");
    world.says({ProblemNow::failing}, {"new=1"});
    CHECK(world.look());
    CHECK(world.journal().empty());
    CHECK(world.look());
    REQUIRE(world.journal().size() == 1);
    CHECK(world.journal()[0].problem_key == "z/new");
    CHECK(world.journal()[0].kind == AlertKind::problem);
}

TEST_CASE("a store that takes nothing is asked again at the next look", "[state_check]") {
    CheckWorld world;
    world.open("a");
    world.says({ProblemNow::ok});
    world.store.append_error = Error{ErrorClass::later, "store_busy", "busy"};
    CHECK(world.look());
    CHECK(world.metrics.value("missed_recoveries_total{source=z}") == 0);
    world.store.append_error.reset();
    CHECK(world.look());
    CHECK(world.journal().size() == 1);
}

TEST_CASE("looks come at the start, by the clock, after an outage, and never when off") {
    core::Back settings;
    settings.reconcile = minutes(10);
    CheckWorld world(settings);
    world.tasks.spawn("state_check", world.check.run());
    world.settle();
    CHECK(world.port->asked.size() == 1);
    world.clock.time += minutes(5);
    world.check.look_again();
    world.settle();
    CHECK(world.port->asked.size() == 2);
    world.check.stop();
    world.settle();

    settings.reconcile = Duration::zero();
    CheckWorld off(settings);
    off.tasks.spawn("state_check", off.check.run());
    off.settle();
    CHECK(off.port->asked.empty());
    off.check.stop();
    off.settle();
}

}  // namespace alert_bridge::test
