import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from '../../../bench/machine/dist.mjs'

const { MemoryBackend } = await load('backend/memory-backend.js')
const { BackendError, CorruptError } = await load('errors.js')

const writes = ['create', 'remove']

/**
 * One process's way to the shared storage. Before each call it waits for its turn, and hears what becomes of the call: `fail`
 * (nothing happens), `lose` (it happens, the reply is lost), `late` (the reply is an error, and it happens some time afterwards),
 * `twice` (it happens, and once more later), `crash` (the process ends here).
 */
export class SimulatedBackend {
  location = 'simulated:'
  #inner
  #stagedCount = 0

  constructor({ objects, scheduler, actor, fateOf, folder, strongLists }) {
    Object.assign(this, { scheduler, actor, fateOf, folder })
    this.abilities = { createOnly: true, strongLists, localFiles: false }
    this.#inner = new MemoryBackend(objects, () => scheduler.granted)
    this.objects = objects
  }

  create(name, data) {
    const bytes = data instanceof Uint8Array ? Buffer.from(data) : Buffer.concat(data)
    return this.#write('create', name, () => this.#inner.create(name, bytes))
  }

  remove(name) {
    return this.#write('remove', name, () => this.#inner.remove(name))
  }

  async openStaging() {
    const path = join(this.folder, `staged-${this.actor}-${this.#stagedCount++}`)
    writeFileSync(path, '', { flag: 'wx', mode: 0o600 })
    return path
  }

  async publishStaged(path, name, sizeBytes) {
    const bytes = readFileSync(path)
    rmSync(path)
    if (bytes.length !== sizeBytes) throw new CorruptError(name, 'has another size than was written')
    await this.create(name, bytes)
  }

  async discardStaged(path) {
    rmSync(path, { force: true })
  }

  read(name) {
    return this.#read('read', name, () => this.#inner.read(name))
  }

  readRange(name, offset, length) {
    return this.#read('readRange', name, () => this.#inner.readRange(name, offset, length))
  }

  readTail(name, length) {
    return this.#read('readTail', name, () => this.#inner.readTail(name, length))
  }

  size(name) {
    return this.#read('size', name, () => this.#inner.size(name))
  }

  listFolders() {
    return this.#read('listFolders', '', () => this.#inner.listFolders())
  }

  listTop() {
    return this.#read('listTop', '', () => this.#inner.listTop())
  }

  makeDurable(name) {
    return this.#read('makeDurable', name, () => this.#inner.makeDurable(name))
  }

  localPathOf() {}

  /** In two parts: objects come and go while a list is read. A storage without strong lists may leave out what is young. */
  async *list(folder) {
    const first = await this.#read('list', folder, () => this.#namesIn(folder))
    const half = Math.floor(first.length / 2)
    yield* first.slice(0, half)
    const second = await this.#read('list', folder, () => this.#namesIn(folder))
    const told = new Set(first.slice(0, half).map(({ name }) => name))
    yield* second.filter(({ name }) => !told.has(name))
  }

  async clearAbandonedTemporaries() {
    return 0
  }

  async [Symbol.asyncDispose]() {}

  async #namesIn(folder) {
    const listed = []
    const youngFrom = this.abilities.strongLists ? Number.POSITIVE_INFINITY : this.scheduler.granted - 6
    for await (const object of this.#inner.list(folder))
      if (object.modifiedMs < youngFrom) listed.push(object)
    return listed
  }

  async #write(operation, subject, step) {
    const fate = await this.#next(operation)
    if (fate === 'fail') throw failed(operation, subject)
    if (fate === 'late') {
      this.#later(step)
      throw failed(operation, subject)
    }
    await step()
    if (fate === 'twice') this.#later(step)
    if (fate === 'lose') throw failed(operation, subject)
  }

  async #read(operation, subject, step) {
    const fate = await this.#next(operation)
    if (fate !== undefined && fate !== 'twice') throw failed(operation, subject)
    return step()
  }

  async #next(operation) {
    await this.scheduler.turn(this.actor)
    const fate = this.fateOf(writes.includes(operation))
    // Of a process that has ended nothing goes on.
    if (fate === 'crash') await new Promise(() => {})
    return fate
  }

  /** What the storage does by itself; that an object exists already is its affair. */
  #later(step) {
    this.scheduler
      .turn('storage')
      .then(step)
      .catch(() => undefined)
  }
}

const failed = (operation, subject) => new BackendError(`injected fault in ${operation} ${subject}`, true)
