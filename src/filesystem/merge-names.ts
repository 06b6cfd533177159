import type { ByteString } from '../bytes/byte-string.js'

/** Two sorted lists of names as one, each name once. */
export function* mergeNames(
  left: Iterable<ByteString>,
  right: readonly ByteString[],
): Generator<ByteString, void, undefined> {
  let at = 0
  for (const name of left) {
    while (at < right.length && right[at]! < name) yield right[at++]!
    if (right[at] === name) at++
    yield name
  }
  while (at < right.length) yield right[at++]!
}
