import { describe, expect, it } from 'vitest'
import { secretSource } from '../../../src/cli/secret/secret-source.js'
import { configLayers, parseConfig } from '../../../src/cli/settings/config-file.js'
import {
  defaultCacheDirectory,
  defaultConfigFile,
  defaultRepository,
} from '../../../src/cli/settings/default-paths.js'
import { environmentForChildren, environmentLayer } from '../../../src/cli/settings/environment-layer.js'
import { type Layer, pick, pickAll } from '../../../src/cli/settings/layers.js'
import { emptyProgram, parsed } from './parsed-command.js'

const file = '/etc/varve/config.toml'
const text = `
repository = "/from/file"
host = "file"
workers = 1
[profiles.work]
repository = "/from/profile"
`

const layersOf = async (
  args: string[],
  environment: Record<string, string>,
  profile?: string,
): Promise<Layer[]> => {
  const { layer } = await parsed(...args)
  const config = parseConfig(text, file, emptyProgram(), '/home/me')
  return [layer, environmentLayer(environment), ...configLayers(config, profile, 'backup')]
}

describe('settings', () => {
  it('come from a flag before the environment, a profile, and the config file', async () => {
    const environment = { VARVE_REPOSITORY: '/from/environment' }
    const repo = async (...args: Parameters<typeof layersOf>) =>
      pick(await layersOf(...args), 'global', 'repo')
    expect(await repo(['backup', '-r', '/from/flag', '.'], environment, 'work')).toBe('/from/flag')
    expect(await repo(['backup', '.'], environment, 'work')).toBe('/from/environment')
    expect(await repo(['backup', '.'], {}, 'work')).toBe('/from/profile')
    expect(await repo(['backup', '.'], {})).toBe('/from/file')
  })

  it('of a verb are found beside the global ones', async () => {
    const layers = await layersOf(['backup', '.', '--dry-run'], {}, 'work')
    expect(pickAll(layers, 'verb', ['dry-run', 'host', 'tag'])).toEqual({ dryRun: true, host: 'file' })
    expect(pickAll(layers, 'global', ['workers', 'json'])).toEqual({ workers: 1 })
  })

  it('ignore empty variables', () => {
    expect([...environmentLayer({ VARVE_REPOSITORY: '', VARVE_CACHE_DIR: 'c' }).global]).toEqual([
      ['cache-dir', 'c'],
    ])
  })

  it('never reach a child with the password in them', () => {
    expect(environmentForChildren({ VARVE_PASSWORD: 'x', PATH: '/bin' })).toEqual({ PATH: '/bin' })
  })
})

describe('the source of the secret', () => {
  const layer = (name: string, values: Record<string, unknown>): Layer => ({
    name,
    global: new Map(Object.entries(values)),
    verb: new Map(),
  })

  it('is the first place that has one, whatever kind it is', () => {
    const layers = [layer('flags', { 'key-file': 'k' }), layer('environment', { password: 'p' })]
    expect(secretSource(layers)).toEqual({ kind: 'key-file', file: 'k' })
    expect(secretSource(layers.slice(1))).toEqual({ kind: 'password', password: 'p' })
  })

  it('is the person where there is none', () => {
    expect(secretSource([layer('flags', {})])).toEqual({ kind: 'prompt' })
  })

  it('is an error where one place has two', () => {
    const both = layer('the environment', { 'password-file': 'a', 'password-command': 'b' })
    expect(() => secretSource([both])).toThrow(
      'password-file and password-command are both given by the environment',
    )
  })
})

describe('default places', () => {
  it('follow the XDG variables', () => {
    const environment = { HOME: '/h', XDG_DATA_HOME: '/d', XDG_CACHE_HOME: '/c', XDG_CONFIG_HOME: '/f' }
    expect(defaultRepository(environment)).toBe('/d/varve/repository')
    expect(defaultCacheDirectory(environment)).toBe('/c/varve')
    expect(defaultConfigFile(environment)).toBe('/f/varve/config.toml')
  })

  it('are below the home where these are not set, or not absolute', () => {
    const environment = { HOME: '/h', XDG_CACHE_HOME: 'relative' }
    expect(defaultRepository(environment)).toBe('/h/.local/share/varve/repository')
    expect(defaultCacheDirectory(environment)).toBe('/h/.cache/varve')
    expect(defaultConfigFile(environment)).toBe('/h/.config/varve/config.toml')
  })
})
