import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SourceTree } from '../../trees/source-tree.mjs'
import { pictureOf } from '../../trees/tree-picture.mjs'
import { removeFolder } from '../../trees/work-place.mjs'
import { CommandPlace, summaryOf } from './command-place.mjs'
import { drawDisturbance, fsyncsRepeated, hasStackTrace, Moments, watched } from './disturbance.mjs'
import { Held } from './held.mjs'
import { filesBelow, flipLastByte, makeRepository, withRepository } from './store-view.mjs'

const smallFiles = { sizes: [0, 1, 700, 5000, 30_000], entriesMax: 20, zeros: [1, 5000] }
/** Steps from one complete check to the next. */
const stepsOnTrust = 4
/** One world in so many has files of megabytes. */
const worldsToLarge = 4

/** One repository and what happened to it: commands of the built program, disturbed, and what is held after each. */
export class World {
  #place = new CommandPlace()
  #targets = 0
  history = []
  counts = new Map()

  /** `moments`: what was learnt in earlier worlds, by verb. */
  constructor(number, random, tools, moments) {
    Object.assign(this, { number, random, tools, moments })
    this.held = new Held(this.#place, (name) => this.#count(name))
  }

  #count(name) {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }

  async begin() {
    const place = this.#place
    writeFileSync(place.keyFile, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
    const files = this.number % worldsToLarge === 0 ? undefined : smallFiles
    this.source = new SourceTree(place.source, this.random, files)
    process.chdir(place.source)
    await makeRepository(place)
    await this.held.goesOn()
  }

  /** One disturbed command, and what must hold on what it left. */
  async step(number) {
    this.source.change()
    const commands = [this.#backup, this.#backup, this.#backup, this.#restore]
    commands.push(this.#keys, this.#cache, this.#check, this.#repair)
    await this.random.pick(commands).call(this)
    // The next command is mostly this process with the machine's cache, and sometimes the built one.
    if (this.random.below(stepsOnTrust) === 0) await this.#backedUp()
    else await this.held.goesOn()
    if (number % stepsOnTrust === 0) await this.held.complete(this.random)
  }

  end() {
    return this.held.toTheEnd(this.random)
  }

  remove() {
    process.chdir('/')
    this.#place.remove()
  }

  async #backup() {
    const picture = pictureOf(this.#place.source)
    const { code, stdout } = await this.#disturbed(['backup', '.'], this.#place.source)
    this.#acknowledge(code, stdout, picture)
  }

  /** A restore that was killed is repeated into the same target. */
  async #restore() {
    const [id, picture] = this.held.draw(this.random)
    const target = this.#place.at(`target${this.#targets++}`)
    const words = ['restore', id, '--target', target, '--overwrite', 'always', '--delete']
    const { code } = await this.#disturbed(words)
    if (code === 0) this.held.compare('a disturbed restore that says it is done', picture, target)
    await this.held.restoreAgain(id, target)
    removeFolder(target)
  }

  async #keys() {
    const keyFile = this.#place.at('another-key')
    await this.#disturbed(['key', 'add', '--new-key-file', keyFile])
    const other = await this.#otherKey()
    if (other !== undefined) {
      await this.#disturbed(['key', 'remove', other.id])
      await this.#removed(other.id)
    }
    if (existsSync(keyFile)) removeFolder(keyFile)
    // An interrupted change leaves one copy of the keyring instead of two; the next one writes both.
    const secret = { kind: 'key-file', key: randomBytes(32) }
    await withRepository(this.#place, (repository) => repository.addKey({ secret, label: 'next' }))
  }

  /** A removal that was interrupted has perhaps left one copy of an old keyring; run again it goes to its end. */
  #removed(id) {
    return withRepository(this.#place, async (repository) => {
      if ((await repository.keys()).some((key) => key.id === id)) await repository.removeKey(id)
    })
  }

  #otherKey() {
    return withRepository(this.#place, async (repository) =>
      (await repository.keys()).find(({ current }) => current !== true),
    )
  }

  async #cache() {
    if (this.random.below(2) === 0) await this.#disturbed(['cache', 'clear'])
    else removeFolder(this.#place.cache)
    await this.#disturbed(['snapshots'])
  }

  async #check() {
    const marks = this.random.below(2) === 0
    await this.#disturbed(['check', '--read-data', ...(marks ? ['--mark'] : [])])
    if (!marks) return
    this.held.mayStoreTwice = true
    // A read that failed this once is recorded too: a repair looks again, and ends the record.
    await withRepository(this.#place, (repository) => repository.repairPacks())
  }

  /** Of what is damaged so that nothing is lost by it: an index file, or the end of a pack, whose blocks describe themselves. */
  async #repair() {
    const what = this.random.pick(['index', 'packs'])
    flipLastByte(this.random.pick(filesBelow(join(this.#place.repository, what))))
    await this.#disturbed(['repair', what])
    await withRepository(this.#place, (repository) =>
      what === 'index' ? repository.repairIndex() : repository.repairPacks(),
    )
    await this.#disturbed(['repair', 'snapshots'])
    // A repair that was killed has saved copies, and saves them again.
    this.held.mayStoreTwice = true
  }

  /** The next backup after whatever happened must succeed. */
  async #backedUp() {
    const picture = pictureOf(this.#place.source)
    const ended = await this.#place.varve(['backup', '.'], { cwd: this.#place.source })
    if (ended.code !== 0)
      throw new Error(`backup ended with ${ended.signal ?? ended.code}: ${ended.stdout}${ended.stderr}`)
    this.#acknowledge(ended.code, ended.stdout, picture)
  }

  #acknowledge(code, stdout, picture) {
    const id = summaryOf(stdout)?.snapshot_id
    if (code === 0 && id !== undefined) this.held.acknowledge(id, picture)
  }

  /** Learnt from the first command of each kind, which nothing disturbs. */
  async #momentsOf(args, cwd) {
    const place = this.#place
    const command = ['repair', 'key', 'cache'].includes(args[0]) ? args.slice(0, 2).join(' ') : args[0]
    const known = this.moments.get(command)
    if (known !== undefined) return known
    const words = place.words(args)
    const startMs = performance.now()
    await place.run(this.tools.traces ? watched(words, place.tracePath) : words, { cwd })
    const moments = new Moments(place.trace, place.folder, performance.now() - startMs)
    removeFolder(place.tracePath)
    this.moments.set(command, moments)
    return moments
  }

  async #disturbed(args, cwd = this.#place.folder) {
    const place = this.#place
    removeFolder(place.tracePath)
    const disturbance = drawDisturbance(this.random, await this.#momentsOf(args, cwd), this.tools)
    const { kind, what, killMs, wrap } = disturbance
    const ended = await place.run(wrap(place.words(args), place.tracePath), { killMs, cwd })
    if (ended.hangs) throw new Error(`${what}: ${args[0]} hangs`)
    const isKilled = ended.signal === 'SIGKILL' || ended.code === 137
    this.#count(isKilled ? 'killed' : 'ended')
    this.#count(kind)
    if (isKilled) this.#count(`killed at a ${kind}`)
    this.history.push(`${args.join(' ')}: ${what}: ${ended.signal ?? ended.code}`)
    const repeated = fsyncsRepeated(place.trace).filter((path) => !place.isFolder(path))
    if (repeated.length > 0) throw new Error(`synced again after a failure: ${repeated.join(' ')}`)
    if (hasStackTrace(ended.stderr)) throw new Error(`a stack trace: ${ended.stderr}`)
    return ended
  }
}
