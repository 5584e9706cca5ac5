// SPDX-License-Identifier: MIT
// The shipped texts. Short, and what a person at the service desk asks first comes first: what is
// wrong, where, how bad, since when, on which asset. GLPI shows lists, bold text and <pre> alike in
// every version and in its e-mails; tables lose their margins there.
#include "alert_bridge/domain/template_values.hpp"

namespace alert_bridge::domain {
namespace {

constexpr const char* kEnglishTitle = "{{#host.name}}{{host.name}}: {{/host.name}}{{problem.name}}";

constexpr const char* kEnglishBody = R"(<p><strong>{{problem.name}}</strong></p>
<ul>
{{#host.name}}
<li><strong>Host:</strong> {{host.name}}{{#host.alias}} ({{host.alias}}){{/host.alias}}{{#host.address}}, {{host.address}}{{/host.address}}</li>
{{/host.name}}
{{#problem.service}}
<li><strong>Service:</strong> {{problem.service}}</li>
{{/problem.service}}
<li><strong>Severity:</strong> {{problem.severity}}{{#ticket.priority}} ({{ticket.priority}}){{/ticket.priority}}</li>
{{#started}}
<li><strong>Since:</strong> {{started}}</li>
{{/started}}
{{#ticket.asset}}
<li><strong>Asset:</strong> {{ticket.asset}}{{#ticket.asset_type}} ({{ticket.asset_type}}){{/ticket.asset_type}}</li>
{{/ticket.asset}}
{{#ticket.entity}}
<li><strong>Entity:</strong> {{ticket.entity}}</li>
{{/ticket.entity}}
{{#host.groups}}
<li><strong>Host groups:</strong> {{host.groups}}</li>
{{/host.groups}}
{{#alert.tags}}
<li><strong>Tags:</strong> {{alert.tags}}</li>
{{/alert.tags}}
<li><strong>Reported by:</strong> {{problem.source}}</li>
{{#alert.links}}
<li><a href="{{.}}">{{.}}</a></li>
{{/alert.links}}
</ul>
{{#problem.text}}
<pre>{{problem.text}}</pre>
{{/problem.text}}
{{#problem.details}}
<p>{{problem.details}}</p>
{{/problem.details}}
{{#ticket.more_open}}
<p><strong>Open problems of this ticket:</strong></p>
<ul>
{{#ticket.open_problems}}
<li>{{.}}</li>
{{/ticket.open_problems}}
</ul>
{{/ticket.more_open}}
{{#ticket.previous}}
<p>An earlier ticket about the same problem: #{{ticket.previous}}</p>
{{/ticket.previous}}
{{#ticket.note}}
<p><em>{{ticket.note}}</em></p>
{{/ticket.note}}
)";

constexpr const char* kEnglishFollowup = R"(<p><strong>{{event}}:</strong> {{problem.name}}</p>
{{#is.severity}}
<p>Severity: {{#old_severity}}{{old_severity}} → {{/old_severity}}{{problem.severity}}</p>
{{/is.severity}}
{{#is.joined}}
<p>Another problem of the same group, severity {{problem.severity}}.</p>
{{/is.joined}}
{{#is.repeat}}
<p>Not over yet{{#duration}} after {{duration}}{{/duration}}{{#ticket.repeats}}; repeated notices: {{ticket.repeats}}{{/ticket.repeats}}.</p>
{{/is.repeat}}
{{#is.recovered}}
<p>Over{{#ended}} since {{ended}}{{/ended}}{{#duration}}, lasted {{duration}}{{/duration}}.</p>
{{/is.recovered}}
{{#is.cancelled}}
<p>Monitoring no longer watches this problem: no recovery will be reported. Please check and close by hand.</p>
{{/is.cancelled}}
{{#is.note}}
<p>{{alert.kind}}</p>
{{/is.note}}
{{#alert.author}}
<p>By {{alert.author}}</p>
{{/alert.author}}
{{#alert.comment}}
<blockquote>{{alert.comment}}</blockquote>
{{/alert.comment}}
{{#problem.text}}
<pre>{{problem.text}}</pre>
{{/problem.text}}
{{#ticket.more_open}}
<p>Open problems of this ticket:</p>
<ul>
{{#ticket.open_problems}}
<li>{{.}}</li>
{{/ticket.open_problems}}
</ul>
{{/ticket.more_open}}
)";

constexpr const char* kEnglishSolution =
    R"(<p>Monitoring reports that the problem is over{{#problem.source}} ({{problem.source}}){{/problem.source}}.</p>
<ul>
<li><strong>Problem:</strong> {{problem.name}}</li>
{{#started}}
<li><strong>From:</strong> {{started}}</li>
{{/started}}
{{#ended}}
<li><strong>Until:</strong> {{ended}}</li>
{{/ended}}
{{#duration}}
<li><strong>Duration:</strong> {{duration}}</li>
{{/duration}}
</ul>
{{#problem.text}}
<pre>{{problem.text}}</pre>
{{/problem.text}}
{{#alert.comment}}
<blockquote>{{alert.comment}}</blockquote>
{{/alert.comment}}
)";

constexpr const char* kFrenchTitle = "{{#host.name}}{{host.name}} : {{/host.name}}{{problem.name}}";

constexpr const char* kFrenchBody = R"(<p><strong>{{problem.name}}</strong></p>
<ul>
{{#host.name}}
<li><strong>Hôte :</strong> {{host.name}}{{#host.alias}} ({{host.alias}}){{/host.alias}}{{#host.address}}, {{host.address}}{{/host.address}}</li>
{{/host.name}}
{{#problem.service}}
<li><strong>Service :</strong> {{problem.service}}</li>
{{/problem.service}}
<li><strong>Sévérité :</strong> {{problem.severity}}{{#ticket.priority}} ({{ticket.priority}}){{/ticket.priority}}</li>
{{#started}}
<li><strong>Depuis :</strong> {{started}}</li>
{{/started}}
{{#ticket.asset}}
<li><strong>Équipement :</strong> {{ticket.asset}}{{#ticket.asset_type}} ({{ticket.asset_type}}){{/ticket.asset_type}}</li>
{{/ticket.asset}}
{{#ticket.entity}}
<li><strong>Entité :</strong> {{ticket.entity}}</li>
{{/ticket.entity}}
{{#host.groups}}
<li><strong>Groupes d’hôtes :</strong> {{host.groups}}</li>
{{/host.groups}}
{{#alert.tags}}
<li><strong>Étiquettes :</strong> {{alert.tags}}</li>
{{/alert.tags}}
<li><strong>Signalé par :</strong> {{problem.source}}</li>
{{#alert.links}}
<li><a href="{{.}}">{{.}}</a></li>
{{/alert.links}}
</ul>
{{#problem.text}}
<pre>{{problem.text}}</pre>
{{/problem.text}}
{{#problem.details}}
<p>{{problem.details}}</p>
{{/problem.details}}
{{#ticket.more_open}}
<p><strong>Problèmes ouverts de ce ticket :</strong></p>
<ul>
{{#ticket.open_problems}}
<li>{{.}}</li>
{{/ticket.open_problems}}
</ul>
{{/ticket.more_open}}
{{#ticket.previous}}
<p>Ticket précédent pour le même problème : #{{ticket.previous}}</p>
{{/ticket.previous}}
{{#ticket.note}}
<p><em>{{ticket.note}}</em></p>
{{/ticket.note}}
)";

constexpr const char* kFrenchFollowup = R"(<p><strong>{{event}} :</strong> {{problem.name}}</p>
{{#is.severity}}
<p>Sévérité : {{#old_severity}}{{old_severity}} → {{/old_severity}}{{problem.severity}}</p>
{{/is.severity}}
{{#is.joined}}
<p>Un autre problème du même groupe, de sévérité {{problem.severity}}.</p>
{{/is.joined}}
{{#is.repeat}}
<p>Toujours en cours{{#duration}} après {{duration}}{{/duration}}{{#ticket.repeats}} ; nombre de rappels : {{ticket.repeats}}{{/ticket.repeats}}.</p>
{{/is.repeat}}
{{#is.recovered}}
<p>Terminé{{#ended}} depuis {{ended}}{{/ended}}{{#duration}}, durée : {{duration}}{{/duration}}.</p>
{{/is.recovered}}
{{#is.cancelled}}
<p>La supervision ne suit plus ce problème : aucun retour à la normale ne sera signalé. Merci de vérifier et de clore à la main.</p>
{{/is.cancelled}}
{{#is.note}}
<p>{{alert.kind}}</p>
{{/is.note}}
{{#alert.author}}
<p>Par {{alert.author}}</p>
{{/alert.author}}
{{#alert.comment}}
<blockquote>{{alert.comment}}</blockquote>
{{/alert.comment}}
{{#problem.text}}
<pre>{{problem.text}}</pre>
{{/problem.text}}
{{#ticket.more_open}}
<p>Problèmes ouverts de ce ticket :</p>
<ul>
{{#ticket.open_problems}}
<li>{{.}}</li>
{{/ticket.open_problems}}
</ul>
{{/ticket.more_open}}
)";

constexpr const char* kFrenchSolution =
    R"(<p>La supervision signale la fin du problème{{#problem.source}} ({{problem.source}}){{/problem.source}}.</p>
<ul>
<li><strong>Problème :</strong> {{problem.name}}</li>
{{#started}}
<li><strong>Début :</strong> {{started}}</li>
{{/started}}
{{#ended}}
<li><strong>Fin :</strong> {{ended}}</li>
{{/ended}}
{{#duration}}
<li><strong>Durée :</strong> {{duration}}</li>
{{/duration}}
</ul>
{{#problem.text}}
<pre>{{problem.text}}</pre>
{{/problem.text}}
{{#alert.comment}}
<blockquote>{{alert.comment}}</blockquote>
{{/alert.comment}}
)";

constexpr Words kEnglish{
    {"Not classified", "Information", "Warning", "Average", "High", "Disaster"},
    {"Problem", "Update", "Acknowledgement", "Recovery", "Flapping started", "Flapping ended",
     "Downtime started", "Downtime ended", "Cancelled", "Note"},
    {"Problem", "Update", "Acknowledged", "Severity changed", "Still open", "Recovered", "Reopened",
     "No longer watched", "Note", "Further problem", "Back again"},
};
constexpr Words kFrench{
    {"Non classé", "Information", "Avertissement", "Moyen", "Haut", "Désastre"},
    {"Problème", "Mise à jour", "Acquittement", "Retour à la normale", "Début d’oscillation",
     "Fin d’oscillation", "Début de maintenance", "Fin de maintenance", "Annulé", "Note"},
    {"Problème", "Mise à jour", "Acquitté", "Sévérité modifiée", "Toujours en cours",
     "Retour à la normale", "Rouvert", "N’est plus supervisé", "Note", "Autre problème",
     "De retour"},
};

}  // namespace

const std::map<std::string, TemplateSet>& shipped_sets() {
    static const std::map<std::string, TemplateSet> kSets{
        {"en", {kEnglishTitle, kEnglishBody, kEnglishFollowup, kEnglishSolution}},
        {"fr", {kFrenchTitle, kFrenchBody, kFrenchFollowup, kFrenchSolution}},
    };
    return kSets;
}

const Words& words_of(std::string_view set) {
    const std::string_view language = set.substr(0, set.find_first_of("-_"));
    return language == "fr" ? kFrench : kEnglish;
}

}  // namespace alert_bridge::domain
