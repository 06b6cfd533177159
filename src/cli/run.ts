import { homedir } from 'node:os'
import type { Command } from 'commander'
import { exitNow } from '../index.js'
import { exactArguments, kernelCommandLine } from './arguments/argument-bytes.js'
import { describeError, type ErrorDescription } from './describe-error.js'
import { type ExitCode, exitCodeOf, exitCodes } from './exit-code.js'
import { type Interruption, listenForSignals } from './interruption.js'
import type { GlobalFlags, Invocation } from './invocation.js'
import { Output } from './output/output.js'
import { printable } from './output/quote.js'
import { ClosedOutput } from './output/sink.js'
import { secretSource } from './secret/secret-source.js'
import { commandLineLayer, flagsOf } from './settings/command-line-layer.js'
import { defaultConfigFile } from './settings/default-paths.js'
import { environmentLayer } from './settings/environment-layer.js'
import { type Layer, pick, pickAll } from './settings/layers.js'
import { buildProgram, nameOf } from './tree/program.js'
import type { LoadVerb } from './tree/verb-definition.js'

const unsettled = 'the command waits for something that can never come'

/** Runs the command that the process was started with, and ends the process. */
export const run = async (): Promise<void> => {
  const output = new Output(process.stdout, process.stderr)
  const args = exactArguments(process.argv.slice(2), kernelCommandLine)
  // What nobody awaited is told like any other error, and never as a stack trace.
  process.on('uncaughtException', (error) => settle(error, args, output).then(exitNow))
  // Node would end without a word, and with a code of its own, once nothing is left that could settle what is awaited.
  process.once('beforeExit', () => settle(new Error(unsettled), args, output).then(exitNow))
  const code = await runArguments(args, output)
  // Nothing that a library left open may keep a finished command alive.
  exitNow(code)
}

/** A command that takes longer than this handles much; a shorter one ends before its memory matters, and is not held up. */
const shortCommandMs = 1000

const boundMemoryLater = (): void => {
  const bound = async () => (await import('./young-generation.js')).boundYoungGeneration()
  setTimeout(() => void bound(), shortCommandMs).unref()
}

const runArguments = async (args: readonly string[], output: Output): Promise<ExitCode> => {
  let code: ExitCode = exitCodes.ok
  const root = buildProgram(output, async (load, command) => {
    code = (await runVerb(load, command, root, output)) ?? exitCodes.ok
  })
  try {
    await root.parseAsync([...args], { from: 'user' })
    await output.flush()
    return code
  } catch (error) {
    return await settle(error, args, output)
  }
}

const runVerb = async (
  load: LoadVerb,
  command: Command,
  root: Command,
  output: Output,
): Promise<ExitCode | undefined> => {
  const layers = await readLayers(command, root)
  const invocation: Invocation = {
    global: pickAll(
      layers,
      'global',
      flagsOf(root).map((flag) => flag.key),
    ) as GlobalFlags,
    secretSource: secretSource(layers),
    environment: process.env,
    output,
    interruption: interruptionOf(output),
    // Node opens it, and loads what it takes to read it, when it is first asked for.
    get stdin() {
      return process.stdin
    },
    ask: async (question) => (await import('./secret/terminal-prompt.js')).askOnTerminal(question),
    now: Date.now,
    root,
  }
  const verbKeys = new Set([
    ...flagsOf(command).map((flag) => flag.key),
    ...layers.flatMap((layer) => [...layer.verb.keys()]),
  ])
  boundMemoryLater()
  const verb = await load()
  // The flags of a command and the type that its module gives them stand in two files; here they meet.
  return verb(invocation, pickAll(layers, 'verb', verbKeys) as never, command.args)
}

const interruptionOf = (output: Output): Interruption =>
  listenForSignals(
    process,
    exitNow,
    (text) => output.log(`varve: ${text}`),
    (action, delayMs) => setTimeout(action, delayMs),
  )

/** Command line, environment, profile, config file: the first one that says something wins. */
const readLayers = async (command: Command, root: Command): Promise<Layer[]> => {
  const outer = [commandLineLayer(command, root), environmentLayer(process.env)]
  const named = pick(outer, 'global', 'config')
  const profile = pick(outer, 'global', 'profile') as string | undefined
  const file = named === undefined ? defaultConfigFile(process.env) : String(named)
  const { existsSync } = await import('node:fs')
  if (named === undefined && profile === undefined && !existsSync(file)) return outer
  // The parser is loaded only where there is something to parse.
  const { configLayers, readConfig } = await import('./settings/config-file.js')
  const config = await readConfig(file, named !== undefined, root, homedir())
  return [...outer, ...configLayers(config, profile, nameOf(command))]
}

/** What was thrown becomes a message and an exit code. */
const settle = async (error: unknown, args: readonly string[], output: Output): Promise<ExitCode> => {
  // `varve ls | head`: the reader has what it wanted.
  if (error instanceof ClosedOutput) return exitCodes.ok
  await output.flush().catch(() => undefined)
  if (isShownHelp(error)) return error.exitCode === 0 ? exitCodes.ok : exitCodes.failed
  const description = describeError(error)
  const code = exitCodeOf(description.code)
  tell(description, code, output, args.includes('--json'))
  if (process.env.VARVE_DEBUG && error instanceof Error) output.log(error.stack ?? '')
  return code
}

const isShownHelp = (error: unknown): error is { exitCode: number } =>
  error instanceof Error &&
  'code' in error &&
  ['commander.helpDisplayed', 'commander.help', 'commander.version'].includes(String(error.code))

const tell = (
  { code, message, hint }: ErrorDescription,
  exitCode: ExitCode,
  output: Output,
  json: boolean,
): void => {
  if (json) {
    output.log(
      JSON.stringify({
        message_type: 'error',
        code,
        message,
        ...(hint === undefined ? {} : { hint }),
        exit_code: exitCode,
      }),
    )
    return
  }
  output.log(`varve: ${printable(message)}`)
  if (hint !== undefined) output.log(printable(hint))
}
