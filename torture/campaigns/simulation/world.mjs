import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { load } from '../../../bench/machine/dist.mjs'
import { drawBytesFrom } from '../../inline/seeded-process.mjs'
import { Random } from '../../repository/random.mjs'
import { SourceTree } from '../../trees/source-tree.mjs'
import { pictureDifference, pictureOf } from '../../trees/tree-picture.mjs'
import { newFolder, removeFolder } from '../../trees/work-place.mjs'
import { Scheduler } from './scheduler.mjs'
import { SimulatedBackend } from './simulated-backend.mjs'
import { Faults } from './story.mjs'

const { defaultChunking } = await load('chunking/parameters.js')
const { createRepository } = await load('repository/create-repository.js')
const { Store } = await load('repository/store.js')
const { backup } = await load('operations/backup/backup.js')
const { restore } = await load('operations/restore/restore.js')
const { check } = await load('operations/check/check.js')

const secret = { kind: 'key-file', secret: Buffer.alloc(32, 7) }
const smallFiles = { sizes: [0, 1, 700, 5000, 40_000], entriesMax: 15, zeros: [1, 5000] }
/** Every file of a source is older than the clock of this world, in which nothing is read too soon after it was written. */
const startNs = 4_000_000_000_000_000_000n
const nsPerCall = 1_000_000n

/** Several hosts on one storage, and the plain map of what every snapshot that was acknowledged must bring back. */
export class SimulatedWorld {
  #folder = newFolder('simulation')
  #objects = new Map()
  #acknowledged = new Map()
  #sources = new Map()
  #incarnations = 0
  #targets = 0

  constructor(story) {
    this.story = story
    this.faults = new Faults(story)
    this.random = new Random(story.seed + 2)
    this.scheduler = new Scheduler(new Random(story.seed + 3))
    this.calls = 0
    this.snapshots = 0
  }

  /** Rejects with what went wrong. */
  async run() {
    drawBytesFrom(new Random(this.story.seed + 4))
    try {
      await this.#make()
      await this.#together(this.story.actors.map((actor, index) => () => this.#live(actor, index)))
      await this.#together([() => this.#judge()])
    } finally {
      removeFolder(this.#folder)
    }
  }

  async #make() {
    const backend = this.#backend('maker', () => undefined)
    await this.#together([
      () =>
        createRepository(backend, {
          secrets: [{ secret, label: '' }],
          chunking: defaultChunking,
          nowNs: startNs,
        }),
    ])
  }

  /** Runs lives at the same time until all have ended. */
  async #together(lives) {
    let left = lives.length
    let failure
    const ended = lives.map(async (life) => {
      try {
        await life()
      } catch (error) {
        failure ??= error
      }
      left--
    })
    await this.scheduler.run(() => left === 0 || failure !== undefined)
    if (failure !== undefined) throw failure
    await Promise.all(ended)
  }

  #backend(actor, fateOf) {
    const { scheduler, story } = this
    const { strongLists } = story
    return new SimulatedBackend({
      objects: this.#objects,
      scheduler,
      actor,
      fateOf,
      folder: this.#folder,
      strongLists,
    })
  }

  async #live({ host, steps }, index) {
    const state = { calls: 0, faults: 0 }
    for (const step of steps) await this.#step(step, host, index, state)
  }

  /** One operation of a process of its own. It may fail only where a fault was put in its way. */
  async #step(step, host, index, state) {
    const actor = `${index}.${this.#incarnations++}`
    const cache = join(this.#folder, `cache${host}`)
    if (step === 'change') return this.#source(index).change()
    if (step === 'new cache') return this.#dropCache(cache, host)
    const faultsBefore = state.faults
    const crashed = new Promise((resolve) => {
      state.crash = () => {
        this.scheduler.forget(actor)
        resolve('crashed')
      }
    })
    const backend = this.#backend(actor, (isWrite) => this.#fateOf(index, state, isWrite))
    const work = this.#perform(step, backend, cache, index).catch((error) => {
      const isExcused = error.code !== undefined && (state.faults > faultsBefore || !this.story.strongLists)
      if (!isExcused || error.code === 'ERR_ASSERTION') throw error
    })
    await Promise.race([work, crashed])
  }

  #fateOf(index, state, isWrite) {
    const fate = this.faults.of(index, state.calls++, isWrite)
    if (fate !== undefined) state.faults++
    if (fate === 'crash') state.crash()
    return fate
  }

  #sharesCache(host) {
    return this.story.actors.filter((actor) => actor.host === host).length > 1
  }

  #dropCache(cache, host) {
    if (this.#sharesCache(host)) return
    rmSync(cache, { recursive: true, force: true })
  }

  async #perform(step, backend, cache, index) {
    const store = await this.#open(backend, cache)
    try {
      if (step === 'backup') await this.#backup(store, index)
      else if (step === 'restore') await this.#restoreAny(store)
      else await whole(store)
    } finally {
      await store[Symbol.asyncDispose]()
    }
  }

  #open(backend, cache) {
    return Store.open({
      backend,
      secret: async () => secret,
      cacheDirectory: cache,
      compressionLevel: 1,
      workers: 1,
      now: () => startNs + BigInt(this.scheduler.granted) * nsPerCall,
      random: (sizeBytes) => this.random.bytes(sizeBytes),
    })
  }

  #source(index) {
    if (!this.#sources.has(index)) {
      const tree = new SourceTree(
        join(this.#folder, `source${index}`),
        new Random(this.story.seed + 100 + index),
        smallFiles,
      )
      this.#sources.set(index, tree)
    }
    return this.#sources.get(index)
  }

  async #backup(store, index) {
    const { path } = this.#source(index)
    const picture = pictureOf(path)
    const { snapshotId, problems } = await backup(store, {
      paths: [path],
      host: `host${index}`,
      checkpointMs: 20,
    })
    if (problems.length > 0) throw new Error(`backup: ${problems[0].path}: ${problems[0].message}`)
    this.#acknowledged.set(snapshotId, { picture, path: path.slice(1) })
    this.snapshots++
  }

  async #restoreAny(store) {
    const ids = [...this.#acknowledged.keys()]
    if (ids.length > 0) await this.#restored(store, this.random.pick(ids))
  }

  async #restored(store, id) {
    const target = join(this.#folder, `target${this.#targets++}`)
    const { picture, path } = this.#acknowledged.get(id)
    mkdirSync(target)
    const { problems } = await restore(store, { snapshot: `${id}:${path}`, target, overwrite: 'always' })
    if (problems.length > 0)
      throw Object.assign(new Error(`${id}: ${problems[0].path}: ${problems[0].message}`), {
        code: problems[0].kind,
      })
    const difference = pictureDifference(picture, pictureOf(target))
    if (difference !== undefined) throw new Error(`snapshot ${id}: ${difference}`)
    rmSync(target, { recursive: true })
  }

  /** At the end, with nothing in the way: all is whole for a host that never was here, and every source is backed up once more. */
  async #judge() {
    const store = await this.#open(
      this.#backend('judge', () => undefined),
      join(this.#folder, 'cache of the judge'),
    )
    try {
      await whole(store)
      for (const id of this.#acknowledged.keys()) await this.#restored(store, id)
    } finally {
      await store[Symbol.asyncDispose]()
    }
    for (const [index, { host }] of this.story.actors.entries()) {
      const backend = this.#backend('judge', () => undefined)
      await this.#perform('backup', backend, join(this.#folder, `cache${host}`), index)
    }
    await this.#perform(
      'check',
      this.#backend('judge', () => undefined),
      join(this.#folder, 'cache of the judge'),
      0,
    )
  }
}

const whole = async (store) => {
  const { damages } = await check(store, { readData: true })
  if (damages.length > 0)
    throw Object.assign(new Error(`check finds ${damages[0].object}: ${damages[0].message}`), {
      code: 'damage',
    })
}
