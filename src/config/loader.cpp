// SPDX-License-Identifier: MIT
#include "alert_bridge/config/loader.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "alert_bridge/config/files.hpp"
#include "alert_bridge/config/secrets.hpp"
#include "alert_bridge/config/sections.hpp"

namespace alert_bridge::config {
namespace {

void load_sections(Loading& loading, const Node& document) {
    const MapReader root(loading.diagnostics, &document, kRoot);
    load_basics(loading, root);
    loading.config.admin = read_admin(root.section("admin", kAdmin), loading.base_dir);
    load_priorities(loading, root);
    load_maps(loading, root);
    load_templates(loading, root);
    load_defaults(loading, root);
    load_storm(loading, root);
    load_sources(loading, root);
    load_glpi(loading, root);
    load_rules(loading, root);
    load_maintenance(loading, root);
    settle_under_wait(loading);
}

// What runs later must take what was loaded. A mistake that only these see has no position.
void compile_once(Diagnostics& diagnostics, const Config& config) {
    if (const auto engine = domain::RuleEngine::compile(config.rules); engine.has_error()) {
        diagnostics.error({}, "rules: " + engine.error().message);
    }
    if (const auto sets = domain::Templates::compile(config.templates); sets.has_error()) {
        diagnostics.error({}, "templates: " + sets.error().message);
    }
}

bool is_open_secret(const Diagnostic& each) {
    return each.severity == Diagnostic::error && tells_of_open_secret(each);
}

// `open_secrets` are no mistakes, when the caller wants a list of them.
Loaded load_text_with(
    Diagnostics diagnostics, const std::string& text, const std::string& base_dir,
    bool lists_open_secrets
) {
    Loaded loaded;
    const auto document = parse_yaml(text, diagnostics);
    Loading loading{diagnostics, base_dir, {}, {}, {}, {}, {}, false};
    if (document) {
        load_sections(loading, *document);
    }
    std::vector<Diagnostic> told;
    if (lists_open_secrets) {
        told = diagnostics.take();
        const auto rest = std::stable_partition(told.begin(), told.end(), is_open_secret);
        for (auto each = told.begin(); each != rest; ++each) {
            loaded.open_secrets.push_back(each->message);
        }
        told.erase(told.begin(), rest);
    }
    const bool has_errors = !document || diagnostics.has_errors() ||
                            std::any_of(told.begin(), told.end(), [](const Diagnostic& each) {
                                return each.severity == Diagnostic::error;
                            });
    if (!has_errors) {
        compile_once(diagnostics, loading.config);
    }
    if (!has_errors && !diagnostics.has_errors()) {
        loaded.config = std::move(loading.config);
    }
    loaded.diagnostics = diagnostics.take();
    loaded.diagnostics.insert(loaded.diagnostics.begin(), told.begin(), told.end());
    return loaded;
}

struct ConfigFile {
    FileText content;
    std::string base_dir;
};

ConfigFile read_config(const std::string& path) {
    std::error_code failure;
    const auto absolute = std::filesystem::absolute(path, failure);
    ConfigFile file{read_file(path, kMaxYamlBytes), absolute.parent_path().string()};
    if (failure) {
        file.content.problem = failure.message();
    }
    return file;
}

Loaded load_file(const std::string& path, bool lists_open_secrets) {
    const ConfigFile file = read_config(path);
    Diagnostics diagnostics(path);
    if (!file.content.problem.empty()) {
        diagnostics.error({}, file.content.problem);
        return {std::nullopt, diagnostics.take(), {}};
    }
    return load_text_with(
        std::move(diagnostics), file.content.text, file.base_dir, lists_open_secrets
    );
}

}  // namespace

Loaded load_text(const std::string& text, const std::string& name, const std::string& base_dir) {
    return load_text_with(Diagnostics(name), text, base_dir, false);
}

Loaded load(const std::string& path) {
    return load_file(path, false);
}

Loaded load_with_open_secrets(const std::string& path) {
    return load_file(path, true);
}

namespace {

// What `read` makes of one section, which may be absent; nothing after a mistake in it.
template <class Read>
auto read_section(
    const std::string& path, std::string_view name, Read read, std::vector<Diagnostic>& told
) {
    const ConfigFile file = read_config(path);
    Diagnostics diagnostics(path);
    std::optional<decltype(read(diagnostics, nullptr, file.base_dir))> section;
    if (!file.content.problem.empty()) {
        diagnostics.error({}, file.content.problem);
    } else if (const auto document = parse_yaml(file.content.text, diagnostics)) {
        Diagnostics of_others(path);
        const Node* const node = MapReader(of_others, &*document, kRoot).find(name);
        section = read(diagnostics, node, file.base_dir);
    }
    if (diagnostics.has_errors()) {
        section.reset();
    }
    told = diagnostics.take();
    return section;
}

AdminConfig admin_of(Diagnostics& diagnostics, const Node* node, const std::string& base_dir) {
    return read_admin(MapReader(diagnostics, node, kAdmin), base_dir);
}

ListenConfig listen_of(Diagnostics& diagnostics, const Node* node, const std::string& base_dir) {
    const MapReader reader(diagnostics, node, kListen);
    ListenConfig listen = read_listen(diagnostics, reader);
    if (reader.find("tls") != nullptr) {
        listen.tls = name_tls(reader.section("tls", kTls), base_dir);
    }
    return listen;
}

}  // namespace

LoadedAdmin load_admin_only(const std::string& path) {
    LoadedAdmin loaded;
    loaded.admin = read_section(path, "admin", admin_of, loaded.diagnostics);
    return loaded;
}

LoadedListen load_listen_only(const std::string& path) {
    LoadedListen loaded;
    loaded.listen = read_section(path, "listen", listen_of, loaded.diagnostics);
    return loaded;
}

}  // namespace alert_bridge::config
