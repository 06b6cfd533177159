/**
 * varve beside its peers: same data, same run, same work. `npm run bench -- --help`, and bench/README.md.
 */
import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { folderSize } from './machine/list-files.mjs'
import { describeMachine, machineLines } from './machine/machine.mjs'
import { CommandMeter } from './machine/measured-command.mjs'
import { makeWorkFolder, roomyFolder } from './machine/work-folder.mjs'
import { dataSet } from './peers/data-set.mjs'
import { findTools } from './peers/find-tools.mjs'
import { runHistory } from './peers/history.mjs'
import { historyTable } from './peers/history-report.mjs'
import { readOptions } from './peers/options.mjs'
import { phaseTables } from './peers/phase-report.mjs'
import { runPhases } from './peers/phases.mjs'

/** @typedef {import('./peers/options.mjs').Options} Options */
/** @typedef {import('./peers/tool.mjs').Tool} Tool */

/** @param {Options} options */
const main = async (options) => {
  const { tools, missing } = findTools(options.tools, options.peers)
  const reference = tools.some(({ name }) => name === 'restic') ? 'restic' : tools[0].name
  const record = recorder(options.json)
  record({
    kind: 'run',
    machine: describeMachine(),
    tools: tools.map(({ name, version }) => ({ name, version })),
  })
  console.log(['# Bench', '', ...machineLines(), ...toolLines(tools, missing)].join('\n'))
  if (options.rounds > 0) {
    const data = dataSet(options.data)
    const needed = data.sizeBytes * (2.2 + 0.5 * tools.length) + 200e6
    const parent = options.work ?? roomyFolder(needed)
    await phases(options, tools, reference, data, parent, 'warm', record)
    const caches = options.cold ? 'cold' : 'written'
    if (options.disk) await phases(options, tools, reference, data, options.disk, caches, record)
  }
  for (const name of options.histories) await history(name, options, tools, reference, record)
}

/** @type {(options: Options, tools: Tool[], reference: string, data: import('./peers/data-set.mjs').DataSet, parent: string, caches: 'warm' | 'written' | 'cold', record: (value: object) => void) => Promise<void>} */
const phases = async (options, tools, reference, data, parent, caches, record) => {
  const work = makeWorkFolder(parent)
  const meter = new CommandMeter(work)
  const source = join(work, 'source')
  data.copyTo(source)
  const { files, bytes } = folderSize(source)
  record({ kind: 'data', label: data.label, files, bytes, parent, caches })
  /** @type {import('./peers/phases.mjs').Sample[]} */
  const samples = []
  const { rounds, verify } = options
  const onSample = (/** @type {import('./peers/phases.mjs').Sample} */ sample) => {
    samples.push(sample)
    record({ kind: 'phase', ...sample })
    log(sampleText(sample, rounds))
  }
  await runPhases({ tools, source, work, rounds, caches, verify, meter, onSample })
  rmSync(work, { recursive: true })
  const state = { warm: '', written: ', written back before each command', cold: ', page cache empty' }[
    caches
  ]
  console.log(`
## ${data.label}

${files} files, ${(bytes / 1e9).toFixed(3)} GB, data and repositories below ${parent}${state}; medians of ${rounds}.
“÷” is against ${reference}; “spread” is the distance between the rounds' CPU seconds.

${phaseTables(samples, bytes, reference)}`)
  if (!meter.hasPeak) console.log('\nNo peaks: GNU time is not installed.')
}

/** @type {(name: import('./peers/releases.mjs').HistoryName, options: Options, tools: Tool[], reference: string, record: (value: object) => void) => Promise<void>} */
const history = async (name, options, tools, reference, record) => {
  const work = makeWorkFolder(options.work ?? roomyFolder(historyBytes))
  const keeping = tools.filter(({ keepsHistory }) => keepsHistory)
  const meter = new CommandMeter(work)
  const { results, releases, sumBytes } = await runHistory({ name, tools: keeping, work, meter, log })
  for (const result of results) record({ kind: 'history', ...result })
  rmSync(work, { recursive: true })
  console.log(`
## ${releases} releases of ${name}, a snapshot of each

${(sumBytes / 1e9).toFixed(3)} GB in all. “restore” is the last snapshot's.

${historyTable(results, reference)}`)
}

/** Release, its unpacked archive, restored copy, and four repositories. */
const historyBytes = 2e9

/** @type {(tools: Tool[], missing: string[]) => string[]} */
const toolLines = (tools, missing) => [
  ...tools.map(({ name, version }) => `- ${name}: ${version}`),
  ...(missing.length === 0 ? [] : [`- not installed, so not measured: ${missing.join(', ')}`]),
]

/** @type {(sample: import('./peers/phases.mjs').Sample, rounds: number) => string} */
const sampleText = ({ round, phase, tool, wallS, cpuS, failure }, rounds) =>
  `${round + 1}/${rounds} ${phase}: ${tool} ${failure ?? `${wallS?.toFixed(2)} s, ${cpuS?.toFixed(2)} CPU-s`}`

/** @param {string} text */
const log = (text) => {
  process.stderr.write(`${text}\n`)
}

/** @param {string | undefined} file */
const recorder = (file) => (/** @type {object} */ value) => {
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(value)}\n`)
}

const options = readOptions(process.argv.slice(2))
if (options !== undefined) await main(options)
