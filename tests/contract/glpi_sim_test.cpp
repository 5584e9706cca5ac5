// SPDX-License-Identifier: MIT
// The simulated GLPI against what real servers answered: every recorded exchange is sent again and
// the answers are compared (glpi_sim_compare.hpp says how).
//
// The topics are replayed in order on one simulated server per version, as they were recorded. What
// happened between the exchanges is in glpi_sim_replay.json, what is not covered and why in
// glpi_sim_uncovered.json. The table of results is printed; any covered exchange that differs
// fails.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>

#include "catch.hpp"
#include "glpi_sim_compare.hpp"
#include "params.hpp"
#include "paths.hpp"
#include "sim.hpp"
#include "text.hpp"

namespace {

using contract::differences;
using glpi_sim::Json;
using glpi_sim::Request;
using glpi_sim::Response;
using glpi_sim::Sim;

Json read_json(const std::filesystem::path& path) {
    std::ifstream file(path);
    INFO(path.string());
    REQUIRE(file);
    return Json::parse(file);
}

const std::filesystem::path kContract = tests_dir() / "contract";
const std::filesystem::path kRecorded = tests_dir() / "recorded" / "glpi";

std::vector<std::filesystem::path> topics_of(const std::string& version) {
    std::vector<std::filesystem::path> out;
    for (const auto& entry : std::filesystem::directory_iterator(kRecorded)) {
        if (entry.path().filename().string().rfind("glpi-" + version + "-", 0) == 0)
            out.push_back(entry.path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

struct Row {
    std::string topic;
    int covered = 0;
    int equal = 0;
    int total = 0;
};

class Replay {
  public:
    explicit Replay(std::string version)
        : version_(std::move(version)),
          plan_(read_json(kContract / "glpi_sim_replay.json")),
          uncovered_(read_json(kContract / "glpi_sim_uncovered.json")) {}

    void run() {
        for (const std::filesystem::path& path : topics_of(version_))
            topic(read_json(path));
        print();
        for (const Row& row : rows_) {
            INFO(
                version_ << " " << row.topic << ": " << row.covered << " of " << row.total
                         << " covered"
            );
            CHECK(row.equal == row.covered);
            REQUIRE(plan_["bars"].contains(row.topic));
            CHECK(row.covered >= plan_["bars"][row.topic].get<double>() * row.total);
        }
    }

  private:
    void topic(const Json& file) {
        topic_ = file["topic"].get<std::string>();
        const Json& fresh = plan_["fresh"];
        if (sim_ == nullptr || std::find(fresh.begin(), fresh.end(), topic_) != fresh.end())
            start();
        tokens_.clear();
        set_clock(file["exchanges"][0]);
        if (topic_ != "01-auth")
            open_sessions();
        Row row{topic_};
        int index = 0;
        for (const Json& exchange : file["exchanges"]) {
            set_clock(exchange);
            steps_before(index);
            const Response answer = send(exchange["request"]);
            remember_token(exchange["response"], answer);
            judge(row, index++, exchange, answer);
        }
        rows_.push_back(row);
    }

    void start() {
        const int major = version_ == "10.0.19" ? 10 : 11;
        sim_ = std::make_unique<Sim>(major, [this] { return now_ * 1000; });
        sim_->world().base_url = major == 10 ? "http://127.0.0.1:8010" : "http://127.0.0.1:8011";
    }

    // The recorded Date header is the simulated server's clock.
    void set_clock(const Json& exchange) {
        for (const Json& pair : exchange["response"]["headers"]) {
            if (pair[0] != "Date")
                continue;
            std::tm time{};
            std::istringstream text(pair[1].get<std::string>());
            text >> std::get_time(&time, "%a, %d %b %Y %H:%M:%S");
            now_ = timegm(&time);
        }
    }

    void open_sessions() {
        std::map<std::string, std::string> wanted = {{"SESSION_TOKEN_1", "sim-super-admin-token"}};
        for (const auto& [name, token] : glpi_sim::at_or_null(plan_["sessions"], topic_).items())
            wanted[name] = token.get<std::string>();
        for (const auto& [name, token] : wanted) {
            const Json body = call("GET", "/apirest.php/initSession?user_token=" + token, nullptr);
            tokens_[name] = body["session_token"].get<std::string>();
        }
    }

    // A call of the test itself, as the super-admin.
    Json call(const std::string& method, const std::string& target, const Json& body) {
        Request request{method, target, {{"App-Token", "sim-app-token"}}, ""};
        request.headers.emplace_back("Session-Token", tokens_["SESSION_TOKEN_1"]);
        if (!body.is_null()) {
            request.headers.emplace_back("Content-Type", "application/json");
            request.body = body.dump();
        }
        const Response answer = sim_->handle(request);
        INFO(method << " " << target << ": " << answer.status << " " << answer.body.substr(0, 300));
        REQUIRE(answer.status < 300);
        return Json::parse(answer.body, nullptr, false);
    }

    void steps_before(int index) {
        for (const Json& step : plan_["steps"]) {
            const bool mine = step["topic"] == topic_ && step["before"] == index &&
                              step.value("only", version_) == version_;
            if (mine)
                take_step(step);
        }
    }

    void take_step(const Json& step) {
        if (step.contains("config"))
            call("POST", "/_sim/config", step["config"]);
        if (step.contains("call"))
            call(
                step["call"]["method"].get<std::string>(), step["call"]["path"].get<std::string>(),
                step["call"]["body"]
            );
        if (step.contains("fill_to"))
            fill(step["fill_to"][version_].get<std::size_t>());
        if (step.contains("fault"))
            order_fault(step);
        if (!step.contains("ticket"))
            return;
        Json input = plan_["plain"];
        input.update(step["ticket"]);
        const std::string id = call("POST", "/apirest.php/Ticket", {{"input", input}})["id"].dump();
        if (step.contains("then")) {
            const Json& then = step["then"];
            const Json body = then.contains("input") ? Json{{"input", then["input"]}} : Json();
            call(then["method"].get<std::string>(), "/apirest.php/Ticket/" + id, body);
        }
    }

    void order_fault(const Json& step) {
        Json action = step["fault"];
        if (action.is_object())
            action = glpi_sim::at_or_null(action, version_);
        if (action.is_null())
            return;
        const Json rule = {{"action", action}, {"count", step.value("count", 1)}};
        call("POST", "/_sim/faults", {{"rules", Json::array({rule})}});
    }

    // Tickets that measurements between the topics had left behind.
    void fill(std::size_t wanted) {
        const auto open = [&] {
            const Json found = call("GET", "/apirest.php/search/Ticket?range=0-0", nullptr);
            return found["totalcount"].get<std::size_t>();
        };
        Json input = plan_["plain"];
        input["name"] = "PROBLEM: measured";
        for (std::size_t have = open(); have < wanted; ++have)
            call("POST", "/apirest.php/Ticket", {{"input", input}});
    }

    std::string filled(std::string text) const {
        std::vector<std::pair<std::string, std::string>> names(tokens_.begin(), tokens_.end());
        for (const auto& [name, value] : plan_["placeholders"].items())
            names.emplace_back(name, value.get<std::string>());
        // Longer names first: SESSION_TOKEN_10 before SESSION_TOKEN_1.
        std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) {
            return a.first.size() > b.first.size();
        });
        // The recorder could only write down bytes that are UTF-8.
        names.emplace_back("\uFFFD", "\xE9");
        for (const auto& [name, value] : names) {
            for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos;
                 at += value.size())
                text.replace(at, name.size(), value);
        }
        return text;
    }

    Response send(const Json& recorded) {
        Request request;
        request.method = recorded["method"].get<std::string>();
        request.target = filled(recorded["path"].get<std::string>());
        for (const auto& [name, value] : recorded["headers"].items())
            request.headers.emplace_back(name, filled(value.get<std::string>()));
        const Json& body = recorded["body"];
        if (body.is_string())
            request.body = filled(body.get<std::string>());
        else if (!body.is_null())
            request.body = filled(body.dump());
        return sim_->handle(request);
    }

    void remember_token(const Json& recorded, const Response& answer) {
        const Json& name = glpi_sim::at_or_null(recorded["body"], "session_token");
        const Json body = Json::parse(answer.body, nullptr, false);
        const Json& token = glpi_sim::at_or_null(body, "session_token");
        if (name.is_string() && token.is_string() && !name.get<std::string>().empty())
            tokens_[name.get<std::string>()] = token.get<std::string>();
    }

    const Json* excuse(int index, const Json& label) const {
        for (const Json& entry : uncovered_) {
            if (entry["version"] == version_ && entry["topic"] == topic_ &&
                entry["index"] == index) {
                CHECK(entry["label"] == label);
                return &entry;
            }
        }
        return nullptr;
    }

    void judge(Row& row, int index, const Json& exchange, const Response& answer) {
        ++row.total;
        const Json& label = exchange["label"];
        const bool trimmed = label.get<std::string>().find("trimmed") != std::string::npos;
        const std::vector<std::string> lines = differences(exchange["response"], answer, trimmed);
        const std::string where = version_ + " " + topic_ + " [" + std::to_string(index) + "] " +
                                  label.get<std::string>();
        if (const Json* entry = excuse(index, label)) {
            std::cout << "not covered: " << where << ": " << (*entry)["reason"].get<std::string>()
                      << "\n";
            return;
        }
        ++row.covered;
        row.equal += lines.empty() ? 1 : 0;
        if (lines.empty())
            return;
        std::cout << "DIFFERS: " << where << "\n";
        for (const std::string& line : lines)
            std::cout << "    " << line << "\n";
    }

    void print() const {
        std::cout << std::left << std::setw(9) << "version" << std::setw(32) << "topic"
                  << "covered  equal  total\n";
        for (const Row& row : rows_) {
            std::cout << std::left << std::setw(9) << version_ << std::setw(32) << row.topic
                      << std::right << std::setw(7) << row.covered << std::setw(7) << row.equal
                      << std::setw(7) << row.total << "\n";
        }
    }

    std::string version_;
    Json plan_;
    Json uncovered_;
    std::string topic_;
    std::unique_ptr<Sim> sim_;
    std::int64_t now_ = 0;
    std::map<std::string, std::string> tokens_;
    std::vector<Row> rows_;
};

}  // namespace

TEST_CASE("the simulated GLPI answers like the recorded GLPI 10.0.19") {
    Replay("10.0.19").run();
}

TEST_CASE("the simulated GLPI answers like the recorded GLPI 11.0.6") {
    Replay("11.0.6").run();
}
