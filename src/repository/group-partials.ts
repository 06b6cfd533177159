import { packBlocksMax } from '../format/limits.js'
import { type PartialPack, packChunksTarget } from '../pack/pack-builder.js'

/**
 * Divides unfilled packs so that those of one kind in one group make one pack of at most the target size (a pack that is
 * larger alone stands alone) and of no more blocks and chunks than a pack may have.
 */
export const groupPartials = (partials: readonly PartialPack[], targetBytes: number): PartialPack[][] => {
  const groups: PartialPack[][] = []
  const filled = new Map<number, { group: number; bytes: number; blocks: number; chunks: number }>()
  for (const partial of partials) {
    const { kind, blockSizes, chunkSizes } = partial.directory
    const bytes = blockSizes.reduce((sum, size) => sum + size, 0)
    const at = filled.get(kind) ?? { group: 0, bytes: 0, blocks: 0, chunks: 0 }
    filled.set(kind, at)
    const isFull =
      at.bytes + bytes > targetBytes ||
      at.blocks + blockSizes.length > packBlocksMax ||
      at.chunks + chunkSizes.length > packChunksTarget
    if (isFull && at.blocks > 0) Object.assign(at, { group: at.group + 1, bytes: 0, blocks: 0, chunks: 0 })
    at.bytes += bytes
    at.blocks += blockSizes.length
    at.chunks += chunkSizes.length
    groups[at.group] ??= []
    groups[at.group]!.push(partial)
  }
  return groups
}
