export interface Coverage {
  readonly snapshots: number
  readonly treeNodes: number
  readonly chunks: number
  readonly packs: number
  readonly packsRead: number
  readonly bytesRead: number
}

/** What a check has looked at, in a sentence for people. */
export const coveredText = ({
  snapshots,
  treeNodes,
  chunks,
  packs,
  packsRead,
  bytesRead,
}: Coverage): string => {
  const always =
    `Opened all keys and records; read all ${treeNodes} tree nodes of ${of(snapshots, 'snapshot')} and the directories of ` +
    `${of(packs, 'pack')}; all ${chunks} chunks that they need were looked up there and in the index files`
  if (packsRead === 0) return `${always}; the stored data itself was not read.`
  const which = packsRead >= packs ? 'all packs' : `${packsRead} of ${packs} packs`
  return `${always}; the stored data of ${which}, ${bytesRead} bytes, was read and every chunk's id recomputed.`
}

const of = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
