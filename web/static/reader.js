// The reader: from match to match, back to the results, and the citation to the clipboard.

import { copy, isTyping, say } from "./common.js";

const bar = document.querySelector(".turns");
const count = bar?.querySelector("[data-count]");
const parts = bar?.dataset.parts.split(" ") ?? []; // of the document: the one that each match is in
const anchors = new Map([...document.querySelectorAll("[data-match]")].map((each) => [Number(each.dataset.match), each]));
const still = matchMedia("(prefers-reduced-motion: reduce)");

const linked = Number(location.hash.match(/^#m(\d+)$/)?.[1]);

let present = linked >= 1 && linked <= parts.length ? linked : Number(bar?.dataset.present ?? 0); // 0: before the first

function show() {
  if (!present) return;
  count.textContent = `Match ${present} of ${parts.length}`;
  for (const [number, anchor] of anchors) anchor.classList.toggle("present", number === present);
  for (const link of bar.querySelectorAll("[data-turn]")) {
    const to = present + Number(link.dataset.turn);
    link.hidden = to < 1 || to > parts.length;
  }
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
  if (to < 1 || to > parts.length) {
    say(!parts.length ? "There are no matches here" : to < 1 ? "That was the first match" : "That was the last match");
    return;
  }
  const anchor = anchors.get(to);
  if (!anchor) {
    const elsewhere = new URL(location);
    elsewhere.searchParams.set("part", parts[to - 1]);
    elsewhere.hash = `m${to}`;
    location.assign(elsewhere);
    return;
  }
  history.replaceState(history.state, "", `#m${to}`);
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
  else if (link.closest(".turn") && link.hash) turn(Number(link.hash.slice(2)));
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
