// SPDX-License-Identifier: MIT
//
// Diagnostic: one mistake in a configuration file, with the place where it stands.
//
// The loader never stops at the first mistake: it collects all of them here and the operator gets
// one list, sorted by position, in the form that editors understand: "file:line:column: error: …".
// Guarantees: lines and columns start at 1; the number of entries is bounded (kMaxDiagnostics), so
// that a wrong file of a million lines does not fill the log. Messages never hold a secret.
// Thread rule: a value, used by one thread.
// Tests: tests/unit/config/yaml_reader_test.cpp
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace alert_bridge::config {

struct Position {
    int line = 1;
    int column = 1;
    bool operator==(const Position&) const = default;
};

struct Diagnostic {
    enum Severity { error, warning };
    std::string file;
    int line = 1;
    int column = 1;
    Severity severity = error;
    std::string message;
    bool operator==(const Diagnostic&) const = default;
};

inline constexpr std::size_t kMaxDiagnostics = 200;

// Left out: none is read, nor a file of listen.tls; a text stands for each. May be open: one whose
// file others can read is a warning, where more is to be looked at than the first mistake.
enum class Secrets { needed, left_out, may_be_open };

// Collects the diagnostics of one load.
class Diagnostics {
  public:
    explicit Diagnostics(std::string file, Secrets secrets = Secrets::needed)
        : file_(std::move(file)), secrets_(secrets) {}

    [[nodiscard]] Secrets secrets() const noexcept { return secrets_; }

    void error(Position at, std::string message);
    void warning(Position at, std::string message);
    // A mistake in another file than the configuration itself (a CSV map).
    void error_in(const std::string& file, Position at, std::string message);

    [[nodiscard]] bool has_errors() const noexcept { return errors_ > 0; }
    [[nodiscard]] std::size_t error_count() const noexcept { return errors_; }
    // Sorted: the configuration file first, then by line and column. Leaves the collector empty.
    [[nodiscard]] std::vector<Diagnostic> take();

  private:
    void add(Diagnostic diagnostic);

    std::string file_;
    Secrets secrets_;
    std::vector<Diagnostic> list_;
    std::size_t errors_ = 0;
    std::size_t left_out_ = 0;
};

// One line each: "file:line:column: error: message".
[[nodiscard]] std::string render(const std::vector<Diagnostic>& diagnostics);

}  // namespace alert_bridge::config
