// A table that sorts by its heads; of long ones only the rows in sight are drawn.

import {element, fill, shown, styled} from "report/elements";

const HEIGHT = 30; // px of a row
const SHORT = 60; // rows of a table that is drawn whole
const PRINTED = 2000; // rows that are printed at most
const BEYOND = 6; // rows drawn above and below what is in sight
const WIDEST = 40; // characters of a column
const drawn = new Set(); // tables that may be in the page

addEventListener("beforeprint", () => print(true));
addEventListener("afterprint", () => print(false));

/** Has the tables in the page drawn for paper, or for the screen again. */
function print(on) {
  for (const one of drawn) if (one.node.isConnected) one.print(on); else drawn.delete(one);
}

/**
 * A table's rows. `columns` are names, `sort` the column to begin with, `-` before it for down;
 * `sorting` hears what the reader chose. Rows are changed with `show(rows)` of what is returned.
 */
export function grid(table, rows, {label, columns = table.names, sort = "", sorting = () => {}}) {
  let order = sort, ordered = [];
  const widths = columns.map((name) => `${Math.min(WIDEST, widest(table, name)) + 2}ch`).join(" ");
  const head = element("div", {role: "row"});
  const body = element("div", {role: "rowgroup", class: "body"});
  const whole = element("div", {role: "table", "aria-label": label},
    element("div", {role: "rowgroup", class: "head"}, head), body);
  const scroll = element("div",
    {class: "scroll", tabindex: "0", role: "region", "aria-label": `${label}, to be scrolled`}, whole);
  const left = element("p", {class: "printed"});
  const node = element("div", {}, scroll, left);

  whole.style.setProperty("--columns", widths);
  const numbers = columns.map((name) => (table.isNumber(name) ? "number" : null));
  const lines = new Map(); // by their place
  let printing = false;

  function heads() {
    fill(head, ...columns.map((name, at) => {
      const way = order === name ? "ascending" : order === `-${name}` ? "descending" : null;
      const sign = way === "ascending" ? " ▲" : way === "descending" ? " ▼" : "";
      const button = element("button", {type: "button", click: () => {
        order = order === name ? `-${name}` : name;
        sorting(order);
        show(rows);
        [...head.querySelectorAll("button")][at].focus();
      }}, name + sign);
      return element("span", {role: "columnheader", class: numbers[at], "aria-sort": way}, button);
    }));
  }

  function draw() {
    const all = printing || ordered.length <= SHORT;
    const first = all ? 0 : Math.max(0, Math.floor(scroll.scrollTop / HEIGHT) - BEYOND);
    const count = Math.ceil((scroll.clientHeight || 600) / HEIGHT) + 2 * BEYOND;
    const last = Math.min(ordered.length, all ? PRINTED : first + count);
    const spare = []; // lines out of sight, which are filled anew rather than made anew
    for (const [at, one] of lines) {
      if (at < first || at >= last) { one.remove(); lines.delete(at); spare.push(one); }
    }
    for (let at = first; at < last; at += 1) {
      if (!lines.has(at)) lines.set(at, filled(spare.pop() ?? empty(), at));
    }
    for (let at = first; at < last; at += 1) {
      const one = lines.get(at);
      if (body.children[at - first] !== one) body.insertBefore(one, body.children[at - first] ?? null);
    }
  }

  function empty() {
    return element("div", {role: "row"}, ...numbers.map((number) =>
      element("span", {role: "cell", class: number})));
  }

  function filled(line, at) {
    columns.forEach((name, place) => {
      const value = shown(table.value(name, ordered[at]));
      const cell = line.children[place];
      cell.textContent = value;
      if (value.length > WIDEST) cell.title = value; else cell.removeAttribute("title");
    });
    line.setAttribute("aria-rowindex", at + 2);
    return styled(line, {top: `${at * HEIGHT}px`});
  }

  function show(next) {
    rows = next;
    const name = order.replace(/^-/, "");
    ordered = table.names.includes(name) ? table.sorted(rows, name, order.startsWith("-")) : rows;
    whole.setAttribute("aria-rowcount", ordered.length + 1);
    body.style.height = `${ordered.length * HEIGHT}px`;
    scroll.scrollTop = 0;
    const beyond = ordered.length - PRINTED;
    left.textContent = beyond > 0
      ? `${beyond.toLocaleString("en")} more rows are not printed: filter the table, or take its file.` : "";
    lines.clear();
    fill(body);
    heads();
    draw();
  }

  let waiting = false;
  scroll.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; draw(); });
  }, {passive: true});
  show(rows);
  const view = {node, show, print: (on) => { printing = on; draw(); }};
  drawn.add(view);
  return view;
}

/** Characters of a column's widest value, its head among them. */
function widest(table, name) {
  const column = table.columns[name];
  if (table.isNumber(name)) return Math.max(name.length + 2, 8);
  return column.texts.reduce((most, text) => Math.max(most, text.length), name.length + 2);
}
