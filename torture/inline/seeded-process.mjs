import { createRequire, syncBuiltinESMExports } from 'node:module'
import { useInlineThreads } from './inline-threads.mjs'

const require = createRequire(import.meta.url)
const crypto = require('node:crypto')
const level = require('classic-level')

/** Databases by folder: what LevelDB would keep on the disk. */
const folders = new Map()
const locked = new Set()

/** LevelDB's part that local-state uses, in memory: the real one works in threads whose turns nobody can repeat. */
class MemoryLevel {
  constructor(folder) {
    this.folder = folder
  }

  async open() {
    if (locked.has(this.folder))
      throw Object.assign(new Error('not open'), { cause: { code: 'LEVEL_LOCKED' } })
    locked.add(this.folder)
    if (!folders.has(this.folder)) folders.set(this.folder, new Map())
  }

  async get(key) {
    return folders.get(this.folder)?.get(key)
  }

  async put(key, value) {
    folders.get(this.folder)?.set(key, Buffer.from(value))
  }

  async del(key) {
    folders.get(this.folder)?.delete(key)
  }

  async close() {
    locked.delete(this.folder)
  }

  static async destroy(folder) {
    folders.delete(folder)
  }
}

let randomBytes = crypto.randomBytes

/** From now on this process has no threads, no real randomness, and no database: what happens follows from what it is told. */
export const seedProcess = () => {
  useInlineThreads()
  crypto.randomBytes = (sizeBytes) => randomBytes(sizeBytes)
  level.ClassicLevel = MemoryLevel
  syncBuiltinESMExports()
}

export const drawBytesFrom = (random) => {
  randomBytes = (sizeBytes) => random.bytes(sizeBytes)
}

/** The process that had databases below this folder open is dead. */
export const unlockBelow = (folder) => {
  for (const path of [...locked]) if (path.startsWith(folder)) locked.delete(path)
}

export const forgetBelow = (folder) => {
  unlockBelow(folder)
  for (const path of [...folders.keys()]) if (path.startsWith(folder)) folders.delete(path)
}
