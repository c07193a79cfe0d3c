// The bars over time: what is pointed at is told below them, and one may brush over several, by hand or by keys.

/** Enliven the histogram in a part of the page. `narrow` is called with the first and last day that were brushed over. */
export function brush(part, narrow) {
  const chart = part.querySelector(".chart");
  if (!chart) return;
  const bars = [...chart.querySelectorAll(".bars a")];
  const readout = part.querySelector(".readout");
  let from = -1; // where brushing began
  let to = -1;

  const counted = (passages) => `${passages.toLocaleString("en")} passage${passages === 1 ? "" : "s"}`;
  const span = () => bars.slice(Math.min(from, to), Math.max(from, to) + 1);

  function tell(chosen) {
    const names = chosen.map((bar) => bar.getAttribute("aria-label"));
    if (!chosen.length) readout.textContent = readout.dataset.rest;
    else if (chosen.length === 1) readout.textContent = names[0];
    else {
      const [first, last] = [names[0], names.at(-1)].map((name) => name.slice(0, name.lastIndexOf(":")));
      // What lies in two bars, such as a summit of two days, is counted in both.
      const passages = chosen.reduce((sum, bar) => sum + Number(bar.dataset.passages), 0);
      readout.textContent = `${first}${/ /.test(first + last) ? " – " : "–"}${last}: about ${counted(passages)}`;
    }
  }

  function paint(start, end) {
    [from, to] = [start, end];
    const chosen = start < 0 ? [] : span();
    for (const bar of bars) bar.classList.toggle("brushed", chosen.length > 1 && chosen.includes(bar));
    tell(chosen);
  }

  function apply() {
    const chosen = span();
    narrow(chosen[0].dataset.first, chosen.at(-1).dataset.last);
  }

  function under(event) {
    const { left, width } = chart.getBoundingClientRect();
    const place = Math.floor(((event.clientX - left) / width) * bars.length);
    return Math.max(0, Math.min(bars.length - 1, place));
  }

  // By mouse, pen and finger. A finger that moves up or down scrolls the page, and takes the brush off.
  let brushing = false;
  chart.addEventListener("pointerdown", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || !event.isPrimary) return;
    brushing = true;
    paint(under(event), under(event));
  });
  chart.addEventListener("pointermove", (event) => {
    if (!brushing) return paint(under(event), under(event));
    if (under(event) !== from) chart.setPointerCapture(event.pointerId);
    paint(from, under(event));
  });
  chart.addEventListener("pointerup", () => {
    if (brushing && from !== to) apply(); // else it is a click on a link
    brushing = false;
  });
  chart.addEventListener("pointercancel", () => {
    brushing = false;
    paint(-1, -1);
  });
  chart.addEventListener("pointerleave", () => brushing || paint(-1, -1));
  chart.addEventListener("dragstart", (event) => event.preventDefault()); // bars are links, which a browser would drag
  chart.addEventListener(
    "click",
    (event) => {
      if (chart.querySelector(".brushed")) event.preventDefault();
    },
    { capture: true },
  );

  // By keys there is one stop, not two hundred: arrows move, with Shift they brush, Enter narrows.
  bars.forEach((bar, place) => bar.setAttribute("tabindex", place ? -1 : 0));

  function focus(place) {
    bars.forEach((bar, other) => bar.setAttribute("tabindex", place === other ? 0 : -1));
    bars[place].focus();
  }

  chart.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const here = bars.indexOf(document.activeElement);
    const moves = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: bars.length - 1 };
    if (here >= 0 && event.key in moves) {
      const next = Math.max(0, Math.min(bars.length - 1, moves[event.key]));
      const start = event.shiftKey ? (from < 0 ? here : from) : next;
      focus(next);
      paint(start, next);
    } else if (event.key === "Enter" && from !== to) {
      apply();
    } else if (event.key === "Escape" && from !== to) {
      paint(here, here);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  chart.addEventListener("focusin", () => {
    const here = bars.indexOf(document.activeElement);
    if (!brushing && from < 0) paint(here, here);
  });
  chart.addEventListener("focusout", (event) => chart.contains(event.relatedTarget) || paint(-1, -1));
}
