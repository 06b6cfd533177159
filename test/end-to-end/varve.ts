import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly directory?: string
  readonly uid?: number
  /** A module that runs in the process before the command line does. */
  readonly before?: string
}

/** A temporary place with a repository path, a password file, a cache and a home of its own, for the built command line. */
export class Place implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'varve-e2e-'))
  readonly repository = join(this.path, 'repository')
  readonly passwordFile = join(this.path, 'password')

  constructor() {
    writeFileSync(this.passwordFile, 'a password for tests\n')
  }

  at(...parts: string[]): string {
    return join(this.path, ...parts)
  }

  /** Runs `varve` on the place's repository. */
  varve(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.run(['-r', this.repository, '--password-file', this.passwordFile, ...args], options)
  }

  /** Runs `varve` with nothing but these arguments. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const child = this.start(args, options)
    child.stdin.end(options.input ?? '')
    return ended(child)
  }

  /** The same, with its standard input open. */
  start(args: readonly string[], options: Omit<RunOptions, 'input'> = {}): ChildProcessWithoutNullStreams {
    const before = options.before === undefined ? [] : ['--import', options.before]
    return spawn(process.execPath, [...before, main, ...args], {
      cwd: options.directory ?? this.path,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: this.at('home'),
        XDG_CACHE_HOME: this.at('cache'),
        XDG_DATA_HOME: this.at('data'),
        XDG_CONFIG_HOME: this.at('config'),
        ...options.environment,
      },
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    })
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

export const ended = (child: ChildProcessWithoutNullStreams): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes))
    child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes))
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    )
  })
