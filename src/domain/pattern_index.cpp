// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/pattern_index.hpp"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>

namespace alert_bridge::domain {
namespace {

// Longer literal parts tell nothing more, and each length costs one look-up per text.
constexpr std::size_t kLongestPart = 32;
// From so many expressions on they are filtered.
constexpr std::size_t kManyRegexes = 16;
// So many candidates are tried one by one: about a microsecond each, where a set may need a
// thousand.
constexpr std::size_t kFewCandidates = 64;

void append(std::vector<std::uint32_t>& to, const std::vector<std::uint32_t>& ids) {
    to.insert(to.end(), ids.begin(), ids.end());
}

}  // namespace

class PatternIndex::RegexSet {
  public:
    RegexSet(const std::vector<Entry>& regexes, std::int64_t memory)
        : set_(options(memory), re2::RE2::UNANCHORED) {
        for (const Entry& entry : regexes) {
            const bool added = set_.Add(entry.pattern.spec().text, nullptr) >= 0;
            is_usable_ = is_usable_ && added;
        }
        is_usable_ = is_usable_ && set_.Compile();
    }
    [[nodiscard]] bool is_usable() const noexcept { return is_usable_; }

    // False: the set gave no answer.
    [[nodiscard]] bool match(std::string_view text, std::vector<int>& numbers) const {
        re2::RE2::Set::ErrorInfo error{re2::RE2::Set::kNoError};
        return set_.Match(re2::StringPiece(text.data(), text.size()), &numbers, &error) ||
               error.kind == re2::RE2::Set::kNoError;
    }

  private:
    static re2::RE2::Options options(std::int64_t memory) {
        re2::RE2::Options result;
        result.set_log_errors(false);
        result.set_max_mem(memory);
        return result;
    }

    re2::RE2::Set set_;
    bool is_usable_ = true;
};

PatternIndex::PatternIndex() = default;
PatternIndex::~PatternIndex() = default;
PatternIndex::PatternIndex(PatternIndex&&) noexcept = default;
PatternIndex& PatternIndex::operator=(PatternIndex&&) noexcept = default;

void PatternIndex::add(const Pattern& pattern, std::uint32_t id) {
    const std::string& text = pattern.spec().text;
    switch (pattern.spec().kind) {
        case TextPattern::Kind::exact:
            exact_[text].push_back(id);
            return;
        case TextPattern::Kind::glob:
            add_glob(pattern, id);
            return;
        case TextPattern::Kind::regex: {
            const auto [found, is_new] = regex_numbers_.try_emplace(text, regexes_.size());
            if (is_new) {
                regexes_.push_back({pattern, {}});
            }
            regexes_[found->second].ids.push_back(id);
            return;
        }
    }
}

void PatternIndex::add_glob(const Pattern& pattern, std::uint32_t id) {
    const std::string& text = pattern.spec().text;
    const std::size_t start = std::min(text.find_first_of("*?"), kLongestPart);
    const std::size_t last_wildcard = text.find_last_of("*?");
    const std::size_t end =
        last_wildcard == std::string::npos ? 0 : text.size() - last_wildcard - 1;
    if (start == 0 && end == 0) {
        bare_globs_.push_back({pattern, {id}});
    } else if (start >= end) {
        start_lengths_.insert(start);
        by_start_[text.substr(0, start)].push_back({pattern, {id}});
    } else {
        const std::size_t length = std::min(end, kLongestPart);
        end_lengths_.insert(length);
        by_end_[text.substr(text.size() - length)].push_back({pattern, {id}});
    }
}

void PatternIndex::finish(std::int64_t regex_memory) {
    if (regexes_.empty()) {
        return;
    }
    if (regexes_.size() >= kManyRegexes) {
        std::vector<std::string> expressions;
        for (const Entry& entry : regexes_) {
            expressions.push_back(entry.pattern.spec().text);
        }
        filter_ = std::make_unique<RegexFilter>(expressions);
    }
    auto set = std::make_unique<RegexSet>(regexes_, regex_memory);
    if (set->is_usable()) {
        regex_set_ = std::move(set);
    }
}

void PatternIndex::find(std::string_view text, Ids& ids) const {
    if (const auto found = exact_.find(text); found != exact_.end()) {
        append(ids, found->second);
    }
    find_globs(text, ids);
    find_regexes(text, ids);
}

void PatternIndex::find_globs(std::string_view text, Ids& ids) const {
    const auto try_all = [&](const std::vector<Entry>& entries) {
        for (const Entry& entry : entries) {
            if (entry.pattern.matches(text)) {
                append(ids, entry.ids);
            }
        }
    };
    const auto try_part = [&](const Globs& globs, std::string_view part) {
        if (const auto found = globs.find(part); found != globs.end()) {
            try_all(found->second);
        }
    };
    for (const std::size_t length : start_lengths_) {
        if (length <= text.size()) {
            try_part(by_start_, text.substr(0, length));
        }
    }
    for (const std::size_t length : end_lengths_) {
        if (length <= text.size()) {
            try_part(by_end_, text.substr(text.size() - length));
        }
    }
    try_all(bare_globs_);
}

void PatternIndex::find_regexes(std::string_view text, Ids& ids) const {
    std::vector<int> numbers;
    if (filter_ && RegexFilter::can_judge(text)) {
        numbers = filter_->candidates(text);
        if (numbers.size() <= kFewCandidates) {
            for (const int number : numbers) {
                const Entry& entry = regexes_[static_cast<std::size_t>(number)];
                if (entry.pattern.matches(text)) {
                    append(ids, entry.ids);
                }
            }
            return;
        }
        numbers.clear();
    }
    if (regex_set_ && regex_set_->match(text, numbers)) {
        for (const int number : numbers) {
            append(ids, regexes_[static_cast<std::size_t>(number)].ids);
        }
        return;
    }
    for (const Entry& entry : regexes_) {
        if (entry.pattern.matches(text)) {
            append(ids, entry.ids);
        }
    }
}

}  // namespace alert_bridge::domain
