import { switchFlag } from '../settings/flag.js'
import type { VerbDefinition } from './verb-definition.js'

const dryRunFlag = () => switchFlag('--dry-run', 'print what would be done, and write nothing')

const repairHelp = `
Nothing is deleted: what is damaged is moved into quarantine/ once what is whole of it stands elsewhere. Each
command may be interrupted and run again. Exit code 3: all was done that can be, and something stays lost.`

export const repairVerb = (): VerbDefinition => ({
  usage: 'repair',
  description: 'mend what check found damaged',
  help: repairHelp,
  verbs: [
    {
      usage: 'index',
      description: "write index files anew from the packs' own directories",
      flags: [dryRunFlag()],
      help: repairHelp,
      load: async () => (await import('../commands/repair.js')).repairIndex,
    },
    {
      usage: 'packs [pack...]',
      description:
        'save what is whole of damaged packs, and set these aside; default: those that check --mark noted',
      flags: [dryRunFlag(), switchFlag('--read-data', 'read all packs in full to find damaged ones')],
      help: repairHelp,
      load: async () => (await import('../commands/repair.js')).repairPacks,
    },
    {
      usage: 'snapshots [snapshot...]',
      description: 'make snapshots of what is left of damaged ones; these stay until they are forgotten',
      flags: [dryRunFlag(), switchFlag('--read-data', 'read every chunk, not only what says where it is')],
      help: repairHelp,
      load: async () => (await import('../commands/repair.js')).repairSnapshots,
    },
  ],
})
