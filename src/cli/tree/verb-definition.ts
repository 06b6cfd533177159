import type { Verb } from '../invocation.js'
import type { Flag } from '../settings/flag.js'

/** Loads the module of one command: a command costs nothing until it is run. Its flags are those of its definition. */
export type LoadVerb = () => Promise<Verb<never>>

export interface VerbDefinition {
  /** The name with its operands, as commander reads it: `ls [snapshot]`. */
  readonly usage: string
  readonly description: string
  readonly flags?: readonly Flag[]
  readonly load?: LoadVerb
  /** Commands inside this one; the one marked runs where none is named. */
  readonly verbs?: readonly VerbDefinition[]
  readonly isDefault?: boolean
  readonly help?: string
  /** What its operand may be, where that can be listed. */
  readonly operandValues?: readonly string[]
}
