import type { Stat } from '../../filesystem/stat.js'
import type { Overwrite } from './restore-options.js'

/**
 * What to do with a name that is taken already (`create`: it is not). `keep`: it is right, but for attributes perhaps; `compare`: its content
 * decides; `replace`; `skip`: the caller wants it to stay; `conflict`: it differs, and nothing may be replaced.
 */
export type Decision = 'create' | 'keep' | 'compare' | 'replace' | 'skip' | 'conflict'

export interface Wanted {
  readonly mtimeNs: bigint
  /** Undefined for what is no regular file. */
  readonly sizeBytes: number | undefined
  /** The same type; for what is no regular file, the same content as well. */
  readonly isAlike: boolean
  /** Size and time do not prove the content: it must be read. */
  readonly isDoubtful: boolean
}

export const decide = (wanted: Wanted, found: Stat, overwrite: Overwrite | undefined): Decision => {
  const isFile = wanted.sizeBytes !== undefined
  const looksRight =
    wanted.isAlike && (!isFile || (found.sizeBytes === wanted.sizeBytes && found.mtimeNs === wanted.mtimeNs))
  if (looksRight && (!isFile || looksDecide(overwrite, wanted.isDoubtful))) return 'keep'
  if (overwrite === 'never') return 'skip'
  if (overwrite === 'if-newer' && wanted.mtimeNs <= found.mtimeNs) return 'skip'
  if (!wanted.isAlike) return overwrite === undefined ? 'conflict' : 'replace'
  if (overwrite === undefined && found.sizeBytes !== wanted.sizeBytes) return 'conflict'
  return 'compare'
}

/** Anybody can set a time. What may not be replaced anyway, or only by what is newer, need not be read for that. */
const looksDecide = (overwrite: Overwrite | undefined, isDoubtful: boolean): boolean =>
  overwrite === 'never' || overwrite === 'if-newer' || (overwrite !== 'always' && !isDoubtful)
