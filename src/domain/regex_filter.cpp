// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/regex_filter.hpp"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::domain {
namespace {

constexpr std::size_t kKeyBytes = 3;
constexpr std::size_t kLongestText = 1024;

// Requires: three bytes from `at` on.
std::uint32_t key_at(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i]));
    };
    return byte(0) << 16U | byte(1) << 8U | byte(2);
}

}  // namespace

RegexFilter::RegexFilter(const std::vector<std::string>& expressions)
    : prefilter_(std::make_unique<re2::FilteredRE2>(static_cast<int>(kKeyBytes))) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    for (const std::string& expression : expressions) {
        int number = 0;
        static_cast<void>(prefilter_->Add(expression, options, &number));
    }
    std::vector<std::string> pieces;
    prefilter_->Compile(&pieces);
    index(pieces);
}

RegexFilter::~RegexFilter() = default;

void RegexFilter::index(const std::vector<std::string>& pieces) {
    std::unordered_map<std::uint32_t, std::size_t> uses;
    for (const std::string& piece : pieces) {
        for (std::size_t at = 0; at + kKeyBytes <= piece.size(); ++at) {
            ++uses[key_at(piece, at)];
        }
    }
    for (std::size_t number = 0; number < pieces.size(); ++number) {
        const std::string& piece = pieces[number];
        std::size_t rarest = 0;
        for (std::size_t at = 1; at + kKeyBytes <= piece.size(); ++at) {
            if (uses[key_at(piece, at)] < uses[key_at(piece, rarest)]) {
                rarest = at;
            }
        }
        pieces_[key_at(piece, rarest)].push_back({piece, rarest, static_cast<int>(number)});
    }
}

bool RegexFilter::can_judge(std::string_view text) noexcept {
    return text.size() <= kLongestText && std::all_of(text.begin(), text.end(), [](char letter) {
               return static_cast<unsigned char>(letter) < 0x80;
           });
}

std::vector<int> RegexFilter::candidates(std::string_view text) const {
    const std::string lower = to_lower_ascii(text);  // the prefilter's pieces are lower case
    std::vector<int> present;
    for (std::size_t at = 0; at + kKeyBytes <= lower.size(); ++at) {
        const auto found = pieces_.find(key_at(lower, at));
        if (found == pieces_.end()) {
            continue;
        }
        for (const Piece& piece : found->second) {
            if (piece.offset <= at &&
                lower.compare(at - piece.offset, piece.text.size(), piece.text) == 0) {
                present.push_back(piece.number);
            }
        }
    }
    std::vector<int> numbers;
    prefilter_->AllPotentials(present, &numbers);
    return numbers;
}

}  // namespace alert_bridge::domain
