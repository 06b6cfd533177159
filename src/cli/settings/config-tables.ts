import type { Command } from 'commander'
import { VarveError } from '../../index.js'
import { flagsOf } from './command-line-layer.js'
import { configKeyLine } from './config-key-line.js'
import type { ConfigTable } from './config-table.js'
import { configValue } from './config-value.js'
import { Flag } from './flag.js'
import type { Values } from './layers.js'

export interface ConfigSource {
  readonly text: string
  readonly file: string
  readonly home: string
}

type Table = Readonly<Record<string, unknown>>

/** Keys at the top that mean the flag of one command, or a global flag by its full name. */
const shortcuts: ReadonlyMap<string, readonly [verb: string, flag: string]> = new Map([
  ['repository', ['', 'repo']],
  ['exclude', ['backup', 'exclude']],
  ['tags', ['backup', 'tag']],
  ['host', ['backup', 'host']],
])

/** `backup` alone has operands worth keeping in a file. */
const backupPaths = new Flag('--paths <path>', 'what to back up', 'list')

/** Where the config file is chosen cannot be said in the config file. */
const neverInConfig = ['config', 'profile']

export const readConfigTables = (
  source: ConfigSource,
  table: Table,
  root: Command,
): { base: ConfigTable; profiles: ReadonlyMap<string, ConfigTable> } => {
  const { profiles: named = {}, ...rest } = table
  if (!isTable(named)) throw invalid(source, ['profiles'], 'must be tables [profiles.NAME]')
  const profiles = new Map<string, ConfigTable>()
  for (const [name, profile] of Object.entries(named)) {
    if (!isTable(profile)) throw invalid(source, ['profiles', name], 'must be a table')
    profiles.set(name, readTop(source, profile, root, ['profiles', name]))
  }
  return { base: readTop(source, rest, root, []), profiles }
}

/** The top of the file, or a profile: global flags, shortcuts, and a table for each command. */
const readTop = (source: ConfigSource, table: Table, root: Command, path: readonly string[]): ConfigTable => {
  const verbs = new Map<string, Map<string, unknown>>([['', new Map()]])
  const set = (verb: string, key: string, value: unknown): void => {
    const values = verbs.get(verb) ?? new Map<string, unknown>()
    // The table of a command is more exact than a shortcut, wherever in the file it stands.
    if (!values.has(key)) verbs.set(verb, values.set(key, value))
  }
  const entries = Object.entries(table)
  for (const [key, value] of entries) {
    if (isTable(value))
      readVerb(source, value, commandNamed(source, root, key, [...path, key]), key, [...path, key], set)
  }
  for (const [key, value] of entries) {
    if (isTable(value)) continue
    const [verb, flagKey] = shortcuts.get(key) ?? ['', key]
    const command = verb === '' ? root : commandNamed(source, root, verb, [...path, key])
    const flag = flagNamed(source, command, neverInConfig.includes(flagKey) ? '' : flagKey, [...path, key])
    set(verb, flag.key, convert(source, flag, value, [...path, key]))
  }
  const { '': global = new Map<string, unknown>(), ...others } = Object.fromEntries(verbs)
  return { global: global as Values, verbs: new Map(Object.entries(others)) }
}

type Set = (verb: string, key: string, value: unknown) => void

const readVerb = (
  source: ConfigSource,
  table: Table,
  command: Command,
  verb: string,
  path: readonly string[],
  set: Set,
): void => {
  for (const [key, value] of Object.entries(table)) {
    const keyPath = [...path, key]
    if (isTable(value)) {
      readVerb(source, value, commandNamed(source, command, key, keyPath), `${verb} ${key}`, keyPath, set)
    } else {
      const flag =
        verb === 'backup' && key === 'paths'
          ? backupPaths
          : flagNamed(source, command, verb === 'backup' && key === 'tags' ? 'tag' : key, keyPath)
      set(verb, flag.key, convert(source, flag, value, keyPath))
    }
  }
}

const commandNamed = (
  source: ConfigSource,
  parent: Command,
  name: string,
  path: readonly string[],
): Command => {
  const command = parent.commands.find((candidate) => candidate.name() === name)
  if (command === undefined) throw unknownKey(source, path)
  return command
}

const flagNamed = (source: ConfigSource, command: Command, key: string, path: readonly string[]): Flag => {
  const flag = flagsOf(command).find((candidate) => candidate.key === key)
  if (flag === undefined) throw unknownKey(source, path)
  return flag
}

const convert = (source: ConfigSource, flag: Flag, value: unknown, path: readonly string[]): unknown => {
  try {
    return configValue(flag, value, source.file, source.home)
  } catch (error) {
    if (!(error instanceof VarveError)) throw error
    throw invalid(source, path, error.message, error.hint)
  }
}

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

const unknownKey = (source: ConfigSource, path: readonly string[]): VarveError =>
  invalid(
    source,
    path,
    'unknown key',
    'Keys are the long names of the flags without dashes; `varve COMMAND --help` lists them.',
  )

const invalid = (source: ConfigSource, path: readonly string[], what: string, hint?: string): VarveError =>
  new VarveError(
    'invalid-config',
    `${source.file}, line ${configKeyLine(source.text, path)}: ${path.join('.')}: ${what}`,
    hint === undefined ? {} : { hint },
  )
