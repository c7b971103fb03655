// The page: phones side by side, or one at a time on a narrow screen; asks for what is new, often and little.

import * as api from "./api.js";
import { element } from "./draw.js";
import { Phone } from "./phone.js";
import { wanted } from "./wanted.js";

const SOON = 300;
const QUIET = 1000;
const HIDDEN = 5000;
const FAILED = 2000;

const phones = new Map();
const row = document.getElementById("phones");
const switcher = document.getElementById("switcher");
const trouble = document.getElementById("trouble");
let cursor = 0;
let chosen = "";
let lively = 0;
let carried = null;

function tell(words) {
  trouble.textContent = words;
  trouble.hidden = !words;
}

function showImage(url, words) {
  const viewer = document.getElementById("viewer");
  const picture = viewer.querySelector("img");
  picture.src = url;
  picture.alt = words;
  viewer.querySelector("a").href = url;
  viewer.showModal();
}

// The words of a link that names no phone go along to the phone that is chosen next, until they are sent or changed.
function carry(phone) {
  if (!carried || !phone || phone === carried.by) return;
  const from = carried.by;
  carried.by = phone;
  if (!from.handOver(carried.text, phone)) carried = null;
}

function choose(number) {
  chosen = number;
  carry(phones.get(number));
  for (const phone of phones.values()) phone.root.classList.toggle("chosen", phone.facts.number === number);
  phones.get(number)?.root.scrollIntoView({ inline: "center", block: "nearest" });
  phones.get(number)?.seen();
  drawSwitcher();
  switcher.querySelector("[aria-selected='true']")?.scrollIntoView({ inline: "center", block: "nearest" });
}

function drawSwitcher() {
  switcher.replaceChildren(...[...phones.values()].map(tab));
}

function tab(phone) {
  const { number, name } = phone.facts;
  const unread = number === chosen ? 0 : Object.values(phone.unread).reduce((sum, more) => sum + more, 0);
  const button = element("button", { type: "button" }, name.split(" ")[0]);
  if (unread) button.append(element("span", { className: "badge" }, String(unread)));
  button.setAttribute("role", "tab");
  button.setAttribute("aria-selected", number === chosen);
  button.addEventListener("click", () => choose(number));
  return button;
}

async function remove(phone) {
  await api.removePhone(phone.facts.number);
  drop(phone.facts.number);
}

function drop(number) {
  phones.get(number)?.root.remove();
  phones.delete(number);
  if (chosen === number) choose([...phones.keys()][0] ?? "");
  else drawSwitcher();
}

// Brings the phones on the page in line with the server's. True: there is one that was not here.
function line(listed) {
  const numbers = new Set(listed.map((facts) => facts.number));
  for (const number of [...phones.keys()]) if (!numbers.has(number)) drop(number);
  const added = listed.filter((facts) => !phones.has(facts.number));
  for (const facts of added) {
    const phone = new Phone(facts, { showImage, remove, failed: tell, changed: drawSwitcher });
    phones.set(facts.number, phone);
    row.append(phone.root);
  }
  if (added.length && !phones.has(chosen)) choose(listed[0].number);
  drawSwitcher();
  return added.length > 0;
}

async function look() {
  const fresh = cursor > 0;
  const found = await api.changes(cursor);
  // A phone that was added now may have had messages before: they are asked for from the beginning.
  if (line(found.phones) && fresh) {
    cursor = 0;
    return;
  }
  for (const message of found.messages) phones.get(message.phone)?.show(message, fresh);
  if (found.messages.length) lively = Date.now();
  cursor = Math.max(cursor, found.cursor, 1);
}

function pause() {
  if (document.hidden) return HIDDEN;
  const waits = [...phones.values()].some((phone) => phone.waits);
  return waits || Date.now() - lively < 5000 ? SOON : QUIET;
}

// What the link asked for by which somebody came: a phone, words that stand ready, the newest message.
async function arrive() {
  const { phone: number, text, newest } = wanted();
  if (number && !phones.has(number)) {
    try {
      await api.addPhone({ name: "", number, hidden: false });
    } catch (problem) {
      return tell(problem.message);
    }
    await look(); // finds the phone
    await look(); // asks for what it got before
  }
  const phone = phones.get(number) ?? [...phones.values()][0];
  if (!phone || !(number || text)) return;
  choose(phone.facts.number);
  if (text) phone.prefill(text);
  if (text && !number) carried = { text, by: phone };
  if (newest) phone.showNewest();
}

let arrived = false;

async function watch() {
  let wait = FAILED;
  try {
    await look();
    if (!arrived) await arrive();
    arrived = true;
    if (trouble.dataset.lost) tell("");
    delete trouble.dataset.lost;
    wait = pause();
  } catch {
    trouble.dataset.lost = "yes";
    tell("The server does not answer. Trying again…");
  }
  setTimeout(watch, wait);
}

const adding = document.getElementById("new-phone");
document.getElementById("add-phone").addEventListener("click", () => adding.showModal());
adding.querySelector("[value=cancel]").addEventListener("click", () => adding.close());
adding.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const wrong = adding.querySelector(".wrong");
  const { name, number, hidden } = form.elements;
  try {
    const added = await api.addPhone({ name: name.value, number: number.value, hidden: hidden.checked });
    wrong.hidden = true;
    form.reset();
    adding.close();
    await look();
    choose(added.number);
    phones.get(added.number)?.find("textarea").focus();
  } catch (problem) {
    wrong.textContent = problem.message;
    wrong.hidden = false;
  }
});
row.addEventListener("focusin", ({ target }) => {
  if (target.matches("textarea")) carry(phones.get(target.closest(".phone").dataset.number));
});
document.getElementById("viewer").addEventListener("click", (event) => {
  if (event.target === event.currentTarget) event.currentTarget.close();
});
document.addEventListener("visibilitychange", () => document.hidden || look().catch(() => {}));

watch();
