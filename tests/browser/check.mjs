// SPDX-License-Identifier: MIT
// What the status page must do in a browser. Started by browser_test.py, which says in the
// environment where everything is. Prints a line for each check; the first that fails ends it.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const { PAGE, BRIDGE, SIM, TOKEN, SENDER, CHROMIUM, PICTURES } = process.env;
const liveWithinMs = 2000;
const deadlineMs = 60_000;
const hostile = `<img src=x onerror="window.hacked=1"></script><script>window.hacked=1</script>` +
  `<a href="javascript:window.hacked=1">x</a>\u202e{{7*7}}`;

function passed(what) { console.log(`ok: ${what}`); }

async function post(url, body, headers = {}) {
  const answer = await fetch(url, {
    method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers },
  });
  assert.ok(answer.status < 300, `${url} answered ${answer.status}`);
}

async function eventually(what, condition) {
  const end = Date.now() + deadlineMs;
  while (!await condition()) {
    assert.ok(Date.now() < end, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

let number = 0;
async function send(fields = {}) {
  number += 1;
  await post(`${BRIDGE}/v1/alerts/zabbix`, {
    event_source: "0", event_object: "0", event_value: "1", event_update_status: "0",
    event_id: String(100000 + number), event_name: "Filesystem is full", event_nseverity: "4",
    event_date: "2026.11.23", event_time: "21:16:48", event_tags: "[]", trigger_id: String(50000 + number),
    host_id: "7", host_host: "db01.customer-a.example", host_name: "db01", host_ip: "10.1.1.11",
    host_groups: "Linux servers", alert_subject: "Problem: Filesystem is full", ...fields,
  }, { Authorization: `Bearer ${SENDER}` });
}

const faults = (rules) => post(`${SIM}/_sim/faults`, { rules });
const noFaults = () => fetch(`${SIM}/_sim/faults`, { method: "DELETE" });
const openingsFail = (action) => faults([
  { match: { method: "POST", path: "^/apirest.php/Ticket$" }, action, count: -1 }]);
const tickets = async () => (await (await fetch(`${SIM}/_sim/tickets`)).json()).length;

// Of what the page itself says and asks for; a wrong token, and what is asked after the session's
// end, are meant to be told as errors.
const complaints = [];
let sessionIsOver = false;
function watch(page) {
  page.setDefaultTimeout(deadlineMs);
  page.on("console", (message) => {
    const isRefused = /status of 401/.test(message.text()) &&
      (sessionIsOver || message.location().url.endsWith("/v1/login"));
    if (message.type() === "error" && !isRefused) complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("dialog", (dialog) => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${PAGE}/`)) complaints.push(`request to ${request.url()}`);
  });
}

const text = (page, selector) => page.textContent(selector);
const untilText = (page, id, wanted, timeout = deadlineMs) => page.waitForFunction(
  ([id, wanted]) => document.getElementById(id).textContent === wanted, [id, wanted], { timeout, polling: "raf" });

async function picture(page, name) {
  if (!PICTURES) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

// Contrast of every text against what is behind it (WCAG 2.1: 4.5), and a name for every control.
const looksInaccessible = () => {
  const found = [];
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((value) => value / 255).map((value) =>
    value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  for (const element of document.querySelectorAll("body *")) {
    const says = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!says || !element.checkVisibility()) continue;
    const [one, other] = [light(numbers(getComputedStyle(element).color)), light(behind(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) found.push(`contrast ${contrast.toFixed(1)}: ${element.textContent.slice(0, 40)}`);
  }
  for (const control of document.querySelectorAll("button, input:not([hidden])")) {
    const name = control.getAttribute("aria-label") || control.textContent.trim() ||
      (control.labels && [...control.labels].map((label) => label.textContent).join(""));
    if (!name && control.checkVisibility()) found.push(`no name: ${control.outerHTML.slice(0, 80)}`);
  }
  return found;
};

async function checkLogin(page) {
  await page.goto(PAGE);
  await page.waitForSelector("#login-form");
  assert.equal(await page.evaluate(() => document.activeElement.id), "token");
  await page.keyboard.type("not the token");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.getElementById("login-error").textContent !== "");
  assert.match(await text(page, "#login-error"), /not the token/);
  await page.keyboard.type(TOKEN);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#main:not([hidden])");
  await untilText(page, "live", "live");
  await untilText(page, "glpi-state", "up");
  assert.equal(await page.evaluate(() => document.cookie), "", "scripts must not see the cookie");
  passed("the page loads and one logs in with the keyboard");
}

async function checkLive(page) {
  const name = `Filesystem /data${process.pid} is full`;
  await send({ event_name: name });
  await page.waitForFunction((name) => [...document.querySelectorAll("#incidents tbody tr")].some(
    (row) => row.textContent.includes(name)), name, { timeout: liveWithinMs, polling: "raf" });
  passed(`an alert shows within ${liveWithinMs} ms`);
}

async function checkHostile(page) {
  await openingsFail("refused");
  await send({ event_name: hostile, host_host: `web01${hostile}`, host_name: hostile, event_opdata: hostile });
  await page.waitForSelector("#dead tbody tr");
  assert.match(await text(page, "#dead tbody tr"), /<img src=x onerror="window.hacked=1"><\/script>/);
  await page.click("#dead tbody button.link");
  await page.waitForSelector("#trace[open]");
  assert.match(await text(page, "#trace"), /<img src=x onerror/);
  await page.keyboard.press("Escape");
  await page.waitForSelector("#trace:not([open])", { state: "attached" });
  const planted = await page.evaluate(() => [window.hacked,
    document.querySelectorAll("main img, dialog img, main script, a[href^='javascript']").length]);
  assert.deepEqual(planted, [undefined, 0]);
  passed("hostile text is text");
}

async function checkRetry(page) {
  const before = await tickets();
  await noFaults();
  await page.focus("#dead tbody button[aria-label^='Retry']");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /tried again/.test(document.getElementById("said").textContent));
  await untilText(page, "dead-count", "0");
  await page.waitForSelector("#dead.is-empty");
  await eventually("the ticket", async () => await tickets() === before + 1);
  passed("a dead letter is retried with the keyboard and becomes a ticket");
}

async function checkDiscard(page) {
  await openingsFail("refused");
  await send({ event_name: "Certificate has expired" });
  const discard = "#dead tbody button[aria-label^='Discard']";
  await page.focus(discard);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#discard[open]");
  await page.keyboard.press("Escape");
  await page.waitForSelector("#discard:not([open])", { state: "attached" });
  assert.equal(await text(page, "#dead-count"), "1", "Escape keeps it");
  await page.focus(discard);
  await page.keyboard.press("Enter");
  await page.fill("#discard-reason", "a test host");
  await page.keyboard.press("Enter");
  await untilText(page, "dead-count", "0");
  await noFaults();
  passed("a dead letter is discarded only when one says so");
}

async function checkUnreadable(page) {
  const lists = "**/v1/incidents/list";
  await page.route(lists, (route) => route.fulfill({ status: 200, body: "<html>a proxy's own page</html>" }));
  await send({ event_name: "Fan 3 has failed" });
  await page.waitForFunction(() => /not up to date: .*unreadable/.test(document.getElementById("lists-error").textContent));
  await page.unroute(lists);
  await send({ event_name: "Fan 4 has failed" });
  await page.waitForFunction(() => [...document.querySelectorAll("#incidents tbody tr")].some(
    (row) => row.textContent.includes("Fan 4 has failed")));
  assert.equal(await text(page, "#lists-error"), "");
  passed("an unreadable answer is told, and the lists go on after it");
}

async function checkTrace(page) {
  const newest = page.locator("#incidents tbody button.link", { hasText: "#" }).first();
  const shown = await newest.textContent();
  await page.fill("#trace-key", shown);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#trace[open]");
  const told = await text(page, "#trace");
  assert.match(told, /Alert received from zabbix/);
  assert.match(told, /sent.*done; \d+ attempts?/s);
  assert.doesNotMatch(told, /\u202e/, "nothing turns the direction of other text round");
  const link = await page.getAttribute("#trace a", "href");
  assert.ok(link.startsWith(`${SIM}/`), link);
  const [, alert] = /alert (\w+):/.exec(told);
  await page.click("#trace button");
  await page.fill("#trace-key", alert);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#trace[open]");
  assert.equal(await text(page, "#trace"), told);
  await page.click("#trace button");
  passed("a ticket is traced back to its alert, and an alert to its ticket");
}

// The session ends while a dialog is open; the lists' next refresh notices.
async function checkSessionEnd(page) {
  await openingsFail("refused");
  await send({ event_name: "Battery is low" });
  await page.waitForSelector("#dead tbody tr");
  await page.click("#dead tbody button[aria-label^='Discard']");
  await page.waitForSelector("#discard[open]");
  sessionIsOver = true;
  await page.context().clearCookies();
  await page.waitForSelector("#login:not([hidden])");
  assert.equal(await page.isVisible("#discard"), false);
  assert.equal(await page.isVisible("#trace"), false);
  assert.equal(await page.evaluate(() => document.activeElement.id), "token");
  await page.fill("#token", TOKEN);
  await page.keyboard.press("Enter");
  await untilText(page, "live", "live");
  await untilText(page, "dead-count", "1");
  sessionIsOver = false;
  await noFaults();
  await page.click("#dead tbody button[aria-label^='Retry']");
  await untilText(page, "dead-count", "0");
  passed("an open dialog does not outlive the session, and discards nothing");
}

async function checkLooks(page) {
  // Something of everything for the pictures.
  await openingsFail("refused");
  await send({ event_name: "Interface Gi0/12: link down", host_host: "sw-core-2.dc1.example" });
  await page.waitForSelector("#dead tbody tr");
  await noFaults();
  await fetch(`${BRIDGE}/v1/alerts/nagios`, {
    method: "POST", body: `{"host": "web01", "state": , <script>alert(2)</script>`,
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${SENDER}` } });
  await page.waitForSelector("#quarantine tbody tr");
  for (const [name, colorScheme, width, height] of [
    ["light", "light", 1280, 900], ["dark", "dark", 1280, 900], ["phone", "light", 390, 844]]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    await page.evaluate(() => window.scrollTo({ top: 0, behavior: "instant" }));
    assert.deepEqual(await page.evaluate(looksInaccessible), [], `${name}: accessible`);
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(tooWide <= 0, `${name}: ${tooWide} pixels too wide`);
    await picture(page, name);
    if (name === "dark" && PICTURES) {
      await page.evaluate(() => document.getElementById("plots").scrollIntoView({ behavior: "instant" }));
      await picture(page, "plots");
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.click("#dead tbody button[aria-label^='Retry']");
  await untilText(page, "dead-count", "0");
  await page.reload();
  await untilText(page, "live", "live");
  passed("light, dark and on a phone: contrast, names, nothing too wide");
}

async function checkStorm(page) {
  await faults([{ match: { path: "." }, action: "maintenance", count: -1 }]);
  for (let i = 0; i < 130; ++i) {
    // GLPI is known to have the one host, and must be asked about the other.
    await send(i % 2 === 0 ? { event_name: `Interface eth${i}: link down` } : {
      host_host: `rack${i % 7}-node${i}.dc1.example`, host_name: `node${i}`, host_ip: "",
      event_name: "Unavailable by ICMP ping" });
  }
  await untilText(page, "glpi-state", "away");
  await page.waitForFunction(() => Number(document.getElementById("waiting").textContent) >= 130);
  await page.evaluate(() => window.scrollTo({ top: 0, behavior: "instant" }));
  await picture(page, "storm");
  const rows = await page.evaluate(() => document.querySelectorAll("tbody tr").length);
  assert.ok(rows <= 250, `${rows} rows are shown at once`);
  await noFaults();
  await untilText(page, "glpi-state", "up");
  await untilText(page, "waiting", "0");
  await page.click("#incidents .more button");
  await page.waitForFunction(() => document.querySelectorAll("#incidents tbody tr").length > 50);
  passed("a storm while GLPI is away: waits are told, lists are bounded, and grow on demand");
}

async function checkLogout(page) {
  await page.click("#logout");
  await page.waitForSelector("#login:not([hidden])");
  assert.equal(await page.isVisible("#main"), false);
  await page.reload();
  await page.waitForSelector("#login:not([hidden])");
  passed("after log-out nothing is shown");
}

// Chromium has no sandbox for root.
const browser = await chromium.launch({
  executablePath: CHROMIUM, args: process.getuid() === 0 ? ["--no-sandbox"] : [],
});
try {
  const page = await browser.newPage({ colorScheme: "light", viewport: { width: 1280, height: 900 } });
  watch(page);
  await checkLogin(page);
  await checkLive(page);
  await checkLooks(page);
  await checkStorm(page);
  await checkHostile(page);
  await checkRetry(page);
  await checkTrace(page);
  await checkUnreadable(page);
  await checkDiscard(page);
  await checkSessionEnd(page);
  await checkLogout(page);
  assert.deepEqual(complaints, [], "no errors, no requests elsewhere");
  passed(`no console errors, no requests elsewhere (Chromium ${browser.version()})`);
} finally {
  await browser.close();
}
