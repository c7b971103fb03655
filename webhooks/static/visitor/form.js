// The form works without this. It saves taps, finds a country, and prevents a second request.
import '../stepper.js'

const language = document.querySelector('select[name="language"]')
language?.addEventListener('change', speak)
const offered = language ? [...language.options].map(option => option.value) : []
for (const link of document.querySelectorAll('.top nav a')) {
  if (!offered.includes(link.lang)) continue
  link.addEventListener('click', event => {
    event.preventDefault()
    language.value = link.lang
    speak()
  })
}

// The page again in the language of the list, with all that was typed.
function speak () {
  const act = document.createElement('input')
  act.type = 'hidden'
  act.name = 'act'
  act.value = 'language'
  language.form.append(act)
  language.form.submit()
}

for (const form of document.forms) {
  form.addEventListener('submit', event => {
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = 'yes'
  })
}
// A page that the browser shows again from its cache may be sent again.
addEventListener('pageshow', () => { for (const form of document.forms) delete form.dataset.sent })

document.querySelector('.wrong')?.focus()

// A long list of countries is found by typing. The list stays what is sent: nothing that was typed is guessed at.
for (const list of document.querySelectorAll('select[data-search]')) search(list)

function search (list) {
  const options = [...list.options]
  const input = document.createElement('input')
  const known = document.createElement('datalist')
  known.id = `${list.id}-options`
  known.append(...options.map(option => new Option(option.text)))
  input.type = 'text'
  input.autocomplete = 'off'
  input.setAttribute('list', known.id)
  input.value = list.selectedOptions[0].text
  const { id } = list
  list.hidden = true
  list.id = `${id}-list`
  input.id = id
  list.after(input, known)
  // Typing begins with an empty field, so that the browser offers them all.
  input.addEventListener('focus', () => { input.placeholder = input.value; input.value = '' })
  input.addEventListener('change', () => choose(list, options, input.value))
  input.addEventListener('blur', () => { input.value = list.selectedOptions[0].text })
}

// What is typed counts where it names one country alone: wholly, by its beginning, or by its calling code.
function choose (list, options, typed) {
  const wanted = typed.trim().toLowerCase()
  if (!wanted) return
  const fits = [
    option => option.text.toLowerCase() === wanted,
    option => option.text.toLowerCase().startsWith(wanted),
    option => option.text.includes(`(+${wanted.replace(/^\+/, '')})`)
  ]
  const found = fits.map(fit => options.filter(fit)).find(those => those.length === 1)
  if (found) list.value = found[0].value
}
