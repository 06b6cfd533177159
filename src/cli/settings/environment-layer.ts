import type { Layer } from './layers.js'

export type Environment = Readonly<Record<string, string | undefined>>

/** The variables that stand for a flag. VARVE_PASSWORD has none: a secret never stands in an argument list. */
const variables: readonly (readonly [string, string])[] = [
  ['VARVE_REPOSITORY', 'repo'],
  ['VARVE_PASSWORD', 'password'],
  ['VARVE_PASSWORD_FILE', 'password-file'],
  ['VARVE_PASSWORD_COMMAND', 'password-command'],
  ['VARVE_KEY_FILE', 'key-file'],
  ['VARVE_CACHE_DIR', 'cache-dir'],
  ['VARVE_CONFIG', 'config'],
  ['VARVE_PROFILE', 'profile'],
]

/** An empty variable says nothing, as everywhere in the XDG specification. */
export const environmentLayer = (environment: Environment): Layer => {
  const given = variables.flatMap(([variable, key]) => {
    const value = environment[variable]
    return value === undefined || value === '' ? [] : [[key, value] as const]
  })
  return { name: 'the environment', global: new Map(given), verb: new Map() }
}

/** What a program that varve starts may see: everything but the password. */
export const environmentForChildren = (environment: Environment): Record<string, string | undefined> => {
  const { VARVE_PASSWORD: _secret, ...rest } = environment
  return rest
}
