import { choiceFlag, listFlag, switchFlag, valueFlag } from '../settings/flag.js'
import { wholeNumber } from '../values/whole-number.js'
import type { VerbDefinition } from './verb-definition.js'

const filterFlags = () => [
  listFlag('-H, --host <name>', 'only snapshots of this host (repeatable)'),
  listFlag('--tag <tags>', 'only snapshots with all of these tags, as a or a,b; repeated: or all of those'),
  listFlag('--path <path>', 'only snapshots of this path (repeatable)'),
]

const snapshotsVerb = (): VerbDefinition => ({
  usage: 'snapshots',
  description: 'list the snapshots',
  flags: [
    ...filterFlags(),
    valueFlag(
      '--latest <number>',
      'only the newest so many of each host and paths',
      wholeNumber(1, 1_000_000),
    ),
  ],
  load: async () => (await import('../commands/snapshots.js')).snapshots,
})

const lsVerb = (): VerbDefinition => ({
  usage: 'ls [snapshot]',
  description: 'list a directory of a snapshot (ID:PATH; default: latest)',
  flags: [
    switchFlag('-l, --long', 'with mode, owner, size and time'),
    switchFlag('-R, --recursive', 'with everything below'),
  ],
  load: async () => (await import('../commands/ls.js')).ls,
})

const findVerb = (): VerbDefinition => ({
  usage: 'find <patterns...>',
  description: 'find names in one or all snapshots',
  flags: [
    listFlag('-s, --snapshot <snapshot>', 'only in this snapshot (repeatable)'),
    switchFlag('-i, --ignore-case', 'letters of either case match'),
    switchFlag('-l, --long', 'with mode, owner, size and time'),
    ...filterFlags(),
  ],
  load: async () => (await import('../commands/find.js')).find,
})

const catVerb = (): VerbDefinition => ({
  usage: 'cat <file>',
  description: 'write one file (ID:PATH) to standard output',
  flags: [choiceFlag('--archive <format>', 'write a directory, or a whole snapshot, as an archive', ['tar'])],
  load: async () => (await import('../commands/cat.js')).cat,
})

const diffVerb = (): VerbDefinition => ({
  usage: 'diff <before> <after> [path]',
  description: 'what changed between two snapshots',
  help: `
  + added   - removed   M content changed   U only attributes changed   T another type`,
  load: async () => (await import('../commands/diff.js')).diff,
})

const statsVerb = (): VerbDefinition => ({
  usage: 'stats [snapshots...]',
  description: 'sizes, ratios, and what each snapshot alone holds',
  load: async () => (await import('../commands/stats.js')).stats,
})

export const readingVerbs = (): VerbDefinition[] => [
  snapshotsVerb(),
  lsVerb(),
  findVerb(),
  catVerb(),
  diffVerb(),
  statsVerb(),
]
