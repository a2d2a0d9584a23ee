// What was asked, what was found, how sure that is, and against which rows without a model.

import {element, field, shown} from "report/elements";
import {grid} from "report/grid";

const SCORES = ["model", "method", "alignment", "alignment_low", "alignment_high", "delta",
  "delta_low", "delta_high", "p_adjusted", "invalid_rate", "place", "marks"];
const CONTRASTS = ["contrast", "model", "of", "against", "than", "family", "difference", "low",
  "high", "p_adjusted", "detectable", "equivalent"];
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
    ...part("Scores: means over the countries, and rows that need no model", scores,
      {country: "MEAN"}, SCORES, "-alignment"),
    ...part("Differences: means over the countries", contrasts, {country: "MEAN"}, CONTRASTS,
      "-difference"),
    ...(data.tables.hypotheses
      ? part("Claims stated beforehand", data.tables.hypotheses, {}, data.tables.hypotheses.names)
      : []),
    ...failed(data),
    ...spent(data.tables.costs),
  ];
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
