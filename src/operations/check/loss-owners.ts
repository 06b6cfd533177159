import { type ChunkId, type ChunkKind, chunkKey } from '../../format/ids.js'
import { packName, snapshotName } from '../../format/names.js'
import type { Snapshot } from '../../format/snapshot.js'
import type { Catalogue } from './catalogue.js'
import type { CataloguedPack } from './catalogued-pack.js'
import { checkValueOf } from './check-value.js'
import type { Finding, Findings } from './findings.js'
import { packMissing, packUnnamed } from './next-step.js'

/** Packs that snapshots need and that index files do not name in full: readers do not find what is in them. */
export type Unindexed = ReadonlySet<CataloguedPack>

/** Which broken objects a chunk that is needed is lost with. */
export class LossOwners {
  /** Whose tree is walked. */
  snapshot!: Snapshot

  constructor(
    private readonly catalogue: Catalogue,
    private readonly findings: Findings,
    private readonly unindexed: Unindexed,
    private readonly invalid: ReadonlySet<string>,
  ) {}

  isInvalid(id: ChunkId): boolean {
    return this.invalid.size > 0 && this.invalid.has(chunkKey(id))
  }

  /** Empty where the chunk has a whole copy that readers find. `lengthBytes` counts for file data only. */
  of(id: ChunkId, kind: ChunkKind, lengthBytes = 0): Set<Finding> {
    const owners = new Set<Finding>()
    this.addTo(owners, id, kind, lengthBytes)
    return owners
  }

  addTo(owners: Set<Finding>, id: ChunkId, kind: ChunkKind, lengthBytes = 0): void {
    let isWhole = false
    const blamed: [CataloguedPack, number][] = []
    this.catalogue.places(id, kind, checkValueOf(id, 0, kind, lengthBytes), (pack, _, block) => {
      if (pack.isBroken(block) || this.unindexed.has(pack)) blamed.push([pack, block])
      else isWhole = true
    })
    if (isWhole) return
    for (const [pack, block] of blamed) owners.add(this.#blame(pack, block))
    if (blamed.length === 0) this.#addLost(owners, id)
  }

  /** Of a chunk that could not be read, or not be used. */
  ofUnreadable(id: ChunkId, kind: ChunkKind): Set<Finding> {
    const owners = new Set<Finding>()
    const packs: CataloguedPack[] = []
    // Whatever its length is said to be.
    this.catalogue.index.lookupAll(id, (ordinal) => {
      const pack = this.catalogue.packAt(ordinal)
      if (pack?.kind === kind) packs.push(pack)
    })
    for (const { name } of packs)
      owners.add(
        this.findings.finding(name) ?? this.findings.damage(name, 'holds a chunk that cannot be used'),
      )
    if (packs.length === 0) this.#addLost(owners, id)
    return owners
  }

  #blame(pack: CataloguedPack, block: number): Finding {
    const message = pack.brokenBlocks.get(block)
    return this.findings.damage(pack.name, message === undefined ? packUnnamed : `block ${block}: ${message}`)
  }

  #addLost(owners: Set<Finding>, id: ChunkId): void {
    const lost = this.catalogue.lostPlaces(id)
    for (const pack of lost) {
      const message = pack.isListed ? 'cannot be read' : packMissing
      const name = packName(pack.id)
      owners.add(this.findings.finding(name) ?? this.findings.damage(name, message))
    }
    if (lost.length > 0) return
    owners.add(
      this.findings.damage(
        snapshotName(this.snapshot.id),
        'needs chunks that are in no pack; if its backup never ended well, it is a leftover that can be removed',
      ),
    )
  }
}
