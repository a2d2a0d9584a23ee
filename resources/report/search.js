// Full-text search over norms, high-level and low, and the survey's questions.

import MiniSearch from "report/minisearch";
import {choice, element, field, fill} from "report/elements";
import {link} from "report/norms";

const FIRST = 50; // hits drawn at once
const KINDS = {high: "high-level norm", low: "low-level norm", item: "question"};
let index, documents;

/** The index, made when it is first needed. */
function ready(data) {
  if (index) return;
  documents = [
    ...data.high.map((norm) => ({kind: "high", ...norm})),
    ...data.low.map((norm) => ({kind: "low", ...norm})),
    ...Object.entries(data.items).map(([item, {topic, wording}]) => ({kind: "item", topic, item, text: wording})),
  ].map((one, id) => ({...one, id, named: data.countries[one.country] ?? ""}));
  index = new MiniSearch({fields: ["text", "named", "topic", "item"], storeFields: []});
  index.addAll(documents);
}

export function searched(data, settings, remember) {
  ready(data);
  const state = Object.fromEntries(settings);
  const told = element("p", {role: "status", class: "soft"});
  const hits = element("ol", {class: "norms"});
  let most = FIRST;
  const more = element("button", {type: "button", click: () => { most += FIRST; show(); }}, "Show more");

  function show() {
    const found = find(state);
    told.textContent = state.text ? `${found.length.toLocaleString("en")} found` : "";
    fill(hits, ...found.slice(0, most).map((one) => hit(data, one)));
    more.hidden = found.length <= most;
  }
  const changed = (key) => (value) => { state[key] = value; most = FIRST; remember(state); show(); };
  show();
  const countries = [...new Set(data.mined.map((one) => one.country))];
  return [
    element("h1", {}, "Search"),
    element("form", {role: "search", submit: (event) => event.preventDefault()},
      field("Words in norms and questions", state.text ?? "", changed("text")),
      choice("Of", ["", ...Object.keys(KINDS)], state.kind ?? "", changed("kind"),
        (one) => (one ? `${KINDS[one]}s` : "all")),
      choice("Country", ["", ...countries], state.country ?? "", changed("country"),
        (one) => (one ? data.countries[one] ?? one : "all"))),
    told, hits, more,
  ];
}

function find({text = "", kind, country}) {
  if (!text.trim()) return [];
  const filter = (one) => (!kind || documents[one.id].kind === kind)
    && (!country || documents[one.id].country === country);
  return index.search(text, {prefix: true, combineWith: "AND", filter}).map((one) => documents[one.id]);
}

function hit(data, one) {
  const where = one.kind === "item" ? one.item : `${one.named || one.country}, ${one.mining} by ${one.model}`;
  const address = one.kind === "item"
    ? `#tables?${new URLSearchParams({table: "items", text: one.item})}` : link(one);
  return element("li", {}, element("a", {href: address}, one.text),
    element("span", {class: "soft"}, ` ${KINDS[one.kind]}, ${data.topics[one.topic] ?? one.topic}, ${where}`));
}
