// SPDX-License-Identifier: MIT
#include "alert_bridge/config/yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <sstream>
#include <unordered_map>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::config {
namespace {

// Ends the parse after a mistake that makes the rest meaningless; it never leaves parse_yaml().
struct StopParsing {};

Position position_of(const YAML::Mark& mark) noexcept {
    return {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1};
}

class TreeBuilder final : public YAML::EventHandler {
  public:
    explicit TreeBuilder(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    [[nodiscard]] Node take() { return std::move(root_); }
    // Where the last scalar in quotes (or a block) begins; line 0: there is none.
    [[nodiscard]] Position last_quoted() const noexcept { return last_quoted_; }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ > 1) {
            stop(mark, "one YAML document per file: a second one starts here");
        }
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Node node = make(Node::Kind::null, mark, anchor, "");
        finish(std::move(node));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        stop(mark, "aliases (*name) are not accepted");
    }
    void OnScalar(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
        const std::string& value
    ) override {
        Node node = make(Node::Kind::scalar, mark, anchor, tag);
        if (tag == "!") {
            last_quoted_ = node.at;
        }
        node.plain = tag != "!";  // yaml-cpp: "!" for quoted and block scalars, "?" for plain ones
        node.text = value;
        finish(std::move(node));
    }
    void OnSequenceStart(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
        YAML::EmitterStyle::value
    ) override {
        open(make(Node::Kind::sequence, mark, anchor, tag));
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
        YAML::EmitterStyle::value
    ) override {
        open(make(Node::Kind::mapping, mark, anchor, tag));
    }
    void OnMapEnd() override { close(); }

  private:
    struct Frame {
        Node node;
        std::optional<Node::Name> name;  // of a mapping: the key that waits for its value
        bool duplicate = false;
        std::unordered_map<std::string, int> lines;  // keys seen and where
    };

    [[noreturn]] void stop(const YAML::Mark& mark, std::string message) {
        diagnostics_.error(position_of(mark), std::move(message));
        throw StopParsing{};
    }

    Node make(
        Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag
    ) {
        if (anchor != YAML::NullAnchor) {
            stop(mark, "anchors (&name) are not accepted");
        }
        if (!tag.empty() && tag != "?" && tag != "!") {
            stop(mark, "tags (!" + tag + ") are not accepted");
        }
        if (++values_ > kMaxYamlValues) {
            stop(mark, "the file holds more than " + std::to_string(kMaxYamlValues) + " values");
        }
        Node node;
        node.kind = kind;
        node.at = position_of(mark);
        return node;
    }

    void open(Node node) {
        if (expects_key()) {
            diagnostics_.error(node.at, "a key must be one word, not a list or a mapping");
            throw StopParsing{};
        }
        if (frames_.size() >= kMaxYamlDepth) {
            diagnostics_.error(
                node.at, "nested deeper than " + std::to_string(kMaxYamlDepth) + " levels"
            );
            throw StopParsing{};
        }
        frames_.push_back(Frame{std::move(node), std::nullopt, false, {}});
    }

    void close() {
        Node node = std::move(frames_.back().node);
        frames_.pop_back();
        finish(std::move(node));
    }

    [[nodiscard]] bool expects_key() const {
        return !frames_.empty() && frames_.back().node.kind == Node::Kind::mapping &&
               !frames_.back().name;
    }

    void finish(Node node) {
        if (frames_.empty()) {
            root_ = std::move(node);
            return;
        }
        Frame& frame = frames_.back();
        if (frame.node.kind == Node::Kind::sequence) {
            frame.node.items.push_back(std::move(node));
            return;
        }
        if (!frame.name) {
            take_key(frame, std::move(node));
            return;
        }
        if (!frame.duplicate) {
            frame.node.names.push_back(std::move(*frame.name));
            frame.node.items.push_back(std::move(node));
        }
        frame.name.reset();
        frame.duplicate = false;
    }

    void take_key(Frame& frame, Node key) {
        if (key.kind == Node::Kind::null) {
            diagnostics_.error(key.at, "a key is missing here");
        }
        const auto [seen, is_new] = frame.lines.emplace(key.text, key.at.line);
        if (!is_new) {
            diagnostics_.error(
                key.at, "'" + key.text + "' is given twice; it stands in line " +
                            std::to_string(seen->second) + " already"
            );
        }
        frame.duplicate = !is_new || key.kind == Node::Kind::null;
        frame.name = Node::Name{std::move(key.text), key.at};
    }

    Diagnostics& diagnostics_;
    std::vector<Frame> frames_;
    Node root_;
    Position last_quoted_{0, 0};
    std::size_t values_ = 0;
    int documents_ = 0;
};

Position position_at(const std::string& text, std::size_t offset) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
    const auto line_start = std::find(std::reverse_iterator(end), text.rend(), '\n').base();
    return {
        static_cast<int>(std::count(text.begin(), end, '\n')) + 1,
        static_cast<int>(end - line_start) + 1};
}

// Bytes that have no place in a text file; told with their position before YAML sees them.
bool is_clean_text(const std::string& text, Diagnostics& diagnostics) {
    if (text.size() > kMaxYamlBytes) {
        diagnostics.error({}, "the file is larger than 16 MiB");
        return false;
    }
    const std::string repaired = repair_utf8(text);
    if (repaired != text) {
        const auto differs =
            std::mismatch(text.begin(), text.end(), repaired.begin(), repaired.end());
        diagnostics.error(
            position_at(text, static_cast<std::size_t>(differs.first - text.begin())),
            "the file is not UTF-8 here"
        );
        return false;
    }
    const auto control = std::find_if(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\n' && c != '\t' && c != '\r') || byte == 0x7f;
    });
    if (control != text.end()) {
        diagnostics.error(
            position_at(text, static_cast<std::size_t>(control - text.begin())),
            "control characters are not accepted"
        );
        return false;
    }
    return true;
}

// yaml-cpp takes the end of the file for a closing quote, so that a forgotten one swallows the
// rest.
bool is_closed(const std::string& text, Position begin) {
    std::size_t offset = 0;
    for (int line = 1; line < begin.line; ++line) {
        offset = text.find('\n', offset) + 1;
    }
    offset += static_cast<std::size_t>(begin.column - 1);
    const char quote = offset < text.size() ? text[offset] : '\0';
    if (begin.line < 1 || (quote != '"' && quote != '\'')) {
        return true;
    }
    for (++offset; offset < text.size(); ++offset) {
        if (text[offset] == quote && quote == '\'' && text.compare(offset, 2, "''") == 0) {
            ++offset;
        } else if (text[offset] == '\\' && quote == '"') {
            ++offset;
        } else if (text[offset] == quote) {
            return true;
        }
    }
    return false;
}

}  // namespace

const Node* Node::find(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i].text == name) {
            return &items[i];
        }
    }
    return nullptr;
}

std::optional<Node> parse_yaml(const std::string& text, Diagnostics& diagnostics) {
    if (!is_clean_text(text, diagnostics)) {
        return std::nullopt;
    }
    std::istringstream stream(text);
    TreeBuilder builder(diagnostics);
    try {
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const StopParsing&) {
        return std::nullopt;
    } catch (const YAML::Exception& problem) {
        diagnostics.error(position_of(problem.mark), "not YAML: " + problem.msg);
        return std::nullopt;
    } catch (const std::exception& problem) {
        diagnostics.error({}, std::string("not YAML: ") + problem.what());
        return std::nullopt;
    }
    if (!is_closed(text, builder.last_quoted())) {
        diagnostics.error(builder.last_quoted(), "the closing quote is missing");
        return std::nullopt;
    }
    return builder.take();
}

}  // namespace alert_bridge::config
