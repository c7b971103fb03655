// Everything works without this: it only saves a tap, and a second request of an impatient one.
const language = document.querySelector('select[name="language"]')
language?.addEventListener('change', () => {
  const act = document.createElement('input')
  act.type = 'hidden'
  act.name = 'act'
  act.value = 'language'
  language.form.append(act)
  language.form.submit()
})

for (const form of document.forms) {
  form.addEventListener('submit', event => {
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = 'yes'
  })
}
// A page that the browser kept and shows again is a new one.
addEventListener('pageshow', () => { for (const form of document.forms) delete form.dataset.sent })

document.querySelector('.wrong')?.focus()
