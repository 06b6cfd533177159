import { checkSlot } from '../crypto/check-slot.js'
import {
  type KeySlot,
  type SlotKdf,
  type SlotKind,
  type SlotRole,
  slotKindBytes,
} from '../crypto/key-slot.js'
import {
  type Extension,
  extensionsValue,
  noExtensions,
  readExtensions,
  refuseCriticalExtensions,
} from './extension.js'
import { type Fields, openRecord } from './fields.js'
import { slotMaxBytes } from './limits.js'
import { encodeRecord, type RecordValue } from './record.js'
import {
  readTimestamp,
  timestampFromNanoseconds,
  timestampToNanoseconds,
  timestampValue,
} from './timestamp.js'

const kdfNumbers = { scrypt: 1, argon2id: 2, hkdf: 3 } as const
const roleNumbers: Readonly<Record<SlotRole, number>> = { full: 1, 'write-only': 2 }
const u32Max = 0xffff_ffff

/** A slot as it is stored, with what later versions added. */
export interface StoredSlot {
  readonly slot: KeySlot
  readonly extensions: readonly Extension[]
}

/** docs/FORMAT.md §9.2. */
export function encodeSlot(slot: KeySlot, extensions: readonly Extension[] = noExtensions): Buffer {
  return encodeRecord([
    1,
    slot.id,
    slotKindBytes[slot.kind],
    kdfValue(slot.kdf),
    slot.hint ?? new Uint8Array(0),
    slot.commitment,
    slot.publicKey,
    slot.wrappedPrivateKey,
    slot.label,
    timestampValue(timestampFromNanoseconds(slot.createdNs)),
    roleNumbers[slot.role],
    extensionsValue(extensions),
  ])
}

/** Every size and cost is within bounds afterwards. Errors: `corrupt`, `unsupported-version`, `unsupported-feature`. */
export function decodeSlot(bytes: Uint8Array, objectName: string): StoredSlot {
  const fields = openRecord(bytes, objectName, { version: 1, items: 12, sizeMaxBytes: slotMaxBytes })
  const id = fields.bytes('slot id', 16)
  const kind = named(slotKindBytes, fields.uint('kind'), fields, 'kind') as SlotKind
  const kdf = readKdf(fields)
  const hint = fields.bytesUpTo('hint', 8)
  const slot: KeySlot = {
    id,
    kind,
    kdf,
    ...(hint.byteLength === 0 ? {} : { hint }),
    commitment: fields.bytes('commitment', 32),
    publicKey: fields.bytes('public key', 32),
    wrappedPrivateKey: fields.bytes('wrapped private key', 72),
    label: fields.text('label', 255),
    createdNs: timestampToNanoseconds(readTimestamp(fields, 'created')),
    role: named(roleNumbers, fields.uint('role'), fields, 'role') as SlotRole,
  }
  const extensions = readExtensions(fields)
  refuseCriticalExtensions(extensions, objectName)
  checkSlot(slot)
  return { slot, extensions }
}

function kdfValue(kdf: SlotKdf): RecordValue {
  const number = kdfNumbers[kdf.name]
  if (kdf.name === 'scrypt') return [number, kdf.logN, kdf.r, kdf.p, kdf.salt]
  if (kdf.name === 'argon2id') return [number, kdf.memoryKiB, kdf.passes, kdf.lanes, kdf.salt]
  return [number, kdf.salt]
}

function readKdf(fields: Fields): SlotKdf {
  const items = fields.variant('kdf')
  const name = named(kdfNumbers, items.uint('kdf'), fields, 'kdf') as SlotKdf['name']
  if (items.length !== (name === 'hkdf' ? 2 : 5)) throw fields.corrupt('kdf has another number of items')
  if (name === 'hkdf') return { name, salt: items.bytes('salt', 32) }
  const cost = () => items.uint('cost', u32Max)
  if (name === 'scrypt') return { name, logN: cost(), r: cost(), p: cost(), salt: items.bytes('salt', 32) }
  return { name, memoryKiB: cost(), passes: cost(), lanes: cost(), salt: items.bytes('salt', 32) }
}

function named(
  numbers: Readonly<Record<string, number>>,
  value: number,
  fields: Fields,
  what: string,
): string {
  const found = Object.entries(numbers).find(([, number]) => number === value)
  if (found === undefined) throw fields.corrupt(`${what} ${value} is unknown`)
  return found[0]
}
