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
{{#is.flapping}}
<p>Goes back and forth{{#ticket.changes}}; changes so far: {{ticket.changes}}{{/ticket.changes}}. Until it is quiet there are summaries instead of single notices.</p>
{{/is.flapping}}
{{#is.flapping_ended}}
<p>No longer goes back and forth{{#ticket.changes}} after {{ticket.changes}} changes{{/ticket.changes}}, and is still failing.</p>
{{/is.flapping_ended}}
{{#is.recovered}}
<p>Over{{#ended}} since {{ended}}{{/ended}}{{#duration}}, lasted {{duration}}{{/duration}}.</p>
{{/is.recovered}}
{{#is.cancelled}}
<p>Monitoring no longer watches this problem: no recovery will be reported. Please check and close by hand.</p>
{{/is.cancelled}}
{{#is.expired}}
<p>Nothing was heard of this problem for a long time, and nothing will tell that it is over. Please check and close by hand.</p>
{{/is.expired}}
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
    R"(<p>{{#is.expired}}Nothing was heard of this problem for a long time{{/is.expired}}{{^is.expired}}Monitoring reports that the problem is over{{/is.expired}}{{#problem.source}} ({{problem.source}}){{/problem.source}}.</p>
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
{{#ticket.changes}}
<li><strong>Went back and forth, changes:</strong> {{ticket.changes}}</li>
{{/ticket.changes}}
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
{{#is.flapping}}
<p>Oscille{{#ticket.changes}} ; changements d’état : {{ticket.changes}}{{/ticket.changes}}. Jusqu’au retour au calme, des résumés remplacent les avis.</p>
{{/is.flapping}}
{{#is.flapping_ended}}
<p>N’oscille plus{{#ticket.changes}} après {{ticket.changes}} changements d’état{{/ticket.changes}}, et reste en panne.</p>
{{/is.flapping_ended}}
{{#is.recovered}}
<p>Terminé{{#ended}} depuis {{ended}}{{/ended}}{{#duration}}, durée : {{duration}}{{/duration}}.</p>
{{/is.recovered}}
{{#is.cancelled}}
<p>La supervision ne suit plus ce problème : aucun retour à la normale ne sera signalé. Merci de vérifier et de clore à la main.</p>
{{/is.cancelled}}
{{#is.expired}}
<p>Ce problème n’a plus donné de nouvelles depuis longtemps et sa fin ne sera pas signalée. Merci de vérifier et de clore à la main.</p>
{{/is.expired}}
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
    R"(<p>{{#is.expired}}Ce problème n’a plus donné de nouvelles depuis longtemps{{/is.expired}}{{^is.expired}}La supervision signale la fin du problème{{/is.expired}}{{#problem.source}} ({{problem.source}}){{/problem.source}}.</p>
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
{{#ticket.changes}}
<li><strong>A oscillé, changements d’état :</strong> {{ticket.changes}}</li>
{{/ticket.changes}}
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
     "No longer watched", "Note", "Further problem", "Back again", "Flapping", "Flapping ended",
     "No news any more"},
    {"GLPI id", "UUID", "inventory number", "serial number", "name", "name without domain",
     "address"},
    {"The entity \"{name}\", which limits this alert, is not known in GLPI; so no asset is linked.",
     "A rule limits this alert, but its limit gives nothing here (\"{name}\"); so no asset is "
     "linked.",
     "The limits of the source and of a rule exclude each other; the source's holds, and no asset "
     "is linked.",
     "The entity \"{name}\" named by a rule is not known in GLPI.",
     "The entity \"{name}\" named by a rule lies outside this alert's limit and is not used.",
     "No GLPI asset was found for this host.",
     "No GLPI asset was found for this host in its part of GLPI.",
     "An asset of this host's name exists, but names alone are not trusted here; so no asset is "
     "linked.",
     "An asset with this host's address exists elsewhere, but an address alone does not decide; so "
     "no asset is linked.",
     "{count} GLPI assets answer to this host's {evidence}; so no asset is linked.",
     "Too many GLPI assets answer to this host's {evidence} to be compared; so no asset is linked.",
     "GLPI did not answer in time; so no asset is linked.", "No default entity is known in GLPI.",
     "The ticket is in the default entity.",
     "GLPI refused the ticket in \"{name}\"; it was opened in the default entity.",
     "A planned change covers this asset now: {name}."},
    {"Problems while GLPI was away: {count}",
     "GLPI could not be reached. {count} problems began and ended between {from} and {until}; no "
     "ticket was opened for them:",
     "And {count} more lines, which are left out here.",
     "All of these problems were over before GLPI was back."},
    {"Many problems at once: {entity}", "Many problems at once",
     "More problems than tickets are opened for at once in {entity}, since {since}. This ticket "
     "lists them; what still fails some time after the storm gets a ticket of its own.",
     "More problems than tickets are opened for at once, since {since}. This ticket lists them, "
     "whatever their entity; what still fails some time after the storm gets a ticket of its own.",
     "Problems without a ticket of their own:",
     "Problems on this host while it is down, without tickets of their own:",
     "Problems listed here: {count}, still failing: {failing}.",
     "All problems of this storm are over: {count}."},
};
constexpr Words kFrench{
    {"Non classé", "Information", "Avertissement", "Moyen", "Haut", "Désastre"},
    {"Problème", "Mise à jour", "Acquittement", "Retour à la normale", "Début d’oscillation",
     "Fin d’oscillation", "Début de maintenance", "Fin de maintenance", "Annulé", "Note"},
    {"Problème", "Mise à jour", "Acquitté", "Sévérité modifiée", "Toujours en cours",
     "Retour à la normale", "Rouvert", "N’est plus supervisé", "Note", "Autre problème",
     "De retour", "Oscillation", "Fin d’oscillation", "Plus de nouvelles"},
    {"identifiant GLPI", "UUID", "numéro d’inventaire", "numéro de série", "nom",
     "nom sans domaine", "adresse"},
    {"L’entité « {name} », qui limite cette alerte, est inconnue dans GLPI ; aucun équipement "
     "n’est "
     "donc lié.",
     "Une règle limite cette alerte, mais sa limite ne donne rien ici (« {name} ») ; aucun "
     "équipement n’est donc lié.",
     "Les limites de la source et d’une règle s’excluent ; celle de la source s’applique et aucun "
     "équipement n’est lié.",
     "L’entité « {name} » désignée par une règle est inconnue dans GLPI.",
     "L’entité « {name} » désignée par une règle est hors de la limite de cette alerte et n’est "
     "pas "
     "utilisée.",
     "Aucun équipement GLPI n’a été trouvé pour cet hôte.",
     "Aucun équipement GLPI n’a été trouvé pour cet hôte dans sa partie de GLPI.",
     "Un équipement porte le nom de cet hôte, mais le nom seul ne suffit pas ici ; aucun "
     "équipement "
     "n’est donc lié.",
     "Un équipement ailleurs a l’adresse de cet hôte, mais une adresse seule ne suffit pas ; aucun "
     "équipement n’est donc lié.",
     "{count} équipements GLPI correspondent à cet hôte (critère : {evidence}) ; aucun n’est donc "
     "lié.",
     "Trop d’équipements GLPI correspondent à cet hôte (critère : {evidence}) pour être comparés ; "
     "aucun n’est donc lié.",
     "GLPI n’a pas répondu à temps ; aucun équipement n’est donc lié.",
     "Aucune entité par défaut n’est connue dans GLPI.", "Le ticket est dans l’entité par défaut.",
     "GLPI a refusé le ticket dans « {name} » ; il a été ouvert dans l’entité par défaut.",
     "Un changement planifié concerne cet équipement en ce moment : {name}."},
    {"Problèmes pendant l’absence de GLPI : {count}",
     "GLPI était injoignable. {count} problèmes ont commencé et pris fin entre {from} et {until} ; "
     "aucun ticket n’a été ouvert pour eux :",
     "Et {count} lignes de plus, non reproduites ici.",
     "Tous ces problèmes avaient pris fin avant le retour de GLPI."},
    {"Nombreux problèmes simultanés : {entity}", "Nombreux problèmes simultanés",
     "Plus de problèmes que de tickets ouverts à la fois dans {entity}, depuis {since}. Ce ticket "
     "les énumère ; ce qui reste en panne quelque temps après reçoit son propre ticket.",
     "Plus de problèmes que de tickets ouverts à la fois, depuis {since}. Ce ticket les énumère, "
     "quelle que soit leur entité ; ce qui reste en panne quelque temps après reçoit son propre "
     "ticket.",
     "Problèmes sans ticket propre :",
     "Problèmes sur cet hôte pendant sa panne, sans ticket propre :",
     "Problèmes énumérés ici : {count}, toujours en cours : {failing}.",
     "Tous les problèmes de cette vague sont terminés : {count}."},
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
