import type { Command } from 'commander'
import type { OpenOptions } from '../index.js'
import type { ExitCode } from './exit-code.js'
import type { Interruption } from './interruption.js'
import type { Output } from './output/output.js'
import type { SecretSource } from './secret/secret-source.js'
import type { AskHidden } from './secret/terminal-prompt.js'
import type { Environment } from './settings/environment-layer.js'

/** The flags that every command takes, settled over all layers. */
export interface GlobalFlags {
  readonly repo?: string
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly json?: boolean
  readonly cacheDir?: string
  readonly noCache?: boolean
  readonly workers?: number
  readonly compression?: NonNullable<OpenOptions['compression']>
}

/** All that a command gets from the world. */
export interface Invocation {
  readonly global: GlobalFlags
  readonly secretSource: SecretSource
  readonly environment: Environment
  readonly output: Output
  readonly interruption: Interruption
  readonly stdin: AsyncIterable<Uint8Array>
  readonly ask: AskHidden
  /** Milliseconds since some fixed time. */
  readonly now: () => number
  /** The tree of commands, for completions. */
  readonly root: Command
}

/** A command, called with its flags in camelCase and its operands. No exit code means 0. */
export type Verb<Flags> = (
  invocation: Invocation,
  flags: Flags,
  operands: readonly string[],
) => Promise<ExitCode | undefined>
