// SPDX-License-Identifier: MIT
// The survey's questions, one after the other.
#include "alert_bridge/glpi/survey.hpp"

#include <array>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <map>
#include <utility>

#include "alert_bridge/glpi/legacy_gateway.hpp"
#include "alert_bridge/glpi/reply.hpp"
#include "alert_bridge/glpi/transport.hpp"

namespace alert_bridge::glpi {
namespace {

namespace asio = boost::asio;
using nlohmann::json;
template <class T>
using Task = asio::awaitable<Result<T>>;

constexpr int kTemplatePages = 10;
constexpr std::size_t kNearestMax = 50;  // suggestions: each goes through a whole list
constexpr Duration kReferenceAge{8 * 24 * 3'600'000};

struct Listed {
    json rows = json::array();
    bool is_cut = false;  // there are more
};

Error too_long(const std::string& list_path) {
    const std::string item_type = list_path.substr(1, list_path.find('?') - 1);
    return Error{
        ErrorClass::later, "list_too_long", "the list of " + item_type + " is longer than is read"};
}

// What standing_of() and nearest_in() read of a row: of users it is a fiftieth.
json row_for_names(const json& row) {
    static constexpr std::array kRead{
        "id",         "name",      "completename", "entities_id", "is_recursive",
        "is_deleted", "is_active", "is_assign",    "type",        "tickettemplates_id_incident"};
    json out = json::object();
    for (const char* key : kRead) {
        if (has(row, key)) {
            out[key] = row.at(key);
        }
    }
    return out;
}

class Surveyor {
  public:
    Surveyor(
        const asio::any_io_executor& executor, Options options, Questions questions, Seams seams,
        Transport transport
    )
        : options_(std::move(options)),
          questions_(std::move(questions)),
          seams_(seams),
          transport_(std::move(transport)),
          pool_(executor, options_, transport_.http, transport_.api_path, seams),
          gateway_(pool_, options_, transport_.base_url, seams) {}

    asio::awaitable<Survey> run() {
        // A cancelled request comes back as one that failed, so that the session can be ended.
        co_await asio::this_coro::throw_if_cancelled(false);
        told_.contact = co_await contact();
        const bool may_go_on = !co_await is_cancelled();
        if (told_.contact && may_go_on) {
            told_.login = co_await login();
        }
        if (told_.login) {
            co_await ask_about_the_user();
            co_await ask_about_entities();
            co_await ask_about_types();
            co_await ask_about_names();
            told_.reference = co_await reference();
        } else {
            told_.item_types.assign(questions_.item_types.size(), not_asked());
            told_.names.assign(questions_.names.size(), not_asked());
        }
        co_await pool_.shut_down();
        co_return std::move(told_);
    }

  private:
    void about_to(std::string_view what) const {
        if (questions_.progress) {
            questions_.progress(what);
        }
    }

    // The API's own page: no session, nothing to give away.
    Task<Contact> contact() {
        about_to("reaching GLPI");
        net::HttpRequest request;
        request.target = transport_.api_path + "/";
        request.idempotent = true;
        const net::Exchange exchange = co_await transport_.http->exchange(std::move(request));
        if (!exchange.answered) {
            const bool sent = exchange.progress == net::Progress::sent;
            const std::string code = exchange.code == "timeout" && sent ? "silent" : exchange.code;
            co_return Error{ErrorClass::later, code, exchange.message};
        }
        Contact out;
        out.status = exchange.response.status;
        out.location = std::string(exchange.response.header("Location"));
        co_return out;
    }

    Task<Done> login() {
        about_to("logging in");
        const Result<Server> server = co_await pool_.connected();
        if (!server) {
            co_return server.error();
        }
        co_return Done{};
    }

    static asio::awaitable<bool> is_cancelled() {
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        co_return state.cancelled() != asio::cancellation_type::none;
    }

    // Every question after the login.
    Task<Reply> ask(Call call) {
        if (co_await is_cancelled()) {
            co_return Error{ErrorClass::later, "cancelled", "the asking was ended"};
        }
        Result<Reply> reply = co_await pool_.call(std::move(call));
        if (!reply) {
            note(reply.error());
        }
        co_return reply;
    }

    void note(const Error& error) {
        if (is_outage(error) && !told_.outage) {
            told_.outage = error;
        }
    }

    Task<json> read(std::string path, Expect expect = Expect::object) {
        const std::string label = path.substr(1, path.find_first_of("?/", 1) - 1);
        Call call = plain_call("doctor " + label, std::move(path), expect, Effect::read);
        Result<Reply> reply = co_await ask(std::move(call));
        if (!reply) {
            co_return reply.error();
        }
        co_return std::move(reply->body);
    }

    enum class Columns { all, of_names };

    Task<Listed> read_pages(std::string list_path, int pages_max, Columns columns) {
        Pager pager(std::move(list_path), pages_max);
        Listed out;
        while (pager.has_next()) {
            Call call = plain_call("doctor list", pager.next_path(), Expect::list, Effect::read);
            const Result<Reply> reply = co_await ask(std::move(call));
            if (!reply && reply.error().code == "ERROR_RANGE_EXCEED_TOTAL") {
                break;
            }
            if (!reply) {
                co_return reply.error();
            }
            pager.took(reply->body.size(), reply->total);
            for (const json& row : reply->body) {
                out.rows.push_back(columns == Columns::all ? row : row_for_names(row));
            }
        }
        out.is_cut = pager.is_cut();
        co_return out;
    }

    // All rows, or none.
    Task<json> read_list(std::string list_path, int pages_max) {
        const Error cut = too_long(list_path);
        Result<Listed> listed = co_await read_pages(std::move(list_path), pages_max, Columns::all);
        if (!listed) {
            co_return listed.error();
        }
        if (listed->is_cut) {
            co_return cut;
        }
        co_return std::move(listed->rows);
    }

    // Asked for once: many rules name the same things. What it points to stays.
    asio::awaitable<const Result<Listed>*> rows_of_names(std::string list_path) {
        const auto known = name_lists_.find(list_path);
        if (known != name_lists_.end()) {
            co_return &known->second;
        }
        std::string asked = list_path;
        Result<Listed> listed =
            co_await read_pages(std::move(asked), kNamePages, Columns::of_names);
        const auto [added, is_new] = name_lists_.emplace(std::move(list_path), std::move(listed));
        co_return &added->second;
    }

    asio::awaitable<void> ask_about_the_user() {
        about_to("who the bridge is in GLPI");
        const WallTime before = seams_.clock.now();
        const Result<json> session = co_await read("/getFullSession");
        if (session) {
            LoginFacts facts = session_facts(*session);
            facts.asked_at = before + (seams_.clock.now() - before) / 2;
            told_.session = std::move(facts);
        } else {
            told_.session = session.error();
        }
        const Result<json> server = co_await read("/getGlpiConfig");
        if (server) {
            told_.server = server_facts(*server);
        } else {
            told_.server = server.error();
        }
        about_to("what its profile may do");
        const Result<json> profile = co_await read("/getActiveProfile");
        if (!profile) {
            told_.profile = profile.error();
            co_return;
        }
        told_.profile = profile_facts(*profile);
        const Result<json> profiles = co_await read("/getMyProfiles");
        if (profiles) {
            told_.profile_entities = profile_entities(*profiles, told_.profile->name);
        } else {
            told_.profile_entities = profiles.error();
        }
    }

    asio::awaitable<void> ask_about_entities() {
        about_to("which entities it sees");
        std::string path = all_path("Entity");
        const Result<json> rows = co_await read_list(std::move(path), kEntityPages);
        if (rows) {
            std::vector<EntityFacts> facts;
            std::vector<domain::Entity> entities;
            for (const json& row : *rows) {
                if (row.is_object()) {
                    facts.push_back(entity_facts(row));
                    entities.push_back(facts.back().entity);
                }
            }
            told_.entities = std::move(facts);
            tree_ = domain::EntityTree(std::move(entities));
        } else {
            told_.entities = rows.error();
        }
        about_to("ticket templates");
        told_.templates = co_await templates();
    }

    Task<std::vector<TemplateFacts>> templates() {
        std::string path = all_path("TicketTemplate");
        const Result<json> rows = co_await read_list(std::move(path), kTemplatePages);
        if (!rows) {
            co_return rows.error();
        }
        std::string fields_path = all_path("TicketTemplateMandatoryField");
        const Result<json> fields = co_await read_list(std::move(fields_path), kTemplatePages);
        if (!fields) {
            co_return fields.error();
        }
        co_return template_facts(*rows, *fields);
    }

    asio::awaitable<void> ask_about_types() {
        for (const std::string& item_type : questions_.item_types) {
            about_to("whether it may read " + item_type);
            std::string path = "/" + item_type + "?range=0-0&only_id=true&get_hateoas=false";
            const Result<json> rows = co_await read(std::move(path), Expect::list);
            if (rows) {
                told_.item_types.push_back(Done{});
            } else {
                told_.item_types.push_back(rows.error());
            }
        }
    }

    asio::awaitable<void> ask_about_names() {
        for (const NameQuestion& question : questions_.names) {
            if (told_.names.size() == kNamesMax) {
                break;
            }
            about_to("the " + std::string(question.kind.label) + " " + question.name);
            told_.names.push_back(co_await standing(question));
        }
        const Error too_many{
            ErrorClass::later, "too_many_names",
            "more than " + std::to_string(kNamesMax) + " names: the rest is not looked up"};
        told_.names.resize(questions_.names.size(), too_many);
    }

    // Requires: the question outlives the call.
    Task<NameStanding> standing(const NameQuestion& question) {
        std::vector<std::int64_t> path_up;
        if (const domain::Entity* const from = tree_.find(question.from)) {
            path_up = tree_.path_up(from->id);
        }
        const std::string_view leaf = last_part(question.name);
        const std::string whole_list = all_path(question.kind.item_type);
        std::string path = whole_list;
        if (is_searchable(leaf)) {
            path = exact_path(question.kind.item_type, "name", leaf);
        }
        // As the directory looks for it.
        const Result<Listed>* const listed = co_await rows_of_names(std::move(path));
        if (!*listed) {
            co_return listed->error();
        }
        if ((*listed)->is_cut) {
            co_return too_long(whole_list);
        }
        NameStanding out = standing_of((*listed)->rows, question, path_up, tree_);
        if (out.state == NameStanding::State::unknown && nearest_left_ > 0) {
            --nearest_left_;
            // For a suggestion a part of the list will do.
            const Result<Listed>* const all = co_await rows_of_names(whole_list);
            if (*all) {
                out.nearest = nearest_in((*all)->rows, question.kind, question.name);
            }
        }
        co_return out;
    }

    // A reference that a ticket of ours carries must be found in the way that a doubtful write
    // would be.
    Task<ReferenceFacts> reference() {
        about_to("whether a search finds a reference");
        const std::int64_t user_id = told_.session ? told_.session->user_id : 0;
        if (user_id == 0) {
            co_return Error{
                ErrorClass::later, "no_user_id", "it does not tell who the bridge's user is"};
        }
        Call call = plain_call("doctor search", "/search/Ticket", Expect::search, Effect::read);
        call.method = net::Method::post;
        call.body = own_tickets_body(user_id, pool_.server().major);
        const Result<Reply> reply = co_await ask(std::move(call));
        if (!reply) {
            co_return reply.error();
        }
        ReferenceFacts out = references_in(reply->body);
        if (out.sample.empty()) {
            co_return out;
        }
        const WallTime since = seams_.clock.now() - kReferenceAge;
        const Result<std::vector<std::int64_t>> found =
            co_await gateway_.find_tickets(out.sample, since);
        if (!found) {
            note(found.error());
            co_return found.error();
        }
        out.is_found = !found->empty();
        co_return out;
    }

    Options options_;
    Questions questions_;
    Seams seams_;
    Transport transport_;
    SessionPool pool_;
    LegacyGateway gateway_;
    domain::EntityTree tree_;
    std::map<std::string, Result<Listed>> name_lists_;  // by path
    std::size_t nearest_left_ = kNearestMax;
    Survey told_;
};

}  // namespace

asio::awaitable<Survey> take_survey(
    asio::any_io_executor executor, Options options, Questions questions, Seams seams
) {
    Result<Transport> transport = make_transport(executor, options);
    if (!transport) {
        Survey nothing;
        nothing.contact = transport.error();
        nothing.item_types.assign(questions.item_types.size(), not_asked());
        nothing.names.assign(questions.names.size(), not_asked());
        co_return nothing;
    }
    Surveyor surveyor(
        executor, std::move(options), std::move(questions), seams, std::move(*transport)
    );
    co_return co_await surveyor.run();
}

}  // namespace alert_bridge::glpi
