import type { Snapshot } from '../format/snapshot.js'

/** The same for snapshots of the same host and the same paths, in whatever order these were given. */
const groupKeyOf = ({ host, paths }: Pick<Snapshot, 'host' | 'paths'>): string =>
  JSON.stringify([host, [...paths].sort()])

/** By host and paths; the order within a group is that of the argument. */
export const groupSnapshots = <S extends Pick<Snapshot, 'host' | 'paths'>>(
  snapshots: readonly S[],
): S[][] => {
  const groups = new Map<string, S[]>()
  for (const snapshot of snapshots) {
    const key = groupKeyOf(snapshot)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [snapshot])
    else group.push(snapshot)
  }
  return [...groups.values()]
}
