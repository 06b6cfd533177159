import type { ByteString } from '../bytes/byte-string.js'
import { VarveError } from '../errors.js'

/** `latest` or the beginning of an id, and what follows the first colon. */
export interface ParsedReference {
  readonly name: string
  /** As `a/b`; the root of the snapshot is the empty string. */
  readonly path: ByteString
}

/** Splits `ID:path`. Errors: `invalid-argument`. */
export const parseReference = (reference: ByteString): ParsedReference => {
  const colon = reference.indexOf(':')
  const name = colon < 0 ? reference : reference.slice(0, colon)
  if (name === '')
    throw new VarveError('invalid-argument', 'a snapshot reference must begin with an id', {
      hint: 'Write latest, an id or its beginning, and :path where only a part of the snapshot is meant.',
    })
  return { name, path: colon < 0 ? ('' as ByteString) : treePathOf(reference.slice(colon + 1) as ByteString) }
}

/**
 * A path as a tree has it: without leading, trailing and repeated slashes and `.`; `..` takes a component back and stays
 * at the root. Errors: `invalid-argument` for a path with a NUL.
 */
export const treePathOf = (path: ByteString): ByteString => {
  if (path.includes('\0')) throw new VarveError('invalid-argument', 'a path cannot hold a NUL byte')
  const components: string[] = []
  for (const component of path.split('/')) {
    if (component === '..') components.pop()
    else if (component !== '' && component !== '.') components.push(component)
  }
  return components.join('/') as ByteString
}
