// SPDX-License-Identifier: MIT
// The only unit that knows the Mustache library. What alerts bring reaches it as values, never as
// templates, and is escaped before: the library's own escaping is switched off, since {{{x}}} and
// {{&x}} would go around it.
#include "alert_bridge/domain/render.hpp"

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <mutex>
#include <optional>
#include <utility>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/enum_names.hpp"
#include "alert_bridge/domain/template_values.hpp"

namespace alert_bridge::domain {
namespace {

namespace ms = kainjow::mustache;

constexpr EnumNames<TemplatePart, 4> kParts{{
    {TemplatePart::title, "title"},
    {TemplatePart::body, "body"},
    {TemplatePart::followup, "followup"},
    {TemplatePart::solution, "solution"},
}};
constexpr std::string_view kFallbackSet = "en";
// Bytes of values in one text, each time a template asks for one. Many web servers before GLPI take
// bodies of 1 MiB, and a template may name a long value a thousand times. Past it values are left
// out.
constexpr std::size_t kMaxValueBytes = 1024 * 1024;

enum class Target { html, plain };

// Answers the library's questions for names, when asked: names may hold dots (tag.some.scope), and
// nothing is computed that a template does not show.
class NameContext final : public ms::basic_context<std::string> {
  public:
    NameContext(const TextSource& source, Target target) : source_(source), target_(target) {}

    void push(const ms::data* data) override { sections_.push_back(data); }
    void pop() override { sections_.pop_back(); }

    [[nodiscard]] const ms::data* get(const std::string& name) const override {
        if (name == ".") {
            const ms::data* data = sections_.empty() ? nullptr : sections_.back();
            return data != nullptr && data->is_string() ? paid(data) : nullptr;
        }
        auto found = values_.find(name);
        if (found == values_.end()) {
            const auto value = template_value(source_, name);
            found = values_.emplace(name, value ? data_of(*value) : ms::data(false)).first;
        }
        return found->second.is_string() ? paid(&found->second) : &found->second;
    }
    [[nodiscard]] const ms::data* get_partial(const std::string&) const override { return nullptr; }

  private:
    [[nodiscard]] std::string shown(const std::string& text) const {
        return target_ == Target::html ? text_to_html(text) : text;
    }

    [[nodiscard]] ms::data data_of(const TemplateValue& value) const {
        switch (value.shape) {
            case NameShape::flag:
                return ms::data(value.flag);
            case NameShape::text:
                // The library takes an empty text for true.
                return value.text.empty() ? ms::data(false) : ms::data(shown(value.text));
            case NameShape::list:
                break;
        }
        ms::data list(ms::data::type::list);
        for (const std::string& item : value.list) {
            list.push_back(ms::data(shown(item)));
        }
        return list;
    }

    [[nodiscard]] const ms::data* paid(const ms::data* data) const {
        const std::size_t size = data->string_value().size();
        if (size > bytes_left_) {
            return nullptr;
        }
        bytes_left_ -= size;
        return data;
    }

    const TextSource& source_;
    Target target_;
    std::vector<const ms::data*> sections_;
    // The library asks through a const interface and keeps the pointers while it renders.
    mutable std::map<std::string, ms::data> values_;
    mutable std::size_t bytes_left_ = kMaxValueBytes;
};

std::string identity(const std::string& text) {
    return text;
}

// Where the library writes to; a stream of the standard library costs as much as a short text.
struct Sink {
    std::string text;
};
Sink& operator<<(Sink& sink, const std::string& part) {
    sink.text += part;
    return sink;
}

std::string run(ms::mustache& parsed, const TextSource& source, Target target) {
    NameContext names(source, target);
    Sink sink;
    parsed.render(names, sink);
    return std::move(sink.text);
}

// A section that is not shown leaves its line behind, empty. Line breaks of values are <br> here,
// so every other one is the template's own.
std::string without_empty_lines(const std::string& html) {
    std::string result;
    result.reserve(html.size());
    for (std::size_t at = 0; at < html.size();) {
        const std::size_t end = std::min(html.find('\n', at), html.size() - 1) + 1;
        const std::string_view line = std::string_view(html).substr(at, end - at);
        if (!trim(line).empty()) {
            result += line;
        }
        at = end;
    }
    return result;
}

// One template, parsed when it is used: of the shipped sets most are not, and parsed they are
// large. The library's render() is not const, though it changes nothing that we use; the lock makes
// that no matter of trust.
class Parsed {
  public:
    explicit Parsed(const std::string& source) : source_(source) {}
    [[nodiscard]] std::string render(const TextSource& source, Target target) const {
        const std::lock_guard lock(mutex_);
        if (!mustache_) {
            mustache_.emplace(source_);
            mustache_->set_custom_escape(identity);
        }
        return run(*mustache_, source, target);
    }

  private:
    const std::string source_;
    mutable std::mutex mutex_;
    mutable std::optional<ms::mustache> mustache_;
};

const std::string& part_of(const TemplateSet& set, TemplatePart part) {
    switch (part) {
        case TemplatePart::title:
            return set.title;
        case TemplatePart::body:
            return set.body;
        case TemplatePart::followup:
            return set.followup;
        case TemplatePart::solution:
            return set.solution;
    }
    return set.body;
}

struct CompiledSet {
    std::map<TemplatePart, std::unique_ptr<const Parsed>> parts;
    const Words* words = nullptr;
};

class CompiledTemplates final : public Templates {
  public:
    explicit CompiledTemplates(const std::map<std::string, TemplateSet>& sets) {
        for (const auto& [name, set] : sets) {
            CompiledSet& compiled = sets_[name];
            compiled.words = &words_of(name);
            for (const TemplatePart part : kTemplateParts) {
                compiled.parts[part] = std::make_unique<const Parsed>(part_of(set, part));
            }
        }
    }

    [[nodiscard]] bool has(std::string_view set) const override {
        return sets_.find(set) != sets_.end();
    }

    [[nodiscard]] std::string render(
        std::string_view set, TemplatePart part, const TextContext& context
    ) const override {
        const CompiledSet& compiled = set_of(set);
        const TextSource source{context, compiled.words};
        const Parsed& parsed = *compiled.parts.at(part);
        if (part == TemplatePart::title) {
            return one_line(parsed.render(source, Target::plain));
        }
        return without_empty_lines(parsed.render(source, Target::html));
    }

    [[nodiscard]] std::string note(std::string_view set, const std::vector<PlacementNote>& notes)
        const override {
        return one_line(note_text(notes, *set_of(set).words));
    }

    [[nodiscard]] OutageText outage(
        std::string_view set, const OutageReport& report, const std::string& zone
    ) const override {
        return outage_text(report, *set_of(set).words, zone);
    }

    [[nodiscard]] StormText storm_opening(
        std::string_view set, std::string_view entity, std::string_view since
    ) const override {
        return storm_opening_text(entity, since, *set_of(set).words);
    }

    [[nodiscard]] std::vector<std::string> members(
        std::string_view set, MemberEvent why, const MemberReport& report, const std::string& zone
    ) const override {
        return member_texts(why, report, *set_of(set).words, zone);
    }

    [[nodiscard]] std::string storm_end(std::string_view set, std::int64_t total) const override {
        return storm_end_text(total, *set_of(set).words);
    }

  private:
    [[nodiscard]] const CompiledSet& set_of(std::string_view name) const {
        const auto found = sets_.find(name);
        return found != sets_.end() ? found->second : sets_.find(kFallbackSet)->second;
    }

    std::map<std::string, CompiledSet, std::less<>> sets_;
};

TemplateSet completed(TemplateSet set, const std::string& name) {
    const auto& shipped = shipped_sets();
    const auto same_name = shipped.find(name);
    const TemplateSet& base =
        same_name == shipped.end() ? shipped.at(std::string(kFallbackSet)) : same_name->second;
    const auto fill = [](std::string& part, const std::string& from) {
        if (part.empty()) {
            part = from;
        }
    };
    fill(set.title, base.title);
    fill(set.body, base.body);
    fill(set.followup, base.followup);
    fill(set.solution, base.solution);
    return set;
}

}  // namespace

std::string_view to_string(TemplatePart part) noexcept {
    return name_of(kParts, part);
}

std::string render_plain(std::string_view source, const TextContext& context) {
    if (source.find("{{") == std::string_view::npos) {
        return std::string(source);
    }
    if (!is_well_formed_template(source)) {
        return {};
    }
    ms::mustache parsed{std::string(source)};
    parsed.set_custom_escape(identity);
    return run(parsed, TextSource{context, nullptr}, Target::plain);
}

Result<std::shared_ptr<const Templates>> Templates::compile(std::map<std::string, TemplateSet> sets
) {
    std::vector<std::string> mistakes;
    for (auto& [name, set] : sets) {
        for (const TemplatePart part : kTemplateParts) {
            for (const std::string& mistake : check_template(part_of(set, part))) {
                mistakes.push_back(
                    "template set '" + name + "', " + std::string(to_string(part)) + ": " + mistake
                );
            }
        }
        set = completed(std::move(set), name);
    }
    if (!mistakes.empty()) {
        return Error{ErrorClass::misconfigured, "template", join(mistakes, "\n")};
    }
    sets.insert(shipped_sets().begin(), shipped_sets().end());
    return std::shared_ptr<const Templates>(std::make_shared<CompiledTemplates>(sets));
}

std::vector<std::string> Templates::shipped_names() {
    std::vector<std::string> names;
    for (const auto& [name, set] : shipped_sets()) {
        names.push_back(name);
    }
    return names;
}

}  // namespace alert_bridge::domain
