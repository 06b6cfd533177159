import type { Backend } from '../backend/backend.js'
import { VarveError } from '../errors.js'
import { decodeConfig, type StoredConfig } from '../format/config.js'
import { configCopyName, configName } from '../format/names.js'

/** One copy of `config` as it was read. */
export interface ConfigCopy {
  readonly name: string
  readonly config?: StoredConfig
  readonly error?: VarveError
}

/** Both copies, at least one of them readable. Which of them is right, the keyring says (I-17). */
export const readConfigs = async (backend: Backend): Promise<ConfigCopy[]> => {
  const copies = await Promise.all([configName, configCopyName].map((name) => readOne(backend, name)))
  if (copies.some(({ config }) => config !== undefined)) return copies
  throw copies.find(({ error }) => error?.code !== 'missing')?.error ?? noRepository(backend)
}

/** What can be tried: the first copy, and the second where it is another. */
export const differentConfigs = (copies: readonly ConfigCopy[]): StoredConfig[] =>
  withoutEqual(copies.flatMap(({ config }) => config ?? []))

/** What is wrong with each copy that is not the one that the keyring confirms. */
export const configProblems = (copies: readonly ConfigCopy[], right: StoredConfig): string[] =>
  copies.flatMap(({ name, config, error }) => {
    if (config?.hash.equals(right.hash)) return []
    if (error?.code === 'missing') return `${name} is missing`
    return error?.message ?? `${name} is not what the keyring was made with`
  })

const withoutEqual = (configs: readonly StoredConfig[]): StoredConfig[] =>
  configs.filter(({ hash }, at) => configs.findIndex((other) => other.hash.equals(hash)) === at)

const readOne = async (backend: Backend, name: string): Promise<ConfigCopy> => {
  try {
    return { name, config: decodeConfig(await backend.read(name), name) }
  } catch (error) {
    // Damage can make one look as if a later program had written it: then too the other copy may be right.
    if (!(error instanceof VarveError) || error.code === 'backend') throw error
    return { name, error }
  }
}

const noRepository = (backend: Backend): VarveError =>
  new VarveError('no-repository', `${backend.location} is not a varve repository`, {
    hint: 'Check the path, or make a new repository there with varve init.',
  })
