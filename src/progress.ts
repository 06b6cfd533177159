/** What a long call tells while it runs. Counts only grow; totals are set once they are known. */
export interface Progress {
  readonly phase: string
  readonly filesDone: number
  readonly filesTotal?: number
  readonly bytesDone: number
  readonly bytesTotal?: number
  /** What is being worked on now, as text for people. */
  readonly current?: string
}

/** Every long call takes these two, everywhere the same way. */
export interface CallOptions {
  /** Aborting it ends the call with `VarveError` code `interrupted`; what was stored stays usable. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}
