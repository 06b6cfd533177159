import assert from 'node:assert/strict'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CorruptError, VarveError } from '../errors.js'
import type { Backend, BackendAbilities, ListedObject, ObjectTail } from './backend.js'
import { assertFolderName, parseObjectName } from './object-name.js'
import { assertRangeWithin } from './regular-file.js'

export interface MemoryObject {
  readonly bytes: Buffer
  readonly modifiedMs: number
}

/** What is stored, by name. Several backends may share one: then they are hosts that share a storage. */
export type MemoryStore = Map<string, MemoryObject>

/**
 * Objects in memory, for tests and simulations, with every promise of Backend but durability. A test may damage what
 * `store` holds. Staging files lie in the system's folder for temporaries; all else happens without a thread.
 */
export class MemoryBackend implements Backend {
  readonly location = 'memory:'
  readonly abilities: BackendAbilities = { createOnly: true, strongLists: true, localFiles: false }
  readonly #staged = new Set<string>()
  #stagingFolder: Promise<string> | undefined
  #stagedCount = 0

  /** `nowMs` is the storage's clock: milliseconds since 1970. */
  constructor(
    readonly store: MemoryStore = new Map(),
    private readonly nowMs: () => number = () => 0,
  ) {}

  async create(name: string, data: Uint8Array | readonly Uint8Array[]): Promise<void> {
    parseObjectName(name)
    if (this.store.has(name)) throw new VarveError('exists', `${name} exists already`)
    const bytes = data instanceof Uint8Array ? Buffer.from(data) : Buffer.concat(data)
    this.store.set(name, { bytes, modifiedMs: this.nowMs() })
  }

  async openStaging(folder: string): Promise<string> {
    assertFolderName(folder)
    this.#stagingFolder ??= mkdtemp(join(tmpdir(), 'varve-staging-'))
    const path = join(await this.#stagingFolder, `${this.#stagedCount++}`)
    await (await open(path, 'wx', 0o600)).close()
    this.#staged.add(path)
    return path
  }

  async publishStaged(path: string, name: string, sizeBytes: number): Promise<void> {
    parseObjectName(name)
    assert(this.#staged.has(path), `not a staging file of this backend: ${path}`)
    try {
      const bytes = await readFile(path)
      if (bytes.length !== sizeBytes) {
        throw new CorruptError(
          name,
          `its staging file has ${bytes.length} bytes, but ${sizeBytes} were written`,
        )
      }
      await this.create(name, bytes)
    } finally {
      await this.discardStaged(path)
    }
  }

  async discardStaged(path: string): Promise<void> {
    if (this.#staged.delete(path)) await rm(path, { force: true })
  }

  async read(name: string): Promise<Buffer> {
    const { bytes } = this.#objectOf(name)
    return ownCopyOf(bytes)
  }

  async readRange(name: string, offsetBytes: number, lengthBytes: number): Promise<Buffer> {
    const { bytes } = this.#objectOf(name)
    assertRangeWithin(name, bytes.length, offsetBytes, lengthBytes)
    return ownCopyOf(bytes.subarray(offsetBytes, offsetBytes + lengthBytes))
  }

  async readTail(name: string, lengthBytes: number): Promise<ObjectTail> {
    const { bytes } = this.#objectOf(name)
    const start = Math.max(0, bytes.length - lengthBytes)
    return { bytes: ownCopyOf(bytes.subarray(start)), sizeBytes: bytes.length }
  }

  localPathOf(name: string): undefined {
    parseObjectName(name)
  }

  async *list(folder: string): AsyncGenerator<ListedObject> {
    assertFolderName(folder)
    for (const name of [...this.store.keys()].filter((key) => key.startsWith(`${folder}/`))) {
      const object = this.store.get(name)
      if (object !== undefined) yield { name, sizeBytes: object.bytes.length, modifiedMs: object.modifiedMs }
    }
  }

  async listFolders(): Promise<string[]> {
    const folders = new Set<string>()
    for (const name of this.store.keys()) {
      const slash = name.indexOf('/')
      if (slash >= 0) folders.add(name.slice(0, slash))
    }
    return [...folders].sort()
  }

  async listTop(): Promise<string[]> {
    return [...new Set([...this.store.keys()].map((name) => name.split('/')[0]!))].sort()
  }

  async size(name: string): Promise<number> {
    return this.#objectOf(name).bytes.length
  }

  async makeDurable(name: string): Promise<void> {
    parseObjectName(name)
  }

  async remove(name: string): Promise<void> {
    parseObjectName(name)
    this.store.delete(name)
  }

  /** Staging files end with the process that opened them. */
  async clearAbandonedTemporaries(_olderThanMs: number, _nowMs: number): Promise<number> {
    return 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const folder = await this.#stagingFolder
    this.#stagingFolder = undefined
    this.#staged.clear()
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }

  #objectOf(name: string): MemoryObject {
    parseObjectName(name)
    const object = this.store.get(name)
    if (object === undefined) throw new VarveError('missing', `${name} does not exist in ${this.location}`)
    return object
  }
}

const ownCopyOf = (bytes: Buffer): Buffer => {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}
