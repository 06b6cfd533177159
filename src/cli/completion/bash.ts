import { allCommands, type CompletedCommand, type CompletedFlag } from './completion-tree.js'

/** A function for bash: the words so far choose a command, the word before may be a flag that wants a value. */
export const bashCompletion = (root: CompletedCommand): string => {
  const commands = allCommands(root)
  return `# bash completion for varve
_varve() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="" word
  # bash takes --flag=value for three words
  if [[ "$current" == "=" ]]; then current=""; elif [[ "$before" == "=" ]]; then before="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command/$word" in
${commands.slice(1).map(chooseCommand).join('\n')}
    esac
  done
  case "$command:$before" in
${commands.flatMap(valueCases).join('\n')}
  esac
  local words=""
  case "$command" in
${commands.map(wordsCase).join('\n')}
  esac
  if [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    case "$command" in
${commands.flatMap(operandCase).join('\n')}
    esac
  fi
}
complete -o bashdefault -F _varve varve`
}

const pathOf = ({ words }: CompletedCommand): string => words.join(' ')

const chooseCommand = ({ words }: CompletedCommand): string =>
  `      ${quoted(`${words.slice(0, -1).join(' ')}/${words.at(-1)}`)}) command=${quoted(words.join(' '))} ;;`

const valueCases = (command: CompletedCommand): string[] =>
  command.flags
    .filter((flag) => flag.takesValue)
    .map((flag) => `    ${valuePattern(command, flag)}) ${valueReply(flag)}; return ;;`)

const valuePattern = (command: CompletedCommand, flag: CompletedFlag): string =>
  flag.names.map((name) => quoted(`${pathOf(command)}:${name}`)).join('|')

const files = 'compopt -o filenames; COMPREPLY=($(compgen -f -- "$current"))'

const valueReply = (flag: CompletedFlag): string => {
  if (flag.values.length > 0)
    return `COMPREPLY=($(compgen -W ${quoted(flag.values.join(' '))} -- "$current"))`
  return flag.valueIsPath ? files : 'COMPREPLY=()'
}

const wordsCase = (command: CompletedCommand): string =>
  `    ${quoted(pathOf(command))}) words=${quoted(command.flags.flatMap((flag) => flag.names).join(' '))} ;;`

const operandCase = (command: CompletedCommand): string[] => {
  const names = [...command.commands.map((child) => child.words.at(-1)), ...command.operandValues].join(' ')
  if (names !== '')
    return [`      ${quoted(pathOf(command))}) COMPREPLY=($(compgen -W ${quoted(names)} -- "$current")) ;;`]
  return command.operandsArePaths ? [`      ${quoted(pathOf(command))}) ${files} ;;`] : []
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
