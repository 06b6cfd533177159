import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configLayers, parseConfig, readConfig } from '../../../src/cli/settings/config-file.js'
import { configKeyLine } from '../../../src/cli/settings/config-key-line.js'
import { emptyProgram } from './parsed-command.js'

const file = '/etc/varve/config.toml'
const read = (text: string) => parseConfig(text, file, emptyProgram(), '/home/me')
const verb = (text: string, name: string, profile?: string) =>
  Object.fromEntries(configLayers(read(text), profile, name)[0]!.verb)
const global = (text: string) => Object.fromEntries(read(text).base.global)

describe('the config file', () => {
  it('holds global settings, with paths relative to itself or to the home', () => {
    const text =
      'repository = "../backup"\npassword-file = "~/pw"\nworkers = 2\ncompression = "max"\nno-cache = true'
    expect(global(text)).toEqual({
      repo: '/etc/backup',
      'password-file': '/home/me/pw',
      workers: 2,
      compression: 'max',
      'no-cache': true,
    })
  })

  it('leaves a location with a scheme alone', () => {
    expect(global('repository = "sftp:host:path"')).toEqual({ repo: 'sftp:host:path' })
  })

  it('runs a password command with the shell or, as a list, without', () => {
    expect(global('password-command = "pass show x"')).toEqual({ 'password-command': 'pass show x' })
    expect(global('password-command = ["pass", "show", "x"]')).toEqual({
      'password-command': ['pass', 'show', 'x'],
    })
  })

  it('holds excludes, tags and a host for backup, which its own table overrules', () => {
    const text =
      'exclude = ["a"]\ntags = "t"\nhost = "h"\n[backup]\nexclude = ["b"]\nexclude-larger-than = "1M"'
    expect(verb(text, 'backup')).toEqual({
      exclude: ['b'],
      tag: ['t'],
      host: 'h',
      'exclude-larger-than': 2 ** 20,
    })
    expect(verb(text, 'restore')).toEqual({})
  })

  it('calls the tags of a backup so in its own table too', () => {
    expect(verb('[backup]\ntags = ["a,b"]', 'backup')).toEqual({ tag: ['a,b'] })
    expect(() => read('[snapshots]\ntags = ["a"]')).toThrow(/line 2: snapshots.tags: unknown key/)
  })

  it('holds what to back up, which stays as it is given', () => {
    expect(verb('[backup]\npaths = ["~/docs", "src", "/etc"]', 'backup')).toEqual({
      paths: ['/home/me/docs', 'src', '/etc'],
    })
  })

  it('holds defaults for commands inside commands', () => {
    expect(verb('[key.add]\nlabel = "x"', 'key add')).toEqual({ label: 'x' })
  })

  it('holds profiles with all of this', () => {
    const text = 'host = "a"\n[profiles.work]\nhost = "b"\n[profiles.work.restore]\nsparse = true'
    expect(verb(text, 'backup', 'work')).toEqual({ host: 'b' })
    expect(verb(text, 'restore', 'work')).toEqual({ sparse: true })
    expect(() => configLayers(read(text), 'home', 'backup')).toThrow("there is no profile 'home'")
    expect(() => configLayers(undefined, 'home', 'backup')).toThrow("there is no profile 'home'")
  })

  it.each([
    ['repositori = "x"', 1, 'repositori: unknown key'],
    ['\n# c\n[backup]\nexclude = [\n  "a",\n]\nexlude = 1', 7, 'backup.exlude: unknown key'],
    ['[backup]\nforce = true\n[backups]\nx = 1', 3, 'backups: unknown key'],
    ['[profiles.a]\nhost = "x"\n\n[profiles.a.ls]\nlnog = true', 5, 'profiles.a.ls.lnog: unknown key'],
    ['constructor = 1', 1, 'constructor: unknown key'],
    ['config = "x"', 1, 'config: unknown key'],
    ['[profiles.a]\nprofile = "b"', 2, 'profiles.a.profile: unknown key'],
    ['[backup]\nforce = "yes"', 2, 'backup.force: must be true or false'],
    ['host = true', 1, 'host: must be a text'],
    ['\nexclude = [\n"a",\n{}]', 2, 'exclude: must be a text'],
    ['[restore]\noverwrite = "perhaps"', 2, 'restore.overwrite: --overwrite'],
    ['workers = 0', 1, 'workers: --workers'],
    ['profiles = 1', 1, 'profiles: must be tables'],
    ['a = = 1', 1, ''],
  ])('with the mistake %j is an error that names line %d', (text, line, what) => {
    expect(() => read(text)).toThrow(`${file}, line ${line}: ${what}`)
  })

  it('need not be there unless it was named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'varve-config-'))
    try {
      const path = join(folder, 'config.toml')
      expect(await readConfig(path, false, emptyProgram(), '/')).toBeUndefined()
      await expect(readConfig(path, true, emptyProgram(), '/')).rejects.toThrow(path)
      await writeFile(path, 'host = "x"')
      expect((await readConfig(path, true, emptyProgram(), '/'))?.file).toBe(path)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('the line of a key', () => {
  it.each([
    ['a = 1\nb = 2', ['b'], 2],
    ['\n\na = """\nb = 1\n"""\nb = 2', ['b'], 6],
    ['[t]\n# a = 1\na.b = [\n 1,\n 2]\n', ['t', 'a', 'b'], 3],
    ['x = { a = 1, b = 2 }', ['x', 'b'], 1],
    ['[t]\r\na = 1\r\n[u]\r\na = 2', ['u', 'a'], 4],
  ])('in %j of %j is %d', (text, path, line) => {
    expect(configKeyLine(text, path)).toBe(line)
  })
})
