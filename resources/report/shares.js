// What people and models answered, as bars, and differences in words.

import {bars, element} from "report/elements";

export function people(data, country, name) {
  const known = data.people[country]?.[name];
  if (!known) return element("p", {class: "soft"}, "The country was not asked this.");
  return [bars(data.items[name].options, known.shares),
    known.n ? element("p", {class: "soft"}, `${known.n.toLocaleString("en")} respondents`) : null];
}

/** Answers that a table tells as `2:0.67 3:0.33`, as bars. */
export function said(data, name, text) {
  const {codes, options} = data.items[name];
  if (!text) return element("p", {class: "soft"}, "No valid answer.");
  const shares = Object.fromEntries(String(text).split(" ").map((one) => one.split(":")));
  return bars(options, codes.map((code) => Number(shares[code] ?? 0)));
}

export function signed(value) { return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`; }

export function gain(value) {
  if (value === 0) return "unchanged";
  return `${value > 0 ? "helped by" : "hurt by"} ${Math.abs(value).toFixed(1)} points`;
}
