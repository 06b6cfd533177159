import type { ByteString } from '../bytes/byte-string.js'
import type { CborReader } from './cbor-reader.js'
import { keyMaxBytes } from './limits.js'
import { isNameLength, nameAtOfKey } from './tree-key.js'

const slash = 0x2f
/** The key that was read last. Shared by all readers: each begins with an empty one and is done before the next begins. */
const scratch = Buffer.allocUnsafe(keyMaxBytes)

/** Unpacks the keys of one node, and checks that they are valid, ascend strictly and share all they can (docs/FORMAT.md §8.2). */
export class NodeKeys {
  #length = 0
  /** Where the name begins in the last key. */
  #nameAt = 0
  #first = true

  next(reader: CborReader): ByteString {
    const shared = reader.uint(keyMaxBytes, 'shared')
    const suffixLength = reader.byteStringRange(keyMaxBytes, 'suffix')
    if (shared > this.#length) throw reader.corrupt('key shares more than there is')
    const length = shared + suffixLength
    if (length > keyMaxBytes) throw reader.corrupt('key is too long')
    const { bytes, rangeStart } = reader
    // Greater at the first byte that is not shared: so it ascends, and `shared` is all that the two have in common.
    const ascends = suffixLength > 0 && (shared === this.#length || bytes[rangeStart]! > scratch[shared]!)
    if (!ascends) throw reader.corrupt('key does not ascend')
    if (suffixLength < 32) for (let i = 0; i < suffixLength; i++) scratch[shared + i] = bytes[rangeStart + i]!
    else bytes.copy(scratch, shared, rangeStart, reader.at)
    this.#nameAt = this.#locateName(shared, length)
    if (this.#nameAt < 0) throw reader.corrupt('key has a bad name')
    this.#length = length
    this.#first = false
    return scratch.toString('latin1', 0, length) as ByteString
  }

  /** In the directory of the last key only the new bytes need a look; anywhere else the whole key does. */
  #locateName(shared: number, length: number): number {
    if (this.#first || shared < this.#nameAt) return nameAtOfKey(scratch, length)
    for (let at = shared; at < length; at++) {
      if (scratch[at] === slash) return -1
      if (scratch[at] === 0) return nameAtOfKey(scratch, length)
    }
    return isNameLength(scratch, this.#nameAt, length) ? this.#nameAt : -1
  }
}
