import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** What a folder has: path to `{ bytes }` or `{ target }`; directories are left out. */
export const contentOf = (folder) => {
  const content = new Map()
  const visit = (below) => {
    for (const name of readdirSync(join(folder, below))) {
      const path = below === '' ? name : `${below}/${name}`
      const at = join(folder, path)
      const found = lstatSync(at)
      if (found.isDirectory()) visit(path)
      else if (found.isSymbolicLink()) content.set(path, { target: readlinkSync(at) })
      else content.set(path, { bytes: readFileSync(at) })
    }
  }
  visit('')
  return content
}

/**
 * Compares what was restored with what was backed up. Nothing may be other than it was, whatever happened; what is not there
 * must have been told of; and what `mayBeLost` denies must be there.
 * @returns complaints
 */
export const complaintsAbout = (restored, expected, told, mayBeLost) => {
  const complaints = new Map()
  const complain = (what, path) => complaints.set(what, [...(complaints.get(what) ?? []), path])
  for (const [path, content] of restored) {
    const wanted = expected.get(path)
    if (wanted === undefined) complain('restored what was never backed up', path)
    else if (!isSame(content, wanted)) complain('restored with other bytes', path)
  }
  for (const path of expected.keys()) {
    if (restored.has(path)) continue
    if (!mayBeLost(path)) complain('not restored, although it does not depend on the damage', path)
    if (!told(path)) complain('not restored, and nobody was told', path)
  }
  return [...complaints].map(([what, paths]) => `${what}: ${shown(paths)}`)
}

const shown = (paths) => (paths.length > 3 ? `${paths[0]} and ${paths.length - 1} more` : paths.join(', '))

const isSame = (a, b) => (b.bytes === undefined ? a.target === b.target : a.bytes?.equals(b.bytes))
