import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Environment } from './environment-layer.js'

/** The XDG Base Directory Specification: a relative path in one of its variables is to be ignored. */
const base = (environment: Environment, variable: string, ...fallback: string[]): string => {
  const value = environment[variable]
  return value !== undefined && isAbsolute(value) ? value : join(environment.HOME || homedir(), ...fallback)
}

export const defaultRepository = (environment: Environment): string =>
  join(base(environment, 'XDG_DATA_HOME', '.local', 'share'), 'varve', 'repository')

export const defaultCacheDirectory = (environment: Environment): string =>
  join(base(environment, 'XDG_CACHE_HOME', '.cache'), 'varve')

export const defaultConfigFile = (environment: Environment): string =>
  join(base(environment, 'XDG_CONFIG_HOME', '.config'), 'varve', 'config.toml')
