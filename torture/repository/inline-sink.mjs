import { load } from '../../bench/machine/dist.mjs'

const { ChunkLookup } = await load('chunk-index/chunk-lookup.js')
const { LookupState } = await load('chunk-index/lookup-state.js')
const { ChunkHasher } = await load('crypto/chunk-id.js')
const { packName } = await load('format/names.js')
const { ChunkStore } = await load('workers/chunk-store.js')
const { StageClock } = await load('workers/stage-clock.js')

/** Stores chunks in the calling thread, with the parts that the threads use. */
export class InlineSink {
  #store
  #chunks
  #lookup
  #hasher

  static async open(store, packTargetBytes) {
    const sink = new InlineSink()
    const { keyring, chunking, slot } = store.keys
    sink.#store = store
    sink.#hasher = new ChunkHasher(keyring.idKey)
    sink.#lookup = new ChunkLookup(new LookupState(store.index.local, 64 * 1024).config())
    const setup = {
      seals: store.seals.material,
      idKey: keyring.idKey,
      chunkerKey: keyring.chunkerKey,
      chunking,
      writerSlot: slot.id,
      compressionLevel: store.compressionLevel,
      packTargetBytes,
    }
    sink.#chunks = new ChunkStore(setup, 0, sink.#lookup, new StageClock(() => 0))
    const stagings = Array.from({ length: 64 }, () => store.backend.openStaging('packs'))
    sink.#chunks.takeStagingPaths(await Promise.all(stagings))
    return sink
  }

  idOf(kind, bytes) {
    return Uint8Array.from(this.#hasher.idOf(kind, Buffer.from(bytes), 0, bytes.length))
  }

  put(kind, bytes) {
    const id = this.idOf(kind, bytes)
    if (this.#lookup.claim(id) === 'new') this.#chunks.addClaimed(kind, 0, id, Buffer.from(bytes))
    return id
  }

  async finish() {
    this.#chunks.finish([])
    const { packs } = this.#chunks.outcome()
    for (const { stagedPath, id, sizeBytes } of packs)
      await this.#store.backend.publishStaged(stagedPath, packName(id), sizeBytes)
    await this.#store.index.write(packs)
    this.#lookup.close()
  }
}
