import type { Command } from 'commander'
import { Flag } from './flag.js'
import type { Layer, Values } from './layers.js'

/** What was given as flags, and nothing else: no defaults. */
export const commandLineLayer = (command: Command, root: Command): Layer => ({
  name: 'the command line',
  global: givenValues(root),
  verb: givenValues(command),
})

export const flagsOf = (command: Command): Flag[] =>
  command.options.filter((option) => option instanceof Flag)

const givenValues = (command: Command): Values => {
  const values = new Map<string, unknown>()
  for (const flag of flagsOf(command)) {
    const attribute = flag.attributeName()
    if (command.getOptionValueSource(attribute) !== 'cli') continue
    const value: unknown = command.getOptionValue(attribute)
    // Commander keeps `--no-cache` as cache: false.
    values.set(flag.key, flag.negate ? value === false : value)
  }
  return values
}
