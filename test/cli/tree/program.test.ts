import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { flagsOf } from '../../../src/cli/settings/command-line-layer.js'
import { nameOf } from '../../../src/cli/tree/program.js'
import { emptyProgram, parsed } from '../settings/parsed-command.js'

const everyCommand = (command: Command): Command[] => [command, ...command.commands.flatMap(everyCommand)]

describe('the tree of commands', () => {
  it('has the verbs that are built, and no other', () => {
    const names = everyCommand(emptyProgram())
      .map(nameOf)
      .filter((name) => name !== '')
    expect(names.sort()).toEqual(
      [
        ...[
          'backup',
          'cache',
          'cache clear',
          'cache show',
          'cat',
          'check',
          'completion',
          'diff',
          'find',
          'init',
        ],
        ...['key', 'key add', 'key export', 'key list', 'key passwd', 'key remove'],
        ...['repair', 'repair index', 'repair packs', 'repair snapshots'],
        ...['help', 'ls', 'restore', 'snapshots', 'stats', 'version'],
      ].sort(),
    )
  })

  it('gives no verb a flag that the program has too', () => {
    const root = emptyProgram()
    const taken = new Set(
      flagsOf(root)
        .flatMap((flag) => [flag.long, flag.short])
        .filter(Boolean),
    )
    for (const command of everyCommand(root).slice(1)) {
      for (const flag of flagsOf(command)) {
        expect(taken.has(flag.long), `${nameOf(command)} ${flag.long}`).toBe(false)
        if (flag.short !== undefined)
          expect(taken.has(flag.short), `${nameOf(command)} ${flag.short}`).toBe(false)
      }
    }
  })

  it('takes no secret as an argument', () => {
    const flags = everyCommand(emptyProgram())
      .flatMap(flagsOf)
      .map((flag) => flag.long)
    expect(flags).not.toContain('--password')
    expect(flags).not.toContain('--new-password')
  })

  it('takes global flags before and after the verb', async () => {
    for (const args of [
      ['-r', 'x', 'ls'],
      ['ls', '-r', 'x'],
      ['ls', '--repo=x'],
    ]) {
      const { command, layer } = await parsed(...args)
      expect(nameOf(command)).toBe('ls')
      expect(layer.global.get('repo')).toBe('x')
    }
  })

  it('leaves everything after -- to the command that is run', async () => {
    const { command, layer } = await parsed(
      'backup',
      '--stdin-from-command',
      '--',
      'dump',
      '-r',
      '--json',
      '--',
      'x',
    )
    expect(command.args).toEqual(['dump', '-r', '--json', '--', 'x'])
    expect([...layer.global.keys()]).toEqual([])
  })

  it('runs the first command of a group where none is named', async () => {
    expect(nameOf((await parsed('key')).command)).toBe('key list')
    expect(nameOf((await parsed('cache')).command)).toBe('cache show')
  })

  it('gathers a flag that is given again, and keeps what was not given out', async () => {
    const { layer } = await parsed(
      'backup',
      '.',
      '-e',
      'a',
      '--exclude',
      'b',
      '--no-cache',
      '--exclude-larger-than',
      '1K',
    )
    expect(Object.fromEntries(layer.verb)).toEqual({ exclude: ['a', 'b'], 'exclude-larger-than': 1024 })
    expect(Object.fromEntries(layer.global)).toEqual({ 'no-cache': true })
  })

  it('names the flag of a value that it cannot take', async () => {
    await expect(parsed('backup', '.', '--exclude-larger-than', 'big')).rejects.toThrow(
      "--exclude-larger-than: 'big' is not a size",
    )
    await expect(parsed('restore', 'x', '--overwrite', 'maybe')).rejects.toThrow('--overwrite')
    await expect(parsed('ls', '--workers', '0')).rejects.toThrow('--workers')
  })

  it.each([[['nonsense']], [['ls', '--nonsense']], [['diff', 'one']], [['ls', 'a', 'b']], [['restore']]])(
    'refuses %j',
    async (args) => {
      await expect(parsed(...args)).rejects.toThrow()
    },
  )
})
