import type { TreeRoot } from '../../format/tree-root.js'
import type { StoreWriter } from '../../repository/store-writer.js'

const nsPerMs = 1_000_000n

/** Says when a checkpoint is due: after a time, so that a crash costs little, or when memory asks for one. */
export class Checkpoints {
  #lastNs: bigint

  constructor(
    private readonly writer: StoreWriter,
    private readonly everyMs: number,
    private readonly now: () => bigint,
    private readonly publish: (root: TreeRoot) => Promise<void>,
  ) {
    this.#lastNs = now()
  }

  get isDue(): boolean {
    return this.writer.isCheckpointDue || this.now() - this.#lastNs >= BigInt(this.everyMs) * nsPerMs
  }

  /** W2 and W3: what was stored becomes durable and indexed, then a pending record protects it. */
  async make(root: TreeRoot): Promise<void> {
    await this.writer.checkpoint()
    await this.publish(root)
    this.#lastNs = this.now()
  }
}
