import type { ByteString } from '../../bytes/byte-string.js'
import { SafeDirectory } from '../../filesystem/safe-directory.js'

/** A directory below another, given as `a/b`; no symbolic link on the way is followed. The caller closes it. */
export const openBelow = (top: SafeDirectory, path: ByteString): SafeDirectory => {
  let directory = SafeDirectory.open(top.here)
  for (const name of path === '' ? [] : path.split('/')) {
    using above = directory
    directory = above.openDirectory(name as ByteString, { create: false })
  }
  return directory
}
