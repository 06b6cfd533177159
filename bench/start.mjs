/**
 * How long varve takes to start, beyond Node's own start. `node bench/start.mjs --help`, and bench/README.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { commandPath } from './machine/dist.mjs'
import { machineLines } from './machine/machine.mjs'
import { figure, markdownTable } from './machine/markdown-table.mjs'
import { CommandMeter } from './machine/measured-command.mjs'
import { makeWorkFolder } from './machine/work-folder.mjs'
import { median } from './peers/median.mjs'

const usage = `Usage: node bench/start.mjs [options]

  --rounds N      of each command, by turns; default 21
  --program FILE  another build's dist/cli/main.js; default: this one's`

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '21' },
    program: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const password = 'a password for benches'

/** @typedef {{ what: string, args: readonly string[], beyond: string, limitS: number | undefined, wallS: number[] }} Row */

class StartBench {
  #path = values.program ?? commandPath()

  /** @param {string} work */
  constructor(work) {
    this.work = work
    this.meter = new CommandMeter(work)
    this.env = { PATH: process.env.PATH ?? '', HOME: work }
    const repository = ['-r', join(work, 'repository'), '--cache-dir', join(work, 'cache')]
    this.withKey = [...repository, '--key-file', join(work, 'key')]
    this.withPassword = [...repository, '--password-file', join(work, 'password')]
  }

  /** @param {readonly string[]} args what Node is called with */
  #run(args) {
    return this.meter.run({ program: process.execPath, args, cwd: this.work, env: this.env })
  }

  /** A repository with one snapshot of a few small files, opened by a key file and by a password. */
  async prepare() {
    const source = join(this.work, 'source')
    mkdirSync(source)
    for (let index = 0; index < 3; index++) writeFileSync(join(source, `file-${index}`), `content ${index}\n`)
    writeFileSync(join(this.work, 'password'), `${password}\n`)
    for (const args of [
      [...this.withKey, 'init'],
      [...this.withKey, 'key', 'add', '--new-password-file', join(this.work, 'password')],
      [...this.withKey, 'backup', 'source'],
    ])
      await this.#run([this.#path, ...args])
  }

  /** @returns {Promise<Row[]>} */
  async measure() {
    const derivation = `require('node:crypto').scrypt('${password}', 'salt', 32, { N: 2 ** 17, r: 8, maxmem: 2 ** 28 }, () => {})`
    /** @type {Row[]} */
    const rows = [
      { what: 'node -e 0', args: ['-e', '0'], beyond: '', limitS: undefined },
      { what: 'node, scrypt alone', args: ['-e', derivation], beyond: 'node -e 0', limitS: undefined },
      { what: '--version', args: [this.#path, '--version'], beyond: 'node -e 0', limitS: 0.03 },
      { what: '--help', args: [this.#path, '--help'], beyond: 'node -e 0', limitS: 0.05 },
      {
        what: 'snapshots, key file',
        args: [this.#path, ...this.withKey, 'snapshots'],
        beyond: 'node -e 0',
        limitS: 0.1,
      },
      {
        what: 'cat, key file',
        args: [this.#path, ...this.withKey, 'cat', 'latest:source/file-1'],
        beyond: 'node -e 0',
        limitS: 0.1,
      },
      {
        what: 'cat, password',
        args: [this.#path, ...this.withPassword, 'cat', 'latest:source/file-1'],
        beyond: 'node, scrypt alone',
        limitS: 0.1,
      },
      {
        what: 'backup, unchanged, key file',
        args: [this.#path, ...this.withKey, 'backup', 'source'],
        beyond: 'node -e 0',
        limitS: undefined,
      },
    ].map((row) => ({ ...row, wallS: [] }))
    for (let round = 0; round < Number(values.rounds); round++)
      for (const row of rows) row.wallS.push((await this.#run(row.args)).wallS)
    return rows
  }
}

/** @param {readonly Row[]} rows */
const tableOf = (rows) => {
  const medians = new Map(rows.map(({ what, wallS }) => [what, median(wallS)]))
  return markdownTable(
    ['command', 'median s', 'least s', 'beyond', 'by s', 'limit s'],
    rows.map(({ what, wallS, beyond, limitS }) => [
      what,
      figure(median(wallS), 3),
      figure(Math.min(...wallS), 3),
      beyond,
      figure((medians.get(what) ?? Number.NaN) - (medians.get(beyond) ?? Number.NaN), 3),
      figure(limitS, 3),
    ]),
  )
}

const main = async () => {
  const bench = new StartBench(makeWorkFolder(tmpdir()))
  await bench.prepare()
  const rows = await bench.measure()
  console.log(['# Start', '', ...machineLines(), '', tableOf(rows)].join('\n'))
}

if (values.help) console.log(usage)
else await main()
