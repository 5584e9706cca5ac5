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
                if (is_over_ || work_.time_is_over()) {
                    is_over_ = true;
                    return;
                }
                take(name);
            }
        }
    }

    [[nodiscard]] bool is_over() const noexcept { return is_over_; }
    [[nodiscard]] bool has_untried() const { return !untried().empty(); }

  private:
    struct Suspect {
        std::string name, why;
    };

    std::vector<std::string> untried() const {
        std::vector<std::string> names = spool_.waiting();
        std::erase_if(names, [this](const std::string& name) { return tried_.contains(name); });
        return names;
    }

    void take(const std::string& name) {
        auto body = spool_.read(name);
        if (!body) {
            set_aside(name, body.error().message);
            return;
        }
        if (!*body) {
            return;  // somebody removed it
        }
        SendAnswer answer = work_.deliver(**body);
        if (answer.kind != SendAnswer::Kind::accepted) {
            report_.stopped_by = answer.kind;
            report_.why = answer.why;
        }
        switch (answer.kind) {
            case SendAnswer::Kind::accepted:
                accept(name);
                break;
            case SendAnswer::Kind::refused:
                set_aside(name, answer.why);
                break;
            case SendAnswer::Kind::mistaken:
                tried_.insert(name);
                suspects_.push_back({name, std::move(answer.why)});
                is_over_ = suspects_.size() >= kSuspectsMax;
                break;
            case SendAnswer::Kind::away:
                is_over_ = true;
                break;
        }
    }

    void accept(const std::string& name) {
        spool_.remove(name);
        ++report_.sent;
        settle(name, SendFate::sent);
        for (const Suspect& suspect : std::exchange(suspects_, {})) {
            set_aside(suspect.name, suspect.why);
        }
    }

    void set_aside(const std::string& name, const std::string& why) {
        if (const auto moved = spool_.set_aside(name, why); !moved) {
            tried_.insert(name);  // it stays, and does not hold up the others
            report_.why = moved.error().message;
            report_.stopped_by = SendAnswer::Kind::mistaken;
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
    std::vector<Suspect> suspects_;
    std::set<std::string> tried_;  // and staying
    bool is_over_ = false;
};

}  // namespace

SendReport send_waiting(SendSpool& spool, const SendWork& work, const std::string& own) {
    SendReport report;
    Round round(spool, work, own, report);
    // The last look is without the turn: who added while we had it has found it taken, and is gone.
    do {
        const auto turn = spool.take_turn();
        report.others_turn = !turn;
        if (!turn) {
            break;
        }
        spool.clear_leavings(work.now());
        round.run();
    } while (!round.is_over() && round.has_untried());
    const std::vector<std::string> left = spool.waiting();
    report.waiting = left.size();
    const bool own_is_left = std::find(left.begin(), left.end(), own) != left.end();
    if (report.own == SendFate::waits && !own.empty() && !own_is_left) {
        report.own = spool.was_set_aside(own) ? SendFate::set_aside : SendFate::unknown;
        report.why = report.own == SendFate::set_aside ? "the reason stands beside it" : report.why;
    }
    return report;
}

}  // namespace alert_bridge::app
