import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

const usual = {
  sizes: [0, 1, 700, 5000, 5000, 30_000, 200_000, 1_500_000],
  entriesMax: 60,
  zeros: [1, 5000, 3_000_000],
}

/** A directory whose content follows from a seed, and which changes as people's directories do. */
export class SourceTree {
  #count = 0

  /** @param {string} path a directory that does not exist yet */
  constructor(path, random, { sizes, entriesMax, zeros } = usual) {
    Object.assign(this, { path, random, sizes, entriesMax, zeros })
    mkdirSync(path)
    for (let entry = 0; entry < Math.min(12, entriesMax); entry++) this.#add()
  }

  /** Some edits at once. */
  change() {
    const edits = [this.#add, this.#add, this.#append, this.#patch, this.#cut, this.#remove, this.#rename]
    edits.push(this.#retouch, this.#zeros)
    for (let edit = 1 + this.random.below(5); edit > 0; edit--) this.random.pick(edits).call(this)
  }

  #entries() {
    return readdirSync(this.path, { recursive: true }).sort()
  }

  #place() {
    const folders = this.#entries().filter((entry) => lstatSync(join(this.path, entry)).isDirectory())
    const folder = this.random.pick(['', ...folders])
    return join(this.path, folder, `${this.random.pick(['a', 'ü', 'long name', '-x'])}${this.#count++}`)
  }

  #file() {
    const files = this.#entries().filter((entry) => lstatSync(join(this.path, entry)).isFile())
    return files.length === 0 ? undefined : join(this.path, this.random.pick(files))
  }

  #add() {
    if (this.#entries().length > this.entriesMax) return this.#remove()
    const path = this.#place()
    const kind = this.random.below(10)
    const file = this.#file()
    if (kind === 0) symlinkSync(this.random.pick(['nowhere', '../x', '/etc/passwd']), path)
    else if (kind === 1 && file !== undefined) linkSync(file, path)
    else if (kind <= 3) mkdirSync(path)
    else writeFileSync(path, this.random.bytes(this.random.pick(this.sizes)))
  }

  #append() {
    const file = this.#file()
    if (file !== undefined) appendFileSync(file, this.random.bytes(this.random.pick(this.sizes)))
  }

  #patch() {
    const file = this.#file()
    if (file === undefined) return
    const fd = openSync(file, 'r+')
    writeSync(fd, this.random.bytes(100), 0, 100, this.random.below(lstatSync(file).size + 1))
    closeSync(fd)
  }

  #cut() {
    const file = this.#file()
    if (file !== undefined) truncateSync(file, this.random.below(lstatSync(file).size + 1))
  }

  #zeros() {
    const file = this.#file()
    if (file !== undefined) truncateSync(file, lstatSync(file).size + this.random.pick(this.zeros))
  }

  #remove() {
    const entries = this.#entries()
    if (entries.length > 3) rmSync(join(this.path, this.random.pick(entries)), { recursive: true })
  }

  #rename() {
    const file = this.#file()
    const place = this.#place()
    if (file !== undefined && !existsSync(place)) renameSync(file, place)
  }

  #retouch() {
    const file = this.#file()
    if (file === undefined) return
    chmodSync(file, this.random.pick([0o600, 0o644, 0o755]))
    utimesSync(file, 1e9, 1.5e9 + this.random.below(1e8))
  }
}
