import type { Argon2idCost, ScryptCost } from './password.js'

export type SlotKind = 'password' | 'key-file' | 'recovery'
/** What the slot's holder may do. 'write-only' is reserved for hosts that may add and never read. */
export type SlotRole = 'full' | 'write-only'

/** How a secret becomes the key of a slot. `salt` is 32 bytes; a slot with an 'argon2id' of another program is read too. */
export type SlotKdf =
  | ({ readonly name: 'scrypt'; readonly salt: Uint8Array } & ScryptCost)
  | ({ readonly name: 'argon2id'; readonly salt: Uint8Array } & Argon2idCost)
  | { readonly name: 'hkdf'; readonly salt: Uint8Array }

/**
 * One way into a repository (docs/FORMAT.md §3.6): an X25519 key pair whose private half only the holder of a
 * secret can unwrap. Pure data, in the clear in the storage; whoever can write there can replace it altogether.
 */
export interface KeySlot {
  /** 16 random bytes. */
  readonly id: Uint8Array
  readonly kind: SlotKind
  readonly role: SlotRole
  readonly kdf: SlotKdf
  /** 8 bytes by which a key file or recovery key finds its slot; passwords have none. */
  readonly hint?: Uint8Array
  /** 32 bytes that only one secret gives. */
  readonly commitment: Uint8Array
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** 72 bytes: the sealed private key. */
  readonly wrappedPrivateKey: Uint8Array
  /** What people call it, at most 255 bytes of UTF-8. */
  readonly label: string
  readonly createdNs: bigint
}

/** What a person brings. `secret` is the 32 bytes of a key file or a recovery key. */
export type SlotSecret =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'key-file' | 'recovery'; readonly secret: Uint8Array }

export const slotIdSizeBytes = 16
export const slotHintSizeBytes = 8
export const slotCommitmentSizeBytes = 32
export const slotSaltSizeBytes = 32
export const slotLabelMaxBytes = 255
/** Stored in associated data only. 0 is invalid. */
export const slotKindBytes: Readonly<Record<SlotKind, number>> = { password: 1, 'key-file': 2, recovery: 3 }

export const slotObjectName = (slot: Pick<KeySlot, 'id'>): string =>
  `keys/${Buffer.from(slot.id).toString('hex')}`
