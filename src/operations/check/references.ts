import type { ChunkId, ChunkKind } from '../../format/ids.js'
import type { Catalogue } from './catalogue.js'
import type { CataloguedPack } from './catalogued-pack.js'
import { checkValueOf } from './check-value.js'

/** `lost`: no pack holds the chunk. */
export type Reference = 'new' | 'known' | 'lost'

/** Notes which chunks snapshots need, at every place that they are stored at. */
export class References {
  /** Different chunks that are needed. */
  chunks = 0
  hasLost = false
  /** The first place of the chunk that was last referred to and is not lost. */
  pack: CataloguedPack | undefined
  chunk = 0

  constructor(private readonly catalogue: Catalogue) {}

  /** `lengthBytes` is looked at for file data only. */
  refer(id: ChunkId, kind: ChunkKind, lengthBytes = 0): Reference {
    let result: Reference = 'lost'
    this.catalogue.places(id, kind, checkValueOf(id, 0, kind, lengthBytes), (pack, chunk) => {
      if (result === 'lost') {
        result = pack.isReferenced(chunk) ? 'known' : 'new'
        this.pack = pack
        this.chunk = chunk
      }
      pack.refer(chunk)
    })
    return this.#count(result)
  }

  #count(result: Reference): Reference {
    if (result === 'new') this.chunks++
    else if (result === 'lost') this.hasLost = true
    return result
  }
}
