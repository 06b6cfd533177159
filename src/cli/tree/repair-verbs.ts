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
      load: async () => (await import('../commands/repair-index.js')).repairIndex,
    },
  ],
})
