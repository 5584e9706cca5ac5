// SPDX-License-Identifier: MIT
// The status page: login, the stream of what changes, the lists and what one can do about them.
import { addPoints, startPlots } from "/plots.js";
import { age, fullTime, make, passed, pill, plural, refreshAges, setServerTime, Table, visible } from "/rows.js";

const at = (id) => document.getElementById(id);
const rowsPerPage = 50;
const rowsMax = 500;
// The bridge lists incidents by age; those with a problem that goes on are looked for among so many.
const incidentsRead = 200;
const byInterest = (one, other) => (other.open_episodes > 0) - (one.open_episodes > 0) ||
  (one.id < other.id ? 1 : -1);

// --- asking the bridge ----------------------------------------------------------------------

async function ask(path, body = {}) {
  let answer;
  try {
    answer = await fetch(`/v1${path}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
  } catch {
    return { error: "the bridge does not answer" };
  }
  const value = await answer.json().catch(() => undefined);
  if (answer.status === 401 && path !== "/login") showLogin();
  if (answer.ok && value) return value;
  return { error: value?.error || `the bridge answered ${answer.status}${answer.ok ? " with something unreadable" : ""}` };
}

function say(text, isBad = false) {
  at("said").textContent = visible(text);
  at("said").classList.toggle("is-bad", isBad);
}

// --- the lists ------------------------------------------------------------------------------

const ticket = (row) => row.ticket
  ? make("button", { type: "button", class: "link", data: { act: `t${row.id}` },
      "aria-label": `Trace ticket ${row.ticket}`, onclick: () => trace(row.incident || row.id) }, `#${row.ticket}`)
  : make("button", { type: "button", class: "link", data: { act: `t${row.id}` },
      "aria-label": `Trace the problem of ${row.host}`, onclick: () => trace(row.incident || row.id) }, "trace");

const act = (list, row, action, what) => make("button", {
  type: "button", class: action === "discard" ? "danger" : "", data: { act: `${list}-${action}-${row.id}` },
  "aria-label": `${action === "retry" ? "Retry" : "Discard"} ${what}`,
  onclick: () => (action === "retry" ? command(list, row, "retry") : askDiscard(list, row, what)),
}, action === "retry" ? "Retry" : "Discard");

const why = (row) => {
  if (row.waits_for) return `behind write ${row.waits_for} of the same incident`;
  if (row.state === "uncertain") return `${row.last_error || "no answer"}: looked for in GLPI first`;
  if (row.last_error) return row.last_error;
  if (row.state === "sending") return "under way";
  return { up: "due", unknown: "GLPI was not asked yet", misconfigured: "GLPI refuses us" }[row.glpi] || `GLPI is ${row.glpi}`;
};

const problem = { title: "Problem", class: "wide", cell: (row) => row.problem };
const host = { title: "Host", class: "host", cell: (row) => row.host };
const ticketColumn = { title: "Ticket", class: "tight named", cell: ticket };

const tables = {
  dead: new Table(at("dead"), {
    key: (row) => row.id, none: "none: everything that GLPI refused is settled",
    columns: [
      { title: "Write", class: "tight number", cell: (row) => String(row.id) },
      { title: "Kind", class: "tight", cell: (row) => row.kind }, ticketColumn, host, problem,
      { title: "Why", class: "wide named", cell: (row) => row.last_error },
      { title: "Since", class: "tight named", cell: (row) => age(row.created_at) },
      { title: "", class: "actions", cell: (row) => [
        act("dead", row, "retry", `write ${row.id}`), act("dead", row, "discard", `write ${row.id}`)] },
    ],
  }),
  outbox: new Table(at("outbox"), {
    key: (row) => row.id, none: "no write waits",
    columns: [
      { title: "Write", class: "tight number", cell: (row) => String(row.id) },
      { title: "Kind", class: "tight", cell: (row) => row.kind }, ticketColumn, host, problem,
      { title: "Why", class: "wide named", cell: why },
      { title: "Tries", class: "tight number", cell: (row) => String(row.attempts) },
      { title: "Since", class: "tight named", cell: (row) => age(row.created_at) },
      { title: "Next", class: "tight named", cell: (row) => row.state === "sending" ? "now" : age(row.due_at, "next") },
    ],
  }),
  incidents: new Table(at("incidents"), {
    key: (row) => row.id, none: "none",
    columns: [
      ticketColumn, { title: "Severity", class: "tight", cell: (row) => pill(row.severity.replace("_", " "), row.severity) },
      host, problem, { title: "Entity", class: "host", cell: (row) => row.entity },
      { title: "State", class: "tight", cell: (row) => row.state.replace("_", " ") },
      { title: "Problems", class: "tight number", cell: (row) => String(row.open_episodes) },
      { title: "Owed", class: "tight number", cell: (row) => row.owed ? String(row.owed) : "" },
      { title: "Source", class: "tight", cell: (row) => row.source },
      { title: "Since", class: "tight named", cell: (row) => age(row.created_at) },
    ],
  }),
  quarantine: new Table(at("quarantine"), {
    key: (row) => row.id, none: "empty: all that came could be read",
    columns: [
      { title: "Entry", class: "tight number", cell: (row) => String(row.id) },
      { title: "Source", class: "tight", cell: (row) => row.source },
      { title: "Why", class: "wide named", cell: (row) => row.reason },
      { title: "Begins with", class: "wide", cell: (row) => make("code", {}, row.body.slice(0, 160)) },
      { title: "Since", class: "tight named", cell: (row) => age(row.received_at) },
      { title: "", class: "actions", cell: (row) => [
        act("quarantine", row, "retry", `entry ${row.id}`), act("quarantine", row, "discard", `entry ${row.id}`)] },
    ],
  }),
  unmatched: new Table(at("unmatched"), {
    key: (row) => `${row.source} ${row.host}`, none: "none: every host was found in GLPI",
    columns: [
      host, { title: "Source", class: "tight", cell: (row) => row.source },
      { title: "Why", class: "wide named", cell: (row) => row.reason },
      { title: "Alerts", class: "tight number", cell: (row) => String(row.count) },
      { title: "Last", class: "tight named", cell: (row) => age(row.last_seen) },
    ],
  }),
};
const events = new Table(at("events"), {
  key: (row) => `${row.time} ${row.event} ${row.text}`, none: "none since the start",
  columns: [
    { title: "When", class: "tight", cell: (row) => age(row.time) },
    { title: "Level", class: "tight", cell: (row) => pill(row.level) },
    { title: "Event", class: "tight", cell: (row) => make("code", {}, row.event) },
    { title: "What", class: "wide", cell: (row) => row.text },
  ],
});

const wanted = Object.fromEntries(Object.keys(tables).map((name) => [name, rowsPerPage]));
const loaded = Object.fromEntries(Object.keys(tables).map((name) => [name, 0]));

function totals(figures) {
  return {
    dead: figures.dead, outbox: figures.due + figures.sending + figures.uncertain,
    incidents: figures.open_incidents, quarantine: figures.quarantined, unmatched: figures.unmatched_hosts,
  };
}

// Gives back why it could not.
async function loadList(name, total) {
  let rows = [];
  let after;
  const least = name === "incidents" ? incidentsRead : 0;
  if (total > 0 || loaded[name] > 0) {
    do {
      const page = await ask(`/${name}/list`, after === undefined ? {} : { after });
      if (page.error) return page.error;
      rows.push(...page.rows.map((row) => (name === "outbox" ? { ...row, glpi: overview?.sessions[0].health } : row)));
      after = page.next;
    } while (after !== undefined && rows.length < Math.max(wanted[name], least));
  }
  loaded[name] = rows.length;
  if (name === "incidents") rows.sort(byInterest);
  const more = wanted[name] < rowsMax && (after !== undefined || rows.length > wanted[name])
    ? () => { wanted[name] += rowsPerPage; refreshLists(); } : undefined;
  rows = rows.slice(0, wanted[name]);
  tables[name].show(rows, total, more);
  return undefined;
}

let loading = Promise.resolve();
let isLoading = false;
let isStale = false;
async function refreshLists() {
  if (isLoading || !overview || document.hidden) {
    isStale = true;
    return;
  }
  isLoading = true;
  isStale = false;
  const counts = totals(overview.status);
  loading = Promise.all(Object.keys(tables).map((name) => loadList(name, counts[name])));
  try {
    const error = (await loading).find(Boolean);
    at("lists-error").textContent = error ? visible(`The lists are not up to date: ${error}`) : "";
  } finally {
    isLoading = false;
    if (isStale) setTimeout(refreshLists, 500);
  }
}

// --- at a glance ----------------------------------------------------------------------------

let overview;

function tile(id, text, mood = "") {
  const strong = at(id);
  strong.textContent = text;
  strong.parentElement.className = `tile ${mood ? `is-${mood}` : ""}`;
}

function showGlance() {
  const { status, sessions: [glpi], glpi_since: since } = overview;
  const words = { up: ["up", "good"], away: ["away", "bad"], misconfigured: ["refuses us", "bad"], unknown: ["not asked yet", ""] };
  tile("glpi-state", ...(words[glpi.health] || [glpi.health, ""]));
  at("glpi-since").replaceChildren(...(glpi.health === "unknown" ? [] : ["for ", age(since, "span")]));
  const undecided = status.journal_pending;
  const waits = status.due + status.sending + status.uncertain + undecided;
  const oldest = status.oldest_due ? passed(status.oldest_due) : 0;
  tile("waiting", String(waits), waits > 0 && (glpi.health !== "up" || oldest > 60_000) ? "warn" : "");
  at("oldest").replaceChildren(...(status.oldest_due
    ? ["oldest ", age(status.oldest_due, "span")] : [undecided ? `${undecided} not decided yet` : waits ? "just now" : "nothing waits"]));
  tile("open", String(status.open_incidents));
  at("storms").textContent = status.storms === 0 ? "open, or solved of late"
    : `${plural(status.storms, "storm", "storms")} with ${status.sheltered_incidents} under ${status.storms === 1 ? "it" : "them"}`;
  tile("dead-count", String(status.dead), status.dead ? "bad" : "");
  tile("quarantine-count", String(status.quarantined), status.quarantined ? "warn" : "");
  tile("unmatched-count", String(status.unmatched_hosts));
  at("checks").replaceChildren(...status.checks.filter((check) => !check.ok).map((check) =>
    make("li", { class: ["outbox", "placement"].includes(check.name) ? "" : "is-bad" }, `${check.name}: ${check.message}`)));
  at("undecided").textContent = undecided === 0 ? ""
    : `${plural(undecided, "alert waits", "alerts wait")} to be decided` +
      (overview.waiting_for_place ? `, ${overview.waiting_for_place} of them for GLPI to tell about the host` : "");
  document.title = (status.dead ? `(${status.dead} dead) ` : "") + "GLPI alert bridge";
}

function showFacts() {
  const { status, sessions: [glpi], glpi_since: since } = overview;
  const link = /^https?:\/\//.test(glpi.server)
    ? make("a", { href: glpi.server, rel: "noreferrer noopener", target: "_blank" }, glpi.server) : glpi.server;
  const facts = [
    ["GLPI", link], ["Version", glpi.version || "not known before the first login"],
    ["State", `${glpi.health} since ${fullTime(since)}`],
    ["Last error", glpi.last_error || "none"],
    ["Probing only", glpi.breaker === "open" ? "yes: too many failures in a row" : "no"],
    ["Connections", String(glpi.connections)],
    ["API sessions", `${plural(glpi.logins, "login", "logins")} since the start, ${overview.failed_logins} refused`],
    ["News for monitoring", `${status.notices_due} due, ${status.notices_dead} given up`],
    ["This page", plural(overview.people, "person logged in", "people logged in")],
    ["Bridge", `${status.version}, started ${fullTime(status.started_at)}`],
  ];
  at("facts").replaceChildren(...facts.flatMap(([name, value]) => [
    make("dt", {}, name), make("dd", {}, ...(Array.isArray(value) ? value : [value]))]));
  at("version").textContent = status.version;
}

// --- retry and discard ----------------------------------------------------------------------

async function command(list, row, action, reason) {
  const done = await ask(`/${list}/${action}`, { id: row.id, reason });
  say(done.error ? `${list} ${row.id}: ${done.error}` : `${list} ${row.id}: ${done.result}`, Boolean(done.error));
  refreshLists();
}

let discarding;
function askDiscard(list, row, what) {
  discarding = { list, row };
  at("discard-what").textContent = visible(
    `${what}${row.host ? `, ${row.host}: ${row.problem}` : ""}. It will never reach GLPI.`);
  at("discard-reason").value = "";
  at("discard").returnValue = "no";
  at("discard").showModal();
}
at("discard").addEventListener("close", () => {
  if (at("discard").returnValue === "yes" && discarding) {
    command(discarding.list, discarding.row, "discard", at("discard-reason").value);
  }
  discarding = undefined;
});

// --- the trace of one alert -----------------------------------------------------------------

function steps(row) {
  const list = [];
  const step = (time, title, text = "", mood = "") => time && list.push({ time, title, text, mood });
  step(row.received_at, `Alert received from ${row.source}`, `alert ${row.opened_by}: ${row.problem}`);
  step(row.created_at, "Incident opened", `${row.asset ? `asset ${row.asset}` : "no asset"}, entity ${row.entity || "not known"}`);
  for (const episode of row.episodes) {
    step(episode.started_at, "Problem began", `${episode.problem} (${episode.severity.replace("_", " ")})`);
    step(episode.ended_at, "Problem over", episode.problem);
  }
  for (const write of row.operations) {
    const name = `Write ${write.id}: ${write.kind}${write.event ? `, ${write.event}` : ""}`;
    const tries = plural(write.attempts, "attempt", "attempts");
    step(write.created_at, `${name} owed to GLPI`, write.reference);
    if (write.sent_at) {
      step(write.sent_at, `${name} sent`, [write.state, tries, write.last_error].filter(Boolean).join("; "),
        write.state === "dead" ? "bad" : write.state === "done" ? "" : "warn");
    } else if (write.attempts > 0 || write.state === "dead") {
      step(write.due_at, `${name}: ${write.state}`, [tries, write.last_error].filter(Boolean).join("; "),
        write.state === "dead" ? "bad" : "warn");
    }
  }
  return list.sort((one, other) => new Date(one.time) - new Date(other.time));
}

async function trace(key) {
  const { row, error } = await ask("/incidents/show", { id: String(key) });
  if (error) {
    say(error, true);
    return;
  }
  at("trace-title").textContent = visible(row.ticket ? `Ticket ${row.ticket}: ${row.problem}` : row.problem);
  const isLink = /^https?:\/\//.test(row.ticket_url || "");
  at("trace-body").replaceChildren(
    make("p", { class: "quiet" }, `${row.host}, ${row.source}, ${row.state}. Incident `, make("span", { class: "id" }, row.id)),
    row.ticket && isLink
      ? make("p", {}, make("a", { href: row.ticket_url, rel: "noreferrer noopener", target: "_blank" }, `Ticket ${row.ticket} in GLPI`))
      : make("p", {}, "There is no ticket yet."),
    make("ol", { class: "steps" }, ...steps(row).map((step) => make("li", { class: step.mood ? `is-${step.mood}` : "" },
      make("p", {}, make("strong", {}, step.title)), make("p", {}, step.text),
      make("p", { class: "quiet" }, fullTime(step.time))))));
  at("trace").showModal();
}
at("trace-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const key = at("trace-key").value.trim().replace(/^#/, "");
  if (key) trace(key);
});

// --- login and the stream -------------------------------------------------------------------

let stream;

function showLive(isOn, text) {
  at("live").className = `live ${isOn ? "on" : "off"}`;
  at("live").textContent = text;
}

function showLogin() {
  stream?.close();
  stream = undefined;
  overview = undefined;
  at("trace").close();
  at("discard").close("no");
  at("main").hidden = true;
  at("logout").hidden = true;
  at("login").hidden = false;
  at("live").textContent = "";
  at("live").className = "";
  at("token").focus();
}

function listen() {
  stream?.close();
  stream = new EventSource("/v1/stream");
  stream.addEventListener("hello", (event) => {
    const hello = JSON.parse(event.data);
    setServerTime(hello.now);
    startPlots(hello.points_max);
    showLive(true, "live");
  });
  stream.addEventListener("points", (event) => addPoints(JSON.parse(event.data)));
  stream.addEventListener("overview", (event) => {
    overview = JSON.parse(event.data);
    showGlance();
    showFacts();
    events.show(overview.events, overview.events.length);
    refreshLists();
  });
  stream.addEventListener("error", () => {
    showLive(false, "not connected, trying again");
    if (stream?.readyState === EventSource.CLOSED) setTimeout(begin, 2000);
  });
}

async function begin() {
  let isIn;
  try {
    isIn = (await (await fetch("/v1/session")).json()).signed_in;
  } catch {
    showLive(false, "the bridge does not answer, trying again");
    setTimeout(begin, 2000);
    return;
  }
  if (!isIn) {
    showLogin();
    return;
  }
  at("login").hidden = true;
  at("main").hidden = false;
  at("logout").hidden = false;
  listen();
}

at("login-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const done = await ask("/login", { token: at("token").value });
  at("login-error").textContent = done.error || "";
  if (done.error) {
    at("token").select();
    return;
  }
  at("token").value = "";
  begin();
});
at("logout").addEventListener("click", async () => {
  // What is asked for still would come back as a refusal.
  stream?.close();
  overview = undefined;
  await loading.catch(() => undefined);
  await ask("/logout");
  showLogin();
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) refreshLists(); });
setInterval(refreshAges, 1000);
setInterval(refreshLists, 10_000);
begin();
