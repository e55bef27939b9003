// Paper: the sheet alone is printed, the frame around it is not.
import { show } from "./dom.js";

export function print(sheet) {
  const paper = document.getElementById("paper");
  show(paper, sheet);
  paper.hidden = false;
  document.body.classList.add("printing");
  window.addEventListener("afterprint", () => {
    document.body.classList.remove("printing");
    paper.hidden = true;
    paper.replaceChildren();
  }, { once: true });
  window.print();
}
