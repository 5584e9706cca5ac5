// SPDX-License-Identifier: MIT
#include "alert_bridge/app/explain_state.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "alert_bridge/net/local_socket.hpp"
#include "alert_bridge/storage/alert_json.hpp"
#include "alert_bridge/storage/decisions.hpp"
#include "alert_bridge/storage/journal.hpp"
#include "alert_bridge/storage/schema.hpp"
#include "alert_bridge/storage/snapshot_json.hpp"

namespace alert_bridge::app {
namespace {

namespace files = std::filesystem;
using nlohmann::json;

constexpr Duration kPatience{30'000};
constexpr int kPageRows = 200;
constexpr const char* kAsIfNew = "every problem is explained as one that nothing is known of";

std::string dump(const json& value) {
    return value.dump(-1, ' ', true, json::error_handler_t::replace);
}

json as_json(const ports::Subject& subject) {
    json body;
    body["problem_key"] = subject.problem_key;
    body["episode"] = subject.episode;
    body["group_key"] = subject.group_key;
    if (subject.place && subject.place->entity_id >= 0) {
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

// SQLite's locks are those of fcntl; asking for them takes none.
bool is_in_use(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return false;
    }
    struct flock lock {};
    lock.l_type = F_RDLCK;
    lock.l_whence = SEEK_SET;
    const bool asked = ::fcntl(file, F_GETLK, &lock) == 0;
    ::close(file);
    return asked && lock.l_type != F_UNLCK;
}

std::int64_t size_of(const std::string& path) {
    std::error_code failure;
    const auto bytes = files::file_size(path, failure);
    return failure ? 0 : static_cast<std::int64_t>(bytes);
}

std::string make_directory() {
    std::error_code failure;
    std::string name = (files::temp_directory_path(failure) / "glpi-alert-bridge-XXXXXX").string();
    return failure || ::mkdtemp(name.data()) == nullptr ? std::string() : name;
}

// Why not; empty: it is copied.
std::string copy_files(const std::string& path, const std::string& directory) {
    const std::string log = path + "-wal";
    const std::int64_t bytes = size_of(path) + size_of(log);
    std::error_code failure;
    const auto space = files::space(directory, failure);
    const auto room = failure ? 0 : static_cast<std::int64_t>(space.available / 2);
    if (bytes > KnownState::kCopyMax || bytes > room) {
        return "it is too large to be copied (" + std::to_string(bytes >> 20) + " MiB)";
    }
    const auto before = files::last_write_time(path, failure);
    files::copy_file(path, directory + "/store.db", failure);
    if (!failure && files::exists(log, failure)) {
        files::copy_file(log, directory + "/store.db-wal", failure);
    }
    if (failure) {
        return failure.message();
    }
    const bool changed = files::last_write_time(path, failure) != before || is_in_use(path);
    return failure || changed ? "a daemon started meanwhile" : "";
}

}  // namespace

KnownState::KnownState(const config::Config& config, const std::string& socket)
    : socket_(socket.empty() ? config.admin.socket : socket) {
    const std::string& path = config.store.path;
    if (!socket_.empty()) {
        ports::Subject nothing;
        daemon_answers_ = ask("/explain/known", dump(as_json(nothing)), "known").has_value();
    }
    std::error_code failure;
    if (daemon_answers_) {
        origin_ = "asked of the running daemon at " + socket_;
    } else if (!files::exists(path, failure)) {
        origin_ =
            failure ? path + ": " + failure.message() : "no store yet: " + path + " does not exist";
        origin_ += std::string("; ") + kAsIfNew;
    } else if (is_in_use(path)) {
        origin_ = "a daemon has " + path + " open, but none of this version answers at " + socket_ +
                  "; " + kAsIfNew;
    } else {
        open_copy(path);
    }
}

KnownState::~KnownState() {
    copy_.reset();
    if (!directory_.empty()) {
        std::error_code ignored;
        files::remove_all(directory_, ignored);
    }
}

void KnownState::open_copy(const std::string& path) {
    directory_ = make_directory();
    std::string problem = directory_.empty() ? "no temporary directory" : "";
    if (problem.empty()) {
        problem = copy_files(path, directory_);
    }
    if (problem.empty()) {
        storage::DatabaseOptions options;
        options.path = directory_ + "/store.db";
        auto opened = storage::open_database(options);
        if (opened) {
            copy_ = std::make_unique<storage::Database>(std::move(*opened));
        } else {
            problem = opened.error().message;
        }
    }
    origin_ = problem.empty() ? "read from a copy of " + path + " (no daemon runs)"
                              : path + " cannot be read: " + problem + "; " + kAsIfNew;
}

Result<std::string> KnownState::ask(
    const std::string& target, const std::string& body, const char* key
) const {
    const auto reply = net::exchange_local(socket_, target, body, kPatience);
    if (!reply) {
        return reply.error();
    }
    const json answer = json::parse(reply->body, nullptr, false);
    if (!answer.is_object()) {
        return Error{ErrorClass::refused, "no_daemon", "no daemon of this version"};
    }
    if (answer.contains(key)) {
        const json& told = answer.at(key);
        return told.is_string() ? told.get<std::string>() : dump(told);
    }
    const auto error = answer.find("error");
    const bool tells = error != answer.end() && error->is_string();
    return Error{ErrorClass::refused, "refused", tells ? error->get<std::string>() : "refused"};
}

std::optional<domain::Snapshot> KnownState::snapshot(const ports::Subject& subject) {
    domain::Snapshot known;
    if (daemon_answers_) {
        const auto text = ask("/explain/known", dump(as_json(subject)), "known");
        return text && storage::decode(*text, known) ? std::optional(std::move(known))
                                                     : std::nullopt;
    }
    if (copy_ == nullptr) {
        return std::nullopt;
    }
    (void)storage::decide(*copy_, subject, [&known](const domain::Snapshot& found) {
        known = found;
        domain::Decision nothing;
        nothing.verdict = domain::Verdict::needs_placement;
        return nothing;
    });
    return known;
}

Result<domain::Alert> KnownState::alert(const std::string& id) {
    std::string text;
    if (daemon_answers_) {
        json body;
        body["id"] = id;
        auto told = ask("/explain/alert", dump(body), "alert");
        if (!told) {
            return told.error();
        }
        text = std::move(*told);
    } else if (copy_ != nullptr) {
        auto found = storage::alert_text(*copy_, id);
        if (!found) {
            return Error{ErrorClass::refused, "no_alert", "there is no alert " + id};
        }
        text = std::move(*found);
    } else {
        return Error{ErrorClass::refused, "no_store", origin_};
    }
    domain::Alert alert;
    if (!storage::decode(text, alert)) {
        return Error{ErrorClass::refused, "alert", "the stored alert cannot be read"};
    }
    return alert;
}

Result<KnownState::Alerts> KnownState::alerts(std::int64_t after, WallTime since) {
    ports::SnapshotStore::AlertTexts texts;
    if (daemon_answers_) {
        json body;
        body["after"] = after;
        body["since"] = to_unix_ms(since);
        const auto told = ask("/explain/alerts", dump(body), "alerts");
        if (!told) {
            return told.error();
        }
        for (const json& row : json::parse(*told, nullptr, false)) {
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
