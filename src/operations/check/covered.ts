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
    `Opened all keys and records; read ${all(treeNodes, 'tree node')} of ${of(snapshots, 'snapshot')} and the ` +
    `${packs === 1 ? 'directory' : 'directories'} of ${of(packs, 'pack')}; ${all(chunks, 'chunk')} that they need ` +
    `${chunks === 1 ? 'was' : 'were'} looked up there and in the index files`
  if (packsRead === 0) return `${always}; the stored data itself was not read.`
  const which =
    packsRead < packs ? `${packsRead} of ${of(packs, 'pack')}` : packs === 1 ? 'the pack' : 'all packs'
  return `${always}; the stored data of ${which}, ${of(bytesRead, 'byte')}, was read and every chunk's id recomputed.`
}

const all = (count: number, noun: string): string =>
  count === 1 ? `the only ${noun}` : `all ${of(count, noun)}`

const of = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
