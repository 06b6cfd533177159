import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const sectorBytes = 512

/**
 * What a disk may hold after a power cut, by the rules that POSIX leaves: a file's bytes are safe when an fsync of it that began
 * after they were written has ended, a name when the same is true of its directory. Of all else each part may be there or not
 * (ALICE, Pillai et al., OSDI 2014).
 */
export class DiskModel {
  /** Live names, for what a rename or link refers to. */
  #live = new Map()
  /** Model number by inode of the real file system, which gives numbers again. */
  #numbers = new Map()
  #writes = []
  #names = []
  #syncs = new Map()
  #inodes = 0

  constructor(root) {
    this.root = root
  }

  apply(record) {
    const { op } = record
    if (op === 'create') {
      const inode = this.#inodes++
      this.#numbers.set(record.inode, inode)
      this.#name({ op: 'link', path: record.path, inode })
    } else if (op === 'write') this.#write(record)
    else if (op === 'sync') this.#syncs.set(record.token, this.#pendingOf(record))
    else if (op === 'synced') for (const change of this.#syncs.get(record.token)) change.safe = true
    else if (op === 'link') this.#name({ op, path: record.paths[1], inode: this.#live.get(record.paths[0]) })
    else if (op === 'rename') this.#rename(...record.paths)
    else if (op === 'mkdir') this.#name({ op, path: record.paths[0] })
    else if (op === 'unlink' || op === 'rmdir') this.#name({ op: 'unlink', path: record.paths[0] })
  }

  /** Changes that a power cut may take: those that are not safe and may still matter. */
  get unsafe() {
    return [...this.#writes, ...this.#names].filter(({ safe }) => !safe)
  }

  #write({ inode, at, data }) {
    const number = this.#numbers.get(inode)
    if (number === undefined) throw new Error(`a write to inode ${inode}, which was never made`)
    this.#writes.push({ op: 'write', inode: number, at, bytes: Buffer.from(data, 'base64'), safe: false })
  }

  #rename(from, to) {
    this.#name({ op: 'rename', path: to, from, inode: this.#live.get(from) })
    this.#live.delete(from)
  }

  #name(change) {
    this.#names.push({ ...change, folder: dirname(change.path), safe: false })
    if (change.op === 'unlink') this.#live.delete(change.path)
    else this.#live.set(change.path, change.inode)
  }

  #pendingOf({ folder, inode }) {
    if (folder !== undefined) return this.#names.filter((change) => !change.safe && change.folder === folder)
    const number = this.#numbers.get(inode)
    return this.#writes.filter((change) => !change.safe && change.inode === number)
  }

  /**
   * Writes the state in which of the unsafe changes those are there that `keep` says: true, false, or for writes also `torn`.
   * @param {string} target an empty folder
   */
  build(target, keep) {
    const content = this.#content(keep)
    const entries = new Map([[this.root, 'folder']])
    for (const change of this.#names) {
      if (!change.safe && !keep(change)) continue
      if (change.op === 'rename') entries.delete(change.from)
      if (change.op === 'unlink') entries.delete(change.path)
      else entries.set(change.path, change.op === 'mkdir' ? 'folder' : change.inode)
    }
    for (const path of [...entries.keys()].sort()) {
      if (path === this.root || entries.get(dirname(path)) !== 'folder' || !this.#isReachable(path, entries))
        continue
      const entry = entries.get(path)
      const place = target + path.slice(this.root.length)
      if (entry === 'folder') mkdirSync(place, { mode: 0o700 })
      else writeFileSync(place, content.get(entry) ?? '', { mode: 0o600 })
    }
  }

  #isReachable(path, entries) {
    for (let folder = dirname(path); folder !== this.root; folder = dirname(folder))
      if (entries.get(folder) !== 'folder') return false
    return true
  }

  #content(keep) {
    const content = new Map()
    for (const change of this.#writes) {
      const fate = change.safe ? true : keep(change)
      if (fate === false) continue
      const bytes = fate === 'torn' ? change.bytes.subarray(0, tornAt(change.bytes.length)) : change.bytes
      const before = content.get(change.inode) ?? Buffer.alloc(0)
      const after = Buffer.alloc(Math.max(before.length, change.at + bytes.length))
      before.copy(after)
      bytes.copy(after, change.at)
      content.set(change.inode, after)
    }
    return content
  }
}

/** Sectors are what a disk writes at once. */
const tornAt = (lengthBytes) => sectorBytes * Math.floor(lengthBytes / 2 / sectorBytes)
