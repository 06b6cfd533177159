import { load } from '../../../bench/machine/dist.mjs'
import { kindOf } from './damages.mjs'

const { readDirectory } = await load('repository/read-directory.js')

/**
 * What may be lost with each pack: the paths of each snapshot whose chunks, or whose tree's nodes, its directory lists.
 * @returns {Promise<(pack: string, snapshotId: string, path: string) => boolean>}
 */
export const dependentsOf = async ({ objects, store }, snapshots) => {
  const directories = new Map()
  for (const name of objects.keys()) {
    if (kindOf(name) !== 'packs') continue
    const { directory } = await readDirectory(store.backend, store.seals, name.slice('packs/'.length))
    directories.set(name, directory)
  }
  const chunksOf = new Map(snapshots.map(({ snapshot, chunks }) => [snapshot.id, chunks]))
  return (pack, snapshotId, path) => {
    const directory = directories.get(pack)
    if (directory === undefined) return false
    const chunks = chunksOf.get(snapshotId)
    return ['', path].some((owner) => (chunks.get(owner) ?? []).some((id) => directory.find(id) >= 0))
  }
}
