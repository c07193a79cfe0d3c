// What every page has: the help dialog, the choice of colours, keys, and a voice.

const root = document.documentElement;
const help = document.querySelector("#help");
const voice = document.querySelector("#said");
let silence = 0;

/** Say what has been done: aloud for screen readers, and unless `quietly`, for a moment on the page. */
export function say(text, { quietly = false } = {}) {
  voice.textContent = text;
  voice.classList.toggle("shown", !quietly);
  clearTimeout(silence);
  silence = setTimeout(() => voice.classList.remove("shown"), 2500);
}

/** Whether a key belongs to what has the focus, or to the browser, and not to the page. */
export function isTyping(event) {
  return (
    event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || help.open ||
    event.target.isContentEditable || event.target.matches?.("input, textarea, select")
  );
}

/** Copy a text, which may still be on its way, and say so. */
export async function copy(text, done) {
  try {
    await (navigator.clipboard ? navigator.clipboard.writeText(await text) : copyByHand(await text));
    say(done);
  } catch {
    say("It could not be copied");
  }
}

/** The old way, for pages that come neither by HTTPS nor from this machine. */
function copyByHand(text) {
  const field = document.createElement("textarea");
  const focused = document.activeElement;
  field.className = "unseen";
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  focused?.focus();
  if (!copied) throw new Error("refused");
}

/** To the search box; a page that has none leads to the one that is little else. */
function toBox() {
  const box = document.querySelector("#q");
  if (!box) return document.querySelector(".wordmark").click();
  box.focus();
  box.select();
}

document.addEventListener("keydown", (event) => {
  if (isTyping(event)) return;
  if (event.key === "?") help.showModal();
  else if (event.key === "/") toBox();
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
});

// A click beside the dialog closes it.
help.addEventListener("click", (event) => {
  if (event.target === help) help.close();
});

// Colours: auto, light or dark, kept in this browser; in other tabs they change along.

const THEME = "dragoman-theme";
const choices = [...document.querySelectorAll("[data-theme-choice]")];

function wear(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
  for (const choice of choices) {
    choice.setAttribute("aria-pressed", choice.dataset.themeChoice === (root.dataset.theme ?? "auto"));
  }
}

for (const choice of choices) {
  choice.addEventListener("click", () => {
    wear(choice.dataset.themeChoice);
    try {
      localStorage.setItem(THEME, choice.dataset.themeChoice);
    } catch {
      // It lasts for this page, then.
    }
  });
}

addEventListener("storage", (event) => {
  if (event.key === THEME) wear(event.newValue);
});

wear(root.dataset.theme);
document.querySelector(".themes").hidden = false;
