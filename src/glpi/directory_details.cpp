// SPDX-License-Identifier: MIT
// Directory::details: what GLPI's search shows of an asset, one request an asset.
#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/glpi/directory.hpp"
#include "alert_bridge/glpi/reply.hpp"

namespace alert_bridge::glpi {
namespace {

constexpr Duration kColumnsLife{24LL * 3600 * 1000};
constexpr std::size_t kDigestLength = 16;

// A reload may ask for other details: those are another entry.
std::string digest(const std::vector<std::string>& names) {
    return sha256_hex(join(names, "\n")).substr(0, kDigestLength);
}

std::string details_key(const domain::AssetHit& asset, const std::vector<std::string>& names) {
    return "details:" + asset.item_type + ":" + std::to_string(asset.id) + ":" + digest(names);
}

}  // namespace

std::optional<domain::AssetDetails> Directory::remembered_details(
    const domain::AssetHit& asset, const std::vector<std::string>& names
) const {
    const std::string* value = cache_.fresh(details_key(asset, names));
    return value == nullptr ? std::nullopt : std::optional(decode_details(*value));
}

ports::AssetDirectory::Task<domain::AssetDetails> Directory::details(
    domain::AssetHit asset, std::vector<std::string> names
) {
    const std::string key = details_key(asset, names);
    const std::optional<LookupCache::Entry> old = co_await cache_.get(key);
    if (old && cache_.is_fresh(*old)) {
        co_return decode_details(old->value);
    }
    auto flight = detail_searches_.under_way(key);
    if (flight) {
        co_return co_await SingleFlight<domain::AssetDetails>::wait(std::move(flight));
    }
    auto landing = detail_searches_.lead(key);
    Result<domain::AssetDetails> found = co_await ask_details(asset, names);
    if (found) {
        std::string value = encode_details(*found);
        co_await cache_.put(key, std::move(value), options_.hits_life);
    } else if (old) {
        found = decode_details(old->value);
    }
    landing->land(found);
    co_return found;
}

ports::AssetDirectory::Task<domain::AssetDetails> Directory::ask_details(
    const domain::AssetHit& asset, const std::vector<std::string>& names
) {
    const nlohmann::json nothing;
    const Result<DetailColumns> columns = co_await detail_columns(asset.item_type, names);
    if (!columns) {
        co_return columns.error();
    }
    if (columns->empty()) {
        co_return details_from(nothing, asset, *columns);
    }
    const std::string path = "/search/" + asset.item_type;
    Call call = plain_call("POST search/asset", path, Expect::search, Effect::read);
    call.method = net::Method::post;
    call.body = details_search_body(asset.id, *columns);
    const Result<Reply> reply = co_await pool_.call(std::move(call));
    if (!reply) {
        if (is_passed_over(asset.item_type, reply.error())) {
            co_return details_from(nothing, asset, *columns);
        }
        co_return reply.error();
    }
    co_return details_from(reply->body, asset, *columns);
}

ports::AssetDirectory::Task<DetailColumns> Directory::detail_columns(
    const std::string& item_type, const std::vector<std::string>& names
) {
    if (!domain::is_item_type(item_type)) {
        co_return DetailColumns{};
    }
    const std::string key = "columns:" + item_type + ":" + digest(names);
    const std::optional<LookupCache::Entry> old = co_await cache_.get(key);
    if (old && cache_.is_fresh(*old)) {
        co_return decode_columns(old->value);
    }
    const std::string path = "/listSearchOptions/" + item_type;
    Call call = plain_call("GET listSearchOptions", path, Expect::object, Effect::read);
    const Result<Reply> reply = co_await pool_.call(std::move(call));
    if (!reply) {
        if (is_passed_over(item_type, reply.error())) {
            co_return DetailColumns{};
        }
        co_return reply.error();
    }
    DetailColumns columns = columns_of(reply->body, names);
    for (const std::string& name : names) {
        const bool is_hits_own = name == "item_type" || name == "name";
        if (!is_hits_own && columns.count(name) == 0 &&
            warned_.insert(item_type + ":" + name).second) {
            seams_.events.log(
                ports::Level::warning, "glpi_detail_unknown",
                "rules ask for a detail that GLPI does not have for this kind of item",
                {{"item_type", item_type}, {"detail", name}}
            );
        }
    }
    std::string value = encode_columns(columns);
    co_await cache_.put(key, std::move(value), kColumnsLife);
    co_return columns;
}

}  // namespace alert_bridge::glpi
