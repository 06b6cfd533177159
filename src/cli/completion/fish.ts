import { allCommands, type CompletedCommand, type CompletedFlag } from './completion-tree.js'

/** One `complete` line for fish for each command and each flag, on the condition that its command was typed. */
export const fishCompletion = (root: CompletedCommand): string =>
  [
    '# fish completion for varve',
    'complete -c varve -f',
    ...allCommands(root).flatMap((command) => [
      ...command.commands.map((child) => childLine(command, child)),
      ...ownFlags(root, command).map((flag) => flagLine(command, flag)),
      ...(command.operandValues.length > 0
        ? [`complete -c varve ${condition(command)} -a ${quoted(command.operandValues.join(' '))}`]
        : []),
      ...(command.operandsArePaths ? [`complete -c varve ${condition(command)} -F`] : []),
    ]),
  ].join('\n')

/** The program's flags are told once, without a condition. */
const ownFlags = (root: CompletedCommand, command: CompletedCommand): readonly CompletedFlag[] =>
  command === root ? root.flags : command.flags.slice(0, command.flags.length - root.flags.length)

const childLine = (parent: CompletedCommand, child: CompletedCommand): string => {
  const siblings = parent.commands.map((sibling) => sibling.words.at(-1)).join(' ')
  const inParent = parent.words.map((word) => `__fish_seen_subcommand_from ${word}; and `).join('')
  return `complete -c varve -n ${quoted(`${inParent}not __fish_seen_subcommand_from ${siblings}`)} -a ${child.words.at(-1)} -d ${quoted(child.description)}`
}

const flagLine = (command: CompletedCommand, flag: CompletedFlag): string => {
  const names = flag.names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  )
  return ['complete -c varve', condition(command), ...names, value(flag), `-d ${quoted(flag.description)}`]
    .filter((part) => part !== '')
    .join(' ')
}

const value = (flag: CompletedFlag): string => {
  if (!flag.takesValue) return ''
  if (flag.values.length > 0) return `-x -a ${quoted(flag.values.join(' '))}`
  return flag.valueIsPath ? '-r -F' : '-x'
}

const condition = ({ words }: CompletedCommand): string =>
  words.length === 0
    ? ''
    : `-n ${quoted(words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and '))}`

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`
