import { rowsOf } from './phase-report.mjs'
import { phaseNames } from './phases.mjs'

/** @typedef {import('./phases.mjs').Sample} Sample */
/** @typedef {{ title: string, ratios: readonly { tool: string, ratio: number }[] }} Group */

const width = 760
const labelWidth = 190
const barHeight = 13
const groupGap = 16
/** Longer bars are cut and say their number all the same. */
const ratioMax = 1.6
const scale = (width - labelWidth - 70) / ratioMax
/** Told apart on white and on black, and by those who do not tell red from green. */
const colours = ['#e69f00', '#0072b2', '#56b4e9', '#009e73', '#cc79a7', '#999999', '#d55e00']

/**
 * Seconds on the wall of each phase and the stored size, each divided by the reference's: an SVG picture.
 * @param {readonly Sample[]} samples
 * @param {string} reference
 * @returns {string}
 */
export const ratioPicture = (samples, reference) => {
  const tools = [...new Set(samples.map(({ tool }) => tool))].filter((tool) => tool !== reference)
  const parts = []
  let y = 30
  for (const { title, ratios } of groupsOf(samples, reference)) {
    parts.push(text(labelWidth - 8, y + (ratios.length * barHeight) / 2 + 4, title, 'end'))
    for (const { tool, ratio } of ratios) {
      parts.push(bar(y, ratio, colours[tools.indexOf(tool) % colours.length], tool))
      y += barHeight
    }
    y += groupGap
  }
  const line = labelWidth + scale
  const one = `<line x1="${line}" x2="${line}" y1="22" y2="${y - groupGap}" stroke="#888" stroke-dasharray="4 3"/>`
  const title = text(line, 14, `${reference} = 1`, 'middle')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" font-family="sans-serif" font-size="12" fill="#888">
<title>Wall time of each phase, against restic</title>
${[...parts, one, title].join('\n')}
</svg>
`
}

/** @type {(samples: readonly Sample[], reference: string) => Group[]} */
const groupsOf = (samples, reference) => {
  const wall = phaseNames.map((phase) => group(phase, samples, phase, reference, ({ wallS }) => wallS))
  const stored = group('stored', samples, 'first backup', reference, ({ storedBytes }) => storedBytes)
  return [...wall, stored].filter(({ ratios }) => ratios.length > 0)
}

/** @type {(title: string, samples: readonly Sample[], phase: import('./phases.mjs').Phase, reference: string, of: (row: import('./phase-report.mjs').Row) => number | undefined) => Group} */
const group = (title, samples, phase, reference, of) => {
  const rows = rowsOf(samples, phase)
  const whole = rows.filter(({ tool }) => tool === reference).map(of)[0]
  const ratios = rows.flatMap((row) => {
    const own = of(row)
    if (row.tool === reference || own === undefined || whole === undefined) return []
    return [{ tool: row.tool, ratio: own / whole }]
  })
  return { title, ratios }
}

/** @type {(y: number, ratio: number, colour: string, tool: string) => string} */
const bar = (y, ratio, colour, tool) => {
  const length = Math.min(ratio, ratioMax) * scale
  const rectangle = `<rect x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight - 2}" fill="${colour}"/>`
  return `${rectangle}${text(labelWidth + length + 5, y + 10, `${tool} ${ratio.toFixed(2)}`, 'start')}`
}

/** @type {(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end') => string} */
const text = (x, y, content, anchor) =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${content}</text>`
