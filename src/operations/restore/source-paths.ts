import type { ByteString } from '../../bytes/byte-string.js'
import type { Snapshot } from '../../format/snapshot.js'
import { sourceDirectoryOf } from '../../format/source-directory.js'

/** Where the sources of a snapshot were: absolute paths. Relative ones say nothing without the directory that they started from. */
export const sourcePathsOf = (snapshot: Pick<Snapshot, 'paths' | 'extensions'>): ByteString[] => {
  const directory = sourceDirectoryOf(snapshot)
  return snapshot.paths.flatMap((path) => {
    if (path.startsWith('/')) return [path]
    return directory === undefined ? [] : [`${directory}/${path}` as ByteString]
  })
}
