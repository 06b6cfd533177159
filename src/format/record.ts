import assert from 'node:assert/strict'
import { decode, encode, rfc8949EncodeOptions } from 'cborg'
import { CorruptError, VarveError } from '../errors.js'
import { bufferView } from './buffer-view.js'
import { CborReader } from './cbor-reader.js'
import { recordDepthMax, recordItemsMax } from './limits.js'

/** What a record is made of (docs/FORMAT.md §1). Numbers are integers of at most 2^53 - 1 in magnitude. */
export type RecordValue = number | string | boolean | null | Uint8Array | readonly RecordValue[]

/** Errors: `invalid-argument` for text that UTF-8 cannot carry unchanged. Anything else wrong is an assertion. */
export function encodeRecord(value: RecordValue): Buffer {
  assertEncodable(value, recordDepthMax)
  return bufferView(encode(value, rfc8949EncodeOptions))
}

/**
 * Decodes canonical CBOR (RFC 8949 §4.2.1) and proves that it is canonical by encoding it again (I-1). The cheap strict
 * walk comes first, so that hostile nesting and lengths are gone before anything is allocated.
 * Byte strings of the result are copies. Errors: `corrupt`.
 */
export function decodeRecord(bytes: Uint8Array, objectName: string, sizeMaxBytes: number): RecordValue {
  if (bytes.byteLength > sizeMaxBytes) throw new CorruptError(objectName, 'is too long')
  const walk = new CborReader(bytes, objectName)
  walk.skip(recordDepthMax, recordItemsMax)
  walk.end()
  const value = decodeStrictly(bytes, objectName)
  if (!bufferView(bytes).equals(encode(value, rfc8949EncodeOptions))) {
    throw new CorruptError(objectName, 'is not in canonical form')
  }
  return value
}

const strictly = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
}

function decodeStrictly(bytes: Uint8Array, objectName: string): RecordValue {
  try {
    return decode(bytes, strictly) as RecordValue
  } catch (cause) {
    throw new CorruptError(objectName, 'is not a record', { cause })
  }
}

function assertEncodable(value: RecordValue, depthLeft: number): void {
  if (value === null || typeof value === 'boolean' || value instanceof Uint8Array) return
  if (typeof value === 'number') {
    assert.ok(Number.isSafeInteger(value), 'a record holds safe integers only')
  } else if (typeof value === 'string') {
    assertUnicode(value)
  } else {
    assert.ok(Array.isArray(value), 'a record holds integers, bytes, text, arrays, null and booleans only')
    assert.ok(depthLeft > 0, 'a record is nested too deeply')
    for (const item of value) assertEncodable(item, depthLeft - 1)
  }
}

const utf8 = new TextDecoder('utf-8')

/** Lone surrogates, and a byte order mark at the start, do not survive a UTF-8 decoder; better no record than a changed one. */
function assertUnicode(text: string): void {
  if (utf8.decode(Buffer.from(text, 'utf8')) === text) return
  throw new VarveError('invalid-argument', `not well-formed Unicode text: ${JSON.stringify(text)}`)
}
