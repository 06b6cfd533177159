import { argon2id } from '@noble/hashes/argon2.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { scrypt } from '@noble/hashes/scrypt.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { KeySlot, SlotSecret } from '../../src/crypto/key-slot.js'
import { sealByTheBook } from './xaes-by-the-book.js'

const keyOf = (secret: Uint8Array, salt: Uint8Array, label: string, sizeBytes: number): Buffer =>
  Buffer.from(hkdf(sha256, secret, salt, Buffer.from(label), sizeBytes))

/** The secret parts of a slot from docs/FORMAT.md §3.5 and §3.6, on other implementations: a second opinion. */
export function slotByTheBook(
  slot: KeySlot,
  secret: SlotSecret,
  repositoryId: Uint8Array,
  privateKey: Uint8Array,
) {
  const [root, salt] = rootOf(slot, secret)
  const kindByte = { password: 1, 'key-file': 2, recovery: 3 }[slot.kind]
  const aad = Buffer.concat([Buffer.from('varve/1 slot'), repositoryId, slot.id, Uint8Array.of(kindByte)])
  const nonce = slot.wrappedPrivateKey.subarray(0, 24)
  const sealed = sealByTheBook(keyOf(root, salt, 'varve/1 slot kek', 32), nonce, privateKey, aad)
  return {
    commitment: keyOf(root, salt, 'varve/1 slot commitment', 32),
    wrappedPrivateKey: Buffer.concat([nonce, sealed]),
    hint:
      secret.kind === 'password' ? undefined : keyOf(secret.secret, Buffer.alloc(0), 'varve/1 slot hint', 8),
  }
}

function rootOf({ kdf }: KeySlot, secret: SlotSecret): [Uint8Array, Uint8Array] {
  if (secret.kind !== 'password') return [secret.secret, kdf.salt]
  const none = new Uint8Array(0)
  if (kdf.name === 'scrypt') {
    return [scrypt(secret.password, kdf.salt, { N: 2 ** kdf.logN, r: kdf.r, p: kdf.p, dkLen: 32 }), none]
  }
  if (kdf.name !== 'argon2id') throw new Error('a password needs scrypt or argon2id')
  const cost = { m: kdf.memoryKiB, t: kdf.passes, p: kdf.lanes, dkLen: 32 }
  return [argon2id(secret.password, kdf.salt, cost), none]
}
