import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { BackupOptions, BackupReport } from '../../../dist/operations/backup/backup-options.js'

export interface ProcessTask extends Partial<Omit<BackupOptions, 'paths' | 'stdin'>> {
  readonly repository: string
  readonly cache: string
  readonly paths: readonly string[]
  readonly workers?: number
  /** How far the clock of the process is ahead; default a minute, so that everything is settled. */
  readonly aheadMs?: number
  /** Becomes this user first. */
  readonly uid?: number
  readonly tellEntries?: boolean
  /** Stops gently after so many entries. */
  readonly gentleAfter?: number
}

export interface ProcessEnd {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly report?: BackupReport
  readonly error?: { readonly code?: string; readonly message: string; readonly stack: string }
  /** Paths told by `tellEntries`. */
  readonly entries: string[]
  readonly stderr: string
}

const script = fileURLToPath(new URL('backup-process.mjs', import.meta.url))

/** Starts a backup in a process of its own, behind `before` (such as strace and its arguments). */
export const startBackup = (
  task: ProcessTask,
  before: readonly string[] = [],
): { child: ChildProcess; end: Promise<ProcessEnd>; opened: Promise<void> } => {
  const [command, ...rest] = [...before, process.execPath, script, JSON.stringify(task)]
  const child = spawn(command!, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  let opened!: () => void
  const isOpen = new Promise<void>((resolve) => {
    opened = resolve
  })
  child.stdout!.on('data', (bytes) => {
    stdout += bytes
    if (stdout.includes('"open"')) opened()
  })
  child.stderr!.on('data', (bytes) => {
    stderr += bytes
  })
  const end = new Promise<ProcessEnd>((resolve) => {
    child.on('close', (exitCode, signal) => {
      opened()
      const lines = stdout
        .split('\n')
        .filter((line) => line.endsWith('}'))
        .map((line) => JSON.parse(line))
      const { report } = lines.find(({ event }) => event === 'report') ?? {}
      const error = lines.find(({ event }) => event === 'error')
      const entries = lines.filter(({ event }) => event === 'entry').map(({ path }) => path as string)
      resolve({
        exitCode,
        signal,
        ...(report && { report }),
        ...(error && { error }),
        entries,
        stderr,
      })
    })
  })
  return { child, end, opened: isOpen }
}

export const runBackup = (task: ProcessTask, before: readonly string[] = []): Promise<ProcessEnd> =>
  startBackup(task, before).end
