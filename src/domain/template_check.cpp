// SPDX-License-Identifier: MIT
// What a template may hold. Tags are cut out exactly as the Mustache library cuts them.
#include <algorithm>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/template_values.hpp"

namespace alert_bridge::domain {
namespace {

constexpr std::size_t kMaxTemplate = 16 * 1024;  // bytes
constexpr std::size_t kMaxNesting = 16;
constexpr std::size_t kMaxMistakes = 50;

enum class TagKind { variable, section, inverted, close, comment, partial, delimiter };

struct TemplateTag {
    TagKind kind = TagKind::variable;
    std::string name;
    std::size_t line = 1;
};

struct Scan {
    std::vector<TemplateTag> tags;
    std::optional<std::size_t> unclosed_line;
};

TemplateTag classify(std::string_view content, bool triple) {
    if (content.starts_with('=')) {
        return {TagKind::delimiter, {}};
    }
    if (triple || content.empty()) {
        return {TagKind::variable, std::string(content)};
    }
    const std::string rest(trim(content.substr(1)));
    switch (content.front()) {
        case '#':
            return {TagKind::section, rest};
        case '^':
            return {TagKind::inverted, rest};
        case '/':
            return {TagKind::close, rest};
        case '!':
            return {TagKind::comment, {}};
        case '>':
            return {TagKind::partial, rest};
        case '&':
            return {TagKind::variable, rest};
        default:
            return {TagKind::variable, std::string(content)};
    }
}

Scan scan(std::string_view source) {
    Scan result;
    std::size_t line = 1;
    std::size_t counted = 0;
    for (std::size_t at = source.find("{{"); at != std::string_view::npos;
         at = source.find("{{", at)) {
        line += static_cast<std::size_t>(std::count(
            source.begin() + static_cast<std::ptrdiff_t>(counted),
            source.begin() + static_cast<std::ptrdiff_t>(at), '\n'
        ));
        counted = at;
        std::size_t begin = at + 2;
        const bool triple = begin < source.size() && source[begin] == '{';
        begin += triple ? 1 : 0;
        const std::string_view closing = triple ? "}}}" : "}}";
        const std::size_t end = source.find(closing, begin);
        if (end == std::string_view::npos) {
            result.unclosed_line = line;
            return result;
        }
        TemplateTag tag = classify(trim(source.substr(begin, end - begin)), triple);
        tag.line = line;
        result.tags.push_back(std::move(tag));
        at = end + closing.size();
    }
    return result;
}

// Collects mistakes tag by tag. `captures` is null for the templates of tickets.
class Checker {
  public:
    explicit Checker(const std::vector<std::string>* captures) : captures_(captures) {}

    std::vector<std::string> run(std::string_view source) {
        if (source.size() > kMaxTemplate) {
            return {"the template is longer than 16 KiB"};
        }
        const Scan found = scan(source);
        for (const TemplateTag& tag : found.tags) {
            check(tag);
        }
        if (found.unclosed_line) {
            mistake(*found.unclosed_line, "a tag that begins with {{ is not closed");
        }
        for (const TemplateTag& open : open_) {
            mistake(open.line, "section '" + open.name + "' is not closed");
        }
        return std::move(mistakes_);
    }

  private:
    void mistake(std::size_t line, const std::string& text) {
        if (mistakes_.size() < kMaxMistakes) {
            mistakes_.push_back("line " + std::to_string(line) + ": " + text);
        }
    }

    void check(const TemplateTag& tag) {
        switch (tag.kind) {
            case TagKind::comment:
                return;
            case TagKind::partial:
                mistake(tag.line, "{{> is not allowed: it would read text as a template");
                return;
            case TagKind::delimiter:
                mistake(tag.line, "{{= is not allowed: the delimiters stay {{ and }}");
                return;
            case TagKind::variable:
                check_variable(tag);
                return;
            case TagKind::section:
            case TagKind::inverted:
                check_name(tag);
                open_.push_back(tag);
                if (open_.size() == kMaxNesting + 1) {
                    mistake(tag.line, "sections are nested more than 16 deep");
                }
                return;
            case TagKind::close:
                close(tag);
                return;
        }
    }

    void close(const TemplateTag& tag) {
        if (open_.empty()) {
            mistake(tag.line, "{{/" + tag.name + "}} closes a section that is not open");
            return;
        }
        if (open_.back().name != tag.name) {
            mistake(
                tag.line, "{{/" + tag.name + "}} closes section '" + open_.back().name +
                              "' of line " + std::to_string(open_.back().line)
            );
        }
        open_.pop_back();
    }

    void check_variable(const TemplateTag& tag) {
        if (tag.name == ".") {
            const bool stands_for_something = !open_.empty() &&
                                              open_.back().kind == TagKind::section &&
                                              shape_of(open_.back().name) != NameShape::flag;
            if (!stands_for_something) {
                mistake(
                    tag.line,
                    "{{.}} stands for nothing here: it belongs right inside the "
                    "section of a list or text"
                );
            }
            return;
        }
        if (!check_name(tag)) {
            return;
        }
        switch (shape_of(tag.name).value_or(NameShape::text)) {
            case NameShape::list:
                mistake(
                    tag.line, "'" + tag.name + "' is a list: write {{#" + tag.name + "}}{{.}}{{/" +
                                  tag.name + "}}"
                );
                return;
            case NameShape::flag:
                mistake(
                    tag.line, "'" + tag.name + "' is a condition: write {{#" + tag.name + "}}…{{/" +
                                  tag.name + "}}"
                );
                return;
            case NameShape::text:
                return;
        }
    }

    [[nodiscard]] static const TemplateName* find(std::string_view name) {
        const auto& names = template_names();
        const auto found = std::find_if(names.begin(), names.end(), [name](const auto& known) {
            return known.name == name;
        });
        return found == names.end() ? nullptr : &*found;
    }

    [[nodiscard]] static std::optional<NameShape> shape_of(std::string_view name) {
        const TemplateName* known = find(name);
        return known == nullptr ? std::nullopt : std::optional(known->shape);
    }

    // Whether the name exists; tells the mistake.
    bool check_name(const TemplateTag& tag) {
        const std::string_view name = tag.name;
        if (name.empty()) {
            mistake(tag.line, "a tag without a name");
            return false;
        }
        if (name.starts_with("tag.") && name.size() > 4) {
            return true;
        }
        if (name.starts_with("match.")) {
            return check_capture(tag);
        }
        if (name.starts_with("asset.field.") && name.size() > 12) {
            return check_known(tag, KnownTo::rules);
        }
        const TemplateName* known = find(name);
        if (known == nullptr) {
            mistake(tag.line, "unknown name '" + tag.name + "'" + suggestion(tag.name));
            return false;
        }
        return check_known(tag, known->known_to);
    }

    bool check_known(const TemplateTag& tag, KnownTo known_to) {
        if (captures_ != nullptr && known_to == KnownTo::tickets) {
            mistake(tag.line, "'" + tag.name + "' is not known yet when rules run");
            return false;
        }
        if (captures_ == nullptr && known_to == KnownTo::rules) {
            mistake(tag.line, "'" + tag.name + "' is known in rules only");
            return false;
        }
        return true;
    }

    bool check_capture(const TemplateTag& tag) {
        const std::string name = tag.name.substr(6);
        if (captures_ == nullptr) {
            mistake(tag.line, "'" + tag.name + "': captures exist in rules only");
            return false;
        }
        if (std::find(captures_->begin(), captures_->end(), name) == captures_->end()) {
            const std::string near = nearest_name(name, *captures_);
            mistake(
                tag.line, "'" + tag.name + "': no condition of this rule captures (?P<" + name +
                              ">…)" + (near.empty() ? "" : "; did you mean 'match." + near + "'?")
            );
            return false;
        }
        return true;
    }

    [[nodiscard]] std::string suggestion(const std::string& wrong) const {
        if (mistakes_.size() >= kMaxMistakes) {
            return {};  // nobody would read it
        }
        std::vector<std::string> names;
        for (const TemplateName& known : template_names()) {
            const KnownTo elsewhere = captures_ == nullptr ? KnownTo::rules : KnownTo::tickets;
            if (known.known_to != elsewhere) {
                names.push_back(known.name);
            }
        }
        const std::string near = nearest_name(wrong, names);
        return near.empty() ? "" : "; did you mean '" + near + "'?";
    }

    const std::vector<std::string>* captures_;
    std::vector<TemplateTag> open_;
    std::vector<std::string> mistakes_;
};

}  // namespace

std::vector<std::string> check_template(std::string_view source) {
    return Checker(nullptr).run(source);
}

std::vector<std::string> check_template(
    std::string_view source, const std::vector<std::string>& capture_names
) {
    return Checker(&capture_names).run(source);
}

std::vector<std::string> asset_details_in(std::string_view source) {
    std::vector<std::string> names;
    for (const TemplateTag& tag : scan(source).tags) {
        if (tag.name.starts_with(kAssetPrefix)) {
            names.push_back(tag.name.substr(kAssetPrefix.size()));
        }
    }
    return names;
}

bool is_well_formed_template(std::string_view source) {
    if (source.size() > kMaxTemplate) {
        return false;
    }
    const Scan found = scan(source);
    std::vector<std::string_view> open;
    for (const TemplateTag& tag : found.tags) {
        if (tag.kind == TagKind::partial || tag.kind == TagKind::delimiter) {
            return false;
        }
        if (tag.kind == TagKind::section || tag.kind == TagKind::inverted) {
            open.push_back(tag.name);
        } else if (tag.kind == TagKind::close) {
            if (open.empty() || open.back() != tag.name) {
                return false;
            }
            open.pop_back();
        }
        if (open.size() > kMaxNesting) {
            return false;
        }
    }
    return open.empty() && !found.unclosed_line;
}

}  // namespace alert_bridge::domain
