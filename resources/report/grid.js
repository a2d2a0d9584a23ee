// A table that sorts by its heads; of long ones only the rows in sight are drawn.

import {element, fill, shown, styled} from "report/elements";

const HEIGHT = 30; // px of a row
const SHORT = 60; // rows of a table that is drawn whole, and printed so
const BEYOND = 6; // rows drawn above and below what is in sight
const WIDEST = 40; // characters of a column

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

  whole.style.setProperty("--columns", widths);
  const numbers = columns.map((name) => (table.isNumber(name) ? "number" : null));
  const drawn = new Map(); // lines by their place

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
    const all = ordered.length <= SHORT;
    const first = all ? 0 : Math.max(0, Math.floor(scroll.scrollTop / HEIGHT) - BEYOND);
    const count = Math.ceil((scroll.clientHeight || 600) / HEIGHT) + 2 * BEYOND;
    const last = all ? ordered.length : Math.min(ordered.length, first + count);
    for (const [at, node] of drawn) if (at < first || at >= last) { node.remove(); drawn.delete(at); }
    for (let at = first; at < last; at += 1) if (!drawn.has(at)) drawn.set(at, line(at));
    for (let at = first; at < last; at += 1) {
      const node = drawn.get(at);
      if (body.children[at - first] !== node) body.insertBefore(node, body.children[at - first] ?? null);
    }
  }

  function line(at) {
    const cells = columns.map((name, place) => {
      const value = shown(table.value(name, ordered[at]));
      return element("span", {role: "cell", class: numbers[place],
        title: value.length > WIDEST ? value : null}, value);
    });
    return styled(element("div", {role: "row", "aria-rowindex": at + 2}, ...cells),
      {top: `${at * HEIGHT}px`});
  }

  function show(next) {
    rows = next;
    const name = order.replace(/^-/, "");
    ordered = table.names.includes(name) ? table.sorted(rows, name, order.startsWith("-")) : rows;
    whole.setAttribute("aria-rowcount", ordered.length + 1);
    body.style.height = `${ordered.length * HEIGHT}px`;
    scroll.scrollTop = 0;
    drawn.clear();
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
  return {node: scroll, show};
}

/** Characters of a column's widest value, its head among them. */
function widest(table, name) {
  const column = table.columns[name];
  if (table.isNumber(name)) return Math.max(name.length + 2, 8);
  return column.texts.reduce((most, text) => Math.max(most, text.length), name.length + 2);
}
