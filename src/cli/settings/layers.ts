/** Values by the long name of their flag, without dashes. */
export type Values = ReadonlyMap<string, unknown>

/** One place where settings come from. The flags of all commands are in `global`, those of one command beside it. */
export interface Layer {
  /** For people: `the command line`, `the environment`, `config.toml`. */
  readonly name: string
  readonly global: Values
  readonly verb: Values
}

/** The first layer that says something wins: command line, environment, profile, config file. */
export const pick = (layers: readonly Layer[], part: 'global' | 'verb', key: string): unknown =>
  layers.map((layer) => layer[part].get(key)).find((value) => value !== undefined)

/** All values of some keys, under their camelCase names as the commands and the library know them. */
export const pickAll = (
  layers: readonly Layer[],
  part: 'global' | 'verb',
  keys: Iterable<string>,
): Record<string, unknown> => {
  const picked: Record<string, unknown> = {}
  for (const key of keys) {
    const value = pick(layers, part, key)
    if (value !== undefined) picked[camelCase(key)] = value
  }
  return picked
}

const camelCase = (key: string): string =>
  key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
