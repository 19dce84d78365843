// Completion in the composer: commands after a slash, then what each of their arguments may be.

import { commands, say } from "./words.js";

const ASKED = new Set(["topic", "question", "zone"]);
const LATER = 90;

export class Palette {
  items = [];
  active = -1;
  #field;
  #ask;
  #frame = document.getElementById("palette");
  #list = document.getElementById("choices");
  #advice = document.getElementById("advice");
  #number = 0;
  #timer = 0;
  #closed = null;
  #before = null;

  /** `ask` gets (kind, text) and returns a promise of items; `pick` is called when an item is clicked. */
  constructor({ field, ask, pick }) {
    this.#field = field;
    this.#ask = ask;
    // The field keeps the focus; a click must not take it.
    this.#list.addEventListener("mousedown", (event) => event.preventDefault());
    this.#list.addEventListener("click", (event) => {
      const line = event.target.closest("li");
      if (line) pick(this.items[[...this.#list.children].indexOf(line)]);
    });
    field.addEventListener("blur", () => this.#show([], ""));
  }

  get isOpen() {
    return !this.#frame.hidden;
  }

  /** Close it until something else is typed. */
  close() {
    this.#closed = this.#field.value;
    this.#show([], "");
  }

  /** Move the highlight by so many lines, round and round. */
  move(by) {
    const count = this.items.length;
    if (!count) return;
    const from = this.active < 0 && by < 0 ? 0 : this.active;
    this.#highlight((from + by + count) % count);
  }

  /** The highlighted item. */
  get chosen() {
    return this.items[this.active];
  }

  /** Bring it up to date with what is typed. */
  update() {
    clearTimeout(this.#timer);
    this.#number += 1;
    const text = this.#field.value;
    if (text === this.#closed) return;
    this.#closed = null;
    if (!text.includes(" ")) this.#before = null;
    if (!text.startsWith("/") || text.includes("\n") || this.#field.selectionEnd < text.length) {
      this.#show([], "");
      return;
    }
    const space = text.indexOf(" ");
    if (space < 0) this.#names(text.slice(1).toLowerCase());
    else this.#argument(text, space);
  }

  #names(typed) {
    const starts = (command) => [command.name, ...command.aliases].some((word) => word.startsWith(typed));
    const holds = (command) => [command.name, ...command.aliases].some((word) => word.includes(typed));
    const found = commands().filter(starts);
    found.push(...commands().filter((command) => !starts(command) && holds(command)));
    const items = found.map((command) => ({ command, value: `/${command.name}${command.arguments.length ? " " : ""}` }));
    this.#show(items, items.length ? "" : say("web-no-match"), 0);
  }

  #argument(text, space) {
    const word = text.slice(1, space).toLowerCase();
    const command = commands().find(({ name, aliases }) => name === word || aliases.includes(word));
    const rest = text.slice(space + 1);
    const words = rest.split(/\s+/);
    // A question is looked for by any words, and comes first in its command.
    const whole = command?.arguments[0]?.kind === "question" && command.arguments.length === 1;
    const index = whole ? 0 : Math.min(words.length, command?.arguments.length ?? 0) - 1;
    const argument = command?.arguments[index < 0 ? 0 : index];
    if (!argument) {
      this.#show([], "");
      return;
    }
    const typed = whole ? rest : words.at(-1);
    const before = text.slice(0, text.length - typed.length);
    const advice = `${command.usage}  ·  ${argument.about}`;
    const put = (found) => this.#show(found.map(({ label, value }) => ({ label, value: `${before}${value} ` })), advice);
    if (argument.choices.length) {
      put(argument.choices.filter((choice) => choice.startsWith(typed.toLowerCase())).map((value) => ({ label: value, value })));
    } else if (ASKED.has(argument.kind)) {
      const number = this.#number;
      // What is shown stays while the same argument is typed on; anything else would complete the wrong words.
      if (this.#before !== before) this.#show([], advice);
      this.#before = before;
      this.#timer = setTimeout(async () => {
        const found = await this.#ask(argument.kind, typed);
        if (number === this.#number) put(found);
      }, LATER);
    } else {
      this.#show([], advice);
    }
  }

  #show(items, advice, active = -1) {
    this.items = items;
    this.#list.replaceChildren(...items.map((item, index) => this.#line(item, index)));
    this.#advice.textContent = advice;
    this.#advice.hidden = !advice;
    this.#frame.hidden = !items.length && !advice;
    this.#field.setAttribute("aria-expanded", String(items.length > 0));
    this.#highlight(items.length ? active : -1);
  }

  #line(item, index) {
    const line = document.createElement("li");
    line.id = `choice-${index}`;
    line.setAttribute("role", "option");
    if (item.command) {
      const name = document.createElement("b");
      const [head, ...rest] = item.command.usage.split(" ");
      const arguments_ = document.createElement("i");
      arguments_.textContent = rest.length ? ` ${rest.join(" ")}` : "";
      name.append(head, arguments_);
      const about = document.createElement("span");
      about.textContent = item.command.about;
      line.append(name, about);
    } else {
      const label = document.createElement("span");
      label.className = "value";
      label.textContent = item.label;
      line.append(label);
      const value = item.value.trim().split(" ").at(-1);
      if (!item.label.includes(value)) {
        const small = document.createElement("span");
        small.textContent = value;
        line.append(small);
      }
    }
    return line;
  }

  #highlight(index) {
    this.active = index;
    [...this.#list.children].forEach((line, at) => line.setAttribute("aria-selected", String(at === index)));
    const line = this.#list.children[index];
    line?.scrollIntoView({ block: "nearest" });
    if (line) this.#field.setAttribute("aria-activedescendant", line.id);
    else this.#field.removeAttribute("aria-activedescendant");
  }
}
