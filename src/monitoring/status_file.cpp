// SPDX-License-Identifier: MIT
#include "alert_bridge/monitoring/status_file.hpp"

#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/text.hpp"

namespace alert_bridge::monitoring {
namespace {

int state_of(std::string_view value) {
    const auto state = parse_whole_number(value);
    return state && *state <= 3 ? static_cast<int>(*state) : -1;
}

}  // namespace

void StatusReader::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::string_view part = bytes.substr(0, end);
        if (!skipping_ && rest_.size() + part.size() <= kLineMax) {
            rest_ += part;
        } else {
            skipping_ = true;
        }
        if (end == std::string_view::npos) {
            return;
        }
        if (!skipping_) {
            line(rest_);
        }
        rest_.clear();
        skipping_ = false;
        bytes.remove_prefix(end + 1);
    }
}

void StatusReader::line(std::string_view text) {
    text = trim(text);
    if (inside_ && text == "}") {
        inside_ = false;
        any_ = true;
        if (wanted_) {
            on_block_(block_);
        }
        return;
    }
    if (!inside_ && text.ends_with(" {")) {
        begin(trim(text.substr(0, text.size() - 1)));
        return;
    }
    const std::size_t equals = text.find('=');
    if (inside_ && wanted_ && equals != std::string_view::npos) {
        set(text.substr(0, equals), text.substr(equals + 1));
    }
}

void StatusReader::begin(std::string_view name) {
    inside_ = true;
    block_ = StatusBlock();
    wanted_ = true;
    if (name == "info") {
        block_.kind = StatusBlock::Kind::info;
    } else if (name == "hoststatus") {
        block_.kind = StatusBlock::Kind::host;
    } else if (name == "servicestatus") {
        block_.kind = StatusBlock::Kind::service;
    } else {
        wanted_ = false;
    }
}

void StatusReader::set(std::string_view key, std::string_view value) {
    const std::int64_t number = parse_whole_number(value).value_or(0);
    if (key == "host_name") {
        block_.host = repair_utf8(value);
    } else if (key == "service_description") {
        block_.service = repair_utf8(value);
    } else if (key == "created") {
        block_.created = number;
    } else if (key == "current_state") {
        block_.state = state_of(value);
    } else if (key == "state_type") {
        block_.hard = number == 1;
    } else if (key == "has_been_checked") {
        block_.checked = number != 0;
    } else if (key == "is_flapping") {
        block_.flapping = number != 0;
    } else if (key == "problem_has_been_acknowledged") {
        block_.acknowledged = number != 0;
    } else if (key == "notifications_enabled") {
        block_.notifies = number != 0;
    } else if (key == "scheduled_downtime_depth") {
        block_.downtimes = number;
    } else if (key == "current_notification_number") {
        block_.notifications = number;
    } else if (key == "current_problem_id") {
        block_.problem_id = number;
    } else if (key == "current_event_id") {
        block_.event_id = number;
    } else if (key == "last_state_change") {
        block_.last_change = number;
    } else if (key == "plugin_output") {
        block_.output = repair_utf8(value);
    } else if (key == "long_plugin_output") {
        block_.long_output = repair_utf8(value);
    }
}

}  // namespace alert_bridge::monitoring
