import type { SlotSecret } from '../crypto/key-slot.js'
import { parseRecoveryKey } from '../crypto/recovery-key.js'

/** What opens a repository. */
export type Secret =
  | { readonly kind: 'password'; readonly password: string }
  /** The 32 bytes of a key file. */
  | { readonly kind: 'key-file'; readonly key: Uint8Array }
  /** As it was printed; case, spaces and dashes do not matter. */
  | { readonly kind: 'recovery'; readonly key: string }

/** What a key can be made of; a new recovery key is drawn at random. */
export type NewSecret = Secret | { readonly kind: 'new-recovery' }

export interface NewKeyOptions {
  readonly secret: NewSecret
  /** At most 255 bytes of UTF-8. */
  readonly label?: string
}

/** Errors: `invalid-argument` for a recovery key that cannot be one. */
export const slotSecretOf = (secret: Secret): SlotSecret => {
  if (secret.kind === 'password') return secret
  if (secret.kind === 'key-file') return { kind: 'key-file', secret: secret.key }
  return { kind: 'recovery', secret: parseRecoveryKey(secret.key) }
}
