import { failureLines, figure, markdownTable, ratio } from '../machine/markdown-table.mjs'
import { median, spread } from './median.mjs'
import { phaseNames } from './phases.mjs'

/** @typedef {import('./phases.mjs').Sample} Sample */
/** @typedef {import('./phases.mjs').Phase} Phase */

/**
 * Medians of the rounds, each figure for itself.
 * @typedef {object} Row
 * @property {string} tool
 * @property {number} [wallS]
 * @property {number} [cpuS]
 * @property {number} [peakMb]
 * @property {number} [storedBytes]
 * @property {number} [addedBytes] what the repository grew by since the backup before
 * @property {number} [spread] of the CPU seconds
 * @property {string} [failure]
 */

/**
 * The tables of one data set.
 * @param {readonly Sample[]} samples
 * @param {number} dataBytes
 * @param {string} changed what the phase `changed` is called
 * @param {string} reference the tool that the others are divided by
 */
export const phaseTables = (samples, dataBytes, changed, reference) => {
  const phases = phaseNames.filter((phase) => samples.some((sample) => sample.phase === phase))
  const title = (/** @type {Phase} */ phase) => (phase === 'changed' ? changed : phase)
  const tables = phases.map(
    (phase) => `### ${title(phase)}\n\n${phaseTable(samples, phase, dataBytes, reference)}`,
  )
  return [
    ...tables,
    `### Against ${reference}, wall / CPU\n\n${ratioTable(samples, phases, reference)}`,
  ].join('\n\n')
}

/**
 * @param {readonly Sample[]} samples
 * @param {Phase} phase
 * @param {number} dataBytes
 * @param {string} reference
 */
const phaseTable = (samples, phase, dataBytes, reference) => {
  const rows = rowsOf(samples, phase)
  const against = rows.find(({ tool }) => tool === reference)
  const titles = [
    'tool',
    'wall s',
    'CPU s',
    'CPU s/GB',
    'peak MB',
    'stored MB',
    'added MB',
    'wall ÷',
    'CPU ÷',
    'spread',
  ]
  const perGb = (/** @type {Row} */ { cpuS }) =>
    phase === 'one file' || cpuS === undefined ? undefined : cpuS / (dataBytes / 1e9)
  const cells = rows.map((row) => [
    row.tool,
    figure(row.wallS, 2),
    figure(row.cpuS, 2),
    figure(perGb(row), 2),
    figure(row.peakMb, 0),
    figure(megabytes(row.storedBytes), 1),
    figure(megabytes(row.addedBytes), 2),
    figure(ratio(row.wallS, against?.wallS), 2),
    figure(ratio(row.cpuS, against?.cpuS), 2),
    row.spread === undefined ? '–' : `${(100 * row.spread).toFixed(0)} %`,
  ])
  return [markdownTable(titles, cells), ...failureLines(rows)].join('\n')
}

/**
 * @param {readonly Sample[]} samples
 * @param {readonly Phase[]} phases
 * @param {string} reference
 */
const ratioTable = (samples, phases, reference) => {
  const byPhase = phases.map((phase) => rowsOf(samples, phase))
  const tools = [...new Set(samples.map(({ tool }) => tool))]
  const cell = (/** @type {readonly Row[]} */ rows, /** @type {string} */ name) => {
    const [own, other] = [name, reference].map((wanted) => rows.find(({ tool }) => tool === wanted))
    if (own?.wallS === undefined || other?.wallS === undefined) return '–'
    return `${figure(ratio(own.wallS, other.wallS), 2)} / ${figure(ratio(own.cpuS, other.cpuS), 2)}`
  }
  const stored = (/** @type {string} */ name) => {
    const [own, other] = [name, reference].map((wanted) => byPhase[0].find(({ tool }) => tool === wanted))
    return figure(ratio(own?.storedBytes, other?.storedBytes), 2)
  }
  const rows = tools.map((tool) => [tool, ...byPhase.map((rows) => cell(rows, tool)), stored(tool)])
  return markdownTable(['tool', ...phases, 'stored'], rows)
}

/**
 * @param {readonly Sample[]} samples
 * @param {Phase} phase
 * @returns {Row[]}
 */
export const rowsOf = (samples, phase) => {
  const tools = [...new Set(samples.map(({ tool }) => tool))]
  return tools.flatMap((tool) => {
    const own = samples.filter((sample) => sample.tool === tool && sample.phase === phase)
    return own.length === 0 ? [] : [rowOf(tool, own, samples)]
  })
}

/** @type {(tool: string, own: readonly Sample[], all: readonly Sample[]) => Row} */
const rowOf = (tool, own, all) => {
  const failure = own.find((sample) => sample.failure !== undefined)?.failure
  if (failure !== undefined) return { tool, failure }
  const middle = (/** @type {(sample: Sample) => number | undefined} */ of) => median(own.map(of))
  return {
    tool,
    wallS: middle(({ wallS }) => wallS),
    cpuS: middle(({ cpuS }) => cpuS),
    peakMb: middle(({ peakMb }) => peakMb),
    storedBytes: middle(({ storedBytes }) => storedBytes),
    addedBytes: middle((sample) => addedBytes(sample, all)),
    spread: own.length < 2 ? undefined : spread(own.map(({ cpuS }) => /** @type {number} */ (cpuS))),
  }
}

/** @type {(sample: Sample, all: readonly Sample[]) => number | undefined} */
const addedBytes = ({ tool, round, phase, storedBytes }, all) => {
  const phaseBefore = phaseNames[phaseNames.indexOf(phase) - 1]
  const before = all.find((one) => one.tool === tool && one.round === round && one.phase === phaseBefore)
  if (storedBytes === undefined || before?.storedBytes === undefined) return undefined
  return storedBytes - before.storedBytes
}

/** @param {number | undefined} bytes */
const megabytes = (bytes) => (bytes === undefined ? undefined : bytes / 1e6)
