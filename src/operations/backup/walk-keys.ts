import assert from 'node:assert/strict'
import type { ByteString } from '../../bytes/byte-string.js'
import type { FoundName } from '../../filesystem/walk-filter.js'
import { isEntryName, keyPrefixOf } from '../../format/tree-key.js'

/** Makes the tree's keys in the order of a walk: the entries of a directory come in a row, so its part is made once. */
export class WalkKeys {
  #directory = '' as ByteString
  #prefix = keyPrefixOf('' as ByteString)

  of({ directory, name }: FoundName): ByteString {
    if (directory !== this.#directory) {
      this.#directory = directory
      this.#prefix = keyPrefixOf(directory)
    }
    assert.ok(isEntryName(name))
    return (this.#prefix + name) as ByteString
  }
}
