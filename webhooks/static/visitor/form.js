// The form works without this. It saves a tap, and prevents a second request.
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
