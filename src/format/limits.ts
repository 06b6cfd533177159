/** Bounds of format version 1. Writers keep them, readers reject what exceeds them; the section is beside each group. */

const KiB = 1024
const MiB = 1024 * KiB
const GiB = 1024 * MiB

// §1
export const recordDepthMax = 16
/** No record of version 1 can have more within its bounds; decoded, each costs some hundred bytes. */
export const recordItemsMax = 1_048_576
export const nanosecondsMax = 999_999_999
/** A sealed record (snapshot, pending, condemned and so on), §9. */
export const sealedRecordMaxBytes = 16 * MiB

// §4.1
export const chunkMaxBytes = 4 * MiB
export const idSizeBytes = 32

// §5.1
export const blockTargetBytes = 512 * KiB
export const blockContentMaxBytes = 16 * MiB
export const blockStoredMaxBytes = 32 * MiB
export const blockChunksMax = 1_048_576

// §5.2
export const packBlocksMax = 4095
export const packMaxBytes = GiB

// §6
export const indexFileMaxBytes = 64 * MiB
export const indexEntrySizeBytes = 24
export const indexPageEntriesMax = 2730
/** What a writer puts into one index file at most, so that it stays below 64 MiB with its fence. */
export const indexFileEntriesMax = 2_500_000

// §7
export const piecesInEntryMaxBytes = 640
export const listNodePiecesMin = 64
export const listNodePiecesMax = 2048
export const listLevelsMax = 8
export const holeMapInEntryMaxBytes = 256
export const holeMapChunkSizeBytes = 64 * KiB
export const holeMapMaxBytes = 64 * MiB

// §8
export const nameMaxBytes = 255
export const keyMaxBytes = 65_535
export const nodeMaxBytes = 64 * KiB
/** What the items of a leaf take at least where the keyed hash may end it; of an inner node (§8.3). */
export const leafCutFromBytes = 4096
export const innerCutFromBytes = 1024
/**
 * An inner node does not end before it has this many children. Without it, first keys of tens of kilobytes would make
 * nodes of one child each, and no level would ever have fewer nodes than the one below.
 */
export const innerChildrenMin = 16
export const treeLevelsMax = 12
/** Items 2 to 18 of an entry. */
export const entryValueMaxBytes = MiB
export const ownerNameMaxBytes = 1024
export const symlinkTargetMaxBytes = 65_535
export const xattrNameMaxBytes = 255
export const xattrInEntryMaxBytes = 1024
export const xattrChunkMaxBytes = 64 * KiB

// §9
export const configMaxBytes = 4096
export const slotMaxBytes = 4096
export const keyringMaxBytes = 2 * MiB
export const featureMaxBytes = 4096
export const passwordSlotsMax = 20
export const slotsMax = 4096
export const epochMax = 255
export const textMaxBytes = 4096
