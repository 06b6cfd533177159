import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from '../../../bench/machine/dist.mjs'
import { roomyFolder } from '../../../bench/machine/work-folder.mjs'
import { MemoryRepository, repositorySecret } from '../../repository/memory-repository.mjs'
import { contentOf } from '../damage/restored.mjs'
import { runVarve } from './command-line.mjs'
import { everyOperation } from './every-operation.mjs'
import { faultsOfMessage } from './messages.mjs'

const { VarveError } = await load('errors.js')

const password = 'the password of hostile cases'

/**
 * What one hostile case works with: a repository, a folder to restore to with something precious beside it, and places for
 * complaints. Every error that the case meets goes through `attempt`, which looks at its class and its words.
 */
export class Scene {
  complaints = []
  /** All messages of errors that were met, and what a check named. */
  messages = []
  secrets = [repositorySecret.secret, password]

  static async create() {
    const scene = new Scene()
    scene.folder = mkdtempSync(join(roomyFolder(2 ** 26), 'varve-hostile-'))
    scene.target = join(scene.folder, 'target')
    scene.outside = join(scene.folder, 'outside')
    mkdirSync(scene.outside)
    writeFileSync(join(scene.outside, 'precious'), 'precious')
    scene.repository = await MemoryRepository.create()
    const { privateKey, keyring } = scene.repository.store.keys
    scene.secrets.push(privateKey, keyring.idKey, keyring.chunkerKey, keyring.epochs[0][1])
    return scene
  }

  get store() {
    return this.repository.store
  }

  get seals() {
    return this.store.seals
  }

  get objects() {
    return this.repository.objects
  }

  /** Stores an object, in place of what has that name. */
  put(name, bytes) {
    this.objects.set(name, { bytes: Buffer.from(bytes), modifiedMs: 0 })
  }

  bytesOf(name) {
    return this.objects.get(name).bytes
  }

  /** Names of the objects in a folder. */
  names(folder) {
    return [...this.objects.keys()].filter((name) => name.startsWith(`${folder}/`)).sort()
  }

  expect(condition, text) {
    if (!condition) this.complaints.push(text)
  }

  /** Gives what the action gives, or its error, which must be one that users may see. */
  async attempt(what, action) {
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof VarveError)) this.complaints.push(`${what} ended with ${error?.stack ?? error}`)
      this.hear(`${what}: ${error.message}`, error.message, error.hint ?? '')
      return error
    }
  }

  /** Looks at texts that a user may see. */
  hear(what, ...texts) {
    this.messages.push(what)
    for (const text of texts)
      for (const fault of faultsOfMessage(text, this.secrets)) this.complaints.push(`${what}: ${fault}`)
  }

  /** The action must fail with a VarveError of one of these codes. */
  async refused(what, codes, action) {
    const outcome = await this.attempt(what, action)
    const isRefusal = outcome instanceof VarveError && codes.includes(outcome.code)
    this.expect(isRefusal, `${what} was not refused with ${codes.join(' or ')}, but gave ${shown(outcome)}`)
    return outcome
  }

  /** A decoder must call the bytes corrupt. */
  corrupt(what, decode) {
    return this.refused(what, ['corrupt'], async () => decode())
  }

  /** Opens the repository anew and does everything with it; what each operation gave, by its name. */
  everything(reference = 'latest') {
    return everyOperation(this, reference)
  }

  /** As `everything`, and somebody must have been told of something: an error, a damage, a problem. */
  async told(reference = 'latest') {
    const results = await this.everything(reference)
    const isTold =
      Object.values(results).some((result) => result instanceof VarveError) ||
      results.check.damages?.length > 0 ||
      results.restore.problems?.length > 0
    this.expect(isTold, 'nobody was told of anything')
    return results
  }

  /** As `everything`, and nothing may be wrong with any result. */
  async harmless(reference = 'latest') {
    const results = await this.everything(reference)
    for (const [name, result] of Object.entries(results))
      this.expect(!(result instanceof VarveError), `${name} failed: ${result?.message}`)
    return results
  }

  /** What was restored: path to content. */
  restored() {
    return contentOf(this.target)
  }

  /** Runs the built command line on the repository, which is written to the disk; texts are looked at. */
  varve(args, options = {}) {
    return runVarve(this, args, options)
  }

  /** Nothing may have changed beside the target. */
  end() {
    const outside = contentOf(this.outside)
    this.expect(
      outside.size === 1 && outside.get('precious')?.bytes?.toString() === 'precious',
      `something was written outside the target: ${[...outside.keys()].join(', ')}`,
    )
  }

  async dispose() {
    await this.repository[Symbol.asyncDispose]()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const shown = (outcome) =>
  outcome instanceof Error ? `${outcome.code}: ${outcome.message}` : String(outcome)
