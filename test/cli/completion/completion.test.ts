import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { bashCompletion } from '../../../src/cli/completion/bash.js'
import { allCommands, completionTree } from '../../../src/cli/completion/completion-tree.js'
import { fishCompletion } from '../../../src/cli/completion/fish.js'
import { zshCompletion } from '../../../src/cli/completion/zsh.js'
import { emptyProgram } from '../settings/parsed-command.js'

const tree = completionTree(emptyProgram())

/** What bash offers after these words. */
const offered = (...words: string[]): string[] => {
  const script = `${bashCompletion(tree)}
    compopt() { :; }
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _varve; printf '%s\\n' "\${COMPREPLY[@]}"`
  const printed = execFileSync('bash', ['-c', script, 'bash', 'varve', ...words], { encoding: 'utf8' })
  return printed.split('\n').filter((line) => line !== '')
}

describe('completion for bash', () => {
  it('offers commands, and the commands inside them', () => {
    expect(offered('ba')).toEqual(['backup'])
    expect(offered('key', '')).toEqual(['list', 'add', 'remove', 'passwd', 'export'])
  })

  it('offers the flags of a command and those of the program', () => {
    expect(offered('restore', '--de')).toEqual(['--delete'])
    expect(offered('restore', '--js')).toEqual(['--json'])
    expect(offered('--js')).toEqual(['--json'])
  })

  it('offers the values of a flag, or files', () => {
    expect(offered('restore', '--overwrite', 'if')).toEqual(['if-changed', 'if-newer'])
    expect(offered('restore', '--overwrite', '=', 'if')).toEqual(['if-changed', 'if-newer'])
    expect(offered('restore', '--overwrite', '=')).toHaveLength(4)
    expect(offered('--compression', '')).toEqual(['off', 'fast', 'default', 'max'])
    expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish'])
    expect(offered('-r', '/et')).toEqual(['/etc'])
    expect(offered('backup', '/et')).toEqual(['/etc'])
  })

  it('is not led astray by the flags before a command', () => {
    expect(offered('-r', 'x', '--json', 'sna')).toEqual(['snapshots'])
  })
})

describe('completions for every shell', () => {
  it.each([
    ['bash', bashCompletion, (flag: string) => flag],
    ['zsh', zshCompletion, (flag: string) => flag],
    ['fish', fishCompletion, (flag: string) => `-l ${flag.slice(2)} `],
  ])('%s know every command and flag of the tree', (_, write, written) => {
    const script = write(tree)
    for (const command of allCommands(tree)) {
      if (command.words.length > 0) expect(script).toContain(command.words.at(-1))
      for (const flag of command.flags) expect(script).toContain(written(flag.names[0]!))
    }
  })
})
