import type { Backend } from '../backend/backend.js'
import { VarveError } from '../errors.js'
import { decodeConfig, type StoredConfig } from '../format/config.js'
import { configCopyName, configName } from '../format/names.js'

/** The copies of `config` that can be read, the first one first. Which of them is right, the keyring says (I-17). */
export const readConfigs = async (backend: Backend): Promise<StoredConfig[]> => {
  const found = await Promise.all([configName, configCopyName].map((name) => readOne(backend, name)))
  const configs = found.flatMap((result) => ('config' in result ? [result.config] : []))
  if (configs.length > 0) return withoutEqual(configs)
  const errors = found.flatMap((result) => ('error' in result ? [result.error] : []))
  throw errors.find((error) => codeOf(error) !== 'missing') ?? noRepository(backend)
}

const withoutEqual = (configs: readonly StoredConfig[]): StoredConfig[] =>
  configs.filter(({ hash }, at) => configs.findIndex((other) => other.hash.equals(hash)) === at)

type Found = { readonly config: StoredConfig } | { readonly error: unknown }

const readOne = async (backend: Backend, name: string): Promise<Found> => {
  try {
    return { config: decodeConfig(await backend.read(name), name) }
  } catch (error) {
    // Damage can make one look as if a later program had written it: then too the other copy may be right.
    const code = codeOf(error)
    if (code === undefined || code === 'backend') throw error
    return { error }
  }
}

const codeOf = (error: unknown): string | undefined => (error instanceof VarveError ? error.code : undefined)

const noRepository = (backend: Backend): VarveError =>
  new VarveError('no-repository', `${backend.location} is not a varve repository`, {
    hint: 'Check the path, or make a new repository there with varve init.',
  })
