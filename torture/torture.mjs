/**
 * The long forms of the campaigns against the store, and a table of what was tried.
 * `node torture/torture.mjs --help`.
 */
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { machineLines } from '../bench/machine/machine.mjs'
import { markdownTable } from '../bench/machine/markdown-table.mjs'

const names = ['crash', 'power', 'simulation', 'damage', 'hostile', 'fuzz', 'soak']

const usage = `Usage: npm run torture -- [options]

  --only NAMES    some of ${names.join(', ')}, with commas between; default: all
  --seconds N     for each campaign; default 60
  --seed S        where the numbers come from; default: the time
  --quiet         only the table
  --planted       plant bugs in copies of the program, and show which campaign catches each`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    quiet: { type: 'boolean', default: false },
    planted: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

/** @param {string} name */
const moduleOf = (name) => new URL(`campaigns/${name}/${name}.mjs`, import.meta.url)

/** @param {string | undefined} only */
const chosen = (only) => {
  const wanted = only?.split(',') ?? names.filter((name) => existsSync(moduleOf(name)))
  const unknown = wanted.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new Error(`no campaign is called ${unknown}`)
  return wanted
}

/**
 * @typedef {{ seed: number, story: string }} Failure
 * @typedef {{ campaign: string, tried: number, failures: readonly Failure[], notes: string }} Result
 */

/**
 * A campaign that throws has failed, too.
 * @type {(name: string, seed: number, seconds: number) => Promise<Result & { tookS: number }>}
 */
const runOne = async (name, seed, seconds) => {
  const log = (/** @type {string} */ text) => {
    if (!values.quiet) process.stderr.write(`${name}: ${text}\n`)
  }
  const startMs = Date.now()
  const took = () => (Date.now() - startMs) / 1000
  try {
    const { run } = await import(moduleOf(name).href)
    return { ...(await run({ seed, seconds, log, keep: isOwnProgram })), tookS: took() }
  } catch (error) {
    const story = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { campaign: name, tried: 0, failures: [{ seed, story }], notes: '', tookS: took() }
  }
}

const failuresShownMax = 20

/** @param {readonly Result[]} results */
const storyLines = (results) =>
  results.flatMap(({ campaign, failures }) =>
    failures
      .slice(0, failuresShownMax)
      .flatMap(({ seed, story }) => [
        '',
        `${campaign} failed: ${story}`,
        `  again: npm run torture -- --only ${campaign} --seed ${seed} --seconds ${values.seconds}`,
      ]),
  )

/** What fails in another build, such as one with a planted bug, is no story of this one. */
const isOwnProgram = process.env.VARVE_DIST === undefined

const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed)
const seconds = Number(values.seconds)

const main = async () => {
  const results = []
  for (const name of chosen(values.only)) results.push(await runOne(name, seed, seconds))
  const rows = results.map(({ campaign, tried, failures, tookS }) => [
    campaign,
    String(tried),
    String(failures.length),
    tookS.toFixed(0),
  ])
  const lines = [
    ...machineLines(),
    `- seed ${seed}`,
    '',
    markdownTable(['campaign', 'tried', 'failed', 'seconds'], rows),
    '',
    ...results.map(({ campaign, notes }) => `- ${campaign}: ${notes}`),
    ...storyLines(results),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  process.exitCode = results.some(({ failures }) => failures.length > 0) ? 1 : 0
}

const storyShownMax = 160

const planted = async () => {
  const { runPlanted } = await import('./planted/planted.mjs')
  const log = (/** @type {string} */ text) => process.stderr.write(`${text}\n`)
  const rows = runPlanted({ seed, seconds, log })
  const told = rows.map(([what, by, story]) => [what, by, story.slice(0, storyShownMax)])
  process.stdout.write(`${markdownTable(['planted bug', 'caught by', 'first story'], told)}\n`)
  process.exitCode = rows.some(([, by]) => by === 'NOBODY') ? 1 : 0
}

if (values.help) process.stdout.write(`${usage}\n`)
else if (values.planted) await planted()
else await main()
