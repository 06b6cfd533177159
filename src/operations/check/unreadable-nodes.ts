import { ChunkHasher } from '../../crypto/chunk-id.js'
import { CorruptError, VarveError } from '../../errors.js'
import { type ChunkId, type ChunkKind, chunkKey } from '../../format/ids.js'
import type { Store } from '../../repository/store.js'
import type { Catalogue } from './catalogue.js'
import type { CataloguedPack } from './catalogued-pack.js'
import { checkValueOf } from './check-value.js'
import type { Findings } from './findings.js'

/** Finds out why a tree or list node could not be read: broken blocks, or a node that was written wrong. */
export class UnreadableNodes {
  /** Nodes whose bytes are whole, but which are not what they must be. By chunkKey. */
  readonly invalid = new Set<string>()
  readonly #hasher: ChunkHasher

  constructor(
    store: Store,
    private readonly catalogue: Catalogue,
    private readonly findings: Findings,
  ) {
    this.#hasher = new ChunkHasher(store.keys.keyring.idKey)
  }

  get any(): boolean {
    return this.invalid.size > 0
  }

  /** `error` is what reading or decoding it gave. */
  async note(id: ChunkId, kind: ChunkKind, error: VarveError): Promise<void> {
    const places: { pack: CataloguedPack; chunk: number; block: number }[] = []
    this.catalogue.places(id, kind, checkValueOf(id, 0, kind, 0), (pack, chunk, block) =>
      places.push({ pack, chunk, block }),
    )
    let whole: CataloguedPack | undefined
    for (const { pack, chunk, block } of places) {
      const message = await this.#faultOf(pack, chunk, block, id)
      if (message === undefined) whole ??= pack
      else pack.brokenBlocks.set(block, message)
    }
    if (whole === undefined) return
    this.invalid.add(chunkKey(id))
    this.findings.damage(whole.name, `holds a node that was written wrong: ${error.message}`)
  }

  async #faultOf(
    pack: CataloguedPack,
    chunk: number,
    block: number,
    id: ChunkId,
  ): Promise<string | undefined> {
    const { reader } = this.catalogue
    try {
      const directory = await reader.directoryOf(pack.id)
      const content = await reader.blockContent(pack.id, directory, block)
      let start = 0
      for (let before = directory.firstChunks[block]!; before < chunk; before++)
        start += directory.chunkSizes[before]!
      const found = this.#hasher.idOf(pack.kind, content, start, start + directory.chunkSizes[chunk]!)
      return found.equals(id) ? undefined : 'has a chunk with other bytes than its id says'
    } catch (error) {
      if (!(error instanceof VarveError)) throw error
      return error instanceof CorruptError ? error.message.slice(error.object.length + 2) : error.message
    }
  }
}
