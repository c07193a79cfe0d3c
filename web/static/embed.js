// <dragoman-search src="https://host/prefix">: a search box, with its results, of a Dragoman site for any page.
//
// Self-contained: no dependency, styles within its shadow root (a constructed sheet, which a page's Content Security
// Policy lets through), nothing ever parsed as HTML. It calls `{src}/api/v1/search` and nothing else, without cookies.
// docs/embedding.md describes its attributes, parts, custom properties and events.

const DEBOUNCE = 250; // milliseconds after the last key
const EXCERPT = 420; // characters of a passage, where the attribute `length` says nothing
const LEAD = 90; // characters shown before the first marked word of a passage that is cut

const WORDS = {
  en: {
    search: "Search", placeholder: "Search the documents", searching: "Searching …", none: "Nothing found.",
    one: "1 passage", many: "{n} passages", all: "All results", failed: "The search cannot be reached just now.",
    meant: "Did you mean",
  },
  fr: {
    search: "Rechercher", placeholder: "Rechercher dans les documents", searching: "Recherche …",
    none: "Aucun résultat.", one: "1 passage", many: "{n} passages", all: "Tous les résultats",
    failed: "La recherche est indisponible pour le moment.", meant: "Vouliez-vous dire",
  },
  de: {
    search: "Suchen", placeholder: "In den Dokumenten suchen", searching: "Suche läuft …", none: "Nichts gefunden.",
    one: "1 Textstelle", many: "{n} Textstellen", all: "Alle Ergebnisse",
    failed: "Die Suche ist gerade nicht erreichbar.", meant: "Meinten Sie",
  },
  es: {
    search: "Buscar", placeholder: "Buscar en los documentos", searching: "Buscando …",
    none: "No se ha encontrado nada.", one: "1 pasaje", many: "{n} pasajes", all: "Todos los resultados",
    failed: "La búsqueda no está disponible en este momento.", meant: "Quizás quiso decir",
  },
};

const STYLES = `
:host {
  --ink: var(--dragoman-ink, #211f1b);
  --quiet: var(--dragoman-quiet, #655f55);
  --paper: var(--dragoman-paper, transparent);
  --field: var(--dragoman-field, #fffdf8);
  --rule: var(--dragoman-rule, #d9d2c3);
  --accent: var(--dragoman-accent, #7c2f27);
  --word: var(--dragoman-word, #f3d98f);
  --near: var(--dragoman-near, #faf3de);
  --near-line: var(--dragoman-near-line, #b28d36);
  --plain: var(--dragoman-font, system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "Noto Sans", sans-serif);
  --book: var(--dragoman-font-text, "Iowan Old Style", "Palatino Linotype", Palatino, P052, Charter, Georgia, serif);
  display: block;
  container-type: inline-size;
  font: var(--dragoman-size, 1rem)/1.55 var(--plain);
  color: var(--ink);
  background: var(--paper);
  overflow-wrap: anywhere;
  text-align: start;
}
@supports (color: light-dark(red, red)) {
  :host {
    --ink: var(--dragoman-ink, light-dark(#211f1b, #e7e1d5));
    --quiet: var(--dragoman-quiet, light-dark(#655f55, #aaa396));
    --field: var(--dragoman-field, light-dark(#fffdf8, #22201e));
    --rule: var(--dragoman-rule, light-dark(#d9d2c3, #45413b));
    --accent: var(--dragoman-accent, light-dark(#7c2f27, #eaae9c));
    --word: var(--dragoman-word, light-dark(#f3d98f, #6b500f));
    --near: var(--dragoman-near, light-dark(#faf3de, #2f2a1d));
    --near-line: var(--dragoman-near-line, light-dark(#b28d36, #a98a43));
  }
}
:host([hidden]), [hidden] { display: none !important; }
*, ::before { box-sizing: border-box; }
form { position: relative; margin: 0; }
svg {
  position: absolute; inset-block: 0; inset-inline-start: 1em; margin-block: auto; width: 1.1em; height: 1.1em;
  fill: none; stroke: var(--quiet); stroke-width: 1.6; stroke-linecap: round; pointer-events: none;
}
input {
  width: 100%; margin: 0; padding: .8em 1em .8em 2.9em; font: inherit; font-size: 1.0625em; line-height: 1.3;
  color: var(--ink); background: var(--field); border: 1px solid var(--rule);
  border-radius: var(--dragoman-radius, .65em); appearance: none; transition: border-color .15s, box-shadow .15s;
}
:dir(rtl) input, input:dir(rtl) { padding: .8em 2.9em .8em 1em; }
input::placeholder { color: var(--quiet); opacity: 1; }
input::-webkit-search-cancel-button { cursor: pointer; }
input:focus-visible {
  outline: none; border-color: var(--accent); box-shadow: 0 0 0 3px color-mix(in srgb, var(--accent) 22%, transparent);
}
[part=bar] {
  display: flex; flex-wrap: wrap; justify-content: space-between; gap: .2em 1.5em; padding: .85em .1em 0;
  color: var(--quiet); font-size: .875em; min-height: 2.4em;
}
[data-state=idle] [part=bar] { display: none; }
[data-state=error] [part=status] { color: var(--accent); }
p { margin: 0; }
[part=extras] { display: flex; flex-wrap: wrap; gap: .2em 1.5em; margin-inline-start: auto; }
[data-state=none] [part=extras] { margin-inline-start: 0; margin-inline-end: auto; }
ol { list-style: none; margin: 0; padding: 0; transition: opacity .15s; }
[data-state=loading] ol { opacity: .5; }
li { padding: 1.15em .1em 1.2em; border-top: 1px solid var(--rule); }
li:first-child { margin-top: .7em; }
[part="title"] { margin: 0; font: 400 1.2em/1.3 var(--book); text-wrap: balance; }
a { color: inherit; }
[part="title"] a { text-decoration: none; }
[part="title"] a:hover { text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: .18em; }
a:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 2px; }
[part=meta] { margin: .25em 0 0; color: var(--quiet); font-size: .8125em; letter-spacing: .01em; }
blockquote {
  margin: .55em 0 0; font: 1.02em/1.6 var(--book); max-width: 44em; text-wrap: pretty;
}
mark { color: inherit; background: none; border-radius: .15em; box-decoration-break: clone; }
mark.meaning {
  background: var(--near); text-decoration: underline 1px var(--near-line); text-underline-offset: .22em;
}
mark.keyword { background: var(--word); font-weight: 600; padding-inline: .1em; margin-inline: -.1em; }
[part=more] { white-space: nowrap; }
button {
  font: inherit; color: var(--accent); background: none; border: 0; padding: 0; cursor: pointer;
  text-decoration: underline; text-underline-offset: .18em;
}
@container (max-width: 26rem) { li { padding-block: 1em; } [part="title"] { font-size: 1.1em; } blockquote { font-size: .97em; } }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media (forced-colors: active) { mark.keyword { background: Mark; color: MarkText; } }
`;

class DragomanSearch extends HTMLElement {
  static observedAttributes = [
    "src", "query", "limit", "mode", "filters", "key", "lang", "placeholder", "length", "heading",
    ...Object.keys(WORDS.en).map((name) => `word-${name}`),
  ];

  #form;
  #input;
  #status;
  #extras;
  #list;
  #timer = 0;
  #request = null;
  #built = false;

  /** Ask, as if it had been typed; resolves when the results are shown. */
  async search(query) {
    this.#build();
    this.#input.value = query;
    await this.#ask();
  }

  /** What stands in the box. */
  get query() {
    return this.#built ? this.#input.value : (this.getAttribute("query") ?? "");
  }

  connectedCallback() {
    this.#build();
    this.#label();
    if (this.query.trim()) this.#ask();
  }

  disconnectedCallback() {
    this.#cancel();
  }

  attributeChangedCallback(name, before, after) {
    if (!this.#built || before === after) return;
    if (name === "query") this.#input.value = after ?? "";
    this.#label();
    if (this.isConnected && name !== "placeholder") this.#later(0);
  }

  #build() {
    if (this.#built) return;
    this.#built = true;
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    root.adoptedStyleSheets = [sheet];
    this.#input = element("input", {
      type: "search", part: "input", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
      enterkeyhint: "search", maxlength: "4000", dir: "auto", value: this.getAttribute("query") ?? "",
    });
    this.#status = element("p", { part: "status", role: "status" });
    this.#extras = element("p", { part: "extras" });
    this.#list = element("ol", { part: "results" });
    this.#form = element("form", { part: "form", role: "search" }, lens(), this.#input);
    const bar = element("div", { part: "bar" }, this.#status, this.#extras);
    root.append(element("div", { part: "frame", "data-state": "idle" }, this.#form, bar, this.#list));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#later(0);
    });
    this.#input.addEventListener("input", (event) => {
      if (!event.isComposing) this.#later(DEBOUNCE);
    });
    this.#input.addEventListener("compositionend", () => this.#later(DEBOUNCE));
    root.addEventListener("keydown", (event) => this.#onKey(event));
  }

  #label() {
    this.#input.placeholder = this.getAttribute("placeholder") ?? this.#word("placeholder");
    this.#input.setAttribute("aria-label", this.#word("search"));
  }

  /** The word of that name: as an attribute says, else in the element's language, else in English. */
  #word(name) {
    return this.getAttribute(`word-${name}`) ?? (WORDS[this.#language.split("-")[0].toLowerCase()] ?? WORDS.en)[name];
  }

  get #language() {
    try {
      return Intl.getCanonicalLocales(this.closest("[lang]")?.lang || "en")[0];
    } catch {
      return "en"; // of a language that is none, such as en_US
    }
  }

  /** Where the site is, as a URL that ends with a slash; null unless it is a web address. */
  get #site() {
    try {
      const url = new URL(this.getAttribute("src") || ".", document.baseURI);
      url.search = url.hash = "";
      if (!url.pathname.endsWith("/")) url.pathname += "/";
      return /^https?:$/.test(url.protocol) ? url : null;
    } catch {
      return null;
    }
  }

  #parameters(query) {
    const given = new URLSearchParams(this.getAttribute("filters") ?? "");
    given.set("q", query);
    if (this.hasAttribute("mode")) given.set("mode", this.getAttribute("mode"));
    return given;
  }

  #cancel() {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#request = null;
  }

  #later(delay) {
    this.#cancel();
    this.#timer = setTimeout(() => this.#ask(), delay);
  }

  async #ask() {
    this.#cancel();
    const query = this.#input.value;
    if (!query.trim()) {
      this.#list.replaceChildren();
      return this.#show("idle");
    }
    const request = (this.#request = new AbortController());
    this.#show("loading", this.#word("searching"));
    const answer = await this.#fetch(query, request.signal);
    if (request.signal.aborted) return undefined; // a later question has been asked
    this.#request = null;
    if (answer.failure) {
      this.#list.replaceChildren();
      return this.#show("error", answer.failure);
    }
    return this.#showResults(query, answer.results);
  }

  /** `{results}` or `{failure}`, which is a sentence. */
  async #fetch(query, signal) {
    const site = this.#site;
    if (!site) return { failure: 'src must be the address of a Dragoman site: src="https://…"' };
    const parameters = this.#parameters(query);
    parameters.set("limit", this.getAttribute("limit") || "5");
    const headers = { Accept: "application/json" };
    if (this.getAttribute("key")) headers.Authorization = `Bearer ${this.getAttribute("key")}`;
    try {
      const options = { headers, signal, credentials: "omit", mode: "cors", referrerPolicy: "strict-origin" };
      const response = await fetch(new URL(`api/v1/search?${parameters}`, site), options);
      const results = await response.json();
      return response.ok ? { results } : { failure: String(results.detail || this.#word("failed")) };
    } catch {
      return { failure: this.#word("failed") };
    }
  }

  #show(state, said = "", ...extras) {
    this.shadowRoot.firstElementChild.dataset.state = state;
    this.#list.setAttribute("aria-busy", String(state === "loading"));
    this.#status.textContent = said; // by itself, so that what is read aloud is this alone
    this.#extras.replaceChildren(...extras);
  }

  #showResults(query, results) {
    const all = new URL(`?${this.#parameters(query)}`, this.#site);
    this.#list.replaceChildren(...results.hits.map((hit) => this.#result(hit, query)));
    const extras = [];
    for (const { kind, text, question } of results.notices) {
      const said = kind === "spelling" ? this.#word("meant") : text;
      const notice = element("span", { part: "notice" }, said);
      if (question) {
        const offered = element("button", { type: "button", part: "suggestion" }, question);
        offered.addEventListener("click", () => {
          this.#input.focus();
          this.search(question);
        });
        notice.append(" ", offered);
      }
      extras.push(notice);
    }
    if (results.total > results.hits.length) {
      extras.push(element("a", { part: "more", href: all.href }, this.#word("all")));
    }
    this.#show(results.total === 0 ? "none" : "results", this.#counted(results.total), ...extras);
    const detail = { query, total: results.total, hits: results.hits };
    this.dispatchEvent(new CustomEvent("dragoman-results", { detail, bubbles: true, composed: true }));
  }

  #counted(total) {
    if (total < 2) return this.#word(total === 0 ? "none" : "one");
    return this.#word("many").replace("{n}", new Intl.NumberFormat(this.#language).format(total));
  }

  #result(hit, query) {
    const { id, title, outlet, date } = hit.document;
    const slash = /(^|\/)\.\.?(\/|$)/.test(id) ? "%2F" : "/"; // else dots would lead upwards
    const path = id.split("/").map(encodeURIComponent).join(slash);
    const [url, parameters] = [new URL(`documents/${path}`, this.#site), this.#parameters(query)];
    parameters.set("passage", `${hit.start}-${hit.end}`);
    Object.assign(url, { search: parameters, hash: "passage" });
    const link = element("a", { part: "link", href: url.href }, title || id);
    link.addEventListener("click", (event) => {
      const detail = { hit, url: url.href };
      const opening = new CustomEvent("dragoman-open", { detail, bubbles: true, composed: true, cancelable: true });
      if (!this.dispatchEvent(opening)) event.preventDefault();
    });
    const meta = [outlet, date && inWords(date, this.#language)].filter(Boolean).join(" · ");
    const length = Number(this.getAttribute("length") ?? EXCERPT) || Infinity;
    const level = /^[1-6]$/.exec(this.getAttribute("heading")) ?? "3";
    const heading = element(`h${level}`, { part: "title", dir: "auto" }, link);
    const passage = element("blockquote", { part: "passage", dir: "auto", cite: url.href }, ...marked(hit, length));
    return element("li", { part: "result" }, heading, element("p", { part: "meta" }, meta), passage);
  }

  #onKey(event) {
    if (event.key === "Escape" && event.target === this.#input && this.#input.value) {
      event.preventDefault();
      return void this.search("");
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const stops = [this.#input, ...this.#list.querySelectorAll("a")];
    const at = stops.indexOf(event.target);
    if (at < 0 || !stops[at + step]) return;
    event.preventDefault();
    stops[at + step].focus();
  }
}

/** The nodes of a passage, its marks among them. The API counts in code points, and JavaScript in halves of some. */
function marked(hit, length) {
  const points = Array.from(hit.text);
  const marks = hit.highlights
    .map(({ start, end, shade }) => ({ start: start - hit.start, end: end - hit.start, shade }))
    .filter(({ start, end }) => start >= 0 && end <= points.length && start < end);
  const [from, to] = excerpt(points, marks, length);
  const cuts = marks.flatMap(({ start, end }) => [start, end]).filter((at) => at > from && at < to);
  const edges = [...new Set([from, ...cuts, to])].sort((a, b) => a - b);
  const nodes = edges.slice(1).map((end, place) => {
    const start = edges[place];
    const text = points.slice(start, end).join("");
    const shades = new Set(marks.filter((mark) => mark.start <= start && end <= mark.end).map(({ shade }) => shade));
    const known = ["keyword", "meaning"].filter((shade) => shades.has(shade)).join(" ");
    return known ? element("mark", { part: known, class: known }, text) : text;
  });
  return [from > 0 ? "… " : "", ...nodes, to < points.length ? " …" : ""];
}

/** The stretch of a passage to show: about so many characters, from a little before its first marked word. */
function excerpt(points, marks, length) {
  if (points.length <= length * 1.2) return [0, points.length];
  const words = marks.filter(({ shade }) => shade === "keyword");
  const first = Math.min(...(words.length ? words : marks).map(({ start }) => start), points.length);
  let from = first === points.length ? 0 : Math.max(0, Math.min(first - LEAD, points.length - length));
  let to = Math.min(points.length, from + length);
  const space = (at) => /\s/.test(points[at]);
  while (from > 0 && from < first && !space(from - 1)) from += 1;
  while (to < points.length && to > from + length / 2 && !space(to)) to -= 1;
  return [from, to];
}

/** `2025-11-22` or `2025-11-22..2025-11-23` as people of that language write it. */
function inWords(date, language) {
  const [first, last = first] = date.split("..").map((day) => new Date(`${day}T00:00:00Z`));
  if (Number.isNaN(+first) || Number.isNaN(+last)) return date;
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" }).formatRange(first, last);
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function lens() {
  const space = "http://www.w3.org/2000/svg";
  const [svg, circle, line] = ["svg", "circle", "path"].map((name) => document.createElementNS(space, name));
  for (const [key, value] of [["viewBox", "0 0 20 20"], ["aria-hidden", "true"]]) svg.setAttribute(key, value);
  for (const [key, value] of [["cx", 8.5], ["cy", 8.5], ["r", 5.75]]) circle.setAttribute(key, value);
  line.setAttribute("d", "m13 13 4.5 4.5");
  svg.append(circle, line);
  return svg;
}

if (!customElements.get("dragoman-search")) customElements.define("dragoman-search", DragomanSearch);
