import { fileURLToPath } from 'node:url'
import { VarveError } from '../errors.js'
import type { Backend } from './backend.js'
import { type OpenOptions, openLocalBackend } from './open-local-backend.js'

/** Opens what a person typed. Errors: those of localPathOfLocation and openLocalBackend. */
export const openLocation = (location: string, options: OpenOptions): Promise<Backend> =>
  Promise.resolve(location)
    .then(localPathOfLocation)
    .then((path) => openLocalBackend(path, options))

/**
 * The path that a location means: the text itself, `file:path` or `file:///path`. A colon before the first slash marks a
 * storage of another kind (`s3:bucket`, `host:path`). Errors: `invalid-argument`.
 */
export const localPathOfLocation = (location: string): string => {
  const path = location.startsWith('file:') ? pathOfFileLocation(location) : location
  if (path === '' || path.includes('\0')) {
    throw new VarveError('invalid-argument', `not a location of a repository: ${JSON.stringify(location)}`, {
      hint: 'Give the path of a folder.',
    })
  }
  if (path === location && /^[^/]*:/.test(location)) throw otherStorage(location)
  return path
}

const pathOfFileLocation = (location: string): string => {
  if (!location.startsWith('file://')) return location.slice('file:'.length)
  try {
    return fileURLToPath(location)
  } catch (cause) {
    throw new VarveError('invalid-argument', 'not a file URL of this machine', {
      hint: 'Give the path of a folder, or file:///path.',
      cause,
    })
  }
}

/** Names only the kind: the rest of such a location may hold a password. */
const otherStorage = (location: string): VarveError => {
  const kind = /^[a-z][a-z0-9+.-]*:/i.exec(location)?.[0]
  const what = kind === undefined ? 'another host' : `“${kind}”`
  return new VarveError('invalid-argument', `this version stores only in local folders, not in ${what}`, {
    hint: 'Mount the storage as a folder, or write ./ before a path that has a colon.',
  })
}
