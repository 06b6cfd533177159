import { VarveError } from '../../errors.js'
import type { Suspect } from '../../format/suspect.js'
import type { CheckedPack } from '../../workers/check-jobs.js'
import type { Catalogue } from './catalogue.js'
import type { CataloguedPack } from './catalogued-pack.js'
import type { Findings } from './findings.js'

const allBlocks = (pack: CataloguedPack): number[] =>
  Array.from({ length: pack.firstChunks.length - 1 }, (_, block) => block)

/** Gathers which blocks do not count as places of chunks: recorded as suspect, or found broken. */
export class BrokenBlocks {
  /** Packs whose bytes are not what their names say, although every block opens. */
  readonly renamed = new Set<CataloguedPack>()
  /** Packs that were not read, for reasons that say nothing of their bytes. */
  readonly unread = new Set<CataloguedPack>()
  readonly #recorded = new Map<CataloguedPack, Set<number>>()

  constructor(
    private readonly catalogue: Catalogue,
    private readonly findings: Findings,
  ) {}

  takeSuspects(suspects: readonly Suspect[]): void {
    for (const { pack: id, blocks, reason } of suspects) {
      const pack = this.catalogue.packs.get(id)
      if (pack === undefined) continue
      const recorded = this.#recorded.get(pack) ?? new Set()
      this.#recorded.set(pack, recorded)
      for (const block of blocks ?? allBlocks(pack)) {
        recorded.add(block)
        pack.brokenBlocks.set(block, `is recorded as suspect (${reason})`)
      }
    }
  }

  /** What reading a pack in full gave. */
  take(pack: CataloguedPack, result: CheckedPack): void {
    if (result.mayBeWhole) this.unread.add(pack)
    if (!result.blocksKnown) {
      const message = result.missing
        ? 'vanished while it was checked'
        : (result.packMessage ?? 'cannot be read')
      for (const block of allBlocks(pack)) pack.brokenBlocks.set(block, message)
      return
    }
    for (const { block, message } of result.broken) pack.brokenBlocks.set(block, message)
    if (result.packMessage === undefined || result.broken.length > 0) return
    this.findings.damage(pack.name, result.packMessage)
    this.renamed.add(pack)
  }

  /**
   * Tells every broken block as damage, but for those that are recorded already and whose chunks nobody needs from there.
   * True where something that is needed is lost.
   */
  async judge(): Promise<boolean> {
    let anyLost = false
    for (const pack of this.catalogue.packs.values()) {
      let spared = 0
      for (const [block, message] of pack.brokenBlocks) {
        const isLost = await this.#isNeededFrom(pack, block)
        if (isLost) anyLost = true
        if (isLost || !this.#recorded.get(pack)?.has(block))
          this.findings.damage(pack.name, `block ${block}: ${message}`)
        else spared++
      }
      if (spared > 0)
        this.findings.remark(
          `${pack.name}: blocks recorded as suspect: ${spared}; no snapshot needs them from there`,
        )
    }
    return anyLost
  }

  /** Whether the block has a needed chunk that has no whole copy elsewhere. */
  async #isNeededFrom(pack: CataloguedPack, block: number): Promise<boolean> {
    const first = pack.firstChunks[block]!
    const end = pack.firstChunks[block + 1]!
    let needed = false
    for (let chunk = first; chunk < end && !needed; chunk++) needed = pack.isReferenced(chunk)
    if (!needed) return false
    try {
      const directory = await this.catalogue.reader.directoryOf(pack.id)
      for (let chunk = first; chunk < end; chunk++)
        if (pack.isReferenced(chunk) && !this.#hasWholeCopy(pack, chunk, directory.ids)) return true
      return false
    } catch (error) {
      if (error instanceof VarveError) return true
      throw error
    }
  }

  #hasWholeCopy(pack: CataloguedPack, chunk: number, ids: Uint8Array): boolean {
    const id = ids.subarray(32 * chunk, 32 * (chunk + 1)) as Parameters<Catalogue['places']>[0]
    let whole = false
    this.catalogue.places(id, pack.kind, pack.checkValues[chunk]!, (other, _, otherBlock) => {
      if (!other.isBroken(otherBlock)) whole = true
    })
    return whole
  }
}
