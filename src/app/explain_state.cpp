// SPDX-License-Identifier: MIT
#include "alert_bridge/app/explain_state.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "alert_bridge/app/store_copy.hpp"
#include "alert_bridge/storage/alert_json.hpp"
#include "alert_bridge/storage/decisions.hpp"
#include "alert_bridge/storage/journal.hpp"
#include "alert_bridge/storage/snapshot_json.hpp"

namespace alert_bridge::app {
namespace {

using nlohmann::json;

constexpr int kPageRows = 200;
constexpr const char* kAsIfNew = "every problem is explained as one that nothing is known of";

json as_json(const ports::Subject& subject) {
    json body;
    body["problem_key"] = subject.problem_key;
    body["episode"] = subject.episode;
    body["group_key"] = subject.group_key;
    if (subject.place) {
        body["place"]["entity_id"] = subject.place->entity_id;
        body["place"]["host_key"] = subject.place->host_key;
        body["place"]["asset_key"] = subject.place->asset_key;
    }
    if (subject.budgets.counts) {
        body["budgets"]["burst_since"] = to_unix_ms(subject.budgets.burst_since);
        body["budgets"]["hour_since"] = to_unix_ms(subject.budgets.hour_since);
    }
    return body;
}

std::string text_of(const json& answer, const char* key) {
    const auto found = answer.find(key);
    return found != answer.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

KnownState::KnownState(const config::Config& config, const std::string& socket)
    : client_(socket.empty() ? config.admin.socket : socket) {
    const std::string& path = config.store.path;
    std::string unasked = "the configuration says admin.socket: none";
    if (!client_.socket().empty()) {
        const ports::Subject nothing;
        const auto answer = ask("/explain/known", as_json(nothing), "known");
        daemon_answers_ = answer.has_value();
        unasked = daemon_answers_ ? "" : client_.socket() + ": " + answer.error().message;
    }
    std::error_code failure;
    if (daemon_answers_) {
        origin_ = "asked of the running daemon at " + client_.socket();
    } else if (!std::filesystem::exists(path, failure)) {
        origin_ =
            failure ? path + ": " + failure.message() : "no store yet: " + path + " does not exist";
        origin_ += std::string("; ") + kAsIfNew;
    } else if (is_store_in_use(path)) {
        origin_ =
            "a daemon has " + path + " open and cannot be asked (" + unasked + "); " + kAsIfNew;
    } else {
        open_copy(path);
    }
}

void KnownState::open_copy(const std::string& path) {
    auto opened = open_store_copy(path);
    if (opened) {
        copy_ = std::make_unique<storage::Database>(std::move(*opened));
        origin_ = "read from a copy of " + path + " (no daemon runs)";
    } else {
        origin_ = path + " cannot be read: " + opened.error().message + "; " + kAsIfNew;
    }
}

Result<json> KnownState::ask(const std::string& target, json body, const char* key) const {
    Result<json> answer = client_.exchange(target, std::move(body));
    if (!answer || answer->contains(key)) {
        return answer;
    }
    const std::string why = refusal(*answer);
    return Error{
        ErrorClass::refused, "refused", why.empty() ? "it is no daemon of this version" : why};
}

Result<domain::Snapshot> KnownState::snapshot(const ports::Subject& subject) {
    domain::Snapshot known;
    if (daemon_answers_) {
        const auto answer = ask("/explain/known", as_json(subject), "known");
        if (!answer) {
            return answer.error();
        }
        if (!storage::decode(text_of(*answer, "known"), known)) {
            return Error{ErrorClass::refused, "known", "what it told cannot be read"};
        }
        return known;
    }
    if (copy_ == nullptr) {
        return Error{ErrorClass::refused, "no_store", origin_};
    }
    (void)storage::decide(*copy_, subject, [&known](const domain::Snapshot& found) {
        known = found;
        domain::Decision nothing;
        nothing.verdict = domain::Verdict::needs_placement;
        return nothing;
    });
    return known;
}

Result<KnownState::Stored> KnownState::alert(const std::string& id) {
    ports::SnapshotStore::StoredAlert found;
    if (daemon_answers_) {
        json body;
        body["id"] = id;
        const auto answer = ask("/explain/alert", std::move(body), "alert");
        if (!answer) {
            return answer.error();
        }
        found = {
            text_of(*answer, "alert"), text_of(*answer, "decision"), text_of(*answer, "incident")};
    } else if (copy_ != nullptr) {
        auto stored = storage::stored_alert(*copy_, id);
        if (!stored) {
            return Error{ErrorClass::refused, "no_alert", "there is no alert " + id};
        }
        found = std::move(*stored);
    } else {
        return Error{ErrorClass::refused, "no_store", origin_};
    }
    Stored stored{{}, std::move(found.reason), std::move(found.incident_id)};
    if (!storage::decode(found.text, stored.alert)) {
        return Error{ErrorClass::refused, "alert", "the stored alert cannot be read"};
    }
    return stored;
}

Result<KnownState::Alerts> KnownState::alerts(std::int64_t after, WallTime since) {
    ports::SnapshotStore::AlertTexts texts;
    if (daemon_answers_) {
        json body;
        body["after"] = after;
        body["since"] = to_unix_ms(since);
        const auto answer = ask("/explain/alerts", std::move(body), "alerts");
        if (!answer) {
            return answer.error();
        }
        for (const json& row : answer->at("alerts")) {
            if (row.is_array() && row.size() == 2 && row[0].is_number_integer() &&
                row[1].is_string()) {
                texts.emplace_back(row[0].get<std::int64_t>(), row[1].get<std::string>());
            }
        }
    } else if (copy_ != nullptr) {
        texts = storage::alert_texts(*copy_, after, since, kPageRows);
    } else {
        return Error{ErrorClass::refused, "no_store", origin_};
    }
    Alerts alerts;
    for (const auto& [seq, text] : texts) {
        domain::Alert alert;
        if (!storage::decode(text, alert)) {
            return Error{ErrorClass::refused, "alert", "a stored alert cannot be read"};
        }
        alerts.emplace_back(seq, std::move(alert));
    }
    return alerts;
}

}  // namespace alert_bridge::app
