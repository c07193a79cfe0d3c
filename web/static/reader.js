// The reader: from match to match, of which the one in sight is cited, back to the results, and the citation to the
// clipboard.

import { copy, isTyping, say } from "./common.js";

const bar = document.querySelector(".turns");
const count = bar?.querySelector("[data-count]");
const passages = bar?.dataset.passages.split(" ") ?? []; // the span of each match
const parts = bar?.dataset.parts.split(" ") ?? []; // the part that each one's mark is in, if its span does not say so
const anchors = new Map([...document.querySelectorAll("[data-match]")].map((each) => [Number(each.dataset.match), each]));
const still = matchMedia("(prefers-reduced-motion: reduce)");

const linked = Number(location.hash.match(/^#m(\d+)$/)?.[1]);

let present = linked >= 1 && linked <= passages.length ? linked : Number(bar?.dataset.present ?? 0); // 0: before the first

function show() {
  if (!present) return;
  if (anchors.has(present)) quote(anchors.get(present).dataset);
  count.textContent = `Match ${present} of ${passages.length}`;
  for (const [number, anchor] of anchors) anchor.classList.toggle("present", number === present);
  for (const link of bar.querySelectorAll("[data-turn]")) {
    const to = present + Number(link.dataset.turn);
    link.hidden = to < 1 || to > passages.length;
  }
}

/** Set a match off as the passage that is cited, and have the citation, its exports and its links be those of it. */
function quote({ match, passage, citation, source }) {
  for (const run of document.querySelectorAll(".text .cited")) run.classList.remove("cited");
  for (const run of document.querySelectorAll(`.text [data-within="${match}"]`)) run.classList.add("cited");
  for (const paragraph of document.querySelectorAll(".text > *")) {
    paragraph.classList.toggle("holds", paragraph.querySelector(".cited") !== null);
  }
  document.querySelector("[data-noun]").textContent = "passage";
  document.querySelector("#citation").textContent = citation;
  for (const link of document.querySelectorAll(".citing a")) link.href = at(link.href, passage);
  document.querySelector(".citing [data-permalink]").hash = "passage";
  const original = document.querySelector("[data-original] a");
  if (original) original.href = source;
}

/** A URL with another passage. */
function at(url, passage) {
  const changed = new URL(url);
  changed.searchParams.set("passage", passage);
  return changed.href;
}

/** The match that one step leads to: from the present one, or from what is in view if that has been scrolled away. */
function after(step) {
  const box = anchors.get(present)?.getBoundingClientRect();
  if (!box || (box.bottom > 0 && box.top < innerHeight)) return present + step;
  const line = innerHeight / 3;
  const above = [...anchors].filter(([, each]) => each.getBoundingClientRect().top <= line).map(([number]) => number);
  const last = above.at(-1) ?? Math.min(...anchors.keys()) - 1;
  return step > 0 ? last + 1 : last;
}

function turn(to) {
  if (to < 1 || to > passages.length) {
    say(!passages.length ? "There are no matches here" : to < 1 ? "That was the first match" : "That was the last match");
    return;
  }
  const anchor = anchors.get(to);
  const url = new URL(at(location, passages[to - 1]));
  url.searchParams.delete("part");
  if (parts[to - 1]) url.searchParams.set("part", parts[to - 1]);
  url.hash = `m${to}`;
  if (!anchor) {
    location.assign(url);
    return;
  }
  history.replaceState(history.state, "", url);
  anchor.focus({ preventScroll: true });
  const top = scrollY + anchor.getBoundingClientRect().top - innerHeight / 3;
  scrollTo({ top, behavior: still.matches ? "instant" : "smooth" });
  present = to;
  show();
  say(count.textContent, { quietly: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.dataset.turn) turn(after(Number(link.dataset.turn)));
  else if (link.dataset.to) turn(Number(link.dataset.to));
  else return;
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (isTyping(event)) return;
  const back = document.querySelector("[data-back]");
  if (event.key === "n") turn(after(1));
  else if (event.key === "p") turn(after(-1));
  else if (event.key === "c") cite();
  else if ((event.key === "u" || event.key === "Escape") && back) back.click();
  else return;
  event.preventDefault();
});

const cite = () => copy(document.querySelector("#citation").textContent, "The citation is copied");

for (const item of document.querySelectorAll("[data-copies]")) {
  item.hidden = false;
  item.querySelector("button").addEventListener("click", cite);
}

show();
// A link without its anchor leads to its passage all the same.
if (!location.hash && scrollY === 0) document.querySelector("#passage")?.scrollIntoView({ behavior: "instant" });
