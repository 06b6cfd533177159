import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SourceTree } from '../../trees/source-tree.mjs'
import { pictureDifference, pictureOf } from '../../trees/tree-picture.mjs'
import { removeFolder } from '../../trees/work-place.mjs'
import { CommandPlace, summaryOf } from './command-place.mjs'
import { drawDisturbance, fsyncsRepeated, Moments, watched } from './disturbance.mjs'
import {
  age,
  chunksStoredTwice,
  filesBelow,
  flipLastByte,
  temporariesOf,
  withRepository,
} from './store-view.mjs'

/** One repository, what happened to it, and the snapshots that were acknowledged with what they must bring back. */
export class World {
  #place = new CommandPlace()
  #acknowledged = new Map()
  #targets = 0
  #mayStoreTwice = false
  history = []
  counts = { kills: 0, survived: 0, snapshots: 0, restores: 0 }

  /** `moments`: what was learnt in earlier worlds, by verb. */
  constructor(random, traces, moments) {
    this.random = random
    this.traces = traces
    this.moments = moments
  }

  async begin() {
    const place = this.#place
    writeFileSync(place.keyFile, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
    this.source = new SourceTree(place.source, this.random)
    await this.#undisturbed('init', ['init'])
    await this.#backedUp()
  }

  /** One disturbed command, and what must hold on what it left. */
  async step() {
    this.source.change()
    const commands = [
      this.#backup,
      this.#backup,
      this.#backup,
      this.#restore,
      this.#keys,
      this.#cache,
      this.#check,
      this.#repair,
    ]
    await this.random.pick(commands).call(this)
    await this.#backedUp()
    await this.#sound()
  }

  /** Every snapshot that was ever acknowledged comes back, and crashes of long ago have left nothing. */
  async end() {
    for (const id of this.#acknowledged.keys()) await this.#restored(id)
    age(temporariesOf(this.#place))
    await this.#backedUp()
    const left = temporariesOf(this.#place)
    if (left.length > 0) throw new Error(`temporaries stay for ever: ${left.join(' ')}`)
  }

  remove() {
    this.#place.remove()
  }

  async #backup() {
    const picture = pictureOf(this.#place.source)
    const { code, stdout } = await this.#disturbed(['backup', '.'], this.#place.source)
    this.#acknowledge(code, stdout, picture)
  }

  /** A restore that was killed is repeated into the same target. */
  async #restore() {
    const [id, picture] = this.random.pick([...this.#acknowledged])
    const target = this.#place.at(`target${this.#targets++}`)
    const words = ['restore', id, '--target', target, '--overwrite', 'always', '--delete']
    const { code } = await this.#disturbed(words)
    if (code === 0) this.#compare('a disturbed restore that says it is done', picture, target)
    await this.#undisturbed('restore again', words)
    this.#compare('a restore after a disturbed one', picture, target)
    removeFolder(target)
  }

  async #keys() {
    const keyFile = this.#place.at('another-key')
    await this.#disturbed(['key', 'add', '--new-key-file', keyFile])
    const listed = JSON.parse((await this.#undisturbed('key list', ['key', 'list'])).stdout)
    const others = listed.filter(({ current }) => current !== true)
    if (others.length > 0) await this.#disturbed(['key', 'remove', others[0].id])
    if (existsSync(keyFile)) removeFolder(keyFile)
    // An interrupted change leaves one copy of the keyring instead of two; the next one writes both.
    await this.#undisturbed('key add', ['key', 'add', '--new-key-file', keyFile])
    removeFolder(keyFile)
  }

  async #cache() {
    if (this.random.below(2) === 0) await this.#disturbed(['cache', 'clear'])
    else removeFolder(this.#place.cache)
    await this.#disturbed(['snapshots'])
  }

  async #check() {
    const marks = this.random.below(2) === 0
    await this.#disturbed(['check', '--read-data', ...(marks ? ['--mark'] : [])])
    this.#mayStoreTwice ||= marks
  }

  /** Of what is damaged so that nothing is lost by it: an index file, or the end of a pack, whose blocks describe themselves. */
  async #repair() {
    const [what, folder] = this.random.pick([
      ['index', 'index'],
      ['packs', 'packs'],
    ])
    const words = ['repair', what]
    flipLastByte(this.random.pick(filesBelow(join(this.#place.repository, folder))))
    await this.#disturbed(words)
    await this.#undisturbed(`repair ${what}`, words)
    await this.#disturbed(['repair', 'snapshots'])
    // A repair that was killed has saved copies, and saves them again.
    this.#mayStoreTwice = true
  }

  /** The next backup after whatever happened must succeed, and what was uploaded before is not stored a second time. */
  async #backedUp() {
    const picture = pictureOf(this.#place.source)
    const { code, stdout } = await this.#undisturbed('backup', ['backup', '.'], this.#place.source)
    this.#acknowledge(code, stdout, picture)
  }

  #acknowledge(code, stdout, picture) {
    const id = summaryOf(stdout)?.snapshot_id
    if (code !== 0 || id === undefined) return
    this.#acknowledged.set(id, picture)
    this.counts.snapshots++
  }

  /** All data is whole; the last snapshot and sometimes one of the others come back. */
  async #sound() {
    await withRepository(this.#place, async (repository) => {
      const { damages } = await repository.check({ readData: true })
      if (damages.length > 0) throw new Error(`check finds ${damages[0].object}: ${damages[0].message}`)
    })
    const ids = [...this.#acknowledged.keys()]
    await this.#restored(this.random.below(3) === 0 ? this.random.pick(ids) : ids.at(-1))
    const twice = this.#mayStoreTwice ? 0 : await chunksStoredTwice(this.#place)
    if (twice > 0) throw new Error(`${twice} chunks are stored twice`)
  }

  async #restored(id) {
    const target = this.#place.at(`target${this.#targets++}`)
    await withRepository(this.#place, async (repository) => {
      const { problems } = await repository.restore({ snapshot: id, target })
      if (problems.length > 0)
        throw new Error(`restore of ${id}: ${problems[0].path}: ${problems[0].message}`)
    })
    this.#compare(`snapshot ${id}`, this.#acknowledged.get(id), target)
    removeFolder(target)
  }

  #compare(what, picture, target) {
    this.counts.restores++
    const difference = pictureDifference(picture, pictureOf(target))
    if (difference !== undefined) throw new Error(`${what}: ${difference}`)
  }

  async #undisturbed(what, args, cwd = this.#place.folder) {
    const ended = await this.#place.varve(args, { cwd })
    if (ended.code === 0) return ended
    throw new Error(`${what} ended with ${ended.signal ?? ended.code}: ${ended.stdout}${ended.stderr}`)
  }

  /** Learnt from the first command of each kind, which nothing disturbs. */
  async #momentsOf(args, cwd) {
    const place = this.#place
    const command = args[0] === 'repair' ? args.join(' ') : args[0]
    const known = this.moments.get(command)
    if (known !== undefined) return known
    const words = place.words(args)
    const startMs = performance.now()
    await place.run(this.traces ? watched(words, place.tracePath) : words, { cwd })
    const moments = new Moments(place.trace, place.folder, performance.now() - startMs)
    removeFolder(place.tracePath)
    this.moments.set(command, moments)
    return moments
  }

  async #disturbed(args, cwd = this.#place.folder) {
    const place = this.#place
    removeFolder(place.tracePath)
    const { what, killMs, wrap } = drawDisturbance(this.random, await this.#momentsOf(args, cwd), this.traces)
    const ended = await place.run(wrap(place.words(args), place.tracePath), { killMs, cwd })
    if (ended.hangs) throw new Error(`${what}: ${args[0]} hangs`)
    if (ended.signal === 'SIGKILL' || ended.code === 137) this.counts.kills++
    else this.counts.survived++
    this.history.push(`${args.join(' ')}: ${what}: ${ended.signal ?? ended.code}`)
    const repeated = fsyncsRepeated(place.trace).filter((path) => !place.isFolder(path))
    if (repeated.length > 0) throw new Error(`synced again after a failure: ${repeated.join(' ')}`)
    if (/\n\s+at .*:\d+:\d+/.test(ended.stderr)) throw new Error(`a stack trace: ${ended.stderr}`)
    return ended
  }
}
