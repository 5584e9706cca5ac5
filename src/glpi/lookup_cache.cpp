// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/lookup_cache.hpp"

#include <charconv>

namespace alert_bridge::glpi {
namespace {

// On disk: milliseconds until which it is fresh, a newline, the value.
std::string to_disk(const LookupCache::Entry& entry) {
    return std::to_string(to_unix_ms(entry.fresh_until)) + "\n" + entry.value;
}

std::optional<LookupCache::Entry> from_disk(const std::string& text) {
    std::int64_t fresh_until = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, fresh_until);
    if (error != std::errc() || stop == end || *stop != '\n') {
        return std::nullopt;
    }
    LookupCache::Entry entry;
    entry.fresh_until = from_unix_ms(fresh_until);
    entry.value.assign(stop + 1, end);
    return entry;
}

}  // namespace

bool LookupCache::is_fresh(const Entry& entry) const {
    return clock_.now() < entry.fresh_until;
}

const std::string* LookupCache::fresh(const std::string& key) const {
    const auto found = index_.find(key);
    if (found == index_.end() || !is_fresh(found->second->second)) {
        return nullptr;
    }
    return &found->second->second.value;
}

boost::asio::awaitable<std::optional<LookupCache::Entry>> LookupCache::get(std::string key) {
    const auto found = index_.find(key);
    if (found != index_.end()) {
        order_.splice(order_.begin(), order_, found->second);
        co_return found->second->second;
    }
    const Result<std::optional<ports::CachedLookup>> stored = co_await store_.cached(key);
    if (!stored || !stored->has_value() || (*stored)->expires_at <= clock_.now()) {
        co_return std::nullopt;
    }
    std::optional<Entry> entry = from_disk((*stored)->value);
    if (entry) {
        remember(key, *entry);
    }
    co_return entry;
}

boost::asio::awaitable<void> LookupCache::put(std::string key, std::string value, Duration life) {
    Entry entry;
    entry.value = std::move(value);
    entry.fresh_until = clock_.now() + life;
    ports::CachedLookup stored;
    stored.value = to_disk(entry);
    stored.expires_at = entry.fresh_until + stale_life_;
    remember(key, std::move(entry));
    const Result<void> ignored = co_await store_.cache(std::move(key), std::move(stored));
    static_cast<void>(ignored);  // the next start asks GLPI again
}

void LookupCache::remember(const std::string& key, Entry entry) {
    const auto found = index_.find(key);
    if (found != index_.end()) {
        found->second->second = std::move(entry);
        order_.splice(order_.begin(), order_, found->second);
        return;
    }
    order_.emplace_front(key, std::move(entry));
    index_.emplace(key, order_.begin());
    if (index_.size() > entries_max_) {
        index_.erase(order_.back().first);
        order_.pop_back();
    }
}

}  // namespace alert_bridge::glpi
