// SPDX-License-Identifier: MIT
// Building blocks of the page. Whatever monitoring sent becomes text, never markup: nothing here or
// elsewhere in the page makes HTML of a string.

// Characters that do not show, but would turn round or hide what stands beside them.
const unseen = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
export function visible(text) {
  return text.replace(/[\n\t]/g, " ").replace(unseen, "\ufffd");
}

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") {
      element.className = value;
    } else if (name === "data") {
      Object.assign(element.dataset, value);
    } else if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined)
    .map((child) => (typeof child === "string" ? visible(child) : child)));
  return element;
}

// The server's clock minus ours, in ms.
let skew = 0;
export function setServerTime(ms) { skew = ms - Date.now(); }

// How long ago that is by the server's clock, in ms.
export function passed(text) { return Date.now() + skew - new Date(text).getTime(); }

export function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor(seconds % 86400 / 3600)} h`;
}

const clock = new Intl.DateTimeFormat(undefined, {
  year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit",
  second: "2-digit", timeZoneName: "short",
});
export function fullTime(text) {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : clock.format(time);
}

// "4 min ago" or "in 4 min", kept up to date by refreshAges(); the full time as a tooltip. `words`:
// "ago", "next" (what is past is "now"), or "span" for the bare "4 min".
export function age(text, words = "ago") {
  const element = make("time", { datetime: text, title: fullTime(text), data: { words } });
  showAge(element);
  return element;
}
function showAge(element) {
  const since = passed(element.dateTime);
  const span = duration(Math.abs(since));
  const { words } = element.dataset;
  const text = words === "span" ? span : since < -500 ? `in ${span}` : words === "next" ? "now" : `${span} ago`;
  if (element.textContent !== text) element.textContent = text;
}
export function refreshAges() { document.querySelectorAll("time[data-words]").forEach(showAge); }

export function pill(text, kind = text) {
  const known = ["disaster", "high", "average", "warning", "error", "dead", "uncertain", "done"];
  return make("span", { class: `pill ${known.includes(kind) ? kind : ""}` }, text);
}

export function plural(count, one, many) { return `${count} ${count === 1 ? one : many}`; }

// A list that is shown anew again and again: rows that did not change stay the elements they are, so
// that whoever stands on one with the keyboard is not thrown off.
export class Table {
  // columns: [{title, class, cell: (row) => node or text}]; key: (row) => id.
  constructor(section, { columns, key, none }) {
    Object.assign(this, { section, columns, key, rows: new Map() });
    this.title = section.querySelector("h2");
    this.count = make("span", { class: "count" });
    this.title.append(" ", this.count);
    this.body = make("tbody");
    const head = make("tr", {}, ...columns.map((column) =>
      make("th", { scope: "col", class: column.class || "" }, column.title || make("span", { class: "quiet" }, ""))));
    this.table = make("table", { "aria-labelledby": this.title.id }, make("thead", {}, head), this.body);
    this.none = make("p", { class: "none" }, none);
    this.more = make("p", { class: "more" });
    section.append(this.none, make("div", { class: "scroll" }, this.table), this.more);
    this.show([], 0);
  }

  show(rows, total, onMore) {
    const focused = document.activeElement?.dataset?.act;
    const had = this.body.contains(document.activeElement);
    const seen = new Set();
    let place = this.body.firstElementChild;
    for (const row of rows) {
      const id = String(this.key(row));
      if (seen.has(id)) continue;
      seen.add(id);
      const text = JSON.stringify(row);
      let known = this.rows.get(id);
      if (!known || known.text !== text) {
        const element = this.draw(row);
        if (known) {
          if (place === known.element) place = element;
          known.element.replaceWith(element);
        }
        known = { text, element };
        this.rows.set(id, known);
      }
      if (known.element === place) {
        place = place.nextElementSibling;
      } else {
        this.body.insertBefore(known.element, place);
      }
    }
    for (const [id, known] of this.rows) {
      if (!seen.has(id)) {
        known.element.remove();
        this.rows.delete(id);
      }
    }
    if (had && !this.body.contains(document.activeElement)) {
      const again = focused && [...this.body.querySelectorAll("[data-act]")].find(
        (element) => element.dataset.act === focused);
      (again || this.body.querySelector("button") || document.getElementById("lists")).focus();
    }
    this.frame(seen.size, Math.max(total, seen.size), onMore);
  }

  frame(shown, total, onMore) {
    const isEmpty = shown === 0;
    this.section.classList.toggle("is-empty", isEmpty);
    this.table.hidden = isEmpty;
    this.none.hidden = !isEmpty;
    this.count.textContent = total > 0 ? String(total) : "";
    const left = total - shown;
    this.more.hidden = left <= 0 || isEmpty;
    if (!this.more.hidden) {
      const text = `and ${left} more`;
      if (onMore && this.more.firstElementChild?.textContent !== text) {
        this.more.replaceChildren(make("button", { type: "button", class: "link", onclick: onMore }, text));
      } else if (!onMore) {
        this.more.textContent = text;
      }
    }
  }

  draw(row) {
    return make("tr", {}, ...this.columns.map((column) => {
      const cell = column.cell(row);
      const properties = { class: column.class || "" };
      if (column.title) properties["data-label"] = column.title;
      const filled = Array.isArray(cell) ? cell : cell === "" || cell === null ? [] : [cell];
      return make("td", properties, ...filled);
    }));
  }
}
