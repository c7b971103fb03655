// A supervisor lets somebody in all the same, and says why. Only with a network: the server must know who it was.

import * as place from './place.js'
import * as scanner from './scanner.js'
import { at, isShown, write } from './screen.js'
import { label, spoken } from './words.js'
import { known } from './background.js'

const SUPERVISORS = ['supervisor', 'admin']
// Results that a supervisor can overrule: those of a real pass of this event.
const REFUSED = ['wrong_day', 'wrong_gate', 'event_closed', 'entry_paused', 'already_admitted', 'too_many', 'revoked', 'replaced']

let refused = null

// Whether somebody is just giving a reason: what the camera sees meanwhile must not take the screen away.
export const isOpen = () => isShown() && !at('overrule').hidden && at('overrule').open

// Offer it below this answer to a scan, where it can be had.
export function offer(scan, answer) {
  const may = SUPERVISORS.includes(place.now().role) && !answer.offline && scan.direction === 'in'
  refused = may && REFUSED.includes(answer.result) ? scan : null
  Object.assign(at('overrule'), { hidden: !refused, open: false })
  write('overrule-said', '')
  at('why').value = ''
}

// `shown` is given what the server says to a reason.
export function begin(shown) {
  at('overruling').addEventListener('submit', async (event) => {
    event.preventDefault()
    const scan = refused
    if (!scan) return
    refused = null
    const answer = await scanner.overrule(scan, at('why').value, known(), spoken()).catch(() => null)
    if (answer) return shown(scan, answer)
    refused = scan
    write('overrule-said', label('overrule_failed'))
  })
}
