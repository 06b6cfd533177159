import { spawn } from 'node:child_process'
import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandPath } from '../../../bench/machine/dist.mjs'
import { newFolder, removeFolder } from '../../trees/work-place.mjs'

/** Longer than any of these commands takes on a busy machine: what runs so long hangs. */
const patienceMs = 300_000

/** A repository, a cache, a key and a home of their own for the built command. */
export class CommandPlace {
  folder = newFolder('crash')
  repository = join(this.folder, 'repository')
  cache = join(this.folder, 'cache')
  source = join(this.folder, 'source')
  keyFile = join(this.folder, 'key')
  tracePath = join(this.folder, 'trace')

  at(name) {
    return join(this.folder, name)
  }

  /** Commands in words: threads are few so that the machine is not what is tried. */
  words(args) {
    return [process.execPath, commandPath(), ...this.#global, ...args]
  }

  get #global() {
    const { repository, cache, keyFile } = this
    return ['-r', repository, '--cache-dir', cache, '--key-file', keyFile, '--workers', '2', '--json']
  }

  /**
   * Runs words to their end, or kills them after `killMs`.
   * @returns {Promise<{ code: number | null, signal: string | null, stdout: string, stderr: string }>}
   */
  run(words, { killMs, cwd = this.folder } = {}) {
    const [program, ...args] = words
    // One thread for the calls of Node, so that the same calls have the same numbers.
    const env = { UV_THREADPOOL_SIZE: '1', PATH: process.env.PATH, HOME: this.folder, LANG: 'C.UTF-8' }
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const timer = setTimeout(() => child.kill('SIGKILL'), killMs ?? patienceMs)
    const startMs = performance.now()
    const [stdout, stderr] = [[], []]
    child.stdout.on('data', (bytes) => stdout.push(bytes))
    child.stderr.on('data', (bytes) => stderr.push(bytes))
    return new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => {
        clearTimeout(timer)
        const hangs = killMs === undefined && performance.now() - startMs >= patienceMs
        resolve({
          code,
          hangs,
          signal,
          stdout: String(Buffer.concat(stdout)),
          stderr: String(Buffer.concat(stderr)),
        })
      })
    })
  }

  varve(args, options) {
    return this.run(this.words(args), options)
  }

  get trace() {
    return existsSync(this.tracePath) ? readFileSync(this.tracePath, 'latin1') : ''
  }

  isFolder(path) {
    return existsSync(path) && lstatSync(path).isDirectory()
  }

  remove() {
    removeFolder(this.folder)
  }
}

/** The summary that ends what `--json` prints; undefined if it did not come so far. */
export const summaryOf = (stdout) => {
  const last = stdout.trim().split('\n').at(-1) ?? ''
  try {
    const summary = JSON.parse(last)
    return summary.message_type === 'summary' ? summary : undefined
  } catch {
    return undefined
  }
}
