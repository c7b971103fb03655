// Finding somebody's pass of today by name or phone. Only with a network: the list here has no names.

import { ask } from './net.js'
import { at, button, write } from './screen.js'
import { label, need, spoken } from './words.js'

const FIND_MS = 8000

// `use` gets the code of the pass that is tapped.
export function begin(use) {
  at('find').addEventListener('submit', async (event) => {
    event.preventDefault()
    at('found').replaceChildren()
    write('find-said', '')
    try {
      const answer = await ask('/staff/scan/find', { body: { text: at('words-to-find').value }, within: FIND_MS, language: spoken() })
      if (answer.status !== 200) return write('find-said', answer.body?.detail || answer.body?.title || label('offline'))
      show(answer.body.passes, use)
    } catch {
      write('find-said', label('offline'))
    }
  })
}

function show(passes, use) {
  write('find-said', passes.length ? '' : label('nobody'))
  at('found').replaceChildren(...passes.map((pass) => {
    const item = document.createElement('li')
    const told = [pass.name, label('party', { size: pass.party_size }), pass.code, need(pass.need)]
    item.append(button(told.filter(Boolean).join(' · '), () => use(pass.code)))
    return item
  }))
}
