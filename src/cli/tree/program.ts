import { Command } from 'commander'
import { VarveError } from '../../index.js'
import type { Output } from '../output/output.js'
import { versionText } from '../version.js'
import { globalFlags } from './global-flags.js'
import { keepingVerbs } from './keeping-verbs.js'
import { readingVerbs } from './reading-verbs.js'
import type { LoadVerb, VerbDefinition } from './verb-definition.js'
import { writingVerbs } from './writing-verbs.js'

export type RunVerb = (load: LoadVerb, command: Command) => Promise<void>

/** Where help goes; mistakes are thrown and told by whoever catches them. */
export type HelpWriter = Pick<Output, 'helpToData' | 'helpToLog'>

const afterHelp = `
Settings come from flags, then the environment, then a profile, then the config file.
Exit codes: 0 done · 1 failed, wrong usage, or damage found · 3 some data could not be read
            10 no repository · 12 wrong password · 130 interrupted`

/** The tree of commands. `run` is called with the command that was named; nothing of it is loaded before. */
export const buildProgram = (help: HelpWriter, run: RunVerb): Command => {
  const root = new Command('varve')
  root
    .description('Deduplicating, encrypted snapshots of your files.')
    .exitOverride()
    .version(`varve ${versionText()}`, '-V, --version', 'print the version')
    .configureOutput({
      writeOut: (text) => help.helpToData(text),
      writeErr: (text) => help.helpToLog(text),
      outputError: () => undefined,
    })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', (context) => (context.command === root ? afterHelp : ''))
    .helpCommand(false)
  for (const flag of globalFlags()) root.addOption(flag)
  for (const verb of [...writingVerbs(), ...readingVerbs(), ...keepingVerbs()]) addVerb(root, verb, run)
  addHelp(root)
  return root
}

/** Commander's own `help` knows no commands of commands, and shows the general help for a name that it does not know. */
const addHelp = (root: Command): void => {
  const help = root.command('help [command...]').description('show the help of a command')
  help.action((names: readonly string[]) => {
    let at = root
    for (const name of names) {
      const next = at.commands.find((command) => command.name() === name)
      if (next === undefined)
        throw new VarveError('invalid-argument', `there is no command ${names.join(' ')}`, {
          hint: '`varve help` lists the commands.',
        })
      at = next
    }
    at.outputHelp()
  })
}

const addVerb = (parent: Command, definition: VerbDefinition, run: RunVerb): void => {
  const command = parent.command(definition.usage, { isDefault: definition.isDefault ?? false })
  // Only told to completions: the command says itself what it takes.
  const [operand] = command.registeredArguments
  if (operand !== undefined && definition.operandValues !== undefined)
    operand.argChoices = [...definition.operandValues]
  command.description(definition.description)
  for (const flag of definition.flags ?? []) command.addOption(flag)
  if (definition.help !== undefined) command.addHelpText('after', definition.help)
  for (const verb of definition.verbs ?? []) addVerb(command, verb, run)
  const { load } = definition
  if (load !== undefined) command.action(() => run(load, command))
}

/** The name of a command below the program: `backup`, `key add`. */
export const nameOf = (command: Command): string => {
  const names: string[] = []
  for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name())
  return names.join(' ')
}
