import { VarveError } from '../../index.js'
import type { Layer, Values } from '../settings/layers.js'

/** Where the secret that opens a repository comes from. */
export type SecretSource =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'password-file'; readonly file: string }
  | { readonly kind: 'password-command'; readonly command: string | readonly string[] }
  | { readonly kind: 'key-file'; readonly file: string }
  | { readonly kind: 'recovery-key-file'; readonly file: string }
  | { readonly kind: 'prompt' }

const keys = ['password', 'password-file', 'password-command', 'key-file', 'recovery-key-file'] as const

/**
 * The layers are asked as a whole: a password file on the command line silences a key file in the environment.
 * Two sources in one layer contradict each other and are an error. None at all: the person is asked.
 */
export const secretSource = (layers: readonly Layer[]): SecretSource => {
  for (const layer of layers) {
    const given = keys.filter((key) => layer.global.get(key) !== undefined)
    if (given.length > 1) throw twoSources(given, layer.name)
    const [key] = given
    if (key !== undefined) return sourceOf(key, layer.global)
  }
  return { kind: 'prompt' }
}

const sourceOf = (kind: (typeof keys)[number], values: Values): SecretSource => {
  const value = values.get(kind)
  if (kind === 'password') return { kind, password: String(value) }
  if (kind === 'password-command') return { kind, command: value as string | readonly string[] }
  return { kind, file: String(value) }
}

const twoSources = (given: readonly string[], place: string): VarveError =>
  new VarveError('invalid-argument', `${given.join(' and ')} are both given by ${place}`, {
    hint: 'Give one of them.',
  })
