/**
 * What each stage of a backup costs alone, and what the engine costs beside their sum.
 * `node bench/stages.mjs --help`, and bench/README.md.
 */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { load } from './machine/dist.mjs'
import { folderSize } from './machine/list-files.mjs'
import { machineLines } from './machine/machine.mjs'
import { figure, markdownTable } from './machine/markdown-table.mjs'
import { CommandMeter } from './machine/measured-command.mjs'
import { makeWorkFolder, roomyFolder } from './machine/work-folder.mjs'
import { dataSet } from './peers/data-set.mjs'
import { Place } from './peers/tool.mjs'
import { varve } from './peers/varve.mjs'
import { RawPipeline, stageNames } from './stages/raw-pipeline.mjs'
import { StageTimes } from './stages/stage-times.mjs'

const usage = `Usage: node bench/stages.mjs [options]

  --data DIR      the tree; default: the last releases of two large npm packages
  --rounds N      the best of so many counts; default 3
  --workers N     of the engine; default: one for each core
  --work DIR      for the repository; default: /dev/shm where it has room`

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    workers: { type: 'string' },
    work: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

/** @typedef {{ backupMs: number, startMs: number, counters: Record<string, number> }} Engine */

/** @param {string} source */
const rawStages = (source, /** @type {string} */ work) => {
  const times = new StageTimes()
  new RawPipeline(source, work, times).run()
  return times
}

/**
 * CPU milliseconds of a first backup with everything that belongs to it, and of a command that only opens the repository.
 * @param {string} source
 * @param {string} work
 * @returns {Promise<Engine>}
 */
const engine = async (source, work) => {
  const meter = new CommandMeter(work)
  const tool = varve()
  const place = new Place(work, 'varve')
  for (const command of tool.init(place)) await meter.run(command)
  const backup = tool.backup(place, source, 1)
  const opened = { ...backup, args: backup.args.map((word) => (word === 'backup' ? 'snapshots' : word)) }
  const start = await meter.run({ ...opened, args: opened.args.filter((word) => word !== '.') })
  const workers = values.workers === undefined ? [] : ['--workers', values.workers]
  const cost = await meter.run({ ...backup, args: [...backup.args, '--stats', ...workers] })
  const summary = JSON.parse(readFileSync(meter.stdoutPath, 'utf8').trim().split('\n').at(-1) ?? '{}')
  place.remove()
  return { backupMs: 1000 * cost.cpuS, startMs: 1000 * start.cpuS, counters: summary.stages_ms ?? {} }
}

/**
 * CPU milliseconds of looking at every entry once.
 * @param {string} source
 */
const walkMs = async (source) => {
  const { walk } = await load('filesystem/walk.js')
  const before = process.cpuUsage()
  const diskPath = Buffer.from(source).toString('latin1')
  const onError = (/** @type {string} */ _path, /** @type {unknown} */ error) => {
    throw error
  }
  for (const _ of walk([{ diskPath, treePath: [] }], {}, onError));
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

const main = async () => {
  const data = dataSet(values.data)
  const work = makeWorkFolder(values.work ?? roomyFolder(2 * data.sizeBytes))
  const source = values.data ?? join(work, 'source')
  if (values.data === undefined) data.copyTo(source)
  const { files, bytes } = folderSize(source)
  const raw = []
  const engines = []
  const walks = []
  for (let round = 1; round <= Number(values.rounds); round++) {
    process.stderr.write(`round ${round}\n`)
    raw.push(rawStages(source, work))
    engines.push(await engine(source, work))
    walks.push(await walkMs(source))
  }
  rmSync(work, { recursive: true })
  const heading = `${data.label}: ${files} files, ${(bytes / 1e9).toFixed(3)} GB; best of ${raw.length}`
  console.log(['# Stages', '', ...machineLines(), `- data: ${heading}`, ''].join('\n'))
  report(raw, engines, Math.min(...walks), bytes / 1e9)
}

/**
 * @param {readonly StageTimes[]} raw
 * @param {readonly Engine[]} engines
 * @param {number} walk
 * @param {number} gb
 */
const report = (raw, engines, walk, gb) => {
  const best = stageNames.map((stage) => {
    const all = raw.map((times) => times.of(stage))
    return { stage, cpuMs: Math.min(...all.map(({ cpuMs }) => cpuMs)), gb: all[0].bytes / 1e9 }
  })
  const sum = best.reduce((total, { cpuMs }) => total + cpuMs, 0)
  const fastest = engines.reduce((a, b) => (a.backupMs < b.backupMs ? a : b))
  const line = (/** @type {string} */ name, /** @type {number} */ cpuMs, /** @type {number} */ through) => [
    ...[name, figure(through, 3), figure(cpuMs, 0), figure(cpuMs / through, 0), figure(cpuMs / gb, 0)],
    `${figure((100 * cpuMs) / sum, 1)} %`,
  ]
  const startMs = Math.min(...engines.map((one) => one.startMs))
  const rows = [
    ...best.map(({ stage, cpuMs, gb: through }) => line(stage, cpuMs, through)),
    line('sum of the stages', sum, gb),
    line('the whole backup', fastest.backupMs, gb),
    line('– of it start and key', startMs, gb),
    line('– of it the walk', walk, gb),
  ]
  const titles = ['stage', 'GB through it', 'CPU ms', 'per GB through it', 'per GB of data', 'of the sum']
  const overhead = (100 * (fastest.backupMs - sum)) / sum
  const verify = best.find(({ stage }) => stage === 'verify')?.cpuMs ?? 0
  const counters = Object.entries(fastest.counters).map(([name, ms]) => [name, figure(ms / gb, 0)])
  console.log(`${markdownTable(titles, rows)}

Overhead of the whole over the sum of its stages: ${overhead.toFixed(1)} %, without start and key ${(overhead - (100 * startMs) / sum).toFixed(1)} %.
Opening every new block again costs ${((100 * verify) / fastest.backupMs).toFixed(1)} % of the whole.

What the engine's own clocks said (--stats; time on the wall, so more on a busy machine), ms per GB of data:

${markdownTable(['stage', 'ms per GB'], counters)}`)
}

if (values.help) console.log(usage)
else await main()
