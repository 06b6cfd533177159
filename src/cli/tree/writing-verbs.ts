import { choiceFlag, listFlag, pathFlag, pathListFlag, switchFlag, valueFlag } from '../settings/flag.js'
import { parseByteSize } from '../values/byte-size.js'
import { parseChunkSize } from '../values/chunk-size.js'
import { parseTime } from '../values/time.js'
import { wholeNumber } from '../values/whole-number.js'
import type { VerbDefinition } from './verb-definition.js'

const initVerb = (): VerbDefinition => ({
  usage: 'init',
  description: 'make a new repository',
  flags: [
    switchFlag('--recovery-key', 'print a recovery key, once, on standard output'),
    valueFlag(
      '--chunk-size <sizes>',
      'average chunk size: 16K, or 16K@0,32K@4M by offset in a file',
      parseChunkSize,
    ),
    valueFlag('--label <text>', 'a label for the first key'),
  ],
  load: async () => (await import('../commands/init.js')).init,
})

const backupVerb = (): VerbDefinition => ({
  usage: 'backup [paths...]',
  description: 'make a snapshot of files and directories',
  flags: [...whatFlags(), ...excludeFlags(), ...howFlags()],
  help: `
Examples:
  varve backup ~/documents --exclude node_modules
  find / -name '*.conf' -print0 | varve backup --files-from-raw -
  varve backup --stdin-filename db.sql --stdin-from-command -- pg_dump --all`,
  load: async () => (await import('../commands/backup.js')).backup,
})

const whatFlags = () => [
  pathListFlag(
    '--files-from <file>',
    'also the paths in this file, one a line; empty lines and lines with # in front are skipped (- is standard input)',
  ),
  pathListFlag('--files-from-verbatim <file>', 'the same, but a line that begins with # is a path as well'),
  pathListFlag('--files-from-raw <file>', 'also the paths in this file, each ended by a NUL byte'),
  switchFlag('--stdin', 'store standard input as one file'),
  valueFlag('--stdin-filename <name>', 'its name in the snapshot; default: stdin'),
  switchFlag('--stdin-from-command', 'store what a command prints; the command follows after --'),
]

const excludeFlags = () => [
  listFlag('-e, --exclude <pattern>', 'leave out what matches, as in .gitignore (repeatable)'),
  listFlag('--iexclude <pattern>', 'the same, letters of either case match'),
  pathListFlag('--exclude-file <file>', 'patterns from a file'),
  switchFlag('--exclude-caches', 'leave out the content of directories with a CACHEDIR.TAG'),
  listFlag(
    '--exclude-if-present <file[:header]>',
    'leave out the content of directories that hold this file',
  ),
  valueFlag('--exclude-larger-than <size>', 'leave out larger files', parseByteSize),
  switchFlag('-x, --one-file-system', 'stay in the file systems of the paths given'),
]

const howFlags = () => [
  listFlag('--tag <tags>', 'tags for the snapshot, as a or a,b (repeatable)'),
  valueFlag('-H, --host <name>', 'the host of the snapshot; default: this one'),
  valueFlag('--time <time>', 'the time of the snapshot; default: now', parseTime),
  valueFlag(
    '--parent <snapshot>',
    'compare with this snapshot; default: the latest of the same host and paths',
  ),
  switchFlag('-f, --force', 'read every file, changed or not'),
  switchFlag('--ignore-ctime', 'a file with another ctime is not changed for that alone'),
  switchFlag('--ignore-inode', 'a file with another inode is not changed for that alone'),
  valueFlag(
    '--read-concurrency <number>',
    'fetch so many files from the disk at once; default: 128',
    wholeNumber(1, 4096),
  ),
  switchFlag('-n, --dry-run', 'write nothing, say what would be written'),
  switchFlag(
    '--no-scan',
    'do not count beforehand: progress on a terminal cannot tell how long a first backup takes',
  ),
  switchFlag('--stats', 'say how long each stage took'),
]

const restoreVerb = (): VerbDefinition => ({
  usage: 'restore <snapshot>',
  description: 'write a snapshot, or ID:PATH of it, into a directory',
  flags: [
    pathFlag('-t, --target <directory>', 'where to write it'),
    listFlag('-i, --include <pattern>', 'only what matches (repeatable)'),
    listFlag('-e, --exclude <pattern>', 'all but what matches (repeatable)'),
    overwriteFlag(),
    switchFlag('--delete', 'remove from the target what the snapshot does not have'),
    switchFlag('-n, --dry-run', 'write nothing, say what would be written'),
    switchFlag('--verify', 'read everything back afterwards and compare'),
    switchFlag('--no-ownership', 'leave owner and group as they come'),
    switchFlag('--sparse', 'make a hole of every run of zeros'),
  ],
  load: async () => (await import('../commands/restore.js')).restore,
})

const overwriteFlag = () =>
  choiceFlag('--overwrite <when>', 'replace what is there and differs', [
    'always',
    'if-changed',
    'if-newer',
    'never',
  ])

export const writingVerbs = (): VerbDefinition[] => [initVerb(), backupVerb(), restoreVerb()]
