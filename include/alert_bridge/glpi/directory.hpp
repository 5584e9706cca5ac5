// SPDX-License-Identifier: MIT
//
// Directory: ports::AssetDirectory over GLPI's legacy REST API, cached in memory and on disk.
//
// Guarantees: evidence is asked for strongest first, all configured item types for each; the same
// question asked by several at once goes out once; hits and misses are remembered for their life
// times, and while GLPI is away an old answer serves rather than none. An item type that the user
// may not read, or that this GLPI does not have, is passed over with one warning. Names that GLPI
// does not know are listed in `missing`. Lists are read to their end, however many customers share
// a name; where a list is longer than can be read, its hits are one_of_many and its names
// "several", both remembered only as long as a miss. Not guaranteed: freshness beyond the life
// times. Thread rule: the I/O thread. Must outlive its calls. Tests:
// tests/unit/glpi/client_test.cpp, tests/contract/asset_directory_test.cpp
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "alert_bridge/glpi/asset_columns.hpp"
#include "alert_bridge/glpi/lookup.hpp"
#include "alert_bridge/glpi/lookup_cache.hpp"
#include "alert_bridge/glpi/session_pool.hpp"
#include "alert_bridge/ports/asset_directory.hpp"

namespace alert_bridge::glpi {

class Directory final : public ports::AssetDirectory {
  public:
    using Hits = std::vector<domain::AssetHit>;

    Directory(
        boost::asio::any_io_executor executor, SessionPool& pool, ports::Store& store,
        const Options& options, Seams seams
    );

    std::optional<Hits> remembered(const domain::AssetQuery& query) const override;
    Task<Hits> find(domain::AssetQuery query) override;
    std::optional<domain::AssetDetails> remembered_details(
        const domain::AssetHit& asset, const std::vector<std::string>& names
    ) const override;
    Task<domain::AssetDetails> details(domain::AssetHit asset, std::vector<std::string> names)
        override;
    Task<std::shared_ptr<const domain::EntityTree>> entities() override;
    const domain::EntityTree* known_entities() const noexcept override;
    bool entities_are_fresh() const noexcept override;
    void doubt_entities() noexcept override;
    Task<ports::ResolvedNames> resolve(ports::Names names) override;

  private:
    Task<Hits> ask(domain::AssetQuery query);
    Task<Hits> by_id(std::string item_type, std::int64_t id, domain::Evidence evidence);
    Task<Hits> by_column(domain::Evidence evidence, std::string value);
    Task<Hits> by_address(std::string address);
    // The next page of a list. Requires: `pager` outlives the call.
    Task<Reply> read_page(Pager& pager, std::string label);
    // Requires: the arguments outlive the call.
    Task<domain::AssetDetails> ask_details(
        const domain::AssetHit& asset, const std::vector<std::string>& names
    );
    Task<DetailColumns> detail_columns(
        const std::string& item_type, const std::vector<std::string>& names
    );
    Task<Done> refresh_entities();
    Task<Done> load_entities();
    Task<NamedRows> rows_with_name(NameKind kind, std::string name);
    Task<std::string> resolve_one(NameKind kind, std::string name, std::int64_t entity_id);
    boost::asio::awaitable<std::optional<Error>> settle(
        NameKind kind, std::string name, std::int64_t entity_id, std::int64_t& id,
        std::vector<std::string>& missing
    );
    [[nodiscard]] bool is_passed_over(std::string_view item_type, const Error& error);
    void warn_of_cut_list(std::string_view item_type);
    void take_tree(const std::vector<domain::Entity>& entities, WallTime fresh_until);

    SessionPool& pool_;
    const Options& options_;
    Seams seams_;
    LookupCache cache_;
    SingleFlight<Hits> searches_;
    SingleFlight<Done> tree_refreshes_;
    SingleFlight<std::string> name_searches_;
    SingleFlight<domain::AssetDetails> detail_searches_;
    std::shared_ptr<const domain::EntityTree> tree_;
    WallTime tree_fresh_until_{};
    WallTime tree_asked_at_{};  // of GLPI, whatever it answered
    std::set<std::string, std::less<>> warned_;
};

}  // namespace alert_bridge::glpi
