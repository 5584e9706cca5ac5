// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/directory.hpp"

#include <algorithm>
#include <array>

#include "alert_bridge/glpi/reply.hpp"

namespace alert_bridge::glpi {
namespace {

using domain::Evidence;
using ports::Level;

constexpr int kMaxPages = 100;          // 100,000 entities
constexpr std::size_t kMaxOwners = 10;  // of one address: more than that identifies nothing
constexpr const char* kEntitiesKey = "entities";

Call read_call(std::string label, std::string path, Expect expect) {
    Call call;
    call.label = std::move(label);
    call.path = std::move(path);
    call.expect = expect;
    return call;
}

std::string cache_key(const domain::AssetQuery& query) {
    return "asset:" + query.cache_key();
}

bool may_use_old(const Error& error) {
    return error.kind != ErrorClass::refused;
}

struct Owner {
    std::string item_type;
    std::int64_t id = 0;
    bool operator==(const Owner&) const = default;
};

// Who holds the address, each once. IPAddress rows name the asset behind port and network name.
std::vector<Owner> owners_in(
    const nlohmann::json& rows, const std::string& address,
    const std::vector<std::string>& item_types
) {
    std::vector<Owner> out;
    for (const auto& row : rows) {
        Owner owner;
        owner.item_type = text_in(row, "mainitemtype");
        owner.id = number_in(row, "mainitems_id");
        const bool wanted =
            std::find(item_types.begin(), item_types.end(), owner.item_type) != item_types.end();
        if (wanted && owner.id > 0 && !flag_in(row, "is_deleted") &&
            text_in(row, "name") == address && out.size() < kMaxOwners &&
            std::find(out.begin(), out.end(), owner) == out.end()) {
            out.push_back(std::move(owner));
        }
    }
    return out;
}

}  // namespace

Directory::Directory(
    boost::asio::any_io_executor executor, SessionPool& pool, ports::Store& store,
    const Options& options, Seams seams
)
    : pool_(pool),
      options_(options),
      seams_(seams),
      cache_(store, seams.clock, options.stale_life, options.cache_entries),
      searches_(executor),
      tree_refreshes_(executor),
      name_searches_(executor) {}

bool Directory::is_passed_over(std::string_view item_type, const Error& error) {
    if (error.kind != ErrorClass::refused) {
        return false;
    }
    if (warned_.insert(std::string(item_type)).second) {
        seams_.events.log(
            Level::warning, "glpi_type_unreadable",
            "GLPI does not show this kind of item; left out",
            {{"item_type", std::string(item_type)}, {"error", describe(error)}}
        );
    }
    return true;
}

std::optional<Directory::Hits> Directory::remembered(const domain::AssetQuery& query) const {
    if (query.empty()) {
        return Hits{};
    }
    const std::string* value = cache_.fresh(cache_key(query));
    if (value == nullptr) {
        return std::nullopt;
    }
    return decode_hits(*value);
}

ports::AssetDirectory::Task<Directory::Hits> Directory::find(domain::AssetQuery query) {
    if (query.empty()) {
        co_return Hits{};
    }
    const std::string key = cache_key(query);
    const std::optional<LookupCache::Entry> old = co_await cache_.get(key);
    if (old && cache_.is_fresh(*old)) {
        co_return decode_hits(old->value);
    }
    auto flight = searches_.under_way(key);
    if (flight) {
        co_return co_await SingleFlight<Hits>::wait(std::move(flight));
    }
    auto landing = searches_.lead(key);
    Result<Hits> found = co_await ask(std::move(query));
    if (found) {
        const Duration life = found->empty() ? options_.misses_life : options_.hits_life;
        std::string value = encode_hits(*found);
        co_await cache_.put(key, std::move(value), life);
    } else if (old && may_use_old(found.error())) {
        found = decode_hits(old->value);
    }
    landing->land(found);
    co_return found;
}

ports::AssetDirectory::Task<Directory::Hits> Directory::ask(domain::AssetQuery query) {
    Result<Hits> found = Hits{};
    if (query.glpi_id > 0) {
        found = co_await by_id(query.glpi_type, query.glpi_id, Evidence::glpi_id);
        if (!found || !found->empty()) {
            co_return found;
        }
    }
    struct Step {
        Evidence evidence;
        const std::string* value;
    };
    const std::array<Step, 5> steps{
        Step{Evidence::uuid, &query.uuid},
        Step{Evidence::inventory_number, &query.inventory_number},
        Step{Evidence::serial, &query.serial}, Step{Evidence::name, &query.name},
        Step{Evidence::short_name, &query.short_name}};
    for (const Step& step : steps) {
        if (!is_searchable(*step.value)) {
            continue;
        }
        found = co_await by_column(step.evidence, *step.value);
        if (!found || !found->empty()) {
            co_return found;
        }
    }
    if (is_searchable(query.address)) {
        found = co_await by_address(query.address);
    }
    co_return found;
}

ports::AssetDirectory::Task<Directory::Hits> Directory::by_id(
    std::string item_type, std::int64_t id, Evidence evidence
) {
    if (!is_item_type(item_type)) {
        co_return Hits{};
    }
    std::string path = "/" + item_type + "/" + std::to_string(id) + "?get_hateoas=false";
    Call call = read_call("GET asset", std::move(path), Expect::object);
    const Result<Reply> reply = co_await pool_.call(std::move(call));
    if (!reply) {
        const Error error = reply.error();
        if (error.code == "ERROR_ITEM_NOT_FOUND" || is_passed_over(item_type, error)) {
            co_return Hits{};
        }
        co_return error;
    }
    const auto rows = nlohmann::json::array({reply->body});
    co_return asset_hits(rows, item_type, "", "", evidence);
}

ports::AssetDirectory::Task<Directory::Hits> Directory::by_column(
    Evidence evidence, std::string value
) {
    Hits out;
    for (const std::string& item_type : options_.item_types) {
        const std::string_view column = column_for(item_type, evidence);
        if (column.empty() || !is_item_type(item_type)) {
            continue;
        }
        Call call = read_call("GET assets", exact_path(item_type, column, value), Expect::list);
        const Result<Reply> reply = co_await pool_.call(std::move(call));
        if (!reply) {
            if (is_passed_over(item_type, reply.error())) {
                continue;
            }
            co_return reply.error();
        }
        const Hits some = asset_hits(reply->body, item_type, column, value, evidence);
        out.insert(out.end(), some.begin(), some.end());
    }
    co_return out;
}

ports::AssetDirectory::Task<Directory::Hits> Directory::by_address(std::string address) {
    Hits out;
    Call call = read_call("GET IPAddress", exact_path("IPAddress", "name", address), Expect::list);
    const Result<Reply> reply = co_await pool_.call(std::move(call));
    if (!reply) {
        if (is_passed_over("IPAddress", reply.error())) {
            co_return out;
        }
        co_return reply.error();
    }
    const std::vector<Owner> owners = owners_in(reply->body, address, options_.item_types);
    for (const Owner& owner : owners) {
        const Result<Hits> some = co_await by_id(owner.item_type, owner.id, Evidence::address);
        if (!some) {
            co_return some.error();
        }
        out.insert(out.end(), some->begin(), some->end());
    }
    co_return out;
}

const domain::EntityTree* Directory::known_entities() const noexcept {
    return tree_.get();
}

void Directory::take_tree(const std::vector<domain::Entity>& entities, WallTime fresh_until) {
    tree_ = std::make_unique<domain::EntityTree>(entities);
    tree_fresh_until_ = fresh_until;
}

ports::AssetDirectory::Task<domain::EntityTree> Directory::entities() {
    if (!tree_ || seams_.clock.now() >= tree_fresh_until_) {
        const Result<Done> refreshed = co_await refresh_entities();
        if (!refreshed && !tree_) {
            co_return refreshed.error();
        }
    }
    co_return *tree_;
}

ports::AssetDirectory::Task<Done> Directory::refresh_entities() {
    auto flight = tree_refreshes_.under_way(kEntitiesKey);
    if (flight) {
        co_return co_await SingleFlight<Done>::wait(std::move(flight));
    }
    auto landing = tree_refreshes_.lead(kEntitiesKey);
    if (!tree_) {
        const std::optional<LookupCache::Entry> stored = co_await cache_.get(kEntitiesKey);
        if (stored) {
            take_tree(parse_entities(stored->value), stored->fresh_until);
            if (cache_.is_fresh(*stored)) {
                landing->land(Done{});
                co_return Done{};
            }
        }
    }
    const Result<Done> loaded = co_await load_entities();
    landing->land(loaded);
    co_return loaded;
}

ports::AssetDirectory::Task<Done> Directory::load_entities() {
    std::vector<domain::Entity> entities;
    for (int page = 0; page < kMaxPages; ++page) {
        Call call = read_call("GET Entity", page_path("Entity", page), Expect::list);
        const Result<Reply> reply = co_await pool_.call(std::move(call));
        if (!reply) {
            if (page > 0 && reply.error().code == "ERROR_RANGE_EXCEED_TOTAL") {
                break;
            }
            co_return reply.error();
        }
        for (const auto& row : reply->body) {
            entities.push_back(entity_from(row));
        }
        const auto seen = static_cast<std::int64_t>(page + 1) * kListRows;
        if (static_cast<std::int64_t>(reply->body.size()) < kListRows || reply->total == seen) {
            break;
        }
    }
    if (entities.empty()) {
        co_return Error{ErrorClass::later, "no_entities", "GLPI shows no entity"};
    }
    take_tree(entities, seams_.clock.now() + options_.entities_life);
    std::string value = encode_entities(entities);
    co_await cache_.put(kEntitiesKey, std::move(value), options_.entities_life);
    co_return Done{};
}

}  // namespace alert_bridge::glpi
