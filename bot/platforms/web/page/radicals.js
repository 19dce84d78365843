// Some browsers make a root as wide as its widest sign would need (https://w3c.github.io/mathml-core/#radical-symbol).
// This measures how much of that is empty in the font at hand, for the style sheet to take back.

const SIZE = 100;

function widthOf(formula) {
  const probe = document.createElement("div");
  probe.style.cssText = `position: absolute; visibility: hidden; font-size: ${SIZE}px`;
  probe.innerHTML = `<math class="probe">${formula}</math>`;
  document.body.append(probe);
  const element = probe.firstElementChild.firstElementChild;
  element.style.margin = "0";
  const width = (element.getBoundingClientRect().width / parseFloat(getComputedStyle(element).fontSize)) * SIZE;
  probe.remove();
  return width;
}

await document.fonts.load('20px "Qianmian Math"', "√");
const gap = widthOf("<msqrt><mi>d</mi></msqrt>") - widthOf("<mi>d</mi>") - widthOf("<mtext>√</mtext>");
if (gap > 1) document.documentElement.style.setProperty("--radical-gap", `${(gap / SIZE).toFixed(3)}em`);
