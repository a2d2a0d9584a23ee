// Elements made and filled; text is always text, never markup.

/** An element with attributes (null: none; functions: listeners) and children. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value);
  }
  fill(made, ...children);
  return made;
}

/** Replaces what is in an element. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat(Infinity).filter((one) => one !== null && one !== ""));
}

/** A choice among names, with a label. */
export function choice(label, names, chosen, changed, title = (name) => name) {
  const options = names.map((name) =>
    element("option", {value: name, selected: name === chosen ? "" : null}, title(name)));
  const select = element("select",
    {"aria-label": label, change: () => changed(select.value)}, ...options);
  return element("label", {}, label, select);
}

/** A field for text, with a label; `changed` hears every key. */
export function field(label, value, changed, type = "search") {
  const input = element("input", {type, value, input: () => changed(input.value)});
  return element("label", {}, label, input);
}

/** A number as it is shown: four digits that count. */
export function shown(value) {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(4)));
}

/** Bars of shares, each with its option and per cent; a whole line is all. */
export function bars(options, shares) {
  return element("div", {class: "bars"}, ...options.flatMap((text, at) => [
    element("span", {}, text),
    styled(element("i", {"aria-hidden": "true"}), {width: `${100 * shares[at]}%`}),
    element("span", {class: "number"}, `${(100 * shares[at]).toFixed(0)} %`),
  ]));
}

export function styled(made, style) {
  Object.assign(made.style, style);
  return made;
}
