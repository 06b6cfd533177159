import { mkdirSync, rmSync } from 'node:fs'
import { load } from '../../../bench/machine/dist.mjs'
import { repositorySecret } from '../../repository/memory-repository.mjs'
import { checkAll } from './check-all.mjs'
import { kindOf } from './damages.mjs'
import { excuseOf, mustOpen } from './excused.mjs'
import { complaintsAbout, contentOf } from './restored.mjs'

const { VarveError } = await load('errors.js')
const { readFile } = await load('operations/read/read-file.js')
const { restore } = await load('operations/restore/restore.js')
const { openInlineEngine } = await load('operations/restore/restore-engine.js')

/** Puts one damage to the proof: opens, checks, restores and reads what is left. */
export class Judge {
  #folder
  #complaints = []

  constructor(world, random) {
    this.world = world
    this.random = random
    this.#folder = world.repository.folder('restored')
  }

  /** @returns complaints, none where all is as promised */
  async judge(damage) {
    this.#complaints = []
    const { repository } = this.world
    const objects = new Map(repository.objects)
    if (damage.bytes === undefined) objects.delete(damage.object)
    else objects.set(damage.object, { bytes: damage.bytes, modifiedMs: 0 })
    const store = await this.#attempt('open', () => repository.open(undefined, objects, repositorySecret))
    if (store instanceof VarveError) this.#judgeRefusal(store, damage)
    else {
      await this.#judgeOpened(store, damage)
      await store[Symbol.asyncDispose]()
    }
    repository.removeCaches()
    return this.#complaints
  }

  /** An error is a fine answer as long as it is one of ours and names what it is about. */
  #judgeRefusal(error, damage) {
    if (mustOpen(damage, this.world.ownSlot)) this.#complain(`does not open any more: ${error.message}`)
    const isNamed = error.message.includes(damage.object) || error.message.includes(kindOf(damage.object))
    if (!isNamed && error.code !== 'wrong-password' && error.code !== 'unsupported-feature')
      this.#complain(`the error of opening names something else: ${error.message}`)
  }

  async #judgeOpened(store, damage) {
    const report = await this.#attempt('check', () => checkAll(store))
    if (report instanceof VarveError) this.#complain(`check ends with ${report.code}: ${report.message}`)
    else this.#judgeReport(report, damage)
    const { snapshots } = this.world
    const chosen = this.random.pick(snapshots)
    await this.#judgeRestore(store, chosen, damage)
    await this.#judgeRead(store, this.random.pick(snapshots), damage)
  }

  #judgeReport({ damages }, damage) {
    const named = damages.map(({ object }) => object)
    if (!named.includes(damage.object) && excuseOf(damage) === undefined)
      this.#complain(`check does not name it; it names ${named.join(', ') || 'nothing'}`)
    if (damage.object.startsWith('index/') && damage.result === 'removed' && !named.some(isPack))
      this.#complain('check names no pack that only the index file named')
  }

  async #judgeRestore(store, { snapshot, expected }, damage) {
    const target = this.#folder
    mkdirSync(target, { recursive: true })
    const options = { snapshot: snapshot.id, target, noOwnership: true }
    const report = await this.#attempt('restore', () => restore(store, options, openInlineEngine))
    const hasFailed = report instanceof VarveError
    const problems = hasFailed ? [] : report.problems.filter(({ kind }) => kind === 'data')
    const told = (path) =>
      hasFailed || problems.some(({ path: of }) => of === path || of === '' || path.startsWith(`${of}/`))
    const mayBeLost = (path) => this.#mayBeLost(snapshot.id, path, damage)
    this.#complaints.push(...complaintsAbout(contentOf(target), expected, told, mayBeLost))
    rmSync(target, { recursive: true })
  }

  async #judgeRead(store, { snapshot, expected }, damage) {
    const files = [...expected].filter(([, { bytes }]) => bytes !== undefined)
    const [path, { bytes: wanted }] = this.random.pick(files)
    const parts = []
    const failure = await this.#attempt('cat', async () => {
      for await (const part of readFile(store, `${snapshot.id}:${path}`)) parts.push(Buffer.from(part))
    })
    const got = Buffer.concat(parts)
    if (failure === undefined && !got.equals(wanted)) this.#complain(`cat gave other bytes of ${path}`)
    if (failure !== undefined && !got.equals(wanted.subarray(0, got.length)))
      this.#complain(`cat gave other bytes of ${path} before its error`)
    if (failure instanceof VarveError && !this.#mayBeLost(snapshot.id, path, damage))
      this.#complain(`cat of ${path}, which does not depend on the damage, failed: ${failure.message}`)
  }

  #mayBeLost(snapshotId, path, { object }) {
    if (object === `snapshots/${snapshotId}`) return true
    return this.world.dependsOn(object, snapshotId, path)
  }

  /** What it gives, or its VarveError; any other error is a complaint. */
  async #attempt(what, action) {
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof VarveError)) this.#complain(`${what} ended with ${error.stack}`)
      return error instanceof VarveError ? error : new VarveError('corrupt', String(error))
    }
  }

  #complain(text) {
    this.#complaints.push(text)
  }
}

const isPack = (name) => name.startsWith('packs/')
