// SPDX-License-Identifier: MIT
//
// TextStore: keeps the texts that a reader had to make anew, for views that otherwise point into
// what it has read.
//
// Guarantees: a view that keep() gave is valid as long as the store, or what it was moved to. An
// empty store costs nothing. Thread rule: a value. Tests: tests/unit/sources/fields_test.cpp
#pragma once

#include <forward_list>
#include <string>
#include <string_view>
#include <utility>

namespace alert_bridge::sources {

class TextStore {
  public:
    TextStore() = default;
    TextStore(TextStore&&) noexcept = default;
    TextStore& operator=(TextStore&&) noexcept = default;
    TextStore(const TextStore&) = delete;
    TextStore& operator=(const TextStore&) = delete;
    ~TextStore() = default;

    std::string_view keep(std::string text) { return texts_.emplace_front(std::move(text)); }

  private:
    std::forward_list<std::string> texts_;  // nodes: what is in them does not move
};

}  // namespace alert_bridge::sources
