import type { CompletedCommand, CompletedFlag } from './completion-tree.js'

/** Functions for zsh, one for each command, in the form of its `_arguments`. */
export const zshCompletion = (root: CompletedCommand): string =>
  `#compdef varve
${functions(root).join('\n\n')}

if [ "$funcstack[1]" = _varve ]; then _varve "$@"; else compdef _varve varve; fi`

const functions = (command: CompletedCommand): string[] => [
  command.commands.length > 0 ? groupFunction(command) : leafFunction(command),
  ...command.commands.flatMap(functions),
]

const nameOf = ({ words }: CompletedCommand): string => ['_varve', ...words].join('_')

const leafFunction = (command: CompletedCommand): string => {
  const { operandsArePaths, operandValues } = command
  const operands = operandsArePaths
    ? ["'*:path:_files'"]
    : operandValues.length > 0
      ? [quoted(`1:operand:(${operandValues.join(' ')})`)]
      : []
  return `${nameOf(command)}() {
  _arguments -s ${[...command.flags.flatMap(flagSpecs), ...operands].join(' \\\n    ')}
}`
}

const groupFunction = (command: CompletedCommand): string => {
  const children = command.commands.map((child) => quoted(`${child.words.at(-1)}:${child.description}`))
  const cases = command.commands.map((child) => `      ${child.words.at(-1)}) ${nameOf(child)} ;;`)
  return `${nameOf(command)}() {
  local line state
  _arguments -s -C ${command.flags.flatMap(flagSpecs).join(' \\\n    ')} \\
    '1: :->command' '*::argument:->rest'
  if [[ $state == command ]]; then
    local -a commands=(${children.join(' ')})
    _describe command commands
  elif [[ $state == rest ]]; then
    case $line[1] in
${cases.join('\n')}
    esac
  fi
}`
}

/** `*` lets a flag be given again: most may, and a second one does no harm. */
const flagSpecs = (flag: CompletedFlag): string[] =>
  flag.names.map((name) => {
    const mark = flag.takesValue ? (name.startsWith('--') ? '=' : '+') : ''
    return quoted(
      `*${name}${mark}[${escaped(flag.description)}]${flag.takesValue ? `:value:${valueAction(flag)}` : ''}`,
    )
  })

const valueAction = (flag: CompletedFlag): string =>
  flag.values.length > 0 ? `(${flag.values.join(' ')})` : flag.valueIsPath ? '_files' : ' '

const escaped = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&')

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
