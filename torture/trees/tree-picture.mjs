import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What a directory holds, as one line of text for each entry: content and the attributes that a restore brings back. Names
 * of one inode are told by the first of them.
 * @param {string} root
 * @returns {Map<string, string>}
 */
export const pictureOf = (root) => {
  const picture = new Map()
  const inodes = new Map()
  for (const path of ['', ...readdirSync(root, { recursive: true }).sort()])
    picture.set(path, lineOf(root, path, inodes))
  return picture
}

const lineOf = (root, path, inodes) => {
  const disk = join(root, path)
  const stat = lstatSync(disk, { bigint: true })
  const mode = stat.mode.toString(8)
  const common = `${mode} ${stat.uid}:${stat.gid} ${stat.isSymbolicLink() ? '' : stat.mtimeNs}`
  if (stat.isSymbolicLink()) return `${common} -> ${readlinkSync(disk)}`
  if (!stat.isFile()) return common
  const hash = createHash('sha256').update(readFileSync(disk)).digest('hex')
  if (stat.nlink > 1n && !inodes.has(stat.ino)) inodes.set(stat.ino, path)
  return `${common} ${stat.size} ${hash} ${inodes.get(stat.ino) ?? ''}`
}

/**
 * The first difference in words; undefined if there is none.
 * @param {Map<string, string>} wanted
 * @param {Map<string, string>} found
 */
export const pictureDifference = (wanted, found) => {
  for (const [path, line] of wanted)
    if (found.get(path) !== line)
      return `${JSON.stringify(path)} should be «${line}» and is «${found.get(path)}»`
  for (const path of found.keys()) if (!wanted.has(path)) return `${JSON.stringify(path)} should not be there`
  return undefined
}
