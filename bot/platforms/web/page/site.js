// The pages around the chat work without any script; this one adds the button for their colours.

import { nextColours } from "./colours.js";

const theme = document.getElementById("theme");

function name(colours) {
  theme.title = theme.dataset[colours];
  theme.setAttribute("aria-label", theme.title);
}

if (theme) {
  name(document.documentElement.dataset.theme ?? "auto");
  theme.addEventListener("click", () => name(nextColours()));
  theme.hidden = false;
}
