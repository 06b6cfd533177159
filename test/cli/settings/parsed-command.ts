import type { Command } from 'commander'
import { commandLineLayer } from '../../../src/cli/settings/command-line-layer.js'
import type { Layer } from '../../../src/cli/settings/layers.js'
import { buildProgram } from '../../../src/cli/tree/program.js'

const ignored = { helpToData: () => undefined, helpToLog: () => undefined }

/** The tree of commands, with nothing behind it. */
export const emptyProgram = (): Command => buildProgram(ignored, async () => undefined)

/** What a command line means: the command, its operands, and what was given as flags. */
export const parsed = async (...args: string[]): Promise<{ command: Command; layer: Layer }> => {
  let found: Command | undefined
  const root = buildProgram(ignored, async (_load, command) => {
    found = command
  })
  await root.parseAsync(args, { from: 'user' })
  if (found === undefined) throw new Error('no command was run')
  return { command: found, layer: commandLineLayer(found, root) }
}
