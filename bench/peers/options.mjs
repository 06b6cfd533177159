import { parseArgs } from 'node:util'
import { dataSetNames } from './data-set.mjs'
import { fewToolNames, toolNames } from './find-tools.mjs'
import { historyNames } from './releases.mjs'

const usage = `Usage: npm run bench -- [options]

  --data DIR      the tree to back up; default: the last releases of two large npm packages
  --full          everything: all tools, all sets, both histories
  --sets LIST     some of ${dataSetNames.join(',')}: the tree, two big files, a disk image; default: tree
  --history LIST  typescript, next, both separated by a comma, or none
                  default: typescript; with --data none
  --rounds N      how often everything is measured; default 3
  --tools LIST    some of ${toolNames.join(',')}
                  default: restic, the best other that is installed, tar
  --peers DIR     where other tools are looked for before PATH (VARVE_BENCH_PEERS)
  --work DIR      for data and repositories; default: /dev/shm where it has room
  --disk DIR      measure the phases once more with data and repositories in DIR
  --cold          with --disk: empty the page cache before each command (root)
  --no-verify     do not compare what was restored with the source
  --json FILE     append every measurement to FILE, one JSON value a line
  --svg FILE      draw the ratios of the tree as a picture`

/** @typedef {NonNullable<ReturnType<typeof readOptions>>} Options */

/**
 * Undefined after help was asked for and printed.
 * @param {readonly string[]} args
 */
export const readOptions = (args) => {
  const { values } = parse(args)
  if (values.help) {
    console.log(usage)
    return undefined
  }
  const { data, work, disk, json, svg, cold = false, full = false } = values
  const peers = [values.peers, process.env.VARVE_BENCH_PEERS].filter((folder) => folder !== undefined)
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 0) throw new Error('--rounds takes a whole number')
  return {
    ...{ data, work, disk, json, svg, cold, peers, rounds },
    verify: !values['no-verify'],
    tools: listOf(values.tools, toolNames, full ? toolNames : fewToolNames(peers)),
    sets: listOf(values.sets, dataSetNames, full ? dataSetNames : ['tree']),
    histories: listOf(values.history, historyNames, usualHistories(full, data)),
  }
}

/** @type {(full: boolean, data: string | undefined) => readonly import('./releases.mjs').HistoryName[]} */
const usualHistories = (full, data) => {
  if (full) return historyNames
  return data === undefined ? ['typescript'] : []
}

/** @param {readonly string[]} args */
const parse = (args) =>
  parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      full: { type: 'boolean' },
      sets: { type: 'string' },
      history: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      tools: { type: 'string' },
      peers: { type: 'string' },
      work: { type: 'string' },
      disk: { type: 'string' },
      cold: { type: 'boolean' },
      'no-verify': { type: 'boolean' },
      json: { type: 'string' },
      svg: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })

/**
 * @template {string} Name
 * @param {string | undefined} text
 * @param {readonly Name[]} known
 * @param {readonly Name[]} otherwise
 * @returns {readonly Name[]}
 */
const listOf = (text, known, otherwise) => {
  if (text === undefined) return otherwise
  if (text === 'none') return []
  const names = /** @type {Name[]} */ (text.split(','))
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`"${unknown}" is none of ${known.join(', ')}`)
  return names
}
