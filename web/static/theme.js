// Before the first paint: the colours that somebody has chosen, and a sign to the style sheets that scripts run.
try {
  const chosen = localStorage.getItem("dragoman-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Where nothing may be stored, nothing was.
}
document.documentElement.classList.add("scripted");
