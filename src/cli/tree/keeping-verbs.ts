import { pathFlag, switchFlag, valueFlag } from '../settings/flag.js'
import { parseDataSubset } from '../values/data-subset.js'
import { repairVerb } from './repair-verbs.js'
import type { VerbDefinition } from './verb-definition.js'

const checkVerb = (): VerbDefinition => ({
  usage: 'check',
  description: 'prove that everything is there and intact',
  flags: [
    switchFlag('--read-data', 'read all stored data and recompute every id'),
    valueFlag(
      '--read-data-subset <part>',
      'read 5% at random, part 2/7, or a size such as 10G',
      parseDataSubset,
    ),
    switchFlag('--mark', 'note what is broken, so that the next backup of it stores it again'),
  ],
  load: async () => (await import('../commands/check.js')).check,
})

const newPasswordFileFlag = () =>
  pathFlag('--new-password-file <file>', 'the new password is its first line; default: ask')

const keyVerb = (): VerbDefinition => ({
  usage: 'key',
  description: 'the keys that open the repository',
  verbs: [
    {
      usage: 'list',
      description: 'list the keys',
      isDefault: true,
      load: async () => (await import('../commands/key-list.js')).keyList,
    },
    {
      usage: 'add',
      description: 'add a password, a key file or a recovery key',
      flags: [
        newPasswordFileFlag(),
        pathFlag('--new-key-file <file>', 'a key file; it is made where there is none'),
        switchFlag('--new-recovery-key', 'print a recovery key, once, on standard output'),
        valueFlag('--label <text>', 'a label for the key'),
      ],
      load: async () => (await import('../commands/key-add.js')).keyAdd,
    },
    {
      usage: 'remove <id>',
      description: 'remove a key; the last one stays',
      load: async () => (await import('../commands/key-remove.js')).keyRemove,
    },
    {
      usage: 'passwd',
      description: 'change the password of the key in use',
      flags: [newPasswordFileFlag()],
      load: async () => (await import('../commands/key-passwd.js')).keyPasswd,
    },
    {
      usage: 'export',
      description: 'print on paper what is needed, with a key, to open the repository',
      load: async () => (await import('../commands/key-export.js')).keyExport,
    },
  ],
})

const cacheVerb = (): VerbDefinition => ({
  usage: 'cache',
  description: 'the local cache; losing it costs only time',
  verbs: [
    {
      usage: 'show',
      description: 'say where it is and how large',
      isDefault: true,
      load: async () => (await import('../commands/cache-show.js')).cacheShow,
    },
    {
      usage: 'clear',
      description: 'delete it',
      load: async () => (await import('../commands/cache-clear.js')).cacheClear,
    },
  ],
})

const completionVerb = (): VerbDefinition => ({
  usage: 'completion <shell>',
  operandValues: ['bash', 'zsh', 'fish'],
  description: 'print completions for bash, zsh or fish',
  help: `
  bash: source <(varve completion bash)
  zsh:  varve completion zsh > "\${fpath[1]}/_varve"
  fish: varve completion fish > ~/.config/fish/completions/varve.fish`,
  load: async () => (await import('../commands/completion.js')).completion,
})

const versionVerb = (): VerbDefinition => ({
  usage: 'version',
  description: 'print the version of varve and of what it runs on',
  load: async () => (await import('../commands/version.js')).version,
})

export const keepingVerbs = (): VerbDefinition[] => [
  checkVerb(),
  repairVerb(),
  keyVerb(),
  cacheVerb(),
  completionVerb(),
  versionVerb(),
]
