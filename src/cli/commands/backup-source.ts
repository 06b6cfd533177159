import { type BackupOptions, VarveError } from '../../index.js'
import { argumentBytes } from '../arguments/argument-bytes.js'
import { type PathListForm, readPathList } from '../arguments/path-list.js'
import { plainText } from '../arguments/plain-text.js'
import type { Invocation } from '../invocation.js'
import type { BackupFlags } from './backup-flags.js'

type Source = Pick<BackupOptions, 'paths' | 'stdin'>

/** What is to be backed up: paths, standard input, or what a command prints. Two of them contradict each other. */
export const backupSource = async (
  invocation: Invocation,
  flags: BackupFlags,
  operands: readonly string[],
): Promise<Source> => {
  if (flags.stdinFromCommand) return fromCommand(invocation, flags, operands)
  if (flags.stdin) return fromStdin(invocation, flags, operands)
  return { paths: await allPaths(invocation, flags, operands) }
}

const fromCommand = async (
  invocation: Invocation,
  flags: BackupFlags,
  operands: readonly string[],
): Promise<Source> => {
  if (flags.stdin || hasLists(flags)) throw contradiction('--stdin-from-command')
  const [program, ...rest] = operands.map(plainText)
  if (program === undefined) {
    throw new VarveError('invalid-argument', '--stdin-from-command needs a command', {
      hint: 'It follows after --, for example: varve backup --stdin-from-command -- pg_dump --all',
    })
  }
  // Node takes longer to load what starts programs than varve takes for the rest of its own start.
  const { commandOutput } = await import('./command-output.js')
  const stream = commandOutput(program, rest, invocation.environment, invocation.interruption.signal)
  return { paths: [], stdin: { stream, filename: flags.stdinFilename ?? 'stdin' } }
}

const fromStdin = ({ stdin }: Invocation, flags: BackupFlags, operands: readonly string[]): Source => {
  if (operands.length > 0 || hasLists(flags)) throw contradiction('--stdin')
  return { paths: [], stdin: { stream: stdin, filename: flags.stdinFilename ?? 'stdin' } }
}

const hasLists = (flags: BackupFlags): boolean => listsOf(flags).length > 0

const listsOf = (flags: BackupFlags): (readonly [file: string, form: PathListForm])[] => [
  ...(flags.filesFrom ?? []).map((file) => [file, 'lines'] as const),
  ...(flags.filesFromVerbatim ?? []).map((file) => [file, 'verbatim'] as const),
  ...(flags.filesFromRaw ?? []).map((file) => [file, 'raw'] as const),
]

const contradiction = (flag: string): VarveError =>
  new VarveError('invalid-argument', `${flag} stores one stream, and paths are given as well`, {
    hint: 'Make two snapshots.',
  })

/** Operands and lists; where there are neither, the paths of the config file. */
const allPaths = async (
  { stdin }: Invocation,
  flags: BackupFlags,
  operands: readonly string[],
): Promise<Buffer[]> => {
  const paths = operands.map(argumentBytes)
  for (const [file, form] of listsOf(flags)) paths.push(...(await readPathList(file, form, stdin)))
  if (paths.length === 0 && !hasLists(flags)) paths.push(...(flags.paths ?? []).map(argumentBytes))
  if (paths.length === 0) {
    throw new VarveError(
      'invalid-argument',
      hasLists(flags) ? 'the lists name no path' : 'there is nothing to back up',
      {
        hint: 'Name at least one path: varve backup PATH',
      },
    )
  }
  const empty = paths.some((path) => path.length === 0)
  if (empty)
    throw new VarveError('invalid-argument', 'a path is empty', {
      hint: 'Write . for the current directory.',
    })
  return paths
}
