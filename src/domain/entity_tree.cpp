// SPDX-License-Identifier: MIT
#include "alert_bridge/base/number.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/placement.hpp"

namespace alert_bridge::domain {
namespace {

constexpr std::size_t kAmbiguous = static_cast<std::size_t>(-1);

// "Root  >acme" and "root > ACME" are the same.
std::string normal(std::string_view name) {
    std::vector<std::string> parts = split(name, ">");
    for (std::string& part : parts) {
        part = to_lower_ascii(trim(part));
    }
    return join(parts, ">");
}

void enter(
    std::unordered_map<std::string, std::size_t>& index, std::string_view text, std::size_t at
) {
    if (trim(text).empty()) {
        return;
    }
    const auto [found, is_new] = index.try_emplace(normal(text), at);
    if (!is_new) {
        found->second = kAmbiguous;
    }
}

std::optional<std::int64_t> number_of(std::string_view text) {
    if (!text.starts_with('#')) {
        return std::nullopt;
    }
    return parse_whole_number(text.substr(1));
}

}  // namespace

EntityTree::EntityTree(std::vector<Entity> entities) : entities_(std::move(entities)) {
    for (std::size_t at = 0; at < entities_.size(); ++at) {
        const Entity& entity = entities_[at];
        by_id_.try_emplace(entity.id, at);
        enter(by_complete_name_, entity.complete_name, at);
        enter(by_short_name_, entity.name, at);
        enter(by_tag_, entity.tag, at);
        enter(by_registration_number_, entity.registration_number, at);
    }
}

const Entity* EntityTree::by_id(std::int64_t id) const noexcept {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &entities_[found->second];
}

const Entity* EntityTree::look_up(const Index& index, std::string_view text) const {
    const auto found = index.find(normal(text));
    const bool is_one = found != index.end() && found->second != kAmbiguous;
    return is_one ? &entities_[found->second] : nullptr;
}

const Entity* EntityTree::find(const EntityRef& ref) const {
    const std::string_view text = trim(ref.value);
    if (text.empty()) {
        return nullptr;
    }
    switch (ref.by) {
        case EntityBy::tag:
            return look_up(by_tag_, text);
        case EntityBy::registration_number:
            return look_up(by_registration_number_, text);
        case EntityBy::name:
            break;
    }
    if (const auto id = number_of(text)) {
        return by_id(*id);
    }
    const Entity* found = look_up(by_complete_name_, text);
    return found != nullptr ? found : look_up(by_short_name_, text);
}

bool EntityTree::is_inside(std::int64_t descendant, std::int64_t ancestor) const {
    if (descendant == ancestor) {
        return true;
    }
    std::int64_t at = descendant;
    for (std::size_t steps = 0; steps <= entities_.size(); ++steps) {
        const Entity* entity = by_id(at);
        if (entity == nullptr) {
            return false;
        }
        at = entity->parent;
        if (at == ancestor) {
            return by_id(ancestor) != nullptr;
        }
    }
    return false;
}

std::vector<std::int64_t> EntityTree::path_up(std::int64_t id) const {
    std::vector<std::int64_t> path;
    const Entity* entity = by_id(id);
    while (entity != nullptr && path.size() < entities_.size()) {
        path.push_back(entity->id);
        entity = by_id(entity->parent);
    }
    return path;
}

}  // namespace alert_bridge::domain
