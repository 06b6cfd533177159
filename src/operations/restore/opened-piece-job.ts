import { ChunkKind } from '../../format/ids.js'
import { blockTagSizeBytes, type DirectoryParts } from '../../format/pack-directory.js'
import { PieceSource, type WriteJob } from '../../workers/restore-jobs.js'
import type { FilePlan } from './file-plan.js'
import { fileTable, type OpenedFile } from './write-job-builder.js'

/** The job that writes one piece into an open file. `chunk`: its content, where it is not zeros. */
export const openedPieceJob = (
  plan: FilePlan,
  piece: number,
  opened: OpenedFile,
  chunk: Uint8Array | undefined,
  sparse: boolean,
): WriteJob => {
  const source = chunk === undefined ? PieceSource.zeros : PieceSource.chunk
  const sizes = chunk === undefined ? [] : [chunk.length]
  return {
    kind: 'write',
    blocks: {
      directory: directoryOfSizes(sizes),
      places: sizes.map(() => ({ name: 'chunk', path: undefined, offset: 0 })),
      bytes: [chunk],
      isOpened: true,
    },
    pieces: Float64Array.of(source, 0, plan.froms[piece]!, plan.lengths[piece]!, plan.offsets[piece]!, 0),
    ends: Uint32Array.from(chunk === undefined ? [1] : [0, 1]),
    ids: plan.idOf(piece).slice(),
    files: fileTable(plan, [plan.fileOf[piece]!], [1], () => opened),
    sparse,
  }
}

const directoryOfSizes = (sizes: readonly number[]): DirectoryParts => ({
  kind: ChunkKind.data,
  writerSlot: new Uint8Array(16),
  blockSizes: Uint32Array.from(sizes),
  blockTags: new Uint8Array(blockTagSizeBytes * sizes.length),
  blockChunkCounts: new Uint32Array(sizes.length).fill(1),
  chunkSizes: Uint32Array.from(sizes),
  ids: new Uint8Array(0),
})
