import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'

export interface Comparison {
  readonly entries: number
  readonly differences: readonly string[]
}

/** Compares two trees with nothing of varve's own: names, types, modes, owners, times, targets, and content by SHA-256. */
export const compareTrees = async (left: string, right: string): Promise<Comparison> => {
  const differences: string[] = []
  let entries = 0
  const visit = async (path: string): Promise<void> => {
    const names = await namesOf(join(left, path))
    const others = new Set(await namesOf(join(right, path)))
    for (const name of names) {
      entries++
      const at = join(path, name)
      if (!others.delete(name)) differences.push(`${at}: missing`)
      else if (await compareEntries(join(left, at), join(right, at), at, differences)) await visit(at)
    }
    for (const name of others) differences.push(`${join(path, name)}: should not be there`)
  }
  await visit('.')
  return { entries, differences }
}

const namesOf = async (path: string): Promise<string[]> => (await readdir(path)).sort()

/** Whether both are directories to go on in. */
const compareEntries = async (
  left: string,
  right: string,
  at: string,
  differences: string[],
): Promise<boolean> => {
  const [a, b] = await Promise.all([lstat(left, { bigint: true }), lstat(right, { bigint: true })])
  for (const field of ['mode', 'uid', 'gid', 'mtimeNs'] as const)
    if (a[field] !== b[field]) differences.push(`${at}: ${field} ${a[field]} became ${b[field]}`)
  if (a.isFile() && (a.size !== b.size || (await hashOf(left)) !== (await hashOf(right))))
    differences.push(`${at}: other content`)
  if (a.isSymbolicLink() && (await readlink(left)) !== (await readlink(right)))
    differences.push(`${at}: points elsewhere`)
  return a.isDirectory() && b.isDirectory()
}

const hashOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path)) hash.update(part as Buffer)
  return hash.digest('hex')
}
