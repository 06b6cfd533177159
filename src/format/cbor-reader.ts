import { CorruptError } from '../errors.js'
import { bufferView } from './buffer-view.js'

export const MajorType = { uint: 0, negative: 1, bytes: 2, text: 3, array: 4 } as const

const nullByte = 0xf6
const falseByte = 0xf4
const trueByte = 0xf5
const safeHighMax = 0x1f_ffff

/**
 * A cursor over canonical CBOR of the types that records have (docs/FORMAT.md §1). It accepts the shortest form of every
 * head and nothing else, so what it read needs no second encoding to be proven canonical. Nothing is copied.
 * Every complaint is a CorruptError with the object's name.
 */
export class CborReader {
  readonly bytes: Buffer
  at = 0
  /** Where the byte string that `byteStringRange` read begins; it ends at `at`. */
  rangeStart = 0
  readonly objectName: string

  constructor(bytes: Uint8Array, objectName: string, at = 0) {
    this.bytes = bufferView(bytes)
    this.objectName = objectName
    this.at = at
  }

  corrupt(what: string): CorruptError {
    return new CorruptError(this.objectName, `${what} at byte ${this.at}`)
  }

  end(): void {
    if (this.at !== this.bytes.length) throw this.corrupt('has bytes after its end')
  }

  uint(max: number, what: string): number {
    const value = this.#head(MajorType.uint, what)
    if (value > max) throw this.corrupt(`${what} is above ${max}`)
    return value
  }

  int(what: string): number {
    if (this.bytes[this.at]! >>> 5 !== MajorType.negative) return this.#head(MajorType.uint, what)
    const value = -1 - this.#head(MajorType.negative, what)
    if (value < Number.MIN_SAFE_INTEGER) throw this.corrupt(`${what} is out of range`)
    return value
  }

  arrayHead(what: string): number {
    return this.#head(MajorType.array, what)
  }

  /** An array that has exactly `length` items. */
  arrayOf(length: number, what: string): void {
    if (this.#head(MajorType.array, what) !== length)
      throw this.corrupt(`${what} does not have ${length} items`)
  }

  /** Passes over a byte string; it stands from `rangeStart` to `at`. Returns its length. */
  byteStringRange(max: number, what: string): number {
    const length = this.#head(MajorType.bytes, what)
    if (length > max) throw this.corrupt(`${what} is longer than ${max} bytes`)
    this.rangeStart = this.at
    this.#advance(length, what)
    return length
  }

  /** A view, not a copy. */
  byteString(max: number, what: string): Buffer {
    this.byteStringRange(max, what)
    return this.bytes.subarray(this.rangeStart, this.at)
  }

  boolean(what: string): boolean {
    const byte = this.bytes[this.at]
    if (byte !== trueByte && byte !== falseByte) throw this.corrupt(`${what} is not a boolean`)
    this.at++
    return byte === trueByte
  }

  nextIsNull(): boolean {
    return this.bytes[this.at] === nullByte
  }

  nextIsArray(): boolean {
    return this.bytes[this.at]! >>> 5 === MajorType.array
  }

  /** Passes over one item whatever it is, nested at most `depthMax` arrays deep and of at most `itemsMax` items. The stack of open arrays is a local array. */
  skip(depthMax: number, itemsMax = Number.POSITIVE_INFINITY): void {
    const itemsLeft = [1]
    let items = 1
    while (itemsLeft.length > 0) {
      if (itemsLeft[itemsLeft.length - 1]! === 0) {
        itemsLeft.pop()
        continue
      }
      itemsLeft[itemsLeft.length - 1]!--
      const inner = this.#skipHead()
      if (inner < 0) continue
      items += inner
      if (items > itemsMax) throw this.corrupt(`has more than ${itemsMax} items`)
      if (itemsLeft.length > depthMax) throw this.corrupt(`is nested deeper than ${depthMax}`)
      itemsLeft.push(inner)
    }
  }

  /** Returns how many items of an array follow, -1 for everything else. */
  #skipHead(): number {
    const byte = this.bytes[this.at]
    if (byte === nullByte || byte === falseByte || byte === trueByte) {
      this.at++
      return -1
    }
    const major = byte === undefined ? MajorType.uint : byte >>> 5
    if (major > MajorType.array) throw this.corrupt('has an item of a type that records do not have')
    const value = this.#head(major, 'item')
    if (major === MajorType.array) {
      if (value > this.bytes.length - this.at) throw this.corrupt('has an array longer than itself')
      return value
    }
    if (major === MajorType.bytes || major === MajorType.text) this.#advance(value, 'item')
    return -1
  }

  #advance(length: number, what: string): void {
    if (length > this.bytes.length - this.at) throw this.corrupt(`${what} is cut off`)
    this.at += length
  }

  #head(major: number, what: string): number {
    const bytes = this.bytes
    const byte = bytes[this.at]
    if (byte === undefined) throw this.corrupt(`${what} is missing`)
    if (byte >>> 5 !== major) throw this.corrupt(`${what} has the wrong type`)
    this.at++
    const minor = byte & 31
    if (minor < 24) return minor
    return this.#argument(minor, what)
  }

  /** RFC 8949 §3 and §4.2.1: 24 to 27 say that 1, 2, 4 or 8 bytes follow, and shorter forms must not have sufficed. */
  #argument(minor: number, what: string): number {
    const bytes = this.bytes
    const at = this.at
    if (minor > 27) throw this.corrupt(`${what} has a reserved length`)
    this.#advance(1 << (minor - 24), what)
    let value: number
    let shorter: number
    if (minor === 24) {
      value = bytes[at]!
      shorter = 24
    } else if (minor === 25) {
      value = (bytes[at]! << 8) | bytes[at + 1]!
      shorter = 0x100
    } else if (minor === 26) {
      value = word(bytes, at)
      shorter = 0x1_0000
    } else {
      const high = word(bytes, at)
      if (high > safeHighMax) throw this.corrupt(`${what} is above 2^53 - 1`)
      value = high * 0x1_0000_0000 + word(bytes, at + 4)
      shorter = 0x1_0000_0000
    }
    if (value < shorter) throw this.corrupt(`${what} is not in its shortest form`)
    return value
  }
}

const word = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
