// What the page says by itself, in both languages, and the language that is spoken now.

const data = JSON.parse(document.getElementById("data").textContent);
const listeners = [];
let language = data.language;

export const longest = data.longest;
export const canLogOut = data.logout;
export const name = data.name;

/** The sentence of a key in the language spoken now. */
export const say = (key) => data.sentences[language][key] ?? key;

/** The commands, described in the language spoken now. */
export const commands = () => data.commands[language];

/** The language as browsers name it. */
export const locale = () => (language === "zh" ? "zh-Hans" : "en");

/** The language that is not spoken now. */
export const otherLanguage = () => (language === "zh" ? "en" : "zh");

/** Call back now and whenever the language changes. */
export function whenSpoken(listener) {
  listeners.push(listener);
  listener();
}

/** Speak another language from now on. */
export function speak(next) {
  if (next === language || !(next in data.sentences)) return;
  language = next;
  for (const listener of listeners) listener();
}

whenSpoken(() => {
  document.documentElement.lang = locale();
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = say(element.dataset.word);
  for (const element of document.querySelectorAll("[data-placeholder]")) element.placeholder = say(element.dataset.placeholder);
  for (const element of document.querySelectorAll("[data-hint]")) {
    element.setAttribute("aria-label", say(element.dataset.hint));
    if (element.matches("button")) element.title = say(element.dataset.hint);
  }
});
