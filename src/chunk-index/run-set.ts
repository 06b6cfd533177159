import { join } from 'node:path'
import type { RunRecord } from './manifest.js'
import { SortedRun } from './sorted-run.js'

export interface NamedRun {
  readonly name: string
  readonly run: SortedRun
}

/** The open runs of one manifest. */
export class RunSet {
  readonly runs: readonly NamedRun[]

  private constructor(runs: readonly NamedRun[]) {
    this.runs = runs
  }

  static readonly empty = new RunSet([])

  /**
   * Opens the runs that `previous` does not have open yet, and closes those that are not listed any more.
   * Undefined, and nothing closed, when one of them is missing, damaged, or of another size.
   */
  static open(folder: string, records: readonly RunRecord[], previous: RunSet): RunSet | undefined {
    const opened: NamedRun[] = []
    const runs: NamedRun[] = []
    for (const { name, entryCount } of records) {
      const kept = previous.runs.find((known) => known.name === name)
      const run = kept?.run ?? SortedRun.open(join(folder, name))
      if (run !== undefined && kept === undefined) opened.push({ name, run })
      if (run?.entryCount !== entryCount) {
        for (const each of opened) each.run.close()
        return undefined
      }
      runs.push({ name, run })
    }
    for (const old of previous.runs) if (!records.some(({ name }) => name === old.name)) old.run.close()
    return new RunSet(runs)
  }

  get damaged(): boolean {
    return this.runs.some(({ run }) => run.damaged)
  }

  close(): void {
    for (const { run } of this.runs) run.close()
  }
}
