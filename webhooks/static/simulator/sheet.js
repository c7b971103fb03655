// The sheet in which WhatsApp opens a list: a row is chosen, then sent.

import { element } from "./draw.js";

export class Sheet {
  constructor(root) {
    this.root = root;
    this.form = root.querySelector("form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    root.querySelector(".close").addEventListener("click", () => this.close());
    root.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    this.form.addEventListener("change", () => (this.form.querySelector("[type=submit]").disabled = false));
  }

  open({ button, rows }, chosen, opener) {
    this.rows = rows;
    this.chosen = chosen;
    this.opener = opener;
    this.root.querySelector("h3").textContent = button;
    this.root.querySelector(".rows").replaceChildren(...rows.map((row, place) => this.row(row, place)));
    this.form.querySelector("[type=submit]").disabled = true;
    this.root.hidden = false;
    this.root.querySelector("input").focus();
  }

  row({ title, detail }, place) {
    const words = element("span", {}, element("span", { dir: "auto" }, title));
    if (detail) words.append(element("small", { dir: "auto" }, detail));
    return element("label", {}, words, element("input", { type: "radio", name: "row", value: String(place) }));
  }

  send() {
    const row = this.rows[Number(new FormData(this.form).get("row"))];
    this.close();
    this.chosen(row);
  }

  close() {
    this.root.hidden = true;
    this.opener.focus({ preventScroll: true });
  }
}
