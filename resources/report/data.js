// The data: compressed texts in the page, and tables kept as columns.

/** Unpacks the data that the page begins with. */
export async function read(holder) {
  const data = await unpacked(holder);
  for (const [name, table] of Object.entries(data.tables)) data.tables[name] = new Table(table);
  return data;
}

let thinking; // what is read when it is first looked at

/** The table of samples of thinking, which is large and which few readers open. */
export function samples() {
  thinking ??= unpacked(document.getElementById("thinking")).then((table) => new Table(table));
  return thinking;
}

async function unpacked(holder) {
  const text = atob(holder.textContent);
  const packed = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) packed[at] = text.charCodeAt(at);
  holder.remove();
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

/** A table of which each column is a list of numbers, or of places in a list of texts. */
export class Table {
  constructor({names, columns, n}) {
    this.names = names;
    this.n = n;
    this.columns = Object.fromEntries(names.map((name, at) => [name, columns[at]]));
  }

  isNumber(name) { return Array.isArray(this.columns[name]); }

  value(name, row) {
    const column = this.columns[name];
    if (column === undefined) return null;
    return Array.isArray(column) ? column[row] : column.texts[column.at[row]];
  }

  row(row) { return Object.fromEntries(this.names.map((name) => [name, this.value(name, row)])); }

  /** The texts of a column, each once. */
  texts(name) { return this.columns[name]?.texts ?? []; }

  /** The rows whose columns have these texts; a column that is not named counts for nothing. */
  where(wanted) {
    const tests = Object.entries(wanted).filter(([, text]) => text).map(([name, text]) => {
      const column = this.columns[name];
      if (column === undefined) return () => false;
      if (Array.isArray(column)) return (row) => String(column[row]) === String(text);
      const at = column.texts.indexOf(text);
      return (row) => column.at[row] === at;
    });
    const [first = () => true, ...others] = tests;
    const found = [];
    for (let row = 0; row < this.n; row += 1) if (first(row)) found.push(row);
    return others.reduce((left, test) => left.filter(test), found);
  }

  /** Those of some rows that hold a text in any column of texts, in capitals or not. */
  holding(rows, text) {
    const sought = text.trim().toLowerCase();
    if (!sought) return rows;
    const hits = this.names.filter((name) => !this.isNumber(name)).map((name) => {
      const {texts, at} = this.columns[name];
      return [texts.map((one) => one.toLowerCase().includes(sought)), at];
    });
    return rows.filter((row) => hits.some(([hit, at]) => hit[at[row]]));
  }

  /** Rows sorted by a column; what is empty stands last either way. */
  sorted(rows, name, down) {
    const column = this.columns[name];
    const turn = down ? -1 : 1;
    if (Array.isArray(column)) {
      return [...rows].sort((one, two) => {
        const a = column[one], b = column[two];
        if (a === null || b === null) return (a === null) - (b === null);
        return turn * (a - b);
      });
    }
    const order = column.texts.map((_, at) => at).sort((a, b) =>
      column.texts[a].localeCompare(column.texts[b], "en", {numeric: true}));
    const place = [];
    order.forEach((at, rank) => { place[at] = column.texts[at] === "" ? NaN : rank; });
    return [...rows].sort((one, two) => {
      const a = place[column.at[one]], b = place[column.at[two]];
      if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b);
      return turn * (a - b);
    });
  }
}
