import type { Writable } from 'node:stream'
import { ClosedOutput, Sink } from './sink.js'

type TerminalStream = Writable & { readonly isTTY?: boolean; readonly columns?: number }

const bufferCharactersMax = 65_536
const flushAfterMs = 100

/** Data goes to stdout, everything that is told about the work to stderr. One line of progress may stand at its end. */
export class Output {
  readonly dataIsTerminal: boolean
  readonly logIsTerminal: boolean
  readonly #data: Sink
  readonly #log: Sink
  readonly #logStream: TerminalStream
  #buffered = ''
  #timer: NodeJS.Timeout | undefined
  #flushing: Promise<void> = Promise.resolve()
  #lateFailure: unknown
  #progressShown = false

  constructor(data: TerminalStream, log: TerminalStream) {
    this.dataIsTerminal = data.isTTY === true
    this.logIsTerminal = log.isTTY === true
    this.#data = new Sink(data)
    this.#log = new Sink(log)
    this.#logStream = log
  }

  get logColumns(): number {
    // A terminal that does not know its size says 0.
    return this.#logStream.columns || 80
  }

  /** A line of data. Lines are gathered, so that a long listing costs few writes; throws ClosedOutput when nobody reads. */
  async line(text: string): Promise<void> {
    if (this.#lateFailure !== undefined) throw this.#lateFailure
    this.#buffered += `${text}\n`
    if (this.dataIsTerminal || this.#buffered.length >= bufferCharactersMax) return this.flush()
    this.#timer ??= setTimeout(() => this.#flushLater(), flushAfterMs)
  }

  async json(value: unknown): Promise<void> {
    await this.line(JSON.stringify(value))
  }

  /** What a command says about work that goes on, whether somebody reads it or not. */
  async report(...lines: readonly string[]): Promise<void> {
    try {
      for (const text of lines) await this.line(text)
      await this.flush()
    } catch (error) {
      if (!(error instanceof ClosedOutput)) throw error
    }
  }

  /** Bytes of content, as they are. */
  async bytes(chunk: Uint8Array): Promise<void> {
    await this.flush()
    await this.#data.write(chunk)
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const text = this.#buffered
    this.#buffered = ''
    if (this.dataIsTerminal) this.showProgress('')
    // One write after the other: two that overlap would mix their lines.
    this.#flushing = this.#flushing.then(() => this.#data.write(text))
    await this.#flushing
  }

  /** Help that was asked for is data; it may be piped into a pager. */
  helpToData(text: string): void {
    this.#buffered += text
  }

  helpToLog(text: string): void {
    this.log(text.trimEnd())
  }

  /** A line on stderr. Never fails: there is no place left to say so. */
  log(text: string): void {
    this.showProgress('')
    this.#writeLog(`${text}\n`)
  }

  /** Replaces the line of progress; the empty text takes it away. Does nothing off a terminal. */
  showProgress(text: string): void {
    if (!this.logIsTerminal || (text === '' && !this.#progressShown)) return
    this.#writeLog(`\r${text}\x1b[K`)
    this.#progressShown = text !== ''
  }

  #writeLog(text: string): void {
    this.#log.write(text).catch(() => undefined)
  }

  #flushLater(): void {
    this.flush().catch((error: unknown) => {
      this.#lateFailure ??= error
    })
  }
}
