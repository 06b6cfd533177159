import type { Backend } from '../../backend/backend.js'
import { ignoreMissingOrCorrupt } from '../../errors.js'
import type { PackDirectory } from '../../format/pack-directory.js'
import type { BlockTable } from '../../workers/restore-jobs.js'
import type { PlannedBlock } from './file-plan.js'

/** A block and the directory that tells where it lies. */
export interface PlacedBlock extends Pick<PlannedBlock, 'packId' | 'block'> {
  readonly directory: PackDirectory
}

/** Reading what lies between two wanted blocks costs less than a second request. */
const gapBytesMax = 256 * 1024
const requestBytesMax = 16 * 1024 * 1024

/** Where threads find the blocks: in the packs' files where the backend has such, otherwise in memory, read here. */
export const readBlocks = async (
  backend: Backend,
  blocks: readonly PlacedBlock[],
): Promise<Pick<BlockTable, 'places' | 'bytes'>> => {
  const places = blocks.map(({ packId, directory, block }) => {
    const name = `packs/${packId}`
    return { name, path: backend.localPathOf(name), offset: directory.blockOffsets[block]! }
  })
  const bytes = new Array<Uint8Array | undefined>(blocks.length).fill(undefined)
  if (places.every(({ path }) => path !== undefined)) return { places, bytes }
  const order = blocks.map((_, index) => index)
  order.sort((a, b) => compareText(places[a]!.name, places[b]!.name) || places[a]!.offset - places[b]!.offset)
  const sizeOf = (index: number): number => blocks[index]!.directory.blockSizes[blocks[index]!.block]!
  const requests: number[][] = []
  for (const index of order) {
    const request = requests.at(-1)
    const first = request?.[0]
    const last = request?.at(-1)
    const joins =
      first !== undefined &&
      places[first]!.name === places[index]!.name &&
      places[index]!.offset - (places[last!]!.offset + sizeOf(last!)) <= gapBytesMax &&
      places[index]!.offset + sizeOf(index) - places[first]!.offset <= requestBytesMax
    if (joins) request!.push(index)
    else requests.push([index])
  }
  await Promise.all(
    requests.map(async (request) => {
      const { name, offset } = places[request[0]!]!
      const last = request.at(-1)!
      const length = places[last]!.offset + sizeOf(last) - offset
      // The chunks are then sought elsewhere, one by one.
      const read = await backend.readRange(name, offset, length).catch(ignoreMissingOrCorrupt)
      if (read === undefined) return
      for (const index of request) {
        const start = places[index]!.offset - offset
        bytes[index] = read.subarray(start, start + sizeOf(index))
      }
    }),
  )
  return { places, bytes }
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
