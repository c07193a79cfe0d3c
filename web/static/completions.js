// Completions of what is being typed, as a combobox with a list (WAI-ARIA 1.2). Enter takes one only where it was chosen.

const PATIENCE = 100; // milliseconds without a key
const MOST = 6;

/** Complete what is typed into a box. `take` is called when a completion has been put into it. */
export function complete(box, take) {
  const list = document.createElement("ul");
  list.id = "completions";
  list.className = "completions";
  list.hidden = true;
  for (const [name, value] of [["role", "listbox"], ["aria-label", "Completions"]]) list.setAttribute(name, value);
  for (const [name, value] of [
    ["role", "combobox"],
    ["aria-autocomplete", "list"],
    ["aria-expanded", "false"],
    ["aria-controls", list.id],
  ]) box.setAttribute(name, value);
  box.closest(".line").after(list);

  let chosen = -1;
  let typed = "";
  let timer = 0;
  let request = new AbortController();

  function close() {
    clearTimeout(timer);
    request.abort();
    list.hidden = true;
    list.replaceChildren();
    box.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function choose(number) {
    chosen = number;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", place === chosen));
    const option = list.children[chosen];
    if (option) box.setAttribute("aria-activedescendant", option.id);
    else box.removeAttribute("aria-activedescendant");
  }

  function put(number) {
    box.value = list.children[number]?.dataset.text ?? typed;
    box.setSelectionRange(box.value.length, box.value.length);
  }

  function show(completions) {
    const options = completions.filter(({ text }) => text.trim() !== typed.trim()).slice(0, MOST).map(option);
    if (!options.length || document.activeElement !== box) return close();
    list.replaceChildren(...options);
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    choose(-1);
  }

  function option({ text, kind, passages }, place) {
    const made = document.createElement("li");
    made.id = `completion-${place}`;
    made.role = "option";
    made.dataset.text = text;
    const same = sharedStart(text, typed);
    const rest = Object.assign(document.createElement("b"), { textContent: text.slice(same) });
    const whole = document.createElement("bdi");
    whole.append(text.slice(0, same), rest);
    const told = [kind === "word" ? "" : kind, passages ? passages.toLocaleString("en") : ""];
    const about = Object.assign(document.createElement("small"), { textContent: told.filter(Boolean).join(" · ") });
    made.append(whole, about);
    return made;
  }

  async function ask() {
    request = new AbortController();
    const { signal } = request;
    const url = `${box.dataset.suggest}?${new URLSearchParams({ q: typed })}`;
    try {
      const answer = await fetch(url, { signal, headers: { Accept: "application/json" } });
      if (answer.ok && !signal.aborted) show((await answer.json()).completions);
      else close();
    } catch {
      // Taken back, or out of reach: there are no completions, and nobody need know.
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    request.abort();
    typed = box.value;
    // Within the text there is no last word to complete.
    if (typed.trim() && box.selectionStart === typed.length) timer = setTimeout(ask, PATIENCE);
    else close();
  });

  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") return close(); // also of those still asked for
    if (list.hidden) return;
    const last = list.children.length - 1;
    if (event.key === "ArrowDown") choose(chosen === last ? -1 : chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen === -1 ? last : chosen - 1);
    else if (event.key === "Escape") {
      box.value = typed;
      close();
      event.stopImmediatePropagation();
      event.preventDefault(); // which else would clear the box
      return;
    } else return;
    event.preventDefault();
    put(chosen);
  });

  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const place = [...list.children].indexOf(event.target.closest("li"));
    if (place < 0) return;
    put(place);
    close();
    take();
  });
  box.addEventListener("blur", close);
}

/** How many characters two texts have in common at their beginnings, whatever their case. */
function sharedStart(text, typed) {
  let same = 0;
  while (same < typed.length && text[same]?.toLowerCase() === typed[same].toLowerCase()) same += 1;
  return same;
}
