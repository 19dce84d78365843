// The colours: as the system, light or dark, kept for the next visit. theme.js puts them on before anything is drawn.

const THEMES = ["auto", "light", "dark"];

/** Change to the next colours; returns their name. */
export function nextColours() {
  const root = document.documentElement;
  const next = THEMES[(THEMES.indexOf(root.dataset.theme ?? "auto") + 1) % THEMES.length];
  if (next === "auto") delete root.dataset.theme;
  else root.dataset.theme = next;
  try {
    localStorage.setItem("theme", next);
  } catch {
    // It is kept for this visit only.
  }
  return next;
}
