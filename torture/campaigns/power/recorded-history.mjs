import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { commandPath } from '../../../bench/machine/dist.mjs'
import { SourceTree } from '../../trees/source-tree.mjs'
import { pictureOf } from '../../trees/tree-picture.mjs'
import { DiskModel } from './disk-model.mjs'

const recorder = fileURLToPath(new URL('recorder.cjs', import.meta.url))

const attemptsMax = 20

const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ path, name }) => join(path, name).slice(folder.length + 1))

const isSame = (one, other) =>
  existsSync(one) && existsSync(other) && readFileSync(one).equals(readFileSync(other))

/** A short life of a repository by the built command, with every change to its folder written down. */
export class RecordedHistory {
  /** `{ lines, snapshotId, picture }`: what had been acknowledged when so many lines were written. */
  acknowledged = []
  /** `{ lines, path }`: copies of the cache after each command. */
  #caches = []
  /** Lines after which the repository exists. */
  madeAt = 0

  constructor(folder, random) {
    this.folder = folder
    this.random = random
    this.root = join(folder, 'repository')
    this.cache = join(folder, 'cache')
    this.keyFile = join(folder, 'key')
    this.recordPath = join(folder, 'record')
    this.source = join(folder, 'source')
  }

  /**
   * A process that kills itself in one thread may have a call under way in another, which ends and is not written down. Such a
   * record is not the truth, and the history is made anew. Where that does not help, there are calls that the recorder misses.
   */
  make() {
    let untold
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      this.#make()
      untold = this.#untold()
      if (untold === undefined) return this
    }
    throw new Error(`the record does not tell how ${untold} came to be, in ${attemptsMax} histories`)
  }

  /** The first file that the record and the disk do not have alike, by name, size and content. */
  #untold() {
    const model = new DiskModel(this.root)
    for (const record of this.records) model.apply(record)
    const told = join(this.folder, 'told')
    mkdirSync(told)
    try {
      model.build(told, () => true)
      const paths = new Set([...filesBelow(this.root), ...filesBelow(told)])
      return [...paths].find((path) => !isSame(join(this.root, path), join(told, path)))
    } finally {
      rmSync(told, { recursive: true })
    }
  }

  #make() {
    for (const path of [
      this.root,
      this.cache,
      this.recordPath,
      this.source,
      ...this.#caches.map(({ path }) => path),
    ])
      rmSync(path, { recursive: true, force: true })
    this.acknowledged = []
    this.#caches = []
    this.key = randomBytes(32)
    writeFileSync(this.keyFile, `${this.key.toString('hex')}\n`, { mode: 0o600 })
    const tree = new SourceTree(this.source, this.random)
    this.#varve(['init'])
    this.madeAt = this.#lines().length
    this.#backup()
    tree.change()
    this.#varve(['backup', '.'], this.#drawStop())
    this.#backup()
    const keyAddFrom = this.#lines().length
    if (this.random.below(2) === 0) this.#varve(['key', 'add', '--new-key-file', join(this.folder, 'key2')])
    this.keyAdd = { from: keyAddFrom, to: this.#lines().length }
    tree.change()
    this.#varve(['backup', '.'], this.#drawStop())
    tree.change()
    this.#backup()
    this.records = this.#lines().map((line) => JSON.parse(line))
  }

  /** Often between the moment when an object gets its name and that when the name is safe. */
  #drawStop() {
    if (this.random.below(2) === 0) return `${1 + this.random.below(60)}`
    return `${this.random.pick(['link', 'link', 'mkdir'])} ${1 + this.random.below(4)}`
  }

  /** While keys change the keyring has one copy instead of two: check says so, and the next change of keys writes both. */
  changesKeysAt(lines) {
    return lines > this.keyAdd.from && lines < this.keyAdd.to
  }

  #backup() {
    const picture = pictureOf(this.source)
    const { status, stdout, stderr } = this.#varve(['backup', '.'])
    const summary = stdout.trim().split('\n').at(-1)
    if (status !== 0) throw new Error(`an undisturbed backup ended with ${status}: ${stdout}${stderr}`)
    const snapshotId = JSON.parse(summary).snapshot_id
    this.acknowledged.push({ lines: this.#lines().length, snapshotId, picture })
  }

  #lines() {
    return readFileSync(this.recordPath, 'utf8').trimEnd().split('\n')
  }

  #varve(args, stop) {
    const { root, cache, keyFile } = this
    const global = ['-r', root, '--cache-dir', cache, '--key-file', keyFile, '--workers', '2', '--json']
    const env = {
      PATH: process.env.PATH,
      HOME: this.folder,
      VARVE_RECORD_ROOT: root,
      VARVE_RECORD_FILE: this.recordPath,
      ...(stop === undefined ? {} : { VARVE_RECORD_STOP: stop }),
    }
    const words = ['--require', recorder, commandPath(), ...global, ...args]
    const cwd = args[0] === 'backup' ? this.source : this.folder
    const ended = spawnSync(process.execPath, words, { cwd, env, encoding: 'utf8', timeout: 120_000 })
    const path = join(this.folder, `cache${this.#caches.length}`)
    if (existsSync(this.cache)) cpSync(this.cache, path, { recursive: true })
    this.#caches.push({ lines: this.#lines().length, path })
    return ended
  }

  /** What the machine's cache was at the end of the command in which the power went: it knows more than the repository. */
  cacheAt(lines) {
    return this.#caches.find((cache) => cache.lines >= lines)?.path
  }

  /** The same before that command: for what it remembers only when its changes are safe. */
  cacheBefore(lines) {
    return this.#caches.findLast((cache) => cache.lines < lines)?.path
  }
}
