// SPDX-License-Identifier: MIT
//
// LeftBehind: which journal rows the correlator has read and put back, to be read again later.
//
// Only the problem keys are kept, each with its first row and the number of rows. Once a row of a
// problem is left behind, so are all its later ones, or their order would be lost; so a row is left
// behind exactly when its problem is here and the row is not older than the problem's first one.
// Bounded by the journal's own limit. Thread rule: values.
// Tests: tests/unit/core/left_behind_test.cpp
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace alert_bridge::core {

class LeftBehind {
  public:
    void add(const std::string& problem_key, std::int64_t seq);
    [[nodiscard]] bool holds(const std::string& problem_key) const {
        return problems_.contains(problem_key);
    }
    [[nodiscard]] bool holds(const std::string& problem_key, std::int64_t seq) const;
    // The row is taken up again. Requires: it is the problem's first one here.
    void take(const std::string& problem_key, std::int64_t seq);

    [[nodiscard]] bool empty() const noexcept { return problems_.empty(); }
    [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
    // Every row left behind comes after this one.
    [[nodiscard]] std::int64_t after() const noexcept { return after_; }
    // The journal's rows up to this one were looked through.
    void skip_to(std::int64_t seq) noexcept { after_ = seq; }

  private:
    struct Rows {
        std::int64_t first = 0;
        std::int64_t count = 0;
    };
    std::unordered_map<std::string, Rows> problems_;
    std::int64_t rows_ = 0;
    std::int64_t after_ = 0;
};

}  // namespace alert_bridge::core
