// Reads the data, and draws the part of the report that the address names.

import {read} from "report/data";
import {element, fill} from "report/elements";
import {overview} from "report/overview";
import {tables} from "report/tables";
import {norms} from "report/norms";
import {searched} from "report/search";
import {made} from "report/made";

const PARTS = {
  overview: ["Findings", overview],
  tables: ["Tables", tables],
  norms: ["Norms", norms],
  search: ["Search", searched],
  made: ["How it was made", made],
};

/** The address after `#` as a part and its settings: `#norms?country=KEN&topic=faith`. */
export function address() {
  const [part, query] = decodeURI(location.hash.slice(1)).split("?");
  return {part: part in PARTS ? part : "overview", settings: new URLSearchParams(query ?? "")};
}

/** Puts settings into the address without another entry in the history; empty ones are left out. */
export function remember(part, settings) {
  const kept = Object.entries(settings).filter(([, value]) => value !== "" && value != null);
  const query = new URLSearchParams(kept).toString();
  history.replaceState(null, "", `#${part}${query ? `?${query}` : ""}`);
}

export async function start() {
  const data = await read(document.getElementById("data"));
  scheme(document.getElementById("scheme"));
  const main = document.getElementById("main");
  const draw = () => {
    const {part, settings} = address();
    fill(document.getElementById("tabs"), ...Object.entries(PARTS).map(([name, [title]]) =>
      element("a", {href: `#${name}`, "aria-current": name === part ? "page" : null}, title)));
    document.title = `mores: ${PARTS[part][0]}`;
    fill(main, ...PARTS[part][1](data, settings, (values) => remember(part, values)));
    main.querySelector(".here")?.scrollIntoView({block: "center"});
  };
  addEventListener("hashchange", () => {
    draw();
    main.focus({preventScroll: true});
    if (!main.querySelector(".here")) scrollTo(0, 0);
  });
  draw();
  document.body.dataset.ready = "yes";
}

/** The button between light and dark; what the reader's system prefers comes first. */
function scheme(button) {
  const root = document.documentElement;
  const set = (dark) => {
    root.dataset.scheme = dark ? "dark" : "light";
    button.setAttribute("aria-pressed", String(dark));
  };
  set(matchMedia("(prefers-color-scheme: dark)").matches);
  button.addEventListener("click", () => set(root.dataset.scheme !== "dark"));
}
