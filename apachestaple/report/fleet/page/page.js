"use strict";
/* Lists of servers, hosts and findings with search, filters and sorting.
   The state is in the fragment of the URL: #hosts?staples=no&q=example&sort=-end&page=2
   All texts come from configurations and certificates; they are only set as textContent. */

const PAGE = 100; // rows on a page
const PRINTED = 1000; // rows on paper
const NAME = "\u0001"; // stands for the name of the row's host
const SEPARATOR = "\u0002"; // between several values in one cell

const TABLES = {
  servers: {
    title: "Servers",
    columns: [
      ["server", "Server", { link: ["hosts", "server"] }],
      ["errors", "Errors"], ["warnings", "Warnings"], ["infos", "Information"],
      ["hosts", "Hosts"], ["staples", "With staple"], ["unstapled", "Without staple"], ["unknown", "Unknown"],
      ["new", "New"], ["gone", "Gone"], ["generated", "Linted"], ["error", "Not linted"],
    ],
    filters: [],
    sort: "-errors",
  },
  hosts: {
    title: "Hosts",
    columns: [
      ["staples", "Staples", { mark: true }], ["name", "Host"], ["server", "Server"], ["why", "Why"],
      ["stapling", "Stapling"], ["responder", "Responder"], ["authority", "Authority"],
      ["end", "Expires", { date: true }], ["file", "File", { line: true }],
    ],
    filters: ["staples", "stapling", "period", "authority", "responder"],
    sort: "",
  },
  findings: {
    title: "Findings",
    columns: [
      ["severity", "Severity", { mark: true }], ["state", "State", { mark: true, first: true }], ["rule", "Rule"],
      ["server", "Server"], ["message", "Message"], ["name", "Host"], ["hosts", "Hosts"],
      ["fix", "Fix", { first: true }], ["file", "File", { line: true }],
    ],
    filters: ["severity", "state", "rule", "fix"],
    sort: "severity",
  },
};
const LABELS = { period: "Expires", q: "Search" };

/* ---- Columns ---- */

async function inflated(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

const decoded = async (text) => new TextDecoder().decode(await inflated(text));
const numbers = async (text) => new Uint32Array(await inflated(text));

/** Texts that are mostly different, in one long text. */
class Texts {
  constructor(text, rows) {
    this.text = text;
    this.starts = new Uint32Array(rows + 1);
    for (let row = 0, at = 0; row < rows; row++) {
      at = text.indexOf("\n", at) + 1;
      this.starts[row + 1] = at;
    }
  }
  value(row) { return this.text.slice(this.starts[row], this.starts[row + 1] - 1); }
  /** Set the rows in `hit` that contain a word in lower case. */
  search(word, hit) {
    // Of a text whose length changes in lower case, the positions would be wrong.
    this.lower ??= this.text.toLowerCase().length === this.text.length ? this.text.toLowerCase() : this.text;
    const { lower, starts } = this;
    for (let at = lower.indexOf(word), row = 0; at >= 0; at = lower.indexOf(word, starts[row + 1])) {
      if (at >= starts[row + 1]) row = rowOf(starts, at, row);
      hit[row] = 1;
    }
  }
  /** The rank of each row in the order of the texts. */
  ranks() { return (this.ranked ??= ranksOf(this.text.split("\n").slice(0, -1))); }
}

/** The row at a position, after another row. */
function rowOf(starts, at, row) {
  let low = row, high = row + 1, step = 1;
  while (high < starts.length && starts[high] <= at) { low = high; step *= 2; high = low + step; }
  high = Math.min(high, starts.length - 1);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= at) low = middle; else high = middle;
  }
  return low;
}

/** The rank of each text in the order of all; sort() without a function is five times as fast. */
function ranksOf(texts) {
  const sorted = texts.map((text, number) => `${text}\0${number}`).sort();
  const ranks = new Uint32Array(texts.length);
  let rank = 0, before;
  sorted.forEach((line, place) => {
    const number = Number(line.slice(line.lastIndexOf("\0") + 1));
    if (texts[number] !== before) rank = place;
    before = texts[number];
    ranks[number] = rank;
  });
  return ranks;
}

/** Texts of which many are equal: a table, and the number of each row's text. */
class Choices {
  constructor(table, rows) {
    this.table = table.split("\n").slice(0, -1);
    this.rows = rows;
  }
  raw(row) { return this.table[this.rows[row]]; }
  search(word, hit) {
    const found = this.table.map((text) => text.toLowerCase().includes(word));
    if (!found.includes(true)) return;
    for (let row = 0; row < this.rows.length; row++) if (found[this.rows[row]]) hit[row] = 1;
  }
  /** Clear the rows in `kept` that do not have a value. */
  filter(value, kept) {
    const found = this.table.map((text) => choices(text).includes(value));
    for (let row = 0; row < this.rows.length; row++) if (!found[this.rows[row]]) kept[row] = 0;
  }
  ranks() {
    if (!this.ranked) {
      // Severities, periods and such are in their order in the table already.
      const own = this.table.length > 8 ? ranksOf(this.table) : Uint32Array.from(this.table.keys());
      this.ranked = this.rows.map((number) => own[number]);
    }
    return this.ranked;
  }
}

const choices = (text) => text.replaceAll(NAME, "HOST").split(SEPARATOR);

class Numbers {
  constructor(rows) { this.rows = rows; }
  value(row) { return this.rows[row]; }
  ranks() { return this.rows; }
}

async function loaded(packed) {
  const columns = {};
  await Promise.all(Object.entries(packed.columns).map(async ([name, parts]) => {
    if (parts.text !== undefined) columns[name] = new Texts(await decoded(parts.text), packed.rows);
    else if (parts.table !== undefined) {
      columns[name] = new Choices(await decoded(parts.table), await numbers(parts.rows));
    } else columns[name] = new Numbers(await numbers(parts.rows));
  }));
  return { rows: packed.rows, columns };
}

/* ---- State ---- */

function readState() {
  const [name, query = ""] = location.hash.slice(1).split(/\?(.*)/s);
  const fields = new URLSearchParams(query);
  const table = Object.hasOwn(TABLES, name) ? name : "servers";
  const facets = [...fields].filter(([key, value]) => value && isFacet(table, key));
  const sort = fields.get("sort") ?? TABLES[table].sort;
  return { table, facets, q: fields.get("q") ?? "", sort, page: Math.max(1, Number.parseInt(fields.get("page"), 10) || 1) };
}

const isFacet = (table, name) => data[table].columns[name] instanceof Choices;

function address(state) {
  const fields = new URLSearchParams(state.facets);
  if (state.q) fields.set("q", state.q);
  if (state.sort !== TABLES[state.table].sort) fields.set("sort", state.sort);
  if (state.page > 1) fields.set("page", state.page);
  const query = fields.toString();
  return `#${state.table}${query && "?"}${query}`;
}

function change(changes) {
  state = { ...state, page: 1, ...changes };
  history.replaceState(null, "", address(state));
  render();
}

/* ---- Rows ---- */

/** The numbers of the rows that match, in order. */
function matching(state) {
  const { rows, columns } = data[state.table];
  const kept = new Uint8Array(rows).fill(1);
  for (const [name, value] of state.facets) columns[name].filter(value, kept);
  for (const word of state.q.toLowerCase().split(/\s+/).filter(Boolean)) {
    const hit = new Uint8Array(rows);
    for (const column of Object.values(columns)) column.search?.(word, hit);
    for (let row = 0; row < rows; row++) kept[row] &= hit[row];
  }
  let found = 0;
  const order = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) if (kept[row]) order[found++] = row;
  return sorted(order.subarray(0, found), columns[state.sort.replace("-", "")], state.sort.startsWith("-"));
}

function sorted(order, column, descending) {
  if (!column) return order;
  const ranks = column.ranks(), keys = new Float64Array(order.length), size = order.length;
  // Equal rows stay in their order.
  for (let i = 0; i < size; i++) keys[i] = (descending ? 4294967295 - ranks[order[i]] : ranks[order[i]]) * size + i;
  keys.sort();
  return Uint32Array.from(keys, (key) => order[key % size]);
}

/* ---- Page ---- */

const $ = (selector) => document.querySelector(selector);

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made && name !== "form") made[name] = value; else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

let data, state, shownTable, rows = [];

function render() {
  if (shownTable !== state.table) renderTable();
  renderFilters();
  rows = matching(state);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE));
  state.page = Math.min(state.page, pages);
  renderRows((state.page - 1) * PAGE, PAGE);
  for (const heading of document.querySelectorAll("#rows thead th")) {
    const own = heading.dataset.column === state.sort.replace("-", "");
    heading.ariaSort = own ? (state.sort.startsWith("-") ? "descending" : "ascending") : "none";
  }
  renderStatus(pages);
}

function renderTable() {
  shownTable = state.table;
  $(".tabs").replaceChildren(...Object.entries(TABLES).map(([name, table]) => element(
    "a", { href: `#${name}`, ...(name === state.table && { ariaCurrent: "page" }) },
    `${table.title} `, element("span", { className: "count" }, data[name].rows.toLocaleString("en")),
  )));
  const headings = shownColumns().map(([name, label]) => element(
    "th", { scope: "col", "data-column": name, className: isNumber(name) ? "n" : "" },
    element("button", { type: "button", onclick: () => sortBy(name) }, label),
  ));
  $("#rows thead").replaceChildren(element("tr", {}, ...headings));
  const selects = TABLES[state.table].filters.map(select).filter(Boolean);
  $(".filters").replaceChildren(searchField(), ...selects, element("span", { className: "chips" }));
}

/** Columns that have no values in this report are left out. */
const shownColumns = () => TABLES[state.table].columns.filter(([name]) => {
  const column = data[state.table].columns[name];
  if (name === "state" && column.table.join() === "reported") return false;
  if (["error", "new", "gone"].includes(name)) return column.rows.some((value) => value > 0);
  return true;
});

const isNumber = (name) => data[state.table].columns[name] instanceof Numbers && name !== "end";

function sortBy(name) {
  const first = isNumber(name) ? `-${name}` : name;
  const second = isNumber(name) ? name : `-${name}`;
  change({ sort: state.sort === first ? second : first });
}

function searchField() {
  let waiting;
  const input = element("input", {
    type: "search", id: "search", autocomplete: "off", spellcheck: false, value: state.q,
    oninput: () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => change({ q: input.value }), 120);
    },
  });
  return element("label", { className: "grow" }, "Search (press /)", input);
}

const labelOf = (name) => LABELS[name] ?? TABLES[state.table].columns.find(([own]) => own === name)?.[1] ?? name;

/** A list of the values of a column, if they are few. */
function select(name) {
  const values = [...new Set(data[state.table].columns[name].table.flatMap(choices))].filter(Boolean);
  if (values.length < 2 || values.length > 200) return null;
  if (values.length > 8) values.sort();
  return element("label", {}, labelOf(name), element(
    "select", { name, onchange: (event) => setFacet(name, event.target.value) },
    element("option", { value: "" }, "all"), ...values.map((value) => element("option", { value }, value)),
  ));
}

function setFacet(name, value) {
  const others = state.facets.filter(([own]) => own !== name);
  change({ facets: value ? [...others, [name, value]] : others });
}

function renderFilters() {
  const values = Object.fromEntries(state.facets);
  for (const list of document.querySelectorAll(".filters select")) list.value = values[list.name] ?? "";
  const search = $("#search");
  if (document.activeElement !== search) search.value = state.q;
  const others = state.facets.filter(([name]) => !$(`.filters select[name="${name}"]`));
  $(".chips").replaceChildren(...others.map(([name, value]) => element(
    "button", { type: "button", className: "chip", ariaLabel: `Remove the filter ${labelOf(name)}: ${value}`, onclick: () => setFacet(name, "") },
    `${labelOf(name)}: ${value} ✕`,
  )));
}

function renderRows(start, most) {
  const shown = shownColumns();
  const made = Array.from(rows.slice(start, start + most), (row) => element("tr", {}, ...shown.map((column) => cell(row, column))));
  if (!made.length) made.push(element("tr", {}, element("td", { colSpan: shown.length, className: "none" }, "Nothing matches.")));
  $("#rows tbody").replaceChildren(...made);
}

function cell(row, [name, , options = {}]) {
  const { columns } = data[state.table];
  const column = columns[name];
  if (column instanceof Numbers && !options.date) {
    // A server that was not linted has no numbers.
    const number = columns.error?.raw(row) ? "" : column.value(row).toLocaleString("en");
    return element("td", { className: "n" }, number);
  }
  let text = valueOf(row, column, columns);
  if (options.first) text = choices(column.raw(row))[0];
  if (options.date) text = column.value(row) ? new Date(column.value(row) * 864e5).toISOString().slice(0, 10) : "";
  if (options.line && text) text += `:${columns.line.value(row)}`;
  if (name === "generated") text = text.replace("T", " ").replace(/:\d\dZ$/, "");
  if (options.date || name === "generated") return element("td", { className: "date" }, text);
  if (options.mark) return element("td", {}, element("span", { className: `mark ${text}` }, text));
  if (options.first) return element("td", { className: "word" }, text);
  if (options.link) {
    const [table, facet] = options.link;
    return element("td", { className: "server" }, element("a", { href: `#${table}?${new URLSearchParams({ [facet]: text })}` }, ...breakable(text)));
  }
  return element("td", {}, ...breakable(text));
}

/** The parts of a text between which a line may be broken: after dots, slashes and such. */
const breakable = (text) => text.split(/(?<=[./,;@_-])(?=\w)/).flatMap((part, number) => (number ? [element("wbr"), part] : [part]));

function valueOf(row, column, columns) {
  if (column instanceof Texts) return column.value(row);
  if (column instanceof Numbers) return "";
  const text = column.raw(row);
  const name = text.includes(NAME) ? columns.name.value(row) : "";
  const colon = name.lastIndexOf(":");
  return text.replaceAll(NAME, colon > 0 ? name.slice(0, colon) : name).replaceAll(SEPARATOR, "; ");
}

const count = (number) => number.toLocaleString("en");

function renderCount(start, most) {
  const all = data[state.table].rows, found = rows.length;
  const part = found > most ? `${count(start + 1)} to ${count(Math.min(found, start + most))} of ` : "";
  const noun = found === 1 ? state.table.slice(0, -1) : state.table;
  const of = found === all ? "" : ` (of ${count(all)})`;
  $(".status").textContent = `${part}${count(found)} ${noun}${of}`;
}

function renderPrinted() {
  renderRows(0, PRINTED);
  renderCount(0, PRINTED);
}

function renderStatus(pages) {
  renderCount((state.page - 1) * PAGE, PAGE);
  const go = (label, page, isOff) => element("button", { type: "button", disabled: isOff, onclick: () => turn(page) }, label);
  const input = element("input", { type: "number", min: 1, max: pages, value: state.page, onchange: () => turn(Number(input.value)) });
  $(".pager").hidden = pages === 1;
  const focused = [...$(".pager").children].indexOf(document.activeElement);
  $(".pager").replaceChildren(
    go("First", 1, state.page === 1), go("Previous", state.page - 1, state.page === 1),
    element("label", {}, "Page ", input, ` of ${count(pages)}`),
    go("Next", state.page + 1, state.page === pages), go("Last", pages, state.page === pages),
  );
  if (focused >= 0) $(".pager").children[focused].focus();
}

function turn(page) {
  change({ page: Math.max(1, page || 1) });
  $("#explore").scrollIntoView();
}

function follow() {
  state = readState();
  render();
  if (location.hash.length > 1 && location.hash !== "#failed") $("#explore").scrollIntoView();
}

async function start() {
  $("#loading").textContent = "The lists of all hosts and findings are being loaded.";
  const packed = JSON.parse($("#data").textContent);
  const tables = await Promise.all(Object.keys(TABLES).map((name) => loaded(packed[name])));
  data = Object.fromEntries(Object.keys(TABLES).map((name, number) => [name, tables[number]]));
  $("#data").remove();
  $("#static").hidden = true;
  $("#browser").hidden = false;
  addEventListener("hashchange", () => { if (location.hash !== "#failed" && location.hash !== "#explore") follow(); });
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || /INPUT|SELECT/.test(event.target.tagName)) return;
    event.preventDefault();
    $("#search").focus();
  });
  addEventListener("beforeprint", renderPrinted);
  addEventListener("afterprint", render);
  $(".filters").addEventListener("submit", (event) => event.preventDefault());
  follow();
  document.documentElement.dataset.ready = "";
}

start().catch((error) => {
  $("#loading").textContent = `The lists cannot be shown: ${error.message}. They need a browser of 2023 or later.`;
});
