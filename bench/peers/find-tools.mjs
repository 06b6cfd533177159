import { findProgram } from '../machine/find-program.mjs'
import { borg } from './borg.mjs'
import { kopia } from './kopia.mjs'
import { restic } from './restic.mjs'
import { rustic } from './rustic.mjs'
import { tar } from './tar.mjs'
import { varve } from './varve.mjs'
import { vykar } from './vykar.mjs'

/** @type {Record<string, (program: string) => import('./tool.mjs').Tool>} */
const peers = { restic, vykar, kopia, rustic, borg }

/** In the order in which they take turns: after restic the fastest first. */
export const toolNames = ['varve', 'restic', 'vykar', 'kopia', 'rustic', 'borg', 'tar']

/**
 * Without `--full`: restic and the best other peer that is installed.
 * @param {readonly string[]} folders where peers are looked for before PATH
 */
export const fewToolNames = (folders) => {
  const others = ['vykar', 'kopia', 'rustic', 'borg']
  const best = others.find((name) => findProgram(name, folders) !== undefined)
  return ['varve', 'restic', best ?? others[0], 'tar']
}

/**
 * The tools that are installed and wanted, and the names of those that are wanted and not installed.
 * @param {readonly string[]} wanted
 * @param {readonly string[]} folders where peers are looked for before PATH
 */
export const findTools = (wanted, folders) => {
  /** @type {import('./tool.mjs').Tool[]} */
  const tools = []
  /** @type {string[]} */
  const missing = []
  for (const name of wanted) {
    const tool = findTool(name, folders)
    if (tool === undefined) missing.push(name)
    else tools.push(tool)
  }
  return { tools, missing }
}

/**
 * @param {string} name
 * @param {readonly string[]} folders
 */
const findTool = (name, folders) => {
  if (name === 'varve') return varve()
  const program = findProgram(name, folders)
  if (program === undefined) return undefined
  if (name === 'tar') {
    const zstd = findProgram('zstd', folders)
    return zstd === undefined ? undefined : tar(program, zstd)
  }
  return peers[name](program)
}
