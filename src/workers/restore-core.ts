import type { ByteString } from '../bytes/byte-string.js'
import { openCodec } from '../compression/codec.js'
import { ChunkHasher } from '../crypto/chunk-id.js'
import { Seals } from '../format/seal.js'
import type { Core } from './core.js'
import { RestoreBlocks } from './restore-blocks.js'
import { RestoreComparer } from './restore-compare.js'
import { finishFile } from './restore-file.js'
import type { RestoreJob, RestoreResult, RestoreSetup } from './restore-jobs.js'
import { RestoreWriter } from './restore-writer.js'

export const openCore = (setup: RestoreSetup, thread: number): RestoreCore => new RestoreCore(setup, thread)

/** What one thread of a restore does: reads, opens, proves and writes; and compares what is on the disk already. */
export class RestoreCore implements Core<RestoreJob, RestoreResult, never> {
  readonly #blocks: RestoreBlocks
  readonly #writer: RestoreWriter
  readonly #comparer: RestoreComparer

  constructor(setup: RestoreSetup, thread: number) {
    const hasher = new ChunkHasher(setup.idKey)
    // The level matters for compression only.
    this.#blocks = new RestoreBlocks(new Seals(setup.seals), openCodec(1), hasher)
    this.#comparer = new RestoreComparer(hasher)
    const prefix = `${setup.temporaryPrefix}${thread}-` as ByteString
    this.#writer = new RestoreWriter(this.#blocks, hasher, prefix)
  }

  run(job: RestoreJob): RestoreResult {
    if (job.kind === 'write') return this.#writer.write(job)
    if (job.kind === 'finish-file') return finishFile(job)
    return this.#comparer.compare(job)
  }

  close(): void {
    this.#blocks.close()
  }
}
