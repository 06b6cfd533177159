import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { load } from '../../../bench/machine/dist.mjs'
import { pictureDifference, pictureOf } from '../../trees/tree-picture.mjs'
import { DiskModel } from './disk-model.mjs'

const { Repository } = await load('index.js')

/** Opens states of a recorded history, and says what is wrong with them. */
export class StateJudge {
  #states = 0

  constructor(history) {
    this.history = history
  }

  /** What was on the disk when so many lines had been written. */
  modelAt(lines) {
    const model = new DiskModel(this.history.root)
    for (const record of this.history.records.slice(0, lines)) model.apply(record)
    return model
  }

  /** Builds, opens, checks, restores, and backs up into one state. Rejects with what is wrong. */
  async judge(model, lines, keep, withCache) {
    const folder = join(this.history.folder, `state${this.#states++}`)
    mkdirSync(join(folder, 'repository'), { recursive: true })
    try {
      model.build(join(folder, 'repository'), keep)
      if (withCache) this.#copyCache(lines, join(folder, 'cache'))
      await this.#judgeFolder(folder, lines)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  /** A snapshot counts as seen when it is safe, so one that the power took was not. */
  #copyCache(lines, target) {
    copyIfThere(this.history.cacheAt(lines), target)
    for (const path of seenSnapshots(target)) rmSync(path)
    const before = this.history.cacheBefore(lines)
    for (const path of seenSnapshots(before)) copyIfThere(path, target + path.slice(before.length))
  }

  async #judgeFolder(folder, lines) {
    const repository = await this.#open(folder, lines)
    if (repository === undefined) return
    try {
      // The second copy of config or of a keyring may be missing where the command that writes it did not come to its end.
      const isBetween = lines < this.history.madeAt || this.history.changesKeysAt(lines)
      if (!isBetween) await whole(repository, 'before anything else')
      for (const { lines: at, snapshotId, picture } of this.history.acknowledged)
        if (at <= lines) await restored(repository, snapshotId, picture, folder)
      const picture = pictureOf(this.history.source)
      const { snapshotId } = await repository.backup({ paths: [this.history.source] })
      const path = this.history.source.slice(1)
      await restored(repository, `${snapshotId}:${path}`, picture, folder)
      if (!isBetween) await whole(repository, 'after a backup')
    } finally {
      await repository[Symbol.asyncDispose]()
    }
  }

  /** Before init has ended there may be no repository, but then that is said. */
  async #open(folder, lines) {
    const options = {
      location: join(folder, 'repository'),
      secret: { kind: 'key-file', key: this.history.key },
      cacheDirectory: join(folder, 'cache'),
      workers: 1,
    }
    try {
      return await Repository.open(options)
    } catch (error) {
      if (lines < this.history.madeAt && error.code !== undefined) return undefined
      throw error
    }
  }
}

/** cache/<repository>/state/seen-snapshots */
const seenSnapshots = (cache) =>
  cache === undefined || !existsSync(cache)
    ? []
    : readdirSync(cache)
        .map((repository) => join(cache, repository, 'state', 'seen-snapshots'))
        .filter((path) => existsSync(path))

const copyIfThere = (from, to) => {
  if (existsSync(from)) cpSync(from, to, { recursive: true })
}

const whole = async (repository, when) => {
  const { damages } = await repository.check({ readData: true })
  if (damages.length > 0) throw new Error(`check ${when}: ${damages[0].object}: ${damages[0].message}`)
}

const restored = async (repository, snapshot, picture, folder) => {
  const target = join(folder, 'target')
  const { problems } = await repository.restore({ snapshot, target })
  if (problems.length > 0) throw new Error(`${snapshot}: ${problems[0].path}: ${problems[0].message}`)
  const difference = pictureDifference(picture, pictureOf(target))
  if (difference !== undefined) throw new Error(`${snapshot}: ${difference}`)
  if (existsSync(target)) rmSync(target, { recursive: true })
}
