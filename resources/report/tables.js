// Any table, filtered and sorted; what is chosen stands in the address.

import {choice, element, field} from "report/elements";
import {grid} from "report/grid";

const FILTERS = ["country", "model", "method", "topic", "contrast"];

export function tables(data, settings, remember) {
  const names = Object.keys(data.tables).filter((name) => data.tables[name].n);
  const chosen = Object.fromEntries(settings);
  const name = names.includes(chosen.table) ? chosen.table : names[0];
  const table = data.tables[name];
  const state = {...chosen, table: name};
  const filters = FILTERS.filter((one) => table.texts(one).length > 1);
  const told = element("p", {role: "status", class: "soft"});

  const rows = () => {
    const wanted = Object.fromEntries(filters.map((one) => [one, state[one]]));
    const found = table.holding(table.where(wanted), state.text ?? "");
    told.textContent = `${found.length.toLocaleString("en")} of ${table.n.toLocaleString("en")} rows`;
    return found;
  };
  const view = grid(table, rows(), {
    label: `Table ${name}`, sort: state.sort ?? "",
    sorting: (sort) => { state.sort = sort; remember(state); },
  });
  const changed = (key) => (value) => { state[key] = value; remember(state); view.show(rows()); };
  return [
    element("h1", {}, `Table ${name}`),
    element("form", {submit: (event) => event.preventDefault()},
      choice("Table", names, name, (value) => { location.hash = `#tables?table=${value}`; }),
      ...filters.map((one) => choice(one, ["", ...[...table.texts(one)].sort()], state[one] ?? "",
        changed(one), (value) => value || "all")),
      field("Containing", state.text ?? "", changed("text"))),
    told,
    view.node,
  ];
}
