/**
 * varve beside its peers: same data, same run, same work. `npm run bench -- --help`, and bench/README.md.
 */
import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
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
import { ratioPicture } from './peers/ratio-picture.mjs'

/** @typedef {import('./peers/options.mjs').Options} Options */
/** @typedef {import('./peers/tool.mjs').Tool} Tool */
/** @typedef {import('./peers/phases.mjs').Sample} Sample */

/**
 * What all parts of a run share. `reference`: the tool that the others are divided by.
 * @typedef {{ options: Options, tools: readonly Tool[], reference: string, record: (value: object) => void }} Run
 */

/** @param {Options} options */
const main = async (options) => {
  const { tools, missing } = findTools(options.tools, options.peers)
  const reference = tools.some(({ name }) => name === 'restic') ? 'restic' : tools[0].name
  const run = { options, tools, reference, record: recorder(options.json) }
  const versions = tools.map(({ name, version }) => ({ name, version }))
  run.record({ kind: 'run', machine: describeMachine(), tools: versions })
  console.log(['# Bench', '', ...machineLines(), ...toolLines(tools, missing)].join('\n'))
  if (options.rounds > 0) await phasesInMemoryAndOnDisk(run)
  for (const name of options.histories) await history(run, name)
}

/** @param {Run} run */
const phasesInMemoryAndOnDisk = async (run) => {
  const { data: path, sets, work, disk, cold, svg } = run.options
  for (const name of sets) {
    const data = dataSet(name, path)
    const needed = data.sizeBytes * (2.2 + 0.9 * run.tools.length) + 200e6
    const samples = await phases(run, data, work ?? roomyFolder(needed), 'warm')
    if (name === 'tree' && svg !== undefined) writeFileSync(svg, ratioPicture(samples, run.reference))
    if (disk !== undefined) await phases(run, data, disk, cold ? 'cold' : 'written')
  }
}

/**
 * @param {Run} run
 * @param {import('./peers/data-set.mjs').DataSet} data
 * @param {string} parent
 * @param {'warm' | 'written' | 'cold'} caches
 */
const phases = async ({ options, tools, reference, record }, data, parent, caches) => {
  const work = makeWorkFolder(parent)
  const meter = new CommandMeter(work)
  const source = join(work, 'source')
  data.copyTo(source)
  const { files, bytes } = folderSize(source)
  record({ kind: 'data', label: data.label, files, bytes, parent, caches })
  /** @type {Sample[]} */
  const samples = []
  const { rounds, verify } = options
  const { change } = data
  const onSample = (/** @type {Sample} */ sample) => {
    samples.push(sample)
    record({ kind: 'phase', parent, caches, ...sample })
    log(sampleText(sample, rounds))
  }
  await runPhases({ tools, source, change, sizeBytes: bytes, work, rounds, caches, verify, meter, onSample })
  rmSync(work, { recursive: true })
  const state = { warm: '', written: ', written back before each command', cold: ', page cache empty' }[
    caches
  ]
  console.log(`
## ${data.label}

${files} files, ${(bytes / 1e9).toFixed(3)} GB, data and repositories below ${parent}${state}; medians of ${rounds}.
“÷” is against ${reference}; “spread” is the distance between the rounds' CPU seconds.

${phaseTables(samples, bytes, data.changed, reference)}`)
  if (!meter.hasPeak) console.log('\nNo peaks: GNU time is not installed.')
  return samples
}

/**
 * @param {Run} run
 * @param {import('./peers/releases.mjs').HistoryName} name
 */
const history = async ({ options, tools, reference, record }, name) => {
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

/** Release, its unpacked archive, restored copy, and the repositories. */
const historyBytes = 2e9

/** @type {(tools: readonly Tool[], missing: readonly string[]) => string[]} */
const toolLines = (tools, missing) => [
  ...tools.map(({ name, version }) => `- ${name}: ${version}`),
  ...(missing.length === 0 ? [] : [`- not installed, so not measured: ${missing.join(', ')}`]),
]

/** @type {(sample: Sample, rounds: number) => string} */
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

/** Undefined where there is nothing to do, which was told. */
const wantedOptions = () => {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    log(`${/** @type {Error} */ (error).message}\n\`npm run bench -- --help\` lists the options.`)
    process.exitCode = 1
    return undefined
  }
}

const options = wantedOptions()
if (options !== undefined) await main(options)
