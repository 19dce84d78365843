// Where the person types: one line that grows, Enter to send, a palette of commands after a slash.

import { Palette } from "./palette.js";
import { longest, say } from "./words.js";
import { toast } from "./notices.js";

const form = document.getElementById("composer");
const field = document.getElementById("text");
const send = document.getElementById("send");
const slash = document.getElementById("slash");

/** Set up the composer; `submit` gets what was typed, `ask` completes arguments. Returns how to `put` words into it. */
export function compose({ submit, ask }) {
  let before = "";
  const palette = new Palette({ field, ask, pick: (item) => pick(item) });

  function put(text) {
    field.value = text;
    field.setSelectionRange(text.length, text.length);
    field.focus();
    changed();
  }

  function changed() {
    field.style.height = "";
    field.style.height = `${field.scrollHeight}px`;
    send.disabled = !field.value.trim();
    palette.update();
  }

  function sendNow() {
    const text = field.value.trim();
    if (!text) return;
    if (text.length > longest) {
      toast(say("web-too-long"));
      return;
    }
    before = text;
    palette.close();
    put("");
    submit(text);
  }

  // A command that needs nothing more is sent; any other choice is completed and waits for the rest.
  function pick(item) {
    put(item.value);
    if (item.command && !item.command.arguments.length) sendNow();
  }

  function whole() {
    const typed = field.value.slice(1).toLowerCase();
    const { command } = palette.chosen ?? {};
    return command && [command.name, ...command.aliases].includes(typed) && !command.arguments.some((argument) => argument.required);
  }

  function pressed(event) {
    // While characters are being composed, Enter belongs to the input method.
    if (event.isComposing || event.keyCode === 229) return false;
    const open = palette.isOpen && palette.items.length > 0;
    if (event.key === "Escape" && palette.isOpen) palette.close();
    else if (open && event.key === "ArrowDown") palette.move(1);
    else if (open && event.key === "ArrowUp") palette.move(-1);
    else if (open && event.key === "Tab" && !event.shiftKey) {
      if (!palette.chosen) palette.move(1);
      pick({ value: palette.chosen.value });
    } else if (event.key === "Enter" && !event.shiftKey) {
      if (open && palette.chosen && !whole()) pick(palette.chosen);
      else sendNow();
    } else if (event.key === "ArrowUp" && !field.value && before) put(before);
    else return false;
    return true;
  }

  field.addEventListener("keydown", (event) => pressed(event) && event.preventDefault());
  field.addEventListener("input", changed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendNow();
  });
  slash.addEventListener("mousedown", (event) => event.preventDefault());
  slash.addEventListener("click", () => put(palette.isOpen && field.value === "/" ? "" : "/"));
  if (matchMedia("(hover: hover)").matches) field.focus();
  return { put };
}
