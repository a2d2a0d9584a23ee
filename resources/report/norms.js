// The norm browser: a country's norms on a topic, what they came from, and what they changed.

import {changes, leading, most} from "report/changes";
import {choice, element} from "report/elements";
import {gain, people, signed} from "report/shares";
import {mining} from "report/words";

const SIDES = ["", "2"]; // the second side's settings end in 2
const RULES = ["country", "mining", "model"];

export function norms(data, settings, remember) {
  if (!data.mined.length) {
    return [element("h1", {}, "Norms"), element("p", {}, "No method of this study uses norms.")];
  }
  const state = Object.fromEntries(settings);
  const topics = Object.keys(data.topics);
  if (!topics.includes(state.topic)) state.topic = topics[0];
  const first = settle(data, state, "");
  Object.assign(state, first);
  const compared = RULES.some((rule) => state[`${rule}2`]);
  if (compared) Object.assign(state, suffixed(settle(data, unsuffixed(state), "2")));
  const changed = (key) => (value) => {
    const next = {...state, [key]: value, norm: ""};
    location.hash = `#norms?${new URLSearchParams(kept(next))}`;
  };
  return [
    element("h1", {}, `Norms on ${data.topics[state.topic]}`),
    element("form", {submit: (event) => event.preventDefault()},
      choice("Topic", topics, state.topic, changed("topic"), (one) => data.topics[one]),
      ...RULES.map((rule) => choosing(data, rule, state, "", changed)),
      compared
        ? element("button", {type: "button", click: () => {
          const next = Object.fromEntries(Object.entries(state).filter(([key]) => !key.endsWith("2")));
          location.hash = `#norms?${new URLSearchParams(kept(next))}`;
        }}, "One side only")
        : element("button", {type: "button", click: () => {
          const other = values(data, "country").find((one) => one !== state.country) ?? state.country;
          location.hash = `#norms?${new URLSearchParams(kept({...state, country2: other,
            mining2: state.mining, model2: state.model}))}`;
        }}, "Compare side by side")),
    compared
      ? element("form", {submit: (event) => event.preventDefault()}, "with",
        ...RULES.map((rule) => choosing(data, rule, state, "2", changed)))
      : null,
    element("div", {class: "columns"}, ...SIDES.slice(0, compared ? 2 : 1).map((suffix) =>
      side(data, state, suffix))),
    ...failures(data),
  ];
}

function values(data, rule) { return [...new Set(data.mined.map((one) => one[rule]))]; }

function kept(state) { return Object.entries(state).filter(([, value]) => value); }

function unsuffixed(state) {
  return Object.fromEntries(RULES.map((rule) => [rule, state[`${rule}2`]]));
}

function suffixed(state) {
  return Object.fromEntries(RULES.map((rule) => [`${rule}2`, state[rule]]));
}

/** A country, way and model of which there are norms, as near as can be to what is asked for. */
function settle(data, wanted) {
  const begun = leading(data, wanted.country ?? data.made.settings.countries[0]) ?? data.mined[0];
  const near = (one) => RULES.filter((rule) => one[rule] === wanted[rule]).length
    + (one.country === wanted.country ? 0.5 : 0);
  const exact = data.mined.reduce((best, one) => (near(one) > near(best) ? one : best), begun);
  return {country: exact.country, mining: exact.mining, model: exact.model};
}

function choosing(data, rule, state, suffix, changed) {
  const title = rule === "country" ? (one) => `${data.countries[one] ?? one} (${one})` : undefined;
  const label = {country: "Country", mining: "Mining", model: "Model"}[rule];
  return choice(label + (suffix ? " of the other side" : ""), values(data, rule),
    state[rule + suffix], changed(rule + suffix), title);
}

function side(data, state, suffix) {
  const mined = Object.fromEntries(RULES.map((rule) => [rule, state[rule + suffix]]));
  const own = (norm) => norm.topic === state.topic && RULES.every((rule) => norm[rule] === mined[rule]);
  const high = data.high.filter(own), low = data.low.filter(own);
  const name = data.countries[mined.country] ?? mined.country;
  return element("section", {"aria-label": `${name}, ${mined.mining}, ${mined.model}`},
    element("h2", {}, `${name}: ${mined.mining} by ${mined.model}`),
    element("p", {class: "soft"}, `${mining(data.made.settings, mined.mining)}.`),
    most(data, mined, link),
    high.length
      ? element("ol", {class: "norms"}, ...high.map((norm) => highNorm(data, norm, state, suffix)))
      : element("p", {}, "No norm of this topic could be mined."),
    element("h3", {}, "What they came from"),
    low.length
      ? low.map((norm) => lowNorm(data, norm, state, suffix))
      : element("p", {}, "The model's knowledge of the topic alone: it was shown no survey answer."),
    element("h3", {}, "The topic's test items, with these norms and without"),
    ...changes(data, state.topic, mined));
}

/** The address of a norm, or of a topic's norms. */
export function link(norm) {
  const {topic, country, mining, model} = norm;
  const which = "at" in norm ? String(norm.at + 1) : norm.item;
  return `#norms?${new URLSearchParams(kept({topic, country, mining, model, norm: which}))}`;
}

function card(name, here, ...children) {
  return element(name, {class: here ? "card here" : "card"}, ...children);
}

function highNorm(data, norm, state, suffix) {
  return card("li", !suffix && state.norm === String(norm.at + 1),
    element("p", {}, norm.text, "\u00a0", element("a", {href: link(norm), "aria-label": "Link to this norm"}, "#")),
    ...effects(data, norm), judged(data, norm));
}

/** What raters said of this norm, where a review was scored. */
function judged(data, norm) {
  const text = norm.text.split(/\s+/).filter(Boolean).join(" ");
  const found = data.reviews.find((one) =>
    one.country === norm.country && one.topic === norm.topic && one.text === text);
  if (!found) return null;
  const told = Object.entries(found.labels).map(([question, labels]) => {
    const all = Object.values(labels).reduce((sum, count) => sum + count, 0);
    return `${question}: ${labels.yes ?? 0} of ${all} raters say yes`;
  });
  return element("p", {class: "soft"}, `${told.join("; ")}.`);
}

/** What leaving this norm out changes, where that was measured. */
function effects(data, norm) {
  const table = data.tables.norm_effects;
  if (!table) return [];
  const rows = table.where({country: norm.country, model: norm.model, topic: norm.topic,
    norm: String(norm.at + 1)}).map((row) => table.row(row)).filter((row) => row.text === norm.text);
  return rows.filter((row) => row.effect !== null).flatMap((row) => [
    element("p", {class: row.effect < 0 ? "hurt" : "helped"},
      `${row.method}: ${gain(row.effect)} on the topic's ${row.n_answered} items `
      + `(${row.low === null ? "no interval" : `${signed(row.low)} to ${signed(row.high)}`}`
      + `${row.p_adjusted === null ? "" : `, adjusted p ${row.p_adjusted}`})`),
    row.answers_with ? element("details", {}, element("summary", {}, "Answers with it and without"),
      element("p", {}, `with: ${row.answers_with}`), element("p", {}, `without: ${row.answers_without}`)) : null,
  ]);
}

function lowNorm(data, norm, state, suffix) {
  const item = data.items[norm.item];
  return card("div", !suffix && state.norm === norm.item,
    element("p", {}, norm.text, "\u00a0", element("a", {href: link(norm), "aria-label": "Link to this norm"}, "#")),
    element("details", {open: state.norm === norm.item ? "" : null},
      element("summary", {}, `${norm.item}: ${item.wording}`), people(data, norm.country, norm.item)));
}

function failures(data) {
  if (!data.missing.length) return [];
  return [element("details", {},
    element("summary", {}, `${data.missing.length} norms could not be mined`),
    element("ul", {}, ...data.missing.slice(0, 500).map((one) => element("li", {},
      `${one.country} ${one.mining} ${one.model}, ${one.item ?? one.topic}: ${one.reason}`))),
    data.missing.length > 500 ? element("p", {}, `and ${data.missing.length - 500} more`) : null)];
}
