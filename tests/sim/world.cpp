// SPDX-License-Identifier: MIT
#include "world.hpp"

#include <stdexcept>
#include <utility>

#include "alert_bridge/storage/housekeeping.hpp"
#include "alert_bridge/storage/listing.hpp"
#include "alert_bridge/storage/outbox.hpp"
#include "alert_bridge/storage/schema.hpp"
#include "lifecycle_world.hpp"
#include "maintenance.hpp"
#include "process.hpp"

namespace alert_bridge::simulation {

namespace {

storage::Database empty_database() {
    auto opened = storage::open_memory_database();
    if (!opened) {
        throw std::runtime_error("no database: " + describe(opened.error()));
    }
    return *std::move(opened);
}

// Drawn once per run. Times are short, so that much happens in an hour.
domain::Policy any_policy(Random& random) {
    using domain::OnRecovery;
    domain::Policy policy;
    if (random.chance(0.5)) {
        policy.open_after = {{"", random.between(Duration(5'000), Duration(120'000))}};
    }
    if (random.chance(0.3)) {
        policy.group_by = {"host"};
    }
    policy.flapping.quiet = Duration(300'000);  // over within kPeace
    policy.resolve_after = random.between(Duration(0), Duration(300'000));
    constexpr Duration kWindows[] = {Duration(0), Duration(600'000), Duration(86'400'000)};
    policy.reopen_within = kWindows[random.index(std::size(kWindows))];
    constexpr OnRecovery kEnds[] = {
        OnRecovery::solve_untouched, OnRecovery::solve_untouched, OnRecovery::solve,
        OnRecovery::followup};
    policy.on_recovery = kEnds[random.index(std::size(kEnds))];
    policy.notify.solve = random.chance(0.3);
    if (random.chance(0.3)) {
        policy.on_acknowledge = domain::OnAcknowledge::take;
    }
    if (random.chance(0.3)) {
        policy.on_repeat = domain::OnRepeat::each;
    }
    return policy;
}

// Most runs can tell monitoring, some only one kind of it.
domain::BackPolicies any_backs(std::uint64_t seed) {
    using Acknowledge = domain::BackPolicy::Acknowledge;
    domain::BackPolicies backs;
    const std::uint64_t kind = seed / 3 % 4;
    domain::BackPolicy policy;
    policy.acknowledge = seed / 24 % 2 == 0 ? Acknowledge::when_taken : Acknowledge::when_opened;
    policy.close = seed / 48 % 2 == 0;
    if (kind != 0) {
        backs["zabbix"] = policy;
    }
    if (kind > 1) {
        backs["nagios"] = policy;
    }
    return backs;
}

// One kind of crowd in a run. Budgets are small, so that a handful of problems is a storm.
enum class Crowd { none, storm, hosts };

domain::StormPolicy small_budgets(std::uint64_t seed) {
    domain::StormPolicy storm;
    storm.per_entity = static_cast<int>(1 + seed / 12 % 3);
    storm.overall = static_cast<int>(seed / 36 % 4);
    storm.fuse = seed / 144 % 4 == 0 ? 6 : 0;
    storm.within = Duration(120'000);
    storm.own_ticket_after = Duration(180'000);
    if (seed / 576 % 2 == 0) {
        storm.exempt = {"p1"};
    }
    return storm;
}

class World {
  public:
    explicit World(const RunOptions& options)
        : trace_(options.out),
          trouble_(options.seed, options.length, time_, trace_),
          db_(empty_database()),
          glpi_(time_, trouble_, trace_, domain::RetryPolicy().quarantine),
          monitoring_(std::make_shared<Monitoring>(time_, trouble_, options.length)),
          back_(std::make_shared<SimBack>(options.seed, time_, trouble_, trace_)),
          events_(time_, trace_),
          ids_(options.seed),
          claims_for_nobody_(options.claims_for_nobody),
          peace_(time_.now() + options.length),
          maintenance_(any_maintenance(options.seed, time_.now(), options.length)) {
        test_support::PlainRules rules;
        policy_ = any_policy(trouble_.random);
        constexpr domain::Fold kFolds[] = {
            domain::Fold::report, domain::Fold::each, domain::Fold::report, domain::Fold::drop};
        policy_.fold = kFolds[options.seed % std::size(kFolds)];
        const Crowd crowd = static_cast<Crowd>(options.seed / 4 % 3);
        if (crowd == Crowd::hosts) {
            policy_.under = domain::Under::host_down;
            policy_.under_wait =
                Duration(static_cast<std::int64_t>(options.seed / 12 % 4) * 20'000);
        }
        monitoring_->knows_hosts = crowd == Crowd::hosts;
        if (options.seed % 3 != 0) {
            watch_every_ = Duration(options.seed % 2 == 0 ? 60'000 : 120'000);
            glpi_.people_reopen = true;
            constexpr Duration kRechecks[] = {Duration(600'000), Duration(0), Duration(14'400'000)};
            policy_.recheck_after = kRechecks[options.seed / 6 % std::size(kRechecks)];
        }
        rules.plan.policy = policy_;
        rules.plan.default_entity.value = "Root";
        rules.plan.glpi_default_entity.value = "Root";
        if (trouble_.random.chance(0.5)) {
            rules.plan.category = "Monitoring";
        }
        auto policies = std::make_shared<core::Policies>();
        policies->rules = std::make_shared<TimedRules>(std::move(rules), maintenance_);
        policies->templates = std::make_shared<test_support::PlainTemplates>();
        if (crowd == Crowd::storm) {
            policies->storm = small_budgets(options.seed);
        }
        policies->backs = any_backs(options.seed);
        core::Backs backs;
        for (const auto& [source, policy] : policies->backs) {
            backs[source].port = back_;
        }
        backs_ = std::make_shared<const core::Backs>(std::move(backs));
        policies_ = std::move(policies);
        glpi_.untouched_only = policy_.on_recovery != domain::OnRecovery::solve;
        glpi_.breaker = trouble_.random.chance(0.7);
        glpi_.posts_twice = options.posts_twice;
        glpi_.overrules_people = options.overrules_people;
        glpi_.on_back = [this] {
            if (process_) {
                process_->glpi_is_back();
            }
        };
        monitoring_->post = [this](std::size_t number) {
            if (process_) {
                process_->post(number);
            }
            return process_.has_value();
        };
    }

    RunResult run() {
        monitoring_->plan(static_cast<int>(trouble_.random.between(5, 30)));
        start();
        look_around();
        if (claims_for_nobody_) {
            claim_for_nobody();
        }
        live_until(peace_);
        trouble_.end();
        back_->end();
        // What fails for ever leaves its umbrella one by one, as the small budgets let it.
        live_until(peace_ + (policies_->storm.per_entity > 0 ? 3 * kPeace : kPeace));
        finish_what_just_began();
        RunResult result;
        result.end = final_state();
        for (std::string& violation : check(result.end)) {
            trace_.violation(time_.now(), std::move(violation));
        }
        result.violations = trace_.violations();
        result.hash = trace_.hash();
        result.crashes = crashes_;
        result.alerts = monitoring_->postings.size();
        process_.reset();
        return result;
    }

  private:
    void start() {
        if (!process_) {
            process_.emplace(Surroundings{
                time_, trouble_, trace_, db_, glpi_, *monitoring_, events_, ids_, policies_,
                monitoring_, watch_every_, back_, backs_});
        }
    }

    void look_around() {
        if (trouble_.random.chance(trouble_.rates.person)) {
            glpi_.act_as_person();
        }
        (void)trouble_.crash_here("between two events");
        if (time_.now() < peace_) {
            time_.after(Duration(60'000), [this] { look_around(); });
        }
    }

    void claim_for_nobody() {
        const auto taken = storage::claim(db_, time_.now() + storage::kDay, 1, Duration(0));
        if (taken.empty() && time_.now() < peace_) {
            time_.after(Duration(1'000), [this] { claim_for_nobody(); });
        }
    }

    void live_until(WallTime end) {
        do {
            if (process_ && !trouble_.crashed) {
                process_->let_run();
            }
            if (trouble_.crashed) {
                crash();
            }
        } while (time_.step(end));
    }

    bool nothing_moves() {
        auto row = db_.query(
            "SELECT count(*) FROM operations WHERE state = 'sending'"
            " OR (state = 'due' AND due_at < ?1)",
            time_.now()
        );
        return row.next() && row.integer() == 0;
    }

    // A digest may be told in the last moment.
    void finish_what_just_began() {
        for (int seconds = 0; seconds < 30; ++seconds) {
            if (nothing_moves()) {
                return;
            }
            live_until(time_.now() + Duration(1'000));
        }
    }

    void crash() {
        process_.reset();
        trouble_.crashed = false;
        ++crashes_;
        time_.after(trouble_.random.between(Duration(100), Duration(60'000)), [this] { start(); });
    }

    FinalState final_state() {
        FinalState state;
        state.occurrences = monitoring_->occurrences;
        state.postings = monitoring_->postings;
        for (const auto& row : storage::incidents(db_, "", true, 1'000'000)) {
            state.incidents.push_back(storage::incident(db_, row.incident.id).value());
        }
        state.tickets = glpi_.tickets;
        state.policy = policy_;
        state.maintenance = maintenance_;
        state.is_watched = watch_every_ > Duration::zero();
        state.now = time_.now();
        state.told = back_->told;
        for (const auto& [source, policy] : policies_->backs) {
            state.told_sources.insert(source);
        }
        state.notices = notices_left();
        {
            auto row = db_.query("SELECT count(*) FROM folded");
            state.folded_untold = row.next() ? row.integer() : -1;
        }
        auto rows = db_.query("SELECT alert_id, seq, state = 'pending', received_at FROM journal");
        while (rows.next()) {
            const std::string id = rows.text();
            JournalRow& row = state.journal[id];
            row.seq = rows.integer();
            row.is_pending = rows.flag();
            row.received_at = from_unix_ms(rows.integer());
        }
        return state;
    }

    std::vector<domain::Notice> notices_left() {
        std::vector<domain::Notice> notices;
        auto rows = db_.query(
            "SELECT problem_key, episode, text, created_at, state, last_error FROM notices"
        );
        while (rows.next()) {
            domain::Notice& notice = notices.emplace_back();
            notice.problem_key = rows.text();
            notice.episode = rows.text();
            notice.text = rows.text();
            notice.created_at = rows.time();
            notice.state = domain::parse_notice_state(rows.text()).value();
            notice.last_error = rows.text();
        }
        return notices;
    }

    VirtualTime time_;
    Trace trace_;
    Trouble trouble_;
    storage::Database db_;
    SimGlpi glpi_;
    std::shared_ptr<Monitoring> monitoring_;
    std::shared_ptr<SimBack> back_;
    core::BacksPtr backs_;
    TracedEvents events_;
    SeededIdSource ids_;
    bool claims_for_nobody_;
    WallTime peace_;
    std::vector<MaintenanceTime> maintenance_;
    Duration watch_every_{0};
    domain::Policy policy_;
    std::shared_ptr<const core::Policies> policies_;
    std::optional<Process> process_;
    int crashes_ = 0;
};

}  // namespace

RunResult run(const RunOptions& options) {
    return World(options).run();
}

}  // namespace alert_bridge::simulation
