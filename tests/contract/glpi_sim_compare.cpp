// SPDX-License-Identifier: MIT
#include "glpi_sim_compare.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace contract {

namespace {

using Lines = std::vector<std::string>;

bool looks_like_date(const std::string& text) {
    static constexpr std::string_view kForm = "0000-00-00 00:00:00";
    if (text.size() != kForm.size())
        return false;
    for (std::size_t i = 0; i < kForm.size(); ++i) {
        const bool digit = std::isdigit(static_cast<unsigned char>(text[i])) != 0;
        if (digit != (kForm[i] == '0'))
            return false;
    }
    return true;
}

// Values of these keys depend on the moment or the machine: only their type counts.
bool only_type_counts(const std::string& key) {
    static constexpr std::array<std::string_view, 7> kKeys = {
        "solve_delay_stat", "close_delay_stat", "takeintoaccount_delay_stat",
        "waiting_duration", "dbversion",        "date_mod",
        "valid_id"};
    return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

// Keys that the recorder put in place of what it left out.
bool is_recorders_note(const std::string& key) {
    return key == "_keys" || key == "rawdata_keys" || key == "_names" ||
           key == "_number_of_entries" || key == "_other_session_keys_left_out";
}

std::string shortened(const Json& value) {
    const std::string text = value.dump();
    return text.size() > 160 ? text.substr(0, 160) + "..." : text;
}

class Comparison {
  public:
    explicit Comparison(bool trimmed) : trimmed_(trimmed) {}

    void values(const std::string& at, const std::string& key, const Json& want, const Json& have) {
        if (want.is_object() && have.is_object())
            return objects(at, want, have);
        if (want.is_array() && have.is_array())
            return arrays(at, key, want, have);
        const bool both_numbers = want.is_number() && have.is_number();
        if (want.type() != have.type() && !both_numbers)
            return differ(at, want, have);
        if (at.find(".data_html") != std::string::npos)
            return;
        if (only_type_counts(key) || key == "session_token") {
            if (want.is_string() &&
                want.get<std::string>().empty() != have.get<std::string>().empty())
                differ(at, want, have);
            return;
        }
        if (want.is_string() && looks_like_date(want.get<std::string>())) {
            if (!looks_like_date(have.get<std::string>()))
                differ(at, want, have);
            return;
        }
        if (want != have)
            differ(at, want, have);
    }

    // ["CODE", text]: the code is exact, the text only has to be there or not.
    void errors(const Json& want, const Json& have) {
        if (want[0] != have[0])
            differ("error code", want[0], have[0]);
        if (want.size() != have.size())
            return differ("error", want, have);
        if (want.size() > 1 && want[1].is_array())
            return values("[1]", "", want[1], have[1]);
        if (want.size() > 1 && want[1].type() != have[1].type())
            return differ("error text", want[1], have[1]);
        if (want.size() > 1 && want[1].is_string() &&
            want[1].get<std::string>().empty() != have[1].get<std::string>().empty())
            differ("error text", want[1], have[1]);
    }

    void differ(const std::string& at, const Json& want, const Json& have) {
        lines_.push_back(at + ": recorded " + shortened(want) + ", simulated " + shortened(have));
    }

    Lines take() { return std::move(lines_); }

  private:
    // A row that the recorder reduced to some columns.
    static bool reduced_row(const Json& want, const Json& have) {
        return have.contains("date_creation") && !want.contains("date_creation");
    }

    void notes(const std::string& at, const Json& want, const Json& have) {
        for (const char* key : {"_keys", "rawdata_keys"}) {
            if (!want.contains(key))
                continue;
            const Json& holder =
                std::string_view(key) == "_keys" ? have : have.value("rawdata", Json());
            for (const Json& name : want[key]) {
                if (!holder.contains(name.get<std::string>()))
                    differ(at + "." + key, name, nullptr);
            }
        }
        if (!want.contains("_names"))
            return;
        for (const auto& [option, name] : want["_names"].items()) {
            if (!have.contains(option) || have[option].value("name", "") != name.get<std::string>())
                differ(at + "." + option, name, have.value(option, Json()));
        }
    }

    void objects(const std::string& at, const Json& want, const Json& have) {
        notes(at, want, have);
        // That keys of the session were left out is noted beside it.
        session_was_cut_ = session_was_cut_ || want.contains("_other_session_keys_left_out");
        bool shortened_by_recorder =
            trimmed_ || reduced_row(want, have) || (session_was_cut_ && at.ends_with(".session"));
        for (const auto& [key, value] : want.items()) {
            if (is_recorders_note(key)) {
                shortened_by_recorder = true;
                continue;
            }
            if (!have.contains(key)) {
                differ(at + "." + key, value, "(missing)");
                continue;
            }
            // Numbers of history rows run over the whole server.
            if (key == "id" && want.contains("linked_action"))
                continue;
            values(at + "." + key, key, value, have[key]);
        }
        for (const auto& [key, value] : have.items()) {
            if (!want.contains(key) && !shortened_by_recorder)
                differ(at + "." + key, "(missing)", value);
        }
    }

    void arrays(const std::string& at, const std::string& key, const Json& want, const Json& have) {
        std::size_t compared = want.size();
        std::size_t expected = want.size();
        if (!want.empty() && want.back().is_string()) {
            const std::string note = want.back().get<std::string>();
            if (note.rfind("... ", 0) == 0) {
                --compared;
                expected = compared + static_cast<std::size_t>(std::stoul(note.substr(4)));
            }
        }
        if (have.size() != expected)
            return differ(at + " (size)", want.size(), have.size());
        for (std::size_t i = 0; i < compared; ++i)
            values(at + "[" + std::to_string(i) + "]", key, want[i], have[i]);
    }

    bool trimmed_;
    bool session_was_cut_ = false;
    Lines lines_;
};

std::string recorded_header(const Json& recorded, const std::string& name) {
    for (const Json& pair : recorded["headers"]) {
        std::string have = pair[0].get<std::string>();
        std::transform(have.begin(), have.end(), have.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        if (have == name)
            return pair[1].get<std::string>();
    }
    return {};
}

void headers(const Json& recorded, const glpi_sim::Response& answer, Comparison& out) {
    for (const char* name : {"content-type", "content-range", "accept-range", "location", "link"}) {
        const std::string want = recorded_header(recorded, name);
        const std::string have = answer.header(name);
        if (want != have)
            out.differ(name, want, have);
    }
}

bool is_error(const Json& body) {
    return body.is_array() && !body.empty() && body[0].is_string() &&
           body[0].get_ref<const std::string&>().rfind("ERROR", 0) == 0;
}

// HTML pages are recorded as "[HTML page ...]", others as they were.
void other_body(const Json& recorded, const std::string& have, Comparison& out) {
    const std::string want =
        recorded["body"].is_string() ? recorded["body"].get<std::string>() : "";
    if (want.empty() != have.empty())
        out.differ("body", want, have);
    else if (want.rfind("[HTML page", 0) == 0 && have.find("<html") == std::string::npos)
        out.differ("body", "an HTML page", have);
}

}  // namespace

std::vector<std::string> differences(
    const Json& recorded, const glpi_sim::Response& answer, bool trimmed
) {
    Comparison out(trimmed);
    const int status = recorded["status"].get<int>();
    if (status != answer.status)
        out.differ("status", status, answer.status);
    headers(recorded, answer, out);
    const Json body = Json::parse(answer.body, nullptr, false);
    const bool is_json = recorded["body_is_json"].get<bool>();
    if (is_json == body.is_discarded()) {
        out.differ("body is JSON", is_json, answer.body.substr(0, 120));
    } else if (!is_json) {
        other_body(recorded, answer.body, out);
    } else if (is_error(recorded["body"]) && is_error(body)) {
        out.errors(recorded["body"], body);
    } else {
        out.values("", "", recorded["body"], body);
    }
    return out.take();
}

}  // namespace contract
