// SPDX-License-Identifier: MIT
// The three plots of the last hour, drawn by dygraphs. What a plot shows is told in words above it,
// too: the newest values, or those under the pointer.
/* global Dygraph */
import { make } from "/rows.js";

// Its legend sets a style attribute, which the page's policy forbids; ours is text above the plot.
Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);

const kinds = [
  { id: "rates", columns: [1, 2], labels: ["alerts in", "writes"], unit: "/s" },
  { id: "latency", columns: [3, 4], labels: ["median", "95 % within"], unit: " s" },
  { id: "waiting", columns: [5], labels: ["waiting"], unit: "" },
];

let points = [];
let pointsMax = 360;
let plots = [];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const number = (value) =>
  value === null || value === undefined ? "–"
    : value >= 100 ? value.toFixed(0) : String(Math.round(value * 100) / 100);

function rowsOf(kind) {
  return points.map((point) => [new Date(point[0]), ...kind.columns.map((column) => point[column])]);
}

function tell(kind, row, when) {
  const parts = kind.labels.map((label, i) => make("span", { class: "value" },
    make("span", { class: `key ${i === 0 ? "one" : "two"}`, "aria-hidden": "true" }),
    `${label} ${number(row?.[i + 1])}${row?.[i + 1] == null ? "" : kind.unit}`));
  document.getElementById(`${kind.id}-legend`).replaceChildren(
    ...parts, make("span", { class: "quiet" }, when));
}

function tellNewest(kind) {
  const newest = rowsOf(kind).at(-1);
  tell(kind, newest, newest ? "now" : "the first point comes in a few seconds");
}

function looks(kind) {
  return {
    colors: [colour("--one"), colour("--two")].slice(0, kind.labels.length),
    gridLineColor: colour("--grid"),
    axisLineColor: colour("--line"),
  };
}

function draw(kind) {
  const element = document.getElementById(`${kind.id}-plot`);
  return new Dygraph(element, rowsOf(kind), {
    ...looks(kind),
    labels: ["time", ...kind.labels],
    interactionModel: {},
    includeZero: true,
    strokeWidth: 1.6,
    fillGraph: kind.id === "waiting",
    fillAlpha: 0.12,
    drawPoints: kind.id === "latency",
    pointSize: 1.8,
    highlightCircleSize: 3.5,
    axes: { y: { axisLabelWidth: 42 }, x: { drawGrid: false, axisLabelWidth: 52 } },
    highlightCallback: (_, x, shown, row) =>
      tell(kind, rowsOf(kind)[row], new Date(x).toLocaleTimeString()),
    unhighlightCallback: () => tellNewest(kind),
  });
}

function redraw() {
  if (points.length === 0) {
    kinds.forEach(tellNewest);
    return;
  }
  kinds.forEach((kind, i) => {
    // All of it, and ten minutes at least.
    const end = points.at(-1)[0];
    const window = [Math.min(points[0][0], end - 600_000), end];
    if (plots[i]) {
      plots[i].updateOptions({ file: rowsOf(kind), dateWindow: window });
    } else {
      plots[i] = draw(kind);
      plots[i].updateOptions({ dateWindow: window });
    }
    tellNewest(kind);
  });
}

export function startPlots(max) {
  points = [];
  pointsMax = max;
  redraw();
}

export function addPoints(rows) {
  points = points.concat(rows).slice(-pointsMax);
  redraw();
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  plots.forEach((plot, i) => plot.updateOptions(looks(kinds[i])));
});
