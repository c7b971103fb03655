// What JavaScript adds to the desk: printing by a key or at once, and no form sent twice.
const desk = document.querySelector(".desk")
const button = document.querySelector("#print")
const form = document.querySelector("#register")

if (button) {
  button.hidden = false
  button.addEventListener("click", print)
}
if (document.querySelector(".slip")) {
  document.addEventListener("keydown", event => {
    if (event.key !== "F2") return
    event.preventDefault()
    print()
  })
  const fresh = desk.dataset.fresh
  if (fresh === "print" || (fresh === "new" && "atOnce" in desk.dataset)) print()
}

// A second Enter while the first is on its way; the server knows the form again anyhow.
const SOON = 2000
let last = -SOON
form.addEventListener("submit", event => {
  if (event.timeStamp - last < SOON) event.preventDefault()
  else last = event.timeStamp
})
const party = document.querySelector("#party_size")
party.addEventListener("focus", () => party.select())

function print() {
  // Once the page is drawn: a printer's dialog holds everything up.
  setTimeout(() => window.print())
}
