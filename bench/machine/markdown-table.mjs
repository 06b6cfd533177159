/**
 * A table in Markdown that also reads well in a terminal: the first column to the left, numbers to the right.
 * @param {readonly string[]} titles
 * @param {readonly (readonly string[])[]} rows
 * @returns {string}
 */
export const markdownTable = (titles, rows) => {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  )
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell, column) => pad(cell, widths[column], column)).join(' | ')} |`
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(titles), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n')
}

/** @type {(cell: string, width: number, column: number) => string} */
const pad = (cell, width, column) => (column === 0 ? cell.padEnd(width) : cell.padStart(width))

/**
 * @param {number | undefined} value
 * @param {number} [decimals] default: as many as make three figures
 */
export const figure = (value, decimals) => {
  if (value === undefined || !Number.isFinite(value)) return '–'
  return value.toFixed(decimals ?? (value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0))
}

/** @type {(own: number | undefined, other: number | undefined) => number | undefined} */
export const ratio = (own, other) => (own === undefined || other === undefined ? undefined : own / other)

/**
 * What stands below a table for those that failed.
 * @param {readonly { tool: string, failure?: string }[]} rows
 */
export const failureLines = (rows) =>
  rows.flatMap(({ tool, failure }) => (failure === undefined ? [] : ['', `${tool} failed: ${failure}`]))
