"""What a page must hold at each width: nothing beyond its edge, nothing cut, no card that stands half empty.

No list, bullet or triangle is the browser's own.
What ends in dots by its own style (a long name in the header) is not cut.
"""

from playwright.sync_api import Page

MOST_EMPTY_PX = 80
"""Of a card below what it holds, at most."""
FAULTS = """most => {
  const seen = one => one.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })
  const style = one => getComputedStyle(one)
  const above = one => one ? [one, ...above(one.parentElement)] : []
  const words = one => [...one.childNodes].some(part => part.nodeType === Node.TEXT_NODE && part.data.trim())
  const unheard = one => one.closest('.unseen, [hidden], svg, noscript') || one.getBoundingClientRect().width < 2
  const scrolls = one => above(one).some(at => at !== document.body && at !== document.documentElement
    && ['auto', 'scroll'].includes(style(at).overflowX))
  const told = (one, what) => {
    const name = [one.tagName.toLowerCase(), one.id && `#${one.id}`, ...[...one.classList].map(part => `.${part}`)]
    return `${what}: ${name.join('')} “${one.textContent.trim().replace(/\\s+/g, ' ').slice(0, 40)}”`
  }
  const all = [...document.body.querySelectorAll('*')].filter(one => seen(one) && !unheard(one))
  const written = all.filter(one => words(one) && style(one).display !== 'inline')
  const typed = all.filter(one => one.matches('.stepper input') && one.scrollWidth > one.clientWidth + 1)
  const dotted = one => style(one).textOverflow === 'ellipsis' || style(one).webkitLineClamp !== 'none'
  const wide = one => one.clientWidth && !dotted(one) && one.scrollWidth > one.clientWidth + 1 && !scrolls(one)
  const tall = one => !dotted(one) && ['hidden', 'clip'].includes(style(one).overflowY)
    && one.scrollHeight > one.clientHeight + 2
  const beyond = one => {
    const place = one.getBoundingClientRect()
    return place.right > innerWidth + 1 && place.left < innerWidth && !scrolls(one)
  }
  const empty = card => {
    const held = [...card.querySelectorAll('*')].filter(one => seen(one) && (words(one) || !one.firstElementChild))
    const place = card.getBoundingClientRect()
    return Math.round(place.bottom - Math.max(place.top, ...held.map(one => one.getBoundingClientRect().bottom)))
  }
  return [...new Set([
    ...(document.documentElement.scrollWidth > innerWidth ? ['wider than the screen'] : []),
    ...written.filter(wide).map(one => told(one, 'cut')),
    ...typed.map(one => told(one, 'cut')),
    ...written.filter(tall).map(one => told(one, 'cut below')),
    ...all.filter(one => words(one) || one.matches('img, button, input, select')).filter(beyond)
      .map(one => told(one, 'beyond the edge')),
    ...all.filter(one => one.matches('select, [type=radio], [type=checkbox]') && style(one).appearance !== 'none')
      .map(one => told(one, "the browser's own")),
    ...all.filter(one => one.matches('summary') && style(one).listStyleType !== 'none')
      .map(one => told(one, "the browser's own triangle")),
    ...all.filter(one => one.matches('.card') && empty(one) > most).map(one => told(one, `empty for ${empty(one)} px`)),
  ])]
}"""


def faults(page: Page) -> list[str]:
    """What does not fit on a page as it is shown now, each in words."""
    found: list[str] = page.evaluate(FAULTS, MOST_EMPTY_PX)
    return found
