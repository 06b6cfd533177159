/** Prints what each step of the demo is, took, and saved. */
export class Steps {
  readonly #startMs = performance.now()

  constructor(private readonly print: (line: string) => void) {}

  async run<T>(title: string, step: () => Promise<T>): Promise<T> {
    const startMs = performance.now()
    this.print(`> ${title}`)
    const result = await step()
    this.print(`    ${seconds(performance.now() - startMs)}`)
    return result
  }

  note(text: string): void {
    this.print(`    ${text}`)
  }

  /** Bytes of all snapshots together against what they take. */
  sum(logicalBytes: number, storedBytes: number): void {
    const part = ((100 * storedBytes) / logicalBytes).toFixed(1)
    this.print(`two snapshots of ${bytesText(logicalBytes)} take ${bytesText(storedBytes)} (${part} %)`)
    this.print(`all in ${seconds(performance.now() - this.#startMs)}`)
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`

export const bytesText = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MiB`
  return `${(bytes / 1024 ** 3).toFixed(2)} GiB`
}
