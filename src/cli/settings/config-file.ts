import { open } from 'node:fs/promises'
import type { Command } from 'commander'
import { parse, TomlError } from 'smol-toml'
import { VarveError } from '../../index.js'
import { fileReason } from '../output/file-reason.js'
import type { ConfigTable } from './config-table.js'
import { readConfigTables } from './config-tables.js'
import type { Layer } from './layers.js'

const configBytesMax = 1024 * 1024

export interface Config {
  readonly file: string
  readonly base: ConfigTable
  readonly profiles: ReadonlyMap<string, ConfigTable>
}

/**
 * Reads a config file against the tree of commands. Throws `invalid-config` with file and line for what is no TOML,
 * for an unknown key and for a value that its flag would not take.
 * @returns undefined when there is no such file and it need not be there
 */
export const readConfig = async (
  file: string,
  mustExist: boolean,
  root: Command,
  home: string,
): Promise<Config | undefined> => {
  const text = await readText(file, mustExist)
  return text === undefined ? undefined : parseConfig(text, file, root, home)
}

export const parseConfig = (text: string, file: string, root: Command, home: string): Config => {
  const table = parseToml(text, file)
  return { file, ...readConfigTables({ text, file, home }, table, root) }
}

/** The layers of a config file, the profile before the rest. */
export const configLayers = (
  config: Config | undefined,
  profile: string | undefined,
  verb: string,
): Layer[] => {
  if (profile === undefined) return config === undefined ? [] : [layerOf(config.file, config.base, verb)]
  const table = config?.profiles.get(profile)
  if (config === undefined || table === undefined) throw unknownProfile(config, profile)
  return [
    layerOf(`profile ${profile} in ${config.file}`, table, verb),
    layerOf(config.file, config.base, verb),
  ]
}

const layerOf = (name: string, table: ConfigTable, verb: string): Layer => ({
  name,
  global: table.global,
  verb: table.verbs.get(verb) ?? new Map(),
})

const unknownProfile = (config: Config | undefined, profile: string): VarveError => {
  const known = [...(config?.profiles.keys() ?? [])]
  return new VarveError('invalid-config', `there is no profile '${profile}'`, {
    hint:
      known.length > 0
        ? `${config?.file} has ${known.join(', ')}.`
        : `Put a table [profiles.${profile}] into the config file, or name another one with --config.`,
  })
}

const parseToml = (text: string, file: string): Record<string, unknown> => {
  try {
    return parse(text)
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    const what = cause.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? ''
    throw new VarveError('invalid-config', `${file}, line ${cause.line}: ${what}`, {
      hint: 'The file is TOML: https://toml.io.',
      cause,
    })
  }
}

const otherConfig = 'Name another one with --config, or none.'

const readText = async (file: string, mustExist: boolean): Promise<string | undefined> => {
  try {
    await using handle = await open(file)
    if ((await handle.stat()).size > configBytesMax)
      throw new VarveError('invalid-config', `${file} is larger than 1 MiB`, { hint: otherConfig })
    return await handle.readFile('utf8')
  } catch (cause) {
    if (cause instanceof VarveError) throw cause
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOENT' && !mustExist) return undefined
    throw new VarveError('invalid-config', `the config file ${file} cannot be read: ${fileReason(cause)}`, {
      cause,
      hint: otherConfig,
    })
  }
}
