// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/directory.hpp"

#include <algorithm>
#include <array>

#include "alert_bridge/glpi/reply.hpp"

namespace alert_bridge::glpi {
namespace {

using domain::Evidence;
using ports::Level;

constexpr int kHitPages = 5;            // 5,000 assets of one name and type
constexpr std::size_t kMaxOwners = 10;  // of one address: more than that identifies nothing
constexpr std::size_t kShownOfMany = 6;
constexpr const char* kEntitiesKey = "entities";
constexpr Duration kTreeRetry{60'000};       // after a refresh that failed the old tree serves on
constexpr Duration kDoubtPause{5 * 60'000};  // between two reloads for something it lacks

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

// Who holds the address, each once, at most one more than kMaxOwners. IPAddress rows name the asset
// behind port and network name.
void add_owners(
    const nlohmann::json& rows, const std::string& address,
    const std::vector<std::string>& item_types, std::vector<domain::AssetHit>& owners
) {
    for (const auto& row : rows) {
        domain::AssetHit owner;
        owner.item_type = text_in(row, "mainitemtype");
        owner.id = number_in(row, "mainitems_id");
        owner.entity_id = number_in(row, "entities_id");
        owner.evidence = Evidence::address;
        const bool wanted =
            std::find(item_types.begin(), item_types.end(), owner.item_type) != item_types.end();
        const bool is_new =
            std::none_of(owners.begin(), owners.end(), [&owner](const domain::AssetHit& other) {
                return other.item_type == owner.item_type && other.id == owner.id;
            });
        if (wanted && is_new && owner.id > 0 && !flag_in(row, "is_deleted") &&
            text_in(row, "name") == address && owners.size() <= kMaxOwners) {
            owners.push_back(std::move(owner));
        }
    }
}

// More answer to one piece of evidence than anybody compares: a few are kept, to be shown.
std::vector<domain::AssetHit> some_of_many(std::vector<domain::AssetHit> hits) {
    hits.resize(std::min(hits.size(), kShownOfMany));
    for (domain::AssetHit& hit : hits) {
        hit.one_of_many = true;
    }
    return hits;
}

bool is_answer(const std::vector<domain::AssetHit>& hits) {
    return !hits.empty() && !hits.front().one_of_many;
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
      name_searches_(executor),
      detail_searches_(executor) {}

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

void Directory::warn_of_cut_list(std::string_view item_type) {
    seams_.events.log(
        Level::warning, "glpi_list_too_long",
        "GLPI's list is longer than is read; nothing is chosen from a part of it",
        {{"item_type", std::string(item_type)}}
    );
}

ports::AssetDirectory::Task<Reply> Directory::read_page(Pager& pager, std::string label) {
    Call call = read_call(std::move(label), pager.next_path(), Expect::list);
    Result<Reply> reply = co_await pool_.call(std::move(call));
    if (reply) {
        pager.took(reply->body.size(), reply->total);
    } else if (reply.error().code == "ERROR_RANGE_EXCEED_TOTAL") {
        pager.reached_end();
        Reply nothing;
        nothing.body = nlohmann::json::array();
        reply = std::move(nothing);
    }
    co_return reply;
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
        const Duration life = is_answer(*found) ? options_.hits_life : options_.misses_life;
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
    if (!domain::is_item_type(item_type)) {
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
    bool is_cut = false;
    for (const std::string& item_type : options_.item_types) {
        const std::string_view column = column_for(item_type, evidence);
        if (column.empty() || !domain::is_item_type(item_type)) {
            continue;
        }
        Pager pager(exact_path(item_type, column, value), kHitPages);
        while (pager.has_next()) {
            const Result<Reply> reply = co_await read_page(pager, "GET assets");
            if (!reply) {
                if (is_passed_over(item_type, reply.error())) {
                    break;
                }
                co_return reply.error();
            }
            const Hits some = asset_hits(reply->body, item_type, column, value, evidence);
            out.insert(out.end(), some.begin(), some.end());
        }
        if (pager.is_cut()) {
            warn_of_cut_list(item_type);
            is_cut = true;
        }
    }
    if (is_cut) {
        co_return some_of_many(std::move(out));
    }
    co_return out;
}

ports::AssetDirectory::Task<Directory::Hits> Directory::by_address(std::string address) {
    Hits out;
    Hits owners;
    Pager pager(exact_path("IPAddress", "name", address), kHitPages);
    while (pager.has_next() && owners.size() <= kMaxOwners) {
        const Result<Reply> reply = co_await read_page(pager, "GET IPAddress");
        if (!reply) {
            if (is_passed_over("IPAddress", reply.error())) {
                co_return out;
            }
            co_return reply.error();
        }
        add_owners(reply->body, address, options_.item_types, owners);
    }
    if (pager.is_cut() || owners.size() > kMaxOwners) {
        warn_of_cut_list("IPAddress");
        co_return some_of_many(std::move(owners));
    }
    for (const domain::AssetHit& owner : owners) {
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
    tree_ = std::make_shared<const domain::EntityTree>(entities);
    tree_fresh_until_ = fresh_until;
}

bool Directory::entities_are_fresh() const noexcept {
    return tree_ && seams_.clock.now() < tree_fresh_until_;
}

void Directory::doubt_entities() noexcept {
    if (seams_.clock.now() >= tree_asked_at_ + kDoubtPause) {
        tree_fresh_until_ = {};
    }
}

ports::AssetDirectory::Task<std::shared_ptr<const domain::EntityTree>> Directory::entities() {
    if (!entities_are_fresh()) {
        const Result<Done> refreshed = co_await refresh_entities();
        if (!refreshed && !tree_) {
            co_return refreshed.error();
        }
        if (!refreshed && !entities_are_fresh()) {
            tree_fresh_until_ = seams_.clock.now() + kTreeRetry;
        }
    }
    co_return tree_;
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
    tree_asked_at_ = seams_.clock.now();
    std::vector<domain::Entity> entities;
    Pager pager(all_path("Entity"), kEntityPages);
    while (pager.has_next()) {
        const Result<Reply> reply = co_await read_page(pager, "GET Entity");
        if (!reply) {
            co_return reply.error();
        }
        for (const auto& row : reply->body) {
            entities.push_back(entity_from(row));
        }
    }
    if (pager.is_cut()) {
        warn_of_cut_list("Entity");
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
