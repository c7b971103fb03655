// Charts, each drawn from the table behind it: what a screen reader finds there is what the eye sees here.

const { Chart } = window
const language = document.documentElement.lang
const numbers = new Intl.NumberFormat(`${language}-IN`, { maximumFractionDigits: 0 })
const charts = new Map()
// A name that is longer goes on in the next line of its axis; none is cut.
const LONGEST = 22
// Beside lying bars a name has less room: half of the chart, on a phone too.
const LONGEST_BESIDE = 16

function lines (name, longest) {
  const found = ['']
  for (const word of String(name).split(' ')) {
    if (found.at(-1) && `${found.at(-1)} ${word}`.length > longest) found.push(word)
    else found.push(`${found.pop()} ${word}`.trim())
  }
  return found.length > 1 ? found : found[0]
}

// The table's lines and its coloured columns.
export function read (table) {
  const heads = [...table.tHead.rows[0].cells]
  const lines = [...table.tBodies[0].rows]
  const value = (line, place) => 'value' in line.cells[place].dataset ? Number(line.cells[place].dataset.value) : null
  return {
    labels: lines.map(line => line.cells[0].firstChild.textContent.trim()),
    series: heads.flatMap((head, place) => head.dataset.colour ? [{ label: head.textContent, colour: head.dataset.colour, data: lines.map(line => value(line, place)) }] : [])
  }
}

// Every chart as its table now is; one that has not changed stays as it is.
export function draw () {
  for (const place of document.querySelectorAll('.chart')) {
    const table = document.querySelector(`#${place.dataset.of} table`)
    const shown = table ? read(table) : { labels: [], series: [] }
    const empty = !shown.series.some(one => one.data.some(Boolean))
    place.querySelector('canvas').hidden = place.querySelector('.drawing').hidden = empty
    place.querySelector('.none').hidden = !empty
    name(place, empty ? [] : shown.series)
    const known = charts.get(place)
    const told = JSON.stringify(shown)
    if (known?.told === told) continue
    if (empty && !known) continue
    charts.set(place, { told, chart: put(known?.chart, place, table, shown) })
  }
}

// All of them anew, in the colours and sizes that hold now.
export function restyle () {
  for (const { chart } of charts.values()) chart.destroy()
  charts.clear()
  draw()
}

// What each colour is, in words of the page: they wrap, where a canvas would cut them.
function name (place, series) {
  const legend = place.querySelector('.legend')
  legend.hidden = series.length < 2
  legend.replaceChildren(...series.map(({ label, colour }) => {
    const one = document.createElement('span')
    one.dataset.colour = colour
    one.textContent = label
    return one
  }))
}

function put (chart, place, table, shown) {
  const datasets = shown.series.map(dataset)
  if (!chart) return new Chart(place.querySelector('canvas'), { type: 'bar', data: { labels: shown.labels, datasets }, options: options(table.dataset.chart) })
  chart.data.labels = shown.labels
  // Changes the objects in place, so that nothing is built anew and a hidden series stays hidden.
  datasets.forEach((one, place) => { chart.data.datasets[place] = Object.assign(chart.data.datasets[place] || {}, one) })
  chart.data.datasets.length = datasets.length
  chart.update('none')
  return chart
}

function style (name) {
  return getComputedStyle(document.querySelector('#dashboard')).getPropertyValue(name).trim()
}

function dataset ({ label, colour, data }) {
  return { label, data, backgroundColor: style(`--chart-${colour}`), categoryPercentage: 0.92, barPercentage: 1, maxBarThickness: 64 }
}

function options (kind) {
  const ink = style('--soft')
  const font = { family: style('--type'), size: Number.parseFloat(style('--chart-size')) }
  const lying = kind === 'bars'
  const amounts = { beginAtZero: true, stacked: !lying, ticks: { color: ink, font, precision: 0, maxTicksLimit: 6, callback: value => numbers.format(value) }, grid: { color: style('--line') }, border: { display: false } }
  const names = { stacked: !lying, ticks: { color: ink, font, maxRotation: 0, autoSkip: !lying, autoSkipPadding: 16, callback (value) { return lines(this.getLabelForValue(value), lying ? LONGEST_BESIDE : LONGEST) } }, grid: { display: false } }
  return {
    animation: false,
    maintainAspectRatio: false,
    indexAxis: lying ? 'y' : 'x',
    interaction: { mode: 'index', axis: lying ? 'y' : 'x', intersect: false },
    scales: lying ? { x: amounts, y: names } : { x: names, y: amounts },
    plugins: {
      legend: { display: false },
      tooltip: { bodyFont: font, titleFont: font, callbacks: { label: at => `${at.dataset.label}: ${numbers.format(lying ? at.parsed.x : at.parsed.y)}` } }
    }
  }
}
