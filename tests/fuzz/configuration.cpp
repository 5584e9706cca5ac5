// SPDX-License-Identifier: MIT
// The configuration: any text gives a configuration or mistakes, never both and never neither; and
// what was loaded is taken by everything that uses it.
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "../support/certificates.hpp"
#include "alert_bridge/config/loader.hpp"
#include "alert_bridge/sources/decoders.hpp"
#include "support.hpp"
#include "targets.hpp"

namespace {

using namespace alert_bridge;
using fuzz::require;

constexpr const char* kSecret = "hush-2Kx9";

// The files that configurations refer to. Secrets must be private, which a checkout cannot keep.
class Folder {
  public:
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "bridge-XXXXXX").string();
        require(::mkdtemp(pattern.data()) != nullptr, "there is a temporary folder");
        path_ = pattern;
        write("a.token", kSecret);
        write("b.token", std::string(kSecret) + "b");
        write("customers.csv", "code,entity,site\nacme,Root > ACME,Paris\n");
        write("bad.csv", "code,entity\na\n");
        test::CertificateWish wish;
        wish.valid_from = "20200101000000Z";
        wish.valid_until = "20990101000000Z";
        const test::Issued bridge(wish);
        write("a.pem", bridge.certificate());
        write("a.key", bridge.key());
        write("b.key", test::Issued(wish).key());
        wish.valid_until = "20210101000000Z";
        write("old.pem", bridge.again(wish).certificate());
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    void write(const std::string& name, const std::string& text) const {
        const std::string file = path_ + "/" + name;
        std::ofstream(file, std::ios::binary) << text;
        require(::chmod(file.c_str(), 0600) == 0, "a file can be made private");
    }

    std::string path_;
};

// No path leaves the folder: ".." goes, and so does a slash that begins a value.
std::string confined(std::string_view input) {
    std::string text(input);
    for (auto at = text.find(".."); at != text.npos; at = text.find("..", at)) {
        text.replace(at, 2, "__");
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool begins = i == 0 || std::string_view(" \t\r\n'\",:[{").find(text[i - 1]) !=
                                          std::string_view::npos;
        const bool of_url = i > 0 && text[i - 1] == ':' && text.substr(i, 2) == "//";
        if (text[i] == '/' && begins && !of_url) {
            text[i] = '_';
        }
    }
    return text;
}

void check_diagnostics(const config::Loaded& loaded, const std::string& text) {
    const auto lines = 1 + std::count(text.begin(), text.end(), '\n');
    bool any_error = false;
    int line = 0;
    for (const config::Diagnostic& one : loaded.diagnostics) {
        any_error = any_error || one.severity == config::Diagnostic::error;
        require(!one.message.empty(), "a mistake is told");
        const bool tells = one.message.find(kSecret) != one.message.npos;
        require(!tells || text.find(kSecret) != text.npos, "no secret is told", one.message);
        if (one.file == "bridge.yaml") {
            require(one.line >= 1 && one.line <= lines + 1, "a mistake is in the file");
            require(one.column >= 1, "columns start at 1");
            require(one.line >= line, "mistakes come in order");
            line = one.line;
        }
    }
    require(loaded.diagnostics.size() <= config::kMaxDiagnostics + 1, "mistakes are bounded");
    require(loaded.config.has_value() != any_error, "a configuration or mistakes");
}

void check_config(const config::Config& loaded) {
    const auto rules = domain::RuleEngine::compile(loaded.rules);
    require(rules.has_value(), "the rules that were loaded compile");
    require(
        domain::Templates::compile(loaded.templates).has_value(),
        "the templates that were loaded compile"
    );
    domain::Alert alert;
    alert.host.name = "web01";
    alert.tags = {{"customer", "acme"}};
    alert.severity = domain::Severity::high;
    for (const config::SourceConfig& source : loaded.sources) {
        const auto decoder = sources::make_decoder(source.options);
        require(decoder.has_value(), "a source that was loaded has a decoder");
        alert.source = source.options.name;
        const auto plan = (*rules)->evaluate(alert, from_unix_ms(1'795'500'000'000));
        require(plan.policy.resolve_after >= Duration::zero(), "durations are not negative");
    }
}

}  // namespace

void fuzz::configuration(std::string_view input) {
    static const Folder kFolder;
    const std::string text = confined(input);
    const config::Loaded loaded = config::load_text(text, "bridge.yaml", kFolder.path());
    check_diagnostics(loaded, text);
    if (loaded.config) {
        check_config(*loaded.config);
    }
    const config::Loaded again = config::load_text(text, "bridge.yaml", kFolder.path());
    require(again.diagnostics == loaded.diagnostics, "loading has no memory");
}
