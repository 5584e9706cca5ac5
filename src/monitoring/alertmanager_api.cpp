// SPDX-License-Identifier: MIT
#include "alert_bridge/monitoring/alertmanager_api.hpp"

#include <utility>

#include "alert_bridge/base/time_text.hpp"

namespace alert_bridge::monitoring {
namespace {

constexpr std::size_t kAlertsInBody = 200;

// As the webhook sends it; the decoder of the source reads both.
json element_of(const json& alert) {
    json element = json::object();
    element["status"] = "firing";
    for (const char* name : {"labels", "annotations", "startsAt", "generatorURL", "fingerprint"}) {
        if (const auto found = alert.find(name); found != alert.end()) {
            element[name] = *found;
        }
    }
    return element;
}

class Bodies {
  public:
    explicit Bodies(std::vector<std::string>& into) : into_(into) {}
    ~Bodies() { close(); }
    Bodies(const Bodies&) = delete;
    Bodies& operator=(const Bodies&) = delete;

    void add(json element) {
        elements_.push_back(std::move(element));
        if (elements_.size() == kAlertsInBody) {
            close();
        }
    }

  private:
    void close() {
        if (elements_.empty()) {
            return;
        }
        json body = json::object();
        body["version"] = "4";
        body["status"] = "firing";
        body["alerts"] = std::exchange(elements_, json::array());
        into_.push_back(dump(body));
    }

    std::vector<std::string>& into_;
    json elements_ = json::array();
};

bool is_active(const json& alert) {
    const auto status = alert.find("status");
    return status != alert.end() && text_in(*status, "state") == "active";
}

}  // namespace

ports::Awaitable<Result<void>> AlertmanagerApi::tell(domain::Notice) {
    co_return Error{ErrorClass::refused, "read_only", "Alertmanager keeps no comments"};
}

ports::Awaitable<Result<json>> AlertmanagerApi::get(std::string path) {
    JsonApi::Call call;
    call.path = std::move(path);
    if (!user_.empty()) {
        call.headers.push_back(basic_login(user_, password_));
    }
    co_return co_await api_.call(std::move(call));
}

ports::Awaitable<Result<ports::Sight>> AlertmanagerApi::look(std::vector<ports::OpenProblem>) {
    const auto status = co_await get("/api/v2/status");
    if (!status) {
        co_return status.error();
    }
    const auto started = parse_time(text_in(*status, "uptime"));
    if (!started) {
        co_return Error{ErrorClass::later, "not_json", "the answer does not tell its start"};
    }
    if (clock_.now() - *started < settled_after_) {
        co_return Error{
            ErrorClass::later, "not_settled", "it was started lately and does not know all yet"};
    }
    const auto alerts = co_await get("/api/v2/alerts?active=true&silenced=true&inhibited=true");
    if (!alerts) {
        co_return alerts.error();
    }
    if (!alerts->is_array()) {
        co_return Error{ErrorClass::later, "not_json", "the answer is no list of alerts"};
    }
    ports::Sight sight;
    {
        Bodies present(sight.present), hushed(sight.hushed);
        for (const json& alert : *alerts) {
            if (!alert.is_object()) {
                co_return Error{ErrorClass::later, "not_json", "an alert is no object"};
            }
            (is_active(alert) ? present : hushed).add(element_of(alert));
        }
    }
    co_return sight;
}

}  // namespace alert_bridge::monitoring
