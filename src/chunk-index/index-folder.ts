import { readdirSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { TEMPORARY_PREFIX } from './content-named-file.js'
import { MANIFEST_NAME, type Manifest } from './manifest.js'

/** Longer than any process takes from the first byte of a run to the manifest that names it. */
const UNNAMED_AGE_MAX_MS = 3_600_000

/**
 * Removes files that the manifest does not name and that are an hour older than it: runs that were merged away, leftovers
 * of ended processes. A younger one may belong to a process that has yet to write its manifest. Readers that have such a
 * file open keep it. Ages are the file system's own, so the clock is not asked.
 */
export const sweepFolder = (folder: string, manifest: Manifest): void => {
  const named = new Set([MANIFEST_NAME, manifest.filter, ...manifest.runs.map(({ name }) => name)])
  try {
    const nowMs = statSync(join(folder, MANIFEST_NAME)).mtimeMs
    for (const name of readdirSync(folder)) {
      if (named.has(name) || !isOurs(name)) continue
      const path = join(folder, name)
      if (nowMs - statSync(path).mtimeMs > UNNAMED_AGE_MAX_MS) unlinkSync(path)
    }
  } catch {
    // Another process sweeps too, or the folder is read-only: what stays is only space, and the next update tries again.
  }
}

const isOurs = (name: string): boolean =>
  name.startsWith(TEMPORARY_PREFIX) || /^[0-9a-f]{32}\.(run|filter)$/.test(name)
