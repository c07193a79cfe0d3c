// Results while one types, without leaving the page: the page that the server would give is fetched, and what differs
// in it is put into this one. Without this script the same links and forms lead to the same pages.

import { copy, isTyping, say } from "./common.js";
import { complete } from "./completions.js";
import { brush } from "./histogram.js";

const PATIENCE = 150; // milliseconds without a key before what is typed is asked
const LONG = 600; // milliseconds without an answer after which the old results are dimmed
const MIDWORD = 900; // milliseconds without a key before "nothing found" is believed: half a word finds nothing
const SETTLED = 2000; // milliseconds after which a question is one that Back returns to
const form = document.querySelector(".ask");
const box = document.querySelector("#q");
const home = new URL(form.action).pathname;

let request = new AbortController(); // the present fetch: there is one at most, so that answers cannot overtake each other
let timer = 0;
let settling = 0;
let shown = location.pathname + location.search; // what the results in the page are of
let draft = false; // whether the present entry of the history is a question that is still being typed

// From a question to its URL

/** The URL of what the forms say: the question, and what it is narrowed by. */
function urlOf(fields) {
  const url = new URL(form.action);
  for (const [name, value] of fields) if (value.trim()) url.searchParams.append(name, value);
  return url;
}

function asked() {
  return urlOf(new FormData(form));
}

function withDates(first, last) {
  const fields = [...new FormData(form)].filter(([name]) => name !== "after" && name !== "before");
  return urlOf([...fields, ["after", first], ["before", last]]);
}

/** Whether a URL asks what the present one asks, however it is spelt. */
function isHere(url) {
  const [there, here] = [url.search, location.search].map((search) => `${[...new URLSearchParams(search)].sort()}`);
  return url.pathname === location.pathname && there === here;
}

// From a URL to the page

/**
 * Show the page at a URL. `how` is "type" while a question is being typed, "step" for one that was settled on, "unfold"
 * for more of a facet of the same one, and "back" where the history has it already.
 */
async function go(url, how) {
  clearTimeout(timer);
  request.abort();
  request = new AbortController();
  const { signal } = request;
  const place = history.state?.y ?? 0; // to which "back" returns; until then, what is scrolled is another page
  const waiting = setTimeout(() => document.querySelector("#answer").classList.add("stale"), LONG);
  try {
    const answer = await fetch(url, { signal, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (signal.aborted) return;
    const part = page.querySelector("#answer");
    if (!part) throw new Error(page.querySelector("main p")?.textContent ?? "");
    if (how === "type" && answer.status === 400) return pend(page.querySelector("#mistake p:last-child").textContent);
    if (how === "type" && part.querySelector(".nothing")) await new Promise((done) => setTimeout(done, MIDWORD));
    if (signal.aborted) return;
    const landed = new URL(answer.url);
    if (how !== "back") remember(landed, how);
    shown = landed.pathname + landed.search;
    swap(page, part, how);
    if (how === "step") arrive();
    if (how === "back") scrollTo(0, place);
  } catch (error) {
    if (error.name === "AbortError") return;
    pend((!(error instanceof TypeError) && error.message) || "The server cannot be reached.");
  } finally {
    clearTimeout(waiting);
  }
}

/** Leave the old results standing, marked as such, and say why there are no new ones. */
function pend(said) {
  const line = Object.assign(document.createElement("p"), { className: "pending mistake", textContent: said });
  form.querySelector(".pending")?.remove();
  form.append(line);
  document.querySelector("#answer").classList.add("stale");
  say(said, { quietly: true });
}

function remember(url, how) {
  keepPlace();
  if (isHere(url)) {
    // Asked for once more: there is nothing new to go back from.
  } else if (draft) history.replaceState({}, "", url);
  else history.pushState({}, "", url);
  draft = how === "type";
  clearTimeout(settling);
  if (draft) settling = setTimeout(settle, SETTLED);
}

function settle() {
  draft = false;
}

function keepPlace() {
  if (!draft) history.replaceState({ ...history.state, y: scrollY }, "");
}

/** Put what differs in a fetched page into this one. The box stays as it is while somebody types in it. */
function swap(page, part, how) {
  const focused = document.activeElement?.closest("#answer") ? document.activeElement : null;
  const key = focused?.closest("[data-key]")?.dataset.key;
  const open = new Set([...document.querySelectorAll("#answer details[data-keep][open]")].map((each) => each.id));
  const old = document.querySelector("#answer");
  const facet = how === "unfold" && focused?.closest(".facet")?.getAttribute("aria-labelledby");
  const stood = facet && document.getElementById(facet).getBoundingClientRect().top;

  document.title = page.title;
  document.body.className = page.body.className;
  for (const selector of ["#state", ".colophon nav"]) {
    document.querySelector(selector).replaceChildren(...document.adoptNode(page.querySelector(selector)).childNodes);
  }
  document.querySelector(".skip").replaceWith(document.adoptNode(page.querySelector(".skip")));
  const links = "link[rel=alternate], link[rel=prev], link[rel=next]";
  document.head.querySelectorAll(links).forEach((link) => link.remove());
  document.head.append(...[...page.head.querySelectorAll(links)].map((link) => document.adoptNode(link)));

  const theirs = page.querySelector("#q");
  for (const name of ["aria-invalid", "aria-describedby"]) {
    if (theirs.hasAttribute(name)) box.setAttribute(name, theirs.getAttribute(name));
    else box.removeAttribute(name);
  }
  if (how !== "type" && document.activeElement !== box) box.value = theirs.value;
  else if (how === "back") box.value = theirs.value;

  form.querySelector(".pending")?.remove();
  old.replaceWith(document.adoptNode(part));
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  enliven();
  if (focused) {
    const same = key && document.querySelector(`#answer [data-key="${CSS.escape(key)}"]`);
    const target = same?.matches("a, button") ? same : part.querySelector("#sum") ?? part;
    target.focus({ preventScroll: true });
  }
  const heading = facet && document.getElementById(facet);
  if (heading) {
    // What is unfolded stays in its place; where it is folded again, its end does not slip away above.
    scrollBy(0, heading.getBoundingClientRect().top - stood);
    scrollBy(0, Math.min(0, document.activeElement.getBoundingClientRect().top - 24));
  }
  say(part.querySelector("#count, #mistake, .standfirst")?.textContent.trim() ?? "", { quietly: true });
}

/** Where a step leads: to the top of what was found, if that is out of sight. */
function arrive() {
  const top = document.querySelector("#answer").getBoundingClientRect().top;
  if (top < 0) scrollBy(0, top - 24);
}

// What is typed, clicked and brushed

complete(box, () => go(asked(), "step"));

box.addEventListener("input", (event) => {
  clearTimeout(timer);
  if (event.isComposing) return;
  timer = setTimeout(() => go(asked(), "type"), PATIENCE);
});
box.addEventListener("compositionend", () => box.dispatchEvent(new Event("input")));

box.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
  event.preventDefault(); // which else would clear the box
  box.blur();
});

document.addEventListener("submit", (event) => {
  const sent = event.target;
  if (sent.method !== "get" || new URL(sent.action).pathname !== home) return;
  event.preventDefault();
  const url = sent === form ? asked() : urlOf(new FormData(sent));
  if (isHere(url) && !document.querySelector(".stale")) settle();
  else go(url, "step").then(settle);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
    return;
  }
  if (link.matches(".cite")) {
    event.preventDefault();
    cite(link);
    return;
  }
  settle();
  const url = new URL(link.getAttribute("href") ?? "", location.href);
  if (!document.querySelector("main").contains(link)) return;
  if (url.origin !== location.origin || url.pathname !== home || url.hash) return;
  event.preventDefault();
  go(url, link.matches(".more") ? "unfold" : "step");
});

function cite(link) {
  copy(
    fetch(link.getAttribute("href")).then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status))),
    "Citation copied",
  );
}

// Back and forward

history.scrollRestoration = "manual";
addEventListener("popstate", () => {
  settle();
  clearTimeout(still);
  if (location.hash && location.pathname + location.search === shown) return; // a step within the page
  go(location.href, "back");
});
let still = 0;
addEventListener("scroll", () => {
  clearTimeout(still);
  still = setTimeout(keepPlace, 120);
});
addEventListener("pagehide", keepPlace);
if (history.state?.y && !location.hash) scrollTo(0, history.state.y);

// Keys

document.addEventListener("keydown", (event) => {
  if (isTyping(event)) return;
  const titles = [...document.querySelectorAll("#hits .hit h2 a")];
  const hit = document.activeElement.closest(".hit");
  const here = titles.indexOf(hit?.querySelector("h2 a"));
  if (event.key === "j") reach(titles[Math.min(here + 1, titles.length - 1)]);
  else if (event.key === "k" && here === 0) box.focus();
  else if (event.key === "k") reach(titles[here - 1]);
  else if (event.key === "o" && hit) titles[here].click();
  else if (event.key === "c" && hit) cite(hit.querySelector(".cite"));
  else return;
  event.preventDefault();
});

function reach(title) {
  if (!title) return;
  title.focus({ preventScroll: true });
  title.closest(".hit").scrollIntoView({ block: "nearest" });
}

function enliven() {
  brush(document.querySelector("#answer"), (first, last) => go(withDates(first, last), "step"));
}

enliven();
