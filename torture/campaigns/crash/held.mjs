import { pictureDifference, pictureOf } from '../../trees/tree-picture.mjs'
import { removeFolder } from '../../trees/work-place.mjs'
import { age, chunksStoredTwice, temporariesOf, withRepository } from './store-view.mjs'

/** What was acknowledged in one repository, and whether it is held. Everything here runs in this process, undisturbed. */
export class Held {
  #place
  #count
  #acknowledged = new Map()
  #targets = 0
  mayStoreTwice = false

  /** `count(name)` hears of what was done. */
  constructor(place, count) {
    this.#place = place
    this.#count = count
  }

  acknowledge(id, picture) {
    this.#acknowledged.set(id, picture)
    this.#count('snapshots')
  }

  /** A snapshot and what it must bring back. */
  draw(random) {
    return random.pick([...this.#acknowledged])
  }

  /** The machine that was disturbed goes on: the same backup succeeds, and check finds nothing. */
  async goesOn() {
    const picture = pictureOf(this.#place.source)
    await this.#onMachine(async (repository) => {
      const { snapshotId, problems } = await repository.backup({ paths: ['.'] })
      if (problems.length > 0) throw new Error(`backup: ${problems[0].path}: ${problems[0].message}`)
      this.acknowledge(snapshotId, picture)
      await whole(repository, {})
    })
  }

  /** For another machine all data is whole; the last snapshot and one of the others come back; nothing is stored twice. */
  async complete(random) {
    this.#count('checks')
    await withRepository(this.#place, async (repository) => {
      await whole(repository, { readData: true })
      const ids = [...this.#acknowledged.keys()]
      for (const id of new Set([ids.at(-1), random.pick(ids)])) await this.#restored(repository, id)
    })
    const twice = this.mayStoreTwice ? 0 : await chunksStoredTwice(this.#place)
    if (twice > 0) throw new Error(`${twice} chunks are stored twice`)
  }

  /** Every snapshot that was ever acknowledged comes back, and crashes of long ago have left nothing. */
  async toTheEnd(random) {
    await this.complete(random)
    await withRepository(this.#place, async (repository) => {
      for (const id of this.#acknowledged.keys()) await this.#restored(repository, id)
    })
    age(temporariesOf(this.#place))
    await this.goesOn()
    const left = temporariesOf(this.#place)
    if (left.length > 0) throw new Error(`temporaries stay for ever: ${left.join(' ')}`)
  }

  /** Repeats what a disturbed restore was to do. */
  async restoreAgain(id, target) {
    const options = { snapshot: id, target, overwrite: 'always', delete: true }
    const { problems } = await this.#onMachine((repository) => repository.restore(options))
    if (problems.length > 0) throw new Error(`restore again: ${problems[0].path}: ${problems[0].message}`)
    this.compare('a restore after a disturbed one', this.#acknowledged.get(id), target)
  }

  compare(what, picture, target) {
    this.#count('restores')
    const difference = pictureDifference(picture, pictureOf(target))
    if (difference !== undefined) throw new Error(`${what}: ${difference}`)
  }

  /** On the machine that was disturbed, with its cache. */
  #onMachine(step) {
    return withRepository(this.#place, step, { ofMachine: true })
  }

  async #restored(repository, id) {
    const target = this.#place.at(`restored${this.#targets++}`)
    const { problems } = await repository.restore({ snapshot: id, target })
    if (problems.length > 0) throw new Error(`restore of ${id}: ${problems[0].path}: ${problems[0].message}`)
    this.compare(`snapshot ${id}`, this.#acknowledged.get(id), target)
    removeFolder(target)
  }
}

const whole = async (repository, options) => {
  const { damages } = await repository.check(options)
  if (damages.length > 0) throw new Error(`check finds ${damages[0].object}: ${damages[0].message}`)
}
