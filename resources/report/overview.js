// What was asked, what was found, how sure that is, and against which rows without a model.

import {element, field, shown} from "report/elements";
import {leading, ranking, singles} from "report/changes";
import {grid} from "report/grid";
import {link} from "report/norms";
import {gain, signed} from "report/shares";
import {method, reference} from "report/words";

const SCORES = ["model", "method", "alignment", "alignment_low", "alignment_high", "delta",
  "delta_low", "delta_high", "p_adjusted", "invalid_rate", "place", "marks"];
const CONTRASTS = ["contrast", "model", "of", "against", "than", "family", "difference", "low",
  "high", "p_adjusted", "detectable", "equivalent", "marks"];
const TOLD = {
  scores: "alignment: how near answers lie to the country's most frequent ones, from 0 to 100; delta: "
    + "the difference from vanilla in points; low and high are ends of intervals; place: where the "
    + "score lies between the best row that needs no model (0) and the ceiling (100).",
  contrasts: "difference: the score of one less that of the other, in points; p_adjusted: for all rows "
    + "of its family; detectable: what would probably have been found.",
};
const SPEED = 1000; // tokens a second, until the reader names another

export function overview(data) {
  const settings = data.made.settings;
  const {scores, contrasts} = data.tables;
  return [
    element("h1", {}, "How close are the models to these countries, and what brings them closer?"),
    ...data.headline.found.map((text) => element("p", {class: "found"}, text)),
    element("h2", {}, "How sure is that?"),
    element("ul", {}, ...data.headline.caveats.map((text) => element("li", {}, text))),
    element("h2", {}, "What was asked"),
    element("p", {}, `${count(settings.countries, "country", "countries")} (`
      + `${settings.countries.map((code) => data.countries[code] ?? code).join(", ")}), `
      + `${count(Object.keys(settings.models), "model")} (${Object.keys(settings.models).join(", ")}) and `
      + `${count(Object.keys(settings.methods), "way to answer", "ways to answer")}, on `
      + `${Object.keys(data.items).length - data.trained.length} items of the survey that norms were `
      + `not mined from. Each item was answered ${settings.answers.samples} times.`),
    element("h3", {}, "Ways to answer"),
    list(Object.keys(settings.methods).map((name) => [name, method(settings, name)])),
    ...part("Scores: means over the countries, and rows that need no model", scores,
      {country: "MEAN"}, SCORES, "-alignment"),
    element("p", {class: "caption"}, TOLD.scores),
    element("details", {}, element("summary", {}, "What the rows that need no model answer"),
      list(references(scores).map((name) => [name, reference(name)]))),
    ...part("Differences: means over the countries", contrasts, {country: "MEAN"}, CONTRASTS,
      "-difference"),
    element("p", {class: "caption"}, TOLD.contrasts),
    ...norms(data),
    ...(data.tables.hypotheses
      ? part("Claims stated beforehand", data.tables.hypotheses, {}, data.tables.hypotheses.names)
      : []),
    ...failed(data),
    ...spent(data.tables.costs),
  ];
}

function list(pairs) {
  return element("dl", {}, ...pairs.flatMap(([name, words]) =>
    [element("dt", {}, name), element("dd", {}, words)]));
}

function references(scores) {
  return scores.where({country: "MEAN", model: "reference"}).map((row) => scores.value("method", row));
}

/** Country by country the topic whose norms changed most answers, and the single norm that did. */
function norms(data) {
  const found = data.made.settings.countries.map((country) => leading(data, country))
    .filter(Boolean).map((mined) => [mined, ranking(data, mined)]).filter(([, one]) => one?.topics.length);
  if (!found.length) return [];
  const lines = found.map(([mined, {cell, topics: [first]}]) => {
    const [single] = singles(data, mined, link);
    return element("li", {}, `${data.countries[mined.country] ?? mined.country}: `,
      element("a", {href: link({...mined, topic: first.topic})}, data.topics[first.topic]),
      `, ${first.changed} of ${first.items} items, ${gain(first.sum / (first.known || 1))} on average (${cell.method} `
        + `of ${cell.model})`,
      single ? [". The single norm: ", element("a", {href: single.link}, single.text),
        ` (${signed(single.effect)} points)`] : null);
  });
  return [element("h2", {}, "Which norms changed most answers"),
    element("p", {class: "soft"}, "Of each country the topic with most test items to which the most "
      + "frequent answer is another with the norms than without (vanilla), by the method that gains most; "
      + "points nearer to what people answer. All topics, and other methods, are behind the link."),
    element("ul", {}, ...lines)];
}

function part(title, table, wanted, columns, sort) {
  if (!table || !table.n) return [];
  const known = columns.filter((name) => table.names.includes(name));
  return [
    element("h2", {}, title),
    grid(table, table.where(wanted), {label: title, columns: known, sort}).node,
  ];
}

/** Answers that named no option, by reason, and norms that never parsed. */
function failed(data) {
  const {scores} = data.tables;
  const rows = cells(scores);
  const reasons = scores.names.filter((name) => /^invalid_(?!rate)/.test(name));
  const counts = reasons.map((name) => [name.slice(8).replaceAll("_", " "), sum(scores, rows, name)]);
  const told = counts.filter(([, n]) => n > 0).map(([name, n]) => `${n.toLocaleString("en")} ${name}`);
  const marked = rows.filter((row) => scores.value("marks", row));
  const lines = [
    told.length ? `Answers that name no option: ${told.join(", ")}.` : "Every answer names an option.",
    data.missing.length
      ? `Norms that could not be mined: ${data.missing.length.toLocaleString("en")} (listed under Norms).`
      : "Every norm that was asked for could be mined.",
    marked.length
      ? `Rows with a warning in the column marks: ${marked.length.toLocaleString("en")}.`
      : "No row of the scores bears a warning.",
  ];
  return [element("h2", {}, "What failed"),
    element("ul", {}, ...lines.map((text) => element("li", {}, text)))];
}

/** Tokens as they were counted, and the hours that these take at a speed which the reader names. */
function spent(costs) {
  const rows = costs.where({});
  const written = sum(costs, rows, "completion_tokens");
  if (!written) return [element("h2", {}, "What it cost"), element("p", {}, "No tokens were counted.")];
  const told = element("p", {role: "status"});
  const tell = (speed) => {
    const hours = written / Number(speed) / 3600;
    told.textContent = hours > 0 && Number.isFinite(hours)
      ? `At that speed what was written takes ${shown(hours)} hours.` : "";
  };
  tell(SPEED);
  return [
    ...part("What it cost", costs, {}, costs.names, "-completion_tokens"),
    element("p", {}, `In all ${written.toLocaleString("en")} tokens were written and `
      + `${sum(costs, rows, "prompt_tokens").toLocaleString("en")} read, in the replies that the results `
      + "rest on: the survey's answers, norms and traces. Replies that were tried again, other "
      + "evaluations and training are not among them."),
    element("form", {submit: (event) => event.preventDefault()},
      field("Tokens written a second", String(SPEED), tell, "number")),
    told,
  ];
}

function cells(scores) {
  return scores.where({}).filter((row) => scores.value("country", row) !== "MEAN"
    && scores.value("model", row) !== "reference");
}

function sum(table, rows, name) {
  return rows.reduce((total, row) => total + (Number(table.value(name, row)) || 0), 0);
}

function count(list, one, several = `${one}s`) {
  return `${list.length} ${list.length === 1 ? one : several}`;
}
