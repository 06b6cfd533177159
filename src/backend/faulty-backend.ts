import { setImmediate as nextTurn } from 'node:timers/promises'
import { BackendError } from '../errors.js'
import type { Backend, BackendAbilities, ListedObject, ObjectTail } from './backend.js'
import type { BackendOperation, Fault, FaultPlan } from './fault-plan.js'

/** Another backend, disturbed by a plan. Injected errors are transient BackendErrors. */
export class FaultyBackend implements Backend {
  #callsCount = 0

  constructor(
    private readonly inner: Backend,
    private readonly plan: FaultPlan,
  ) {}

  get location(): string {
    return this.inner.location
  }

  get abilities(): BackendAbilities {
    return this.inner.abilities
  }

  create(name: string, data: Uint8Array | readonly Uint8Array[]): Promise<void> {
    return this.#disturb('create', name, () => this.inner.create(name, data))
  }

  openStaging(folder: string): Promise<string> {
    return this.#disturb('openStaging', folder, () => this.inner.openStaging(folder))
  }

  /** A publishing that fails takes the staging file with it, as promised. */
  publishStaged(path: string, name: string, sizeBytes: number): Promise<void> {
    return this.#disturb(
      'publishStaged',
      name,
      () => this.inner.publishStaged(path, name, sizeBytes),
      () => this.inner.discardStaged(path),
    )
  }

  discardStaged(path: string): Promise<void> {
    return this.#disturb('discardStaged', path, () => this.inner.discardStaged(path))
  }

  read(name: string): Promise<Buffer> {
    return this.#disturb('read', name, () => this.inner.read(name))
  }

  readRange(name: string, offsetBytes: number, lengthBytes: number): Promise<Buffer> {
    return this.#disturb('readRange', name, () => this.inner.readRange(name, offsetBytes, lengthBytes))
  }

  readTail(name: string, lengthBytes: number): Promise<ObjectTail> {
    return this.#disturb('readTail', name, () => this.inner.readTail(name, lengthBytes))
  }

  /** Threads that read a path by themselves meet no faults. */
  localPathOf(name: string): string | undefined {
    return this.inner.localPathOf(name)
  }

  async *list(folder: string): AsyncGenerator<ListedObject> {
    const fault = this.#next('list', folder)
    if (fault?.kind === 'fail') throw injected('list', folder)
    if (fault?.kind === 'delay') await waitTurns(fault.turns)
    for await (const object of this.inner.list(folder)) {
      yield object
      if (fault?.kind === 'lose-reply') break
    }
    if (fault?.kind === 'lose-reply') throw injected('list', folder)
  }

  listFolders(): Promise<string[]> {
    return this.#disturb('listFolders', '', () => this.inner.listFolders())
  }

  listTop(): Promise<string[]> {
    return this.#disturb('listTop', '', () => this.inner.listTop())
  }

  size(name: string): Promise<number> {
    return this.#disturb('size', name, () => this.inner.size(name))
  }

  makeDurable(name: string): Promise<void> {
    return this.#disturb('makeDurable', name, () => this.inner.makeDurable(name))
  }

  remove(name: string): Promise<void> {
    return this.#disturb('remove', name, () => this.inner.remove(name))
  }

  clearAbandonedTemporaries(olderThanMs: number, nowMs: number): Promise<number> {
    return this.#disturb('clearAbandonedTemporaries', '', () =>
      this.inner.clearAbandonedTemporaries(olderThanMs, nowMs),
    )
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.inner[Symbol.asyncDispose]()
  }

  #next(operation: BackendOperation, subject: string): Fault | undefined {
    return this.plan({ operation, subject, ordinal: this.#callsCount++ })
  }

  async #disturb<T>(
    operation: BackendOperation,
    subject: string,
    step: () => Promise<T>,
    onFail: () => Promise<void> = async () => undefined,
  ): Promise<T> {
    const fault = this.#next(operation, subject)
    if (fault?.kind === 'fail') {
      await onFail()
      throw injected(operation, subject)
    }
    if (fault?.kind === 'delay') await waitTurns(fault.turns)
    const result = await step()
    if (fault?.kind === 'lose-reply') throw injected(operation, subject)
    return result
  }
}

const waitTurns = async (turns: number): Promise<void> => {
  for (let turn = 0; turn < turns; turn++) await nextTurn()
}

const injected = (operation: BackendOperation, subject: string): BackendError =>
  new BackendError(`injected fault in ${operation} ${subject}`, true)
