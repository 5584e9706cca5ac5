// SPDX-License-Identifier: MIT
// SessionPool: what becomes of a call while writes are only rehearsed.
#include "alert_bridge/glpi/reply.hpp"
#include "alert_bridge/glpi/session_pool.hpp"

namespace alert_bridge::glpi {
namespace {

bool writes(const Call& call) {
    const bool reads = call.method == net::Method::get || call.path.starts_with("/search/");
    return call.effect == Effect::write || !reads;
}

bool names_item(const std::string& path, std::int64_t id) {
    const std::string part = "/" + std::to_string(id);
    const std::size_t at = path.find(part);
    return at != std::string::npos &&
           path.find_first_of("0123456789", at + part.size()) != at + part.size();
}

}  // namespace

void SessionPool::rehearse(Rehearsal rehearsal) {
    rehearsal_ = std::move(rehearsal);
}

std::optional<Result<Reply>> SessionPool::rehearsed(const Call& call) const {
    Reply reply;
    if (writes(call)) {
        if (rehearsal_->on_write) {
            rehearsal_->on_write(
                {std::string(net::to_string(call.method)), api_path_ + call.path, call.body}
            );
        }
        reply.body["id"] = rehearsal_->made_id;
        return Result<Reply>(std::move(reply));
    }
    const bool is_made_up = rehearsal_->made_id > 0 && names_item(call.path, rehearsal_->made_id);
    if (rehearsal_->asks && !is_made_up) {
        return std::nullopt;
    }
    if (call.expect != Expect::list) {
        return Result<Reply>(Error{ErrorClass::later, "offline", "GLPI was not asked"});
    }
    reply.body = nlohmann::json::array();
    reply.total = 0;
    return Result<Reply>(std::move(reply));
}

}  // namespace alert_bridge::glpi
