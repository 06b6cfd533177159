import { type ByteString, byteStringOf } from '../bytes/byte-string.js'
import { CorruptError, VarveError } from '../errors.js'
import { decodeRecord, type RecordValue } from './record.js'

/**
 * Takes the items of an array one after the other, each with the type and bounds that the format gives it. Whatever is
 * not so is a CorruptError that names the object and the field.
 */
export class Fields {
  readonly #items: readonly RecordValue[]
  #at = 0
  readonly objectName: string
  /** No byte string below can be longer than the record was. */
  readonly sizeMaxBytes: number

  constructor(items: readonly RecordValue[], objectName: string, sizeMaxBytes: number) {
    this.#items = items
    this.objectName = objectName
    this.sizeMaxBytes = sizeMaxBytes
  }

  corrupt(what: string, cause?: unknown): CorruptError {
    return new CorruptError(this.objectName, what, { cause })
  }

  int(name: string): number {
    const value = this.#next()
    if (typeof value !== 'number') throw this.corrupt(`${name} is not an integer`)
    return value
  }

  uint(name: string, max = Number.MAX_SAFE_INTEGER, min = 0): number {
    const value = this.int(name)
    if (value < min || value > max) throw this.corrupt(`${name} is not between ${min} and ${max}`)
    return value
  }

  boolean(name: string): boolean {
    const value = this.#next()
    if (typeof value !== 'boolean') throw this.corrupt(`${name} is not a boolean`)
    return value
  }

  bytesUpTo(name: string, maxBytes: number): Uint8Array {
    const value = this.#next()
    if (!(value instanceof Uint8Array)) throw this.corrupt(`${name} is not a byte string`)
    if (value.byteLength > maxBytes) throw this.corrupt(`${name} is longer than ${maxBytes} bytes`)
    return value
  }

  bytes(name: string, lengthBytes: number): Uint8Array {
    const value = this.bytesUpTo(name, lengthBytes)
    if (value.byteLength !== lengthBytes) throw this.corrupt(`${name} is not ${lengthBytes} bytes long`)
    return value
  }

  byteString(name: string, maxBytes: number): ByteString {
    return byteStringOf(this.bytesUpTo(name, maxBytes))
  }

  text(name: string, maxBytes: number): string {
    const value = this.#next()
    if (typeof value !== 'string') throw this.corrupt(`${name} is not a text`)
    if (Buffer.byteLength(value, 'utf8') > maxBytes)
      throw this.corrupt(`${name} is longer than ${maxBytes} bytes`)
    return value
  }

  /** An array with exactly `length` items of its own meanings. */
  fields(name: string, length: number): Fields {
    const items = this.#array(name)
    if (items.length !== length) throw this.corrupt(`${name} does not have ${length} items`)
    return new Fields(items, this.objectName, this.sizeMaxBytes)
  }

  /** An array whose first item tells how the others are to be read. */
  variant(name: string): Fields & { readonly length: number } {
    const items = this.#array(name)
    return Object.assign(new Fields(items, this.objectName, this.sizeMaxBytes), { length: items.length })
  }

  /** An array of alike items; `read` takes exactly one from the fields it is given. */
  each<T>(name: string, countMax: number, read: (items: Fields) => T): T[] {
    const items = this.#array(name)
    if (items.length > countMax) throw this.corrupt(`${name} has more than ${countMax} items`)
    const inner = new Fields(items, this.objectName, this.sizeMaxBytes)
    return items.map(() => read(inner))
  }

  nullable<T>(read: (items: Fields) => T): T | null {
    if (this.#items[this.#at] !== null) return read(this)
    this.#at++
    return null
  }

  nextIsArray(): boolean {
    return Array.isArray(this.#items[this.#at])
  }

  end(): void {
    if (this.#at !== this.#items.length) throw this.corrupt('has more items than it should')
  }

  #array(name: string): readonly RecordValue[] {
    const value = this.#next()
    if (!Array.isArray(value)) throw this.corrupt(`${name} is not an array`)
    return value
  }

  #next(): RecordValue {
    const value = this.#items[this.#at++]
    if (value === undefined) throw this.corrupt('has fewer items than it should')
    return value
  }
}

export interface RecordShape {
  readonly version: number
  /** Number of items, the version included. */
  readonly items: number
  readonly sizeMaxBytes: number
}

/** Decodes a record and checks its version and length. Errors: `corrupt`, `unsupported-version`. */
export function openRecord(bytes: Uint8Array, objectName: string, shape: RecordShape): Fields {
  const fields = openArray(bytes, objectName, shape.sizeMaxBytes)
  const version = fields.uint('record version')
  if (version > shape.version) {
    throw new VarveError(
      'unsupported-version',
      `${objectName}: is of version ${version}, this program knows ${shape.version}`,
      {
        hint: 'Use a newer version of varve.',
      },
    )
  }
  if (version !== shape.version) throw fields.corrupt(`has no version ${version}`)
  if (fields.length !== shape.items) throw fields.corrupt(`does not have ${shape.items} items`)
  return fields
}

/** A record whose first item is not a version. Errors: `corrupt`. */
export function openArray(
  bytes: Uint8Array,
  objectName: string,
  sizeMaxBytes: number,
): Fields & { readonly length: number } {
  return new Fields([decodeRecord(bytes, objectName, sizeMaxBytes)], objectName, sizeMaxBytes).variant('it')
}
