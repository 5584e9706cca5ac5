// SPDX-License-Identifier: MIT
// ZabbixApi: the media type that sends to the bridge.
#include <charconv>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/monitoring/zabbix_api.hpp"

namespace alert_bridge::monitoring {
namespace {

constexpr std::string_view kMark = "glpi-alert-bridge-zabbix/";
constexpr std::string_view kName = "GLPI alert bridge";

std::int64_t version_in(const std::string& script) {
    std::int64_t version = 0;
    const auto at = script.find(kMark);
    if (at != std::string::npos) {
        const char* const from = script.data() + at + kMark.size();
        std::from_chars(from, script.data() + script.size(), version);
    }
    return version;
}

}  // namespace

std::vector<MediaType> media_types_in(const json& answer) {
    std::vector<MediaType> out;
    for (const json& row : answer) {
        MediaType media_type;
        media_type.name = cut_code_points(one_line(repair_utf8(text_in(row, "name"))), 100);
        media_type.version = version_in(text_in(row, "script"));
        media_type.is_enabled = text_in(row, "status") == "0";
        media_type.keeps_tags = text_in(row, "process_tags") == "1";
        if (media_type.version > 0 || media_type.name == kName) {
            out.push_back(std::move(media_type));
        }
    }
    return out;
}

ports::Awaitable<Result<std::vector<MediaType>>> ZabbixApi::media_types() {
    json params = json::object();
    params["output"] = json::array();
    for (const char* field : {"mediatypeid", "name", "status", "script", "process_tags"}) {
        params["output"].push_back(field);
    }
    params["filter"] = json::object();
    params["filter"]["type"] = 4;  // webhook
    auto answer = co_await ask("mediatype.get", std::move(params));
    if (!answer) {
        co_return answer.error();
    }
    if (!answer->is_array()) {
        co_return Error{ErrorClass::later, "not_json", "mediatype.get gave no list"};
    }
    co_return media_types_in(*answer);
}

boost::asio::awaitable<Result<std::vector<MediaType>>> zabbix_media_types(
    boost::asio::any_io_executor executor, BackOptions options
) {
    auto api = JsonApi::create(executor, options);
    if (!api) {
        co_return api.error();
    }
    ZabbixApi zabbix(std::move(*api), options.token, options.time_zone);
    co_return co_await zabbix.media_types();
}

}  // namespace alert_bridge::monitoring
