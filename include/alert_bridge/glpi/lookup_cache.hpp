// SPDX-License-Identifier: MIT
//
// LookupCache: answers of GLPI remembered in memory (bounded, least recently used goes first) and
// on disk through the Store.
//
// Guarantees: an entry is fresh for its life time; for `stale_life` beyond that it is still kept,
// so that it can serve while GLPI is away (the caller decides). Trouble with the store costs
// nothing but the memory of it.
//
// Thread rule: the I/O thread. Tests: tests/unit/glpi/lookup_cache_test.cpp
#pragma once

#include <boost/asio/awaitable.hpp>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "alert_bridge/ports/runtime.hpp"
#include "alert_bridge/ports/store.hpp"

namespace alert_bridge::glpi {

class LookupCache {
  public:
    struct Entry {
        std::string value;
        WallTime fresh_until{};
    };

    LookupCache(
        ports::Store& store, const ports::Clock& clock, Duration stale_life, std::size_t entries
    )
        : store_(store), clock_(clock), stale_life_(stale_life), entries_max_(entries) {}

    // Memory only; null when unknown or no longer fresh.
    [[nodiscard]] const std::string* fresh(const std::string& key) const;
    [[nodiscard]] bool is_fresh(const Entry& entry) const;

    // Memory, then disk; fresh or stale.
    [[nodiscard]] boost::asio::awaitable<std::optional<Entry>> get(std::string key);
    [[nodiscard]] boost::asio::awaitable<void> put(
        std::string key, std::string value, Duration life
    );

    [[nodiscard]] std::size_t size() const noexcept { return index_.size(); }

  private:
    using Order = std::list<std::pair<std::string, Entry>>;  // most recently used first
    void remember(const std::string& key, Entry entry);

    ports::Store& store_;
    const ports::Clock& clock_;
    Duration stale_life_;
    std::size_t entries_max_;
    Order order_;
    std::unordered_map<std::string, Order::iterator> index_;
};

}  // namespace alert_bridge::glpi
