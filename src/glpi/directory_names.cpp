// SPDX-License-Identifier: MIT
// Directory::resolve: names of a plan -> ids, as seen from the ticket's entity.
#include <algorithm>
#include <array>
#include <charconv>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/glpi/directory.hpp"
#include "alert_bridge/glpi/reply.hpp"

namespace alert_bridge::glpi {
namespace {

constexpr std::string_view kSeveral = "several";

std::int64_t to_id(const std::string& text) {
    std::int64_t id = 0;
    std::from_chars(text.data(), text.data() + text.size(), id);
    return id;
}

}  // namespace

ports::AssetDirectory::Task<ports::ResolvedNames> Directory::resolve(ports::Names names) {
    ports::ResolvedNames out;
    struct Wanted {
        NameKind kind;
        const std::string* name;
        std::int64_t* id;
    };
    const std::array<Wanted, 8> all{
        Wanted{kCategory, &names.category, &out.category_id},
        Wanted{kGroup, &names.assign_group, &out.assign_group_id},
        Wanted{kUser, &names.assign_user, &out.assign_user_id},
        Wanted{kUser, &names.requester, &out.requester_id},
        Wanted{kLocation, &names.location, &out.location_id},
        Wanted{kSla, &names.sla, &out.sla_id},
        Wanted{kRequestSource, &names.request_source, &out.request_source_id},
        Wanted{kSolutionType, &names.solution_type, &out.solution_type_id}};
    for (const Wanted& wanted : all) {
        const std::optional<Error> failed =
            co_await settle(wanted.kind, *wanted.name, names.entity_id, *wanted.id, out.missing);
        if (failed) {
            co_return *failed;
        }
    }
    for (const std::string& observer : names.observers) {
        std::int64_t id = 0;
        const std::optional<Error> failed =
            co_await settle(kUser, observer, names.entity_id, id, out.missing);
        if (failed) {
            co_return *failed;
        }
        if (id > 0) {
            out.observer_ids.push_back(id);
        }
    }
    co_return out;
}

// Requires: `id` and `missing` outlive the call.
boost::asio::awaitable<std::optional<Error>> Directory::settle(
    NameKind kind, std::string name, std::int64_t entity_id, std::int64_t& id,
    std::vector<std::string>& missing
) {
    if (trim(name).empty()) {
        co_return std::nullopt;
    }
    id = id_in(name);
    if (id > 0) {
        co_return std::nullopt;
    }
    const Result<std::string> found = co_await resolve_one(kind, name, entity_id);
    if (!found) {
        co_return found.error();
    }
    id = to_id(*found);
    if (id == 0) {
        std::string text = std::string(kind.label) + " '" + name + "'";
        if (*found == kSeveral) {
            text += " (several of that name)";
        }
        missing.push_back(std::move(text));
    }
    co_return std::nullopt;
}

// The id as text, "0" when there is none, "several" when it would have to be guessed.
ports::AssetDirectory::Task<std::string> Directory::resolve_one(
    NameKind kind, std::string name, std::int64_t entity_id
) {
    std::string key = "name:" + std::string(kind.item_type) + ":" +
                      std::to_string(kind.bound_to_entity ? entity_id : 0) + ":" + name;
    const std::optional<LookupCache::Entry> old = co_await cache_.get(key);
    if (old && cache_.is_fresh(*old)) {
        co_return old->value;
    }
    auto flight = name_searches_.under_way(key);
    if (flight) {
        co_return co_await SingleFlight<std::string>::wait(std::move(flight));
    }
    auto landing = name_searches_.lead(key);
    std::vector<std::int64_t> path_up{entity_id};
    const auto tree = co_await entities();
    const Result<NamedRows> rows = co_await rows_with_name(kind, std::move(name));
    if (!rows) {
        Result<std::string> failed = rows.error();
        if (old) {
            failed = old->value;
        }
        landing->land(failed);
        co_return failed;
    }
    if (tree && (*tree)->by_id(entity_id) != nullptr) {
        path_up = (*tree)->path_up(entity_id);
    }
    const Chosen chosen = choose_visible(rows->rows, kind, path_up);
    std::string value(kSeveral);
    if (rows->complete && !chosen.ambiguous) {
        value = std::to_string(chosen.id);
    }
    const bool hit = rows->complete && chosen.id > 0 && !chosen.ambiguous;
    const Duration life = hit ? options_.names_life : options_.misses_life;
    landing->land(value);
    co_await cache_.put(std::move(key), value, life);
    co_return value;
}

// By the last part of the name when GLPI can search for it, else through the whole list.
ports::AssetDirectory::Task<NamedRows> Directory::rows_with_name(NameKind kind, std::string name) {
    NamedRows out;
    const std::string_view leaf = last_part(name);
    std::string list = all_path(kind.item_type);
    if (is_searchable(leaf)) {
        list = exact_path(kind.item_type, "name", leaf);
    }
    Pager pager(std::move(list), kNamePages);
    while (pager.has_next()) {
        const Result<Reply> reply = co_await read_page(pager, "GET " + std::string(kind.item_type));
        if (!reply) {
            if (is_passed_over(kind.item_type, reply.error())) {
                break;
            }
            co_return reply.error();
        }
        const std::vector<NamedRow> some = rows_named(reply->body, kind, name);
        out.rows.insert(out.rows.end(), some.begin(), some.end());
    }
    out.complete = !pager.is_cut();
    if (pager.is_cut()) {
        warn_of_cut_list(kind.item_type);
    }
    co_return out;
}

}  // namespace alert_bridge::glpi
