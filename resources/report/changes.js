// What norms changed: test items answered with them and without, and where most are.

import {samples} from "report/data";
import {element, fill} from "report/elements";
import {gain, people, said, signed} from "report/shares";

const RULES = ["country", "mining", "model"];

/** The cells that were given a file of norms. */
function takers(data, mined) {
  const at = data.mined.findIndex((one) => RULES.every((rule) => one[rule] === mined[rule]));
  return Object.entries(data.given).flatMap(([method, models]) =>
    Object.entries(models).flatMap(([model, countries]) =>
      Object.entries(countries).filter(([, file]) => file === at)
        .map(([country]) => ({method, model, country}))));
}

/**
 * The norms of a country that helped most: those of the method that has its own norms in context and
 * the largest mean difference from `vanilla`, one that hardly answers last, as in the headline; the
 * first ones mined for it where none is known.
 */
export function leading(data, country) {
  const {contrasts} = data.tables;
  const rows = contrasts ? contrasts.where({country: "MEAN", against: "vanilla"})
    .map((at) => contrasts.row(at)).filter((row) => !row.than && row.difference !== null) : [];
  const silent = (row) => String(row.marks ?? "").split(",").includes("many_invalid");
  rows.sort((one, two) => silent(one) - silent(two) || two.difference - one.difference);
  const own = rows.map((row) => data.mined[data.given[row.of]?.[row.model]?.[country]]);
  return [...own, ...data.mined].find((mined) => mined?.country === country);
}

/**
 * Topics by how many test items have another most frequent answer with these norms, the most first;
 * with the cell that was given them, its own country's. Null where there is none.
 */
export function ranking(data, mined) {
  const cell = takers(data, mined).find((one) => one.country === mined.country);
  if (!cell) return null;
  const table = data.tables.items;
  const counts = new Map();
  for (const at of table.where(cell)) {
    const row = table.row(at);
    const count = counts.get(row.topic) ?? {topic: row.topic, items: 0, changed: 0, sum: 0, known: 0};
    counts.set(row.topic, count);
    count.items += 1;
    const points = difference(row);
    if (points === null) continue;
    count.known += 1;
    count.sum += points;
    if (top(row.answers) !== top(row.baseline_answers)) count.changed += 1;
  }
  const topics = [...counts.values()].sort((one, two) => two.changed - one.changed
    || Math.abs(two.sum) - Math.abs(one.sum));
  return {cell, topics};
}

/** The same to be looked at, and below it single norms by their effect. `link` makes an address. */
export function most(data, mined, link) {
  const {cell, topics} = ranking(data, mined) ?? {topics: []};
  if (!topics.length) return null;
  const told = ({changed, items, sum, known}) => `${changed} of ${items} items`
    + (known ? `, ${gain(sum / known)}${sum ? " on average" : ""}` : "");
  const name = data.countries[mined.country] ?? mined.country;
  return element("details", {class: "most"},
    element("summary", {}, `Norms that changed most answers of ${name}: on ${data.topics[topics[0].topic]} `
      + `(${told(topics[0])})`),
    element("p", {class: "soft"}, `Test items to which ${cell.model} most often answers otherwise with these norms `
      + `(${cell.method}) than without any (vanilla), and how many points nearer to what people answer. `
      + "Samples differ by chance too, so that some items change whatever stands in context."),
    element("ol", {}, ...topics.map((one) => element("li", {},
      element("a", {href: link({...mined, topic: one.topic})}, data.topics[one.topic]), `: ${told(one)}`))),
    ...single(data, mined, link));
}

/** The most frequent of answers that a table tells as `2:0.67 3:0.33`. */
function top(answers) {
  const shares = String(answers).split(" ").map((one) => one.split(":"));
  return shares.reduce((best, one) => (Number(one[1]) > Number(best[1]) ? one : best))[0];
}

/** Single norms with their effect and address, the largest first, where it was measured. */
export function singles(data, mined, link) {
  const table = data.tables.norm_effects;
  const rows = table ? table.where({country: mined.country, model: mined.model})
    .map((at) => table.row(at)).filter((row) => row.effect !== null)
    .flatMap((row) => data.high.filter((norm) => RULES.every((rule) => norm[rule] === mined[rule])
      && norm.topic === row.topic && norm.at + 1 === row.norm && norm.text === row.text)
      .map((norm) => ({...row, link: link(norm)}))) : [];
  return rows.sort((one, two) => Math.abs(two.effect) - Math.abs(one.effect));
}

/** These to be looked at, or why there are none. */
function single(data, mined, link) {
  const rows = singles(data, mined, link);
  if (!rows.length) {
    return [element("p", {class: "soft"}, "A topic's norms stood in context together. What one of "
      + "them changes is told where the study leaves norms out one at a time (norm_effects).")];
  }
  return [element("h3", {}, "Single norms, by what leaving them out changes"),
    element("ol", {}, ...rows.slice(0, 20).map((row) => element("li", {},
      element("a", {href: row.link}, row.text), ` (${data.topics[row.topic]}, ${row.method}): `
        + `${signed(row.effect)} points, adjusted p ${row.p_adjusted ?? "unknown"}`)))];
}

/** Each method that was given these norms, and what it answered to the topic's test items. */
export function changes(data, topic, mined) {
  const given = takers(data, mined).sort((one, two) =>
    (two.country === mined.country) - (one.country === mined.country));
  if (!given.length) return [element("p", {}, "No method was given them.")];
  const table = data.tables.items;
  return given.map(({method, model, country}, place) => {
    const rows = table.where({country, model, method, topic}).map((row) => table.row(row));
    const gains = rows.map((row) => ({...row, gain: difference(row)}))
      .sort((one, two) => (two.gain ?? -Infinity) - (one.gain ?? -Infinity));
    const helped = gains.filter((row) => row.gain > 0).length;
    const hurt = gains.filter((row) => row.gain < 0).length;
    return element("details", {open: place === 0 ? "" : null},
      element("summary", {}, `${method} of ${model}, asked about ${data.countries[country] ?? country}: ${helped} `
        + `helped, ${hurt} hurt, ${gains.length - helped - hurt} unchanged or unknown`),
      ...gains.map((row) => answered(data, row)));
  });
}

function difference(row) {
  if (row.item_alignment === null || row.baseline_item_alignment === null) return null;
  return row.item_alignment - row.baseline_item_alignment;
}

function answered(data, row) {
  const way = row.gain > 0 ? "helped" : row.gain < 0 ? "hurt" : "";
  const thought = [element("div"), element("div")];
  const opened = () => think(data, thought, [row, {...row, method: "vanilla"}]);
  return element("details", {class: "card", toggle: opened},
    element("summary", {}, element("span", {class: way}, row.gain === null ? "no answer" : gain(row.gain)),
      ` ${row.item}: ${data.items[row.item].wording}`),
    element("h3", {}, "People"), people(data, row.country, row.item),
    element("h3", {}, "With these norms"), said(data, row.item, row.answers),
    thought[0],
    element("h3", {}, "Without (vanilla)"), said(data, row.item, row.baseline_answers),
    thought[1]);
}

const NAMED = ["country", "model", "method", "item"];
let places; // by cell and item the row of its sample of thinking

/** Fills each place with one sample of what was thought about an item, where the page has it. */
async function think(data, nodes, rows) {
  const table = await samples();
  const key = (value) => NAMED.map(value).join(" ");
  places ??= new Map(table.where({}).map((at) => [key((name) => table.value(name, at)), at]));
  rows.forEach((row, place) => {
    const at = places.get(key((name) => row[name]));
    if (at === undefined) return;
    const {codes, options} = data.items[row.item];
    const answer = options[codes.indexOf(table.value("answer", at))] ?? "no option";
    fill(nodes[place], element("blockquote", {}, table.value("thinking", at),
      element("span", {class: "soft"}, ` (one sample; it answers: ${answer})`)));
  });
}
