import type { Command } from 'commander'
import { flagsOf } from '../settings/command-line-layer.js'
import type { Flag } from '../settings/flag.js'

export interface CompletedFlag {
  readonly names: readonly string[]
  readonly description: string
  readonly takesValue: boolean
  /** What the value may be; empty where that cannot be listed. */
  readonly values: readonly string[]
  readonly valueIsPath: boolean
}

export interface CompletedCommand {
  /** The words that lead to it: `[]`, `['backup']`, `['key', 'add']`. */
  readonly words: readonly string[]
  readonly description: string
  /** The flags of the command and those of the program. */
  readonly flags: readonly CompletedFlag[]
  readonly commands: readonly CompletedCommand[]
  readonly operandsArePaths: boolean
  readonly operandValues: readonly string[]
}

/** What a shell has to know of the tree of commands. */
export const completionTree = (root: Command): CompletedCommand =>
  describe(root, [], flagsOf(root).map(describeFlag))

const describe = (
  command: Command,
  words: readonly string[],
  global: readonly CompletedFlag[],
): CompletedCommand => ({
  words,
  description: command.description(),
  flags: words.length === 0 ? global : [...flagsOf(command).map(describeFlag), ...global],
  commands: command.commands.map((child) => describe(child, [...words, child.name()], global)),
  operandsArePaths: command.registeredArguments.some((argument) => argument.name() === 'paths'),
  operandValues: command.registeredArguments[0]?.argChoices ?? [],
})

const describeFlag = (flag: Flag): CompletedFlag => ({
  names: [flag.long!, ...(flag.short === undefined ? [] : [flag.short])],
  description: flag.description,
  takesValue: flag.kind !== 'switch',
  values: flag.argChoices ?? flag.suggestions,
  valueIsPath: flag.holdsPath,
})

/** A command and all below it. */
export const allCommands = (command: CompletedCommand): CompletedCommand[] => [
  command,
  ...command.commands.flatMap(allCommands),
]
