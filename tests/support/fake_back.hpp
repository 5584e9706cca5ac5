// SPDX-License-Identifier: MIT
//
// FakeNotices: ports::NoticeStore in memory. FakeBack: a monitoring system that says what a test
// wants. Thread rule: one thread.
#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/ports/monitoring_back.hpp"

namespace alert_bridge::test {

class FakeNotices final : public ports::NoticeStore {
  public:
    template <class T>
    using Task = boost::asio::awaitable<Result<T>>;

    std::vector<domain::Notice> notices;
    std::vector<ports::OpenProblem> open;
    std::map<std::string, domain::Alert> last;  // by problem key
    std::set<std::string> heard;                // "KEY|OCCURRENCE"
    std::optional<Error> settle_error;
    int reads = 0;  // of what is due

    void owe(std::string key, std::string text, WallTime due_at) {
        domain::Notice notice;
        notice.id = ++last_id_;
        notice.problem_key = std::move(key);
        notice.episode = "1";
        notice.text = std::move(text);
        notice.created_at = notice.due_at = due_at;
        notices.push_back(std::move(notice));
    }

    Task<std::vector<std::string>> sources_to_tell(WallTime now) override {
        std::set<std::string> names;
        for (const domain::Notice& notice : notices) {
            if (is_due(notice, now)) {
                names.emplace(domain::parts_of_key(notice.problem_key).source);
            }
        }
        co_return std::vector<std::string>(names.begin(), names.end());
    }
    Task<std::vector<domain::Notice>> due_notices(std::string source, WallTime now, int limit)
        override {
        ++reads;
        std::vector<domain::Notice> due;
        std::set<std::string> seen;
        for (const domain::Notice& notice : notices) {
            const bool is_first = notice.state == domain::NoticeState::due &&
                                  seen.insert(notice.problem_key + notice.episode).second;
            const bool is_its = domain::parts_of_key(notice.problem_key).source == source;
            if (is_first && is_its && is_due(notice, now) &&
                due.size() < static_cast<std::size_t>(limit)) {
                due.push_back(notice);
            }
        }
        co_return due;
    }
    Task<std::optional<WallTime>> next_notice() override {
        std::optional<WallTime> next;
        for (const domain::Notice& notice : notices) {
            if (notice.state == domain::NoticeState::due) {
                next = next ? std::min(*next, notice.due_at) : notice.due_at;
            }
        }
        co_return next;
    }
    Task<void> settle_notice(std::int64_t id, std::optional<domain::Notice> next) override {
        if (settle_error) {
            co_return *settle_error;
        }
        const auto found = std::find_if(notices.begin(), notices.end(), [id](const auto& notice) {
            return notice.id == id;
        });
        if (found != notices.end() && next) {
            *found = *std::move(next);
        } else if (found != notices.end()) {
            notices.erase(found);
        }
        co_return Result<void>();
    }

    Task<std::vector<ports::OpenProblem>> open_problems(
        std::string, ports::OpenProblem after, int limit
    ) override {
        std::vector<ports::OpenProblem> page;
        for (const ports::OpenProblem& problem : open) {
            const bool is_behind = std::pair(problem.problem_key, problem.episode) >
                                   std::pair(after.problem_key, after.episode);
            if (is_behind && page.size() < static_cast<std::size_t>(limit)) {
                page.push_back(problem);
            }
        }
        co_return page;
    }
    Task<std::optional<domain::Alert>> last_alert(std::string problem_key, std::string) override {
        std::optional<domain::Alert> found;
        if (const auto at = last.find(problem_key); at != last.end()) {
            found = at->second;
        }
        co_return found;
    }
    Task<std::vector<Occurrence>> never_heard(std::vector<Occurrence> present) override {
        std::erase_if(present, [this](const Occurrence& one) {
            return heard.count(one.problem_key + "|" + one.id) > 0;
        });
        co_return present;
    }

  private:
    static bool is_due(const domain::Notice& notice, WallTime now) {
        return notice.state == domain::NoticeState::due && notice.due_at <= now;
    }
    std::int64_t last_id_ = 0;
};

class FakeBack final : public ports::MonitoringBack {
  public:
    std::vector<domain::Notice> told;
    std::vector<std::vector<ports::OpenProblem>> asked;
    std::function<Result<void>(const domain::Notice&)> on_tell = [](const domain::Notice&) {
        return Result<void>();
    };
    std::function<Result<ports::Sight>()> on_look = [] { return ports::Sight(); };
    int stops = 0;

    ports::Awaitable<Result<void>> tell(domain::Notice notice) override {
        told.push_back(notice);
        co_return on_tell(notice);
    }
    ports::Awaitable<Result<ports::Sight>> look(std::vector<ports::OpenProblem> known) override {
        asked.push_back(std::move(known));
        co_return on_look();
    }
    void stop() noexcept override { ++stops; }
};

}  // namespace alert_bridge::test
