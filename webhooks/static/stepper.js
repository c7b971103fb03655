// A number with a button on each side: fewer, more. Without this it is typed.
for (const button of document.querySelectorAll('[data-step]')) {
  const input = button.parentElement.querySelector('input')
  const { least, most } = input.dataset
  button.hidden = false
  button.addEventListener('click', () => {
    const wanted = (Number.parseInt(input.value, 10) || 0) + Number(button.dataset.step)
    input.value = Math.min(Number(most), Math.max(Number(least), wanted))
    input.dispatchEvent(new Event('change', { bubbles: true }))
  })
}
