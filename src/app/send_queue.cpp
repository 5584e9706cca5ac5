// SPDX-License-Identifier: MIT
#include "alert_bridge/app/send_queue.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace alert_bridge::app {
namespace {

class Round {
  public:
    Round(SendSpool& spool, const SendWork& work, const std::string& own, SendReport& report)
        : spool_(spool), work_(work), own_(own), report_(report) {}

    // Until nothing waits or nothing more is to be tried now.
    void run() {
        while (!is_over_) {
            const std::vector<std::string> names = untried();
            if (names.empty()) {
                return;
            }
            for (const std::string& name : names) {
                if (time_is_over()) {
                    return;
                }
                take(name);
            }
        }
    }

    [[nodiscard]] bool is_over() const noexcept { return is_over_; }
    [[nodiscard]] bool has_untried() { return !untried().empty(); }

    void fail(const Error& error) {
        is_over_ = true;
        report_.failure = error.message;
    }

  private:
    std::vector<std::string> untried() {
        auto names = spool_.waiting();
        if (!names) {
            fail(names.error());
            return {};
        }
        std::erase_if(*names, [this](const std::string& name) { return tried_.contains(name); });
        return std::move(*names);
    }

    [[nodiscard]] bool time_is_over() {
        is_over_ = is_over_ || work_.time_is_over();
        return is_over_;
    }

    // `again`: it was answered like a wrong token, and then another alert was accepted.
    void take(const std::string& name, bool again = false) {
        const auto body = spool_.read(name);
        if (!body) {
            set_aside(name, body.error().message);
            return;
        }
        if (!*body) {
            return;  // somebody removed it
        }
        const SendAnswer answer = work_.deliver(**body);
        if (answer.kind == SendAnswer::Kind::accepted) {
            accept(name);
            return;
        }
        report_.stopped_by = answer.kind;
        report_.why = answer.why;
        if (answer.kind == SendAnswer::Kind::away) {
            is_over_ = true;
        } else if (answer.kind == SendAnswer::Kind::refused || again) {
            set_aside(name, answer.why);
        } else {
            tried_.insert(name);
            suspects_.push_back(name);
            is_over_ = suspects_.size() >= kSuspectsMax;
        }
    }

    void accept(const std::string& name) {
        if (const auto removed = spool_.remove(name); !removed) {
            fail(removed.error());  // it would go out for ever
            return;
        }
        ++report_.sent;
        settle(name, SendFate::sent);
        if (report_.stopped_by == SendAnswer::Kind::mistaken) {
            report_.stopped_by = SendAnswer::Kind::accepted;  // it was a passing mistake, or theirs
            report_.why.clear();
        }
        for (const std::string& suspect : std::exchange(suspects_, {})) {
            if (!time_is_over()) {
                take(suspect, true);
            }
        }
    }

    void set_aside(const std::string& name, const std::string& why) {
        if (const auto moved = spool_.set_aside(name, why); !moved) {
            tried_.insert(name);  // it stays, and does not hold up the others
            report_.failure = moved.error().message;
            return;
        }
        ++report_.set_aside;
        report_.why = why;
        report_.stopped_by = SendAnswer::Kind::refused;
        settle(name, SendFate::set_aside);
    }

    void settle(const std::string& name, SendFate fate) {
        if (name == own_) {
            report_.own = fate;
        }
    }

    SendSpool& spool_;
    const SendWork& work_;
    const std::string& own_;
    SendReport& report_;
    std::vector<std::string> suspects_;
    std::set<std::string> tried_;  // and staying
    bool is_over_ = false;
};

}  // namespace

bool needs_repair(const SendReport& report) {
    const bool is_mistaken = report.stopped_by == SendAnswer::Kind::mistaken && report.waiting > 0;
    return is_mistaken || !report.failure.empty();
}

SendReport send_waiting(SendSpool& spool, const SendWork& work, const std::string& own) {
    SendReport report;
    Round round(spool, work, own, report);
    // The last look is without the turn: who added while we had it has found it taken, and is gone.
    do {
        const auto turn = spool.take_turn();
        if (!turn) {
            round.fail(turn.error());
            break;
        }
        report.others_turn = !turn->has_value();
        if (report.others_turn) {
            break;
        }
        spool.clear_leavings(work.now());
        round.run();
    } while (!round.is_over() && round.has_untried());
    const auto left = spool.waiting();
    if (!left) {
        round.fail(left.error());
        return report;
    }
    report.waiting = left->size();
    const bool own_is_left = std::find(left->begin(), left->end(), own) != left->end();
    if (report.own == SendFate::waits && !own.empty() && !own_is_left) {
        report.own = spool.was_set_aside(own) ? SendFate::set_aside : SendFate::unknown;
        report.why = report.own == SendFate::set_aside ? "the reason stands beside it" : report.why;
    }
    return report;
}

}  // namespace alert_bridge::app
