// SPDX-License-Identifier: MIT
//
// AssetDirectory: GLPI's assets, entities and names, cached. Implementation: glpi/directory.
//
// Guarantees: find() returns all hits of the strongest evidence that found any, over all configured
// item types, templates and trash dropped, values compared exactly on our side. Hits and misses are
// cached (on disk through the Store's cache), so that GLPI is not asked twice for one host in a
// storm. Not guaranteed: freshness beyond the cache's life times. Errors: as ServiceDesk. Thread
// rule: the I/O thread. Tests: tests/contract/asset_directory_test.cpp against glpi_sim
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/domain/placement.hpp"

namespace alert_bridge::ports {

// Names as written in a plan, to be resolved as seen from the ticket's entity (itself, then
// recursive ancestors). What cannot be resolved is 0 and listed in `missing`; never an error.
struct Names {
    std::int64_t entity_id = 0;
    std::string category, assign_group, assign_user, requester, location, sla, request_source,
        solution_type;
    std::vector<std::string> observers;
};
struct ResolvedNames {
    std::int64_t category_id = 0, assign_group_id = 0, assign_user_id = 0, requester_id = 0,
                 location_id = 0, sla_id = 0, request_source_id = 0, solution_type_id = 0;
    std::vector<std::int64_t> observer_ids;
    std::vector<std::string> missing;  // "category 'Foo > Bar'"
};

class AssetDirectory {
  public:
    virtual ~AssetDirectory() = default;

    template <class T>
    using Task = boost::asio::awaitable<Result<T>>;

    // Answer from memory only; empty when GLPI would have to be asked.
    [[nodiscard]] virtual std::optional<std::vector<domain::AssetHit>> remembered(
        const domain::AssetQuery& query
    ) const = 0;
    [[nodiscard]] virtual Task<std::vector<domain::AssetHit>> find(domain::AssetQuery query) = 0;

    // What GLPI tells of the asset; names as in domain/asset_details.hpp. What GLPI has no column
    // for, or does not let us read, is absent. Cached like hits. Requires: names are sorted.
    [[nodiscard]] virtual std::optional<domain::AssetDetails> remembered_details(
        const domain::AssetHit& asset, const std::vector<std::string>& names
    ) const = 0;
    [[nodiscard]] virtual Task<domain::AssetDetails> details(
        domain::AssetHit asset, std::vector<std::string> names
    ) = 0;

    // All entities; refreshed when older than its life time, and the old tree is used while GLPI is
    // away. Never null.
    [[nodiscard]] virtual Task<std::shared_ptr<const domain::EntityTree>> entities() = 0;
    // The last known tree, if any; fresh or not.
    [[nodiscard]] virtual const domain::EntityTree* known_entities() const noexcept = 0;
    // False when entities() would ask GLPI.
    [[nodiscard]] virtual bool entities_are_fresh() const noexcept = 0;
    // Something is named that the tree lacks: it is no longer fresh, unless GLPI was asked for it
    // only minutes ago.
    virtual void doubt_entities() noexcept = 0;

    [[nodiscard]] virtual Task<ResolvedNames> resolve(Names names) = 0;
};

}  // namespace alert_bridge::ports
