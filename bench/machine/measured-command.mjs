import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from './find-program.mjs'

/**
 * What to run. The environment is exactly `env`: nothing of the caller's leaks into a measurement.
 * @typedef {{ program: string, args: readonly string[], cwd?: string, env: Readonly<Record<string, string>> }} Command
 */

/**
 * Of a whole command with all its processes and threads. `peakMb` is the greatest resident set of any one of its
 * processes; undefined where GNU time is not installed.
 * @typedef {{ wallS: number, cpuS: number, peakMb: number | undefined }} Cost
 */

/**
 * Runs commands one at a time and measures them. Node tells nothing of the resources that its children used, so GNU time
 * is put before the command; without it the shell's `times` gives the CPU seconds, and there is no peak.
 */
export class CommandMeter {
  #time = gnuTime()

  /** @param {string} folder for what the commands print */
  constructor(folder) {
    this.folder = folder
  }

  get hasPeak() {
    return this.#time !== undefined
  }

  /** What the last command wrote to standard output. */
  get stdoutPath() {
    return join(this.folder, 'stdout')
  }

  /**
   * Errors: the command's exit code was not 0; the message ends with what it said.
   * @param {Command} command
   * @returns {Promise<Cost>}
   */
  async run(command) {
    const costPath = join(this.folder, 'cost')
    const wrapped =
      this.#time === undefined ? throughShell(command, costPath) : this.#throughTime(command, costPath)
    const start = process.hrtime.bigint()
    const exitCode = await this.#spawn(wrapped, command)
    const wallS = Number(process.hrtime.bigint() - start) / 1e9
    if (exitCode !== 0) throw new Error(`${shown(command)} ended with ${exitCode}: ${this.#lastWords()}`)
    const text = readFileSync(costPath, 'utf8')
    return this.#time === undefined ? { wallS, ...costOfShell(text) } : { wallS, ...costOfTime(text) }
  }

  /**
   * The command gets a process group of its own, so that nothing of it outlives this process and writes on.
   * @param {readonly string[]} words
   * @param {Command} command
   * @returns {Promise<number | string>}
   */
  async #spawn([program, ...args], { cwd, env }) {
    const out = openSync(this.stdoutPath, 'w')
    const err = openSync(this.#stderrPath, 'w')
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', out, err] })
    const killAll = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL')
    process.prependListener('exit', killAll)
    try {
      const [code, signal] = await once(child, 'exit')
      return code ?? signal
    } finally {
      process.off('exit', killAll)
      closeSync(out)
      closeSync(err)
    }
  }

  get #stderrPath() {
    return join(this.folder, 'stderr')
  }

  #lastWords() {
    return readFileSync(this.#stderrPath, 'utf8').trim().split('\n').slice(-5).join('\n')
  }

  /**
   * @param {Command} command
   * @param {string} costPath
   */
  #throughTime({ program, args }, costPath) {
    return [/** @type {string} */ (this.#time), '-o', costPath, '-f', '%U %S %M', program, ...args]
  }
}

/** The shell's and BusyBox's `time` know no peak. */
const gnuTime = () => {
  const time = findProgram('time')
  if (time === undefined) return undefined
  const { status, stdout } = spawnSync(time, ['--version'], { encoding: 'utf8' })
  return status === 0 && stdout.includes('GNU') ? time : undefined
}

/**
 * The second line of `times` is what the shell's children used (POSIX.1-2017, XCU 2.14).
 * @param {Command} command
 * @param {string} costPath
 */
const throughShell = ({ program, args }, costPath) => [
  '/bin/sh',
  '-c',
  'cost=$1; shift; "$@"; code=$?; times > "$cost"; exit $code',
  'sh',
  costPath,
  program,
  ...args,
]

/** @param {string} text */
const costOfTime = (text) => {
  const [user, system, peakKib] = /** @type {string} */ (text.trim().split('\n').at(-1))
    .split(' ')
    .map(Number)
  return { cpuS: user + system, peakMb: (peakKib * 1024) / 1e6 }
}

/** @param {string} text */
const costOfShell = (text) => {
  const [user, system] = text.trim().split('\n')[1].split(' ').map(secondsOf)
  return { cpuS: user + system, peakMb: undefined }
}

/** @param {string} text such as 1m2.345s */
const secondsOf = (text) => {
  const [minutes, seconds] = text.replace('s', '').replace(',', '.').split('m').map(Number)
  return 60 * minutes + seconds
}

/** @param {Command} command */
const shown = ({ program, args }) => [program, ...args].join(' ')
