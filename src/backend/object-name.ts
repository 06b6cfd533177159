import { VarveError } from '../errors.js'

/**
 * Names are `name` or `folder/name`, in a set of characters that every storage keeps apart, whatever it thinks of upper
 * and lower case, and short enough for a file name that holds one twice. They never begin with a dot: those are left to
 * temporaries.
 */
const part = /^[a-z0-9][a-z0-9._-]{0,119}$/
const packIdHex = /^[0-9a-f]{64}$/

/** Packs are many, and a storage may spread them; so their names have one form. */
export const packFolder = 'packs'

export interface ObjectName {
  /** Absent for objects that stand at the top, as `config` does. */
  readonly folder: string | undefined
  readonly base: string
}

/** Takes a name apart. Errors: `invalid-argument`. */
export const parseObjectName = (name: string): ObjectName => {
  const slash = name.indexOf('/')
  const folder = slash < 0 ? undefined : name.slice(0, slash)
  const base = name.slice(slash + 1)
  if (!part.test(base) || (folder !== undefined && !part.test(folder))) throw malformed('object', name)
  if (folder === packFolder && !packIdHex.test(base)) throw malformed('pack', name)
  return { folder, base }
}

export const isObjectBase = (folder: string, base: string): boolean =>
  folder === packFolder ? packIdHex.test(base) : part.test(base)

export const isFolderName = (folder: string): boolean => part.test(folder)

/** Errors: `invalid-argument`. */
export const assertFolderName = (folder: string): void => {
  if (!isFolderName(folder)) throw malformed('folder', folder)
}

const malformed = (kind: string, name: string): VarveError =>
  new VarveError('invalid-argument', `not the name of a ${kind} of a repository: ${JSON.stringify(name)}`, {
    hint: 'Names are lower-case letters, digits, dots, dashes and underscores, with at most one folder.',
  })
