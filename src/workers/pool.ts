import { Worker } from 'node:worker_threads'
import type { ThreadProgram } from './core.js'
import { errorOfPosted, type PostedError } from './worker-error.js'

/** Jobs that wait at a worker beside the one it does, so that it never idles for the length of a message. */
const aheadMax = 1

/**
 * Threads make few objects that live, and many buffers that do not. Left alone, V8 lets each thread's young generation grow to
 * 48 MiB before it looks for the dead ones; with this bound a backup of 113,000 files peaks 68 MB lower at the same CPU time.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 3 }

interface Task {
  readonly job: unknown
  /** Memory that goes over to the thread, and need not be copied. */
  readonly transfer: readonly ArrayBuffer[]
  readonly onEarly: ((early: never) => void) | undefined
  readonly resolve: (result: never) => void
  readonly reject: (error: unknown) => void
}

interface Answer {
  readonly id: number
  readonly early?: never
  readonly result?: never
  readonly error?: PostedError
}

/**
 * A fixed number of threads and one queue of jobs, each taken by the thread that has least to do. `room` says when the
 * queue is short enough for another job; a caller that waits for it keeps memory flat.
 */
export class WorkerPool implements AsyncDisposable {
  readonly #threads: Thread[] = []
  readonly #queue: Task[] = []
  readonly #waiting: (() => void)[] = []
  #failure: unknown

  constructor(
    private readonly program: ThreadProgram,
    /** Threads at most; each is started when there is work for it. */
    readonly size: number,
    /** Makes the job that a thread does before all others. */
    private readonly firstJob?: (index: number) => Promise<unknown>,
  ) {}

  /** How many threads were started: the indexes that `runOn` takes. */
  get started(): number {
    return this.#threads.length
  }

  /** Runs a job on some thread. `onEarly` hears what the job passes on before its end; `transfer` goes over to the thread. */
  run<R, E = never>(
    job: unknown,
    onEarly?: (early: E) => void,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<R> {
    return this.#enqueue(job, onEarly, undefined, transfer)
  }

  /** Runs a job on one particular thread, behind what it has to do already. */
  runOn<R>(index: number, job: unknown): Promise<R> {
    return this.#enqueue(job, undefined, this.#threads[index]!)
  }

  /** Resolves once fewer jobs wait than there are threads. */
  async room(): Promise<void> {
    while (this.#queue.length >= this.size && this.#failure === undefined)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    if (this.#failure !== undefined) throw this.#failure
  }

  get hasRoom(): boolean {
    return this.#queue.length < this.size
  }

  /** Ends the threads at once. What they had to do is rejected, so that nobody waits for it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#fail(new Error('the threads were ended'))
    await Promise.all(this.#threads.map((thread) => thread.end()))
  }

  #enqueue<R, E>(
    job: unknown,
    onEarly: ((early: E) => void) | undefined,
    thread: Thread | undefined,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<R> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    return new Promise<R>((resolve, reject) => {
      const task = { job, transfer, onEarly, resolve, reject } as Task
      if (thread !== undefined) return thread.take(task)
      this.#queue.push(task)
      this.#dispatch()
    })
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const thread = this.#idlest()
      if (thread.load > aheadMax) break
      thread.take(this.#queue.shift()!)
    }
    if (this.hasRoom) for (const resume of this.#waiting.splice(0)) resume()
  }

  #idlest(): Thread {
    const free = this.#threads.find((thread) => thread.load === 0)
    if (free !== undefined) return free
    if (this.#threads.length < this.size) return this.#start()
    return this.#threads.reduce((least, thread) => (thread.load < least.load ? thread : least))
  }

  #start(): Thread {
    const index = this.#threads.length
    const onFree = (): void => this.#dispatch()
    const onDeath = (error: unknown): void => this.#fail(error)
    const thread = new Thread(this.program, index, onFree, onDeath, this.firstJob?.(index))
    this.#threads.push(thread)
    return thread
  }

  /** A thread that died takes all jobs with it: what it knew of packs being written is lost. */
  #fail(error: unknown): void {
    this.#failure ??= error
    for (const task of this.#queue.splice(0)) task.reject(error)
    for (const resume of this.#waiting.splice(0)) resume()
  }
}

class Thread {
  readonly #worker: Worker
  readonly #tasks = new Map<number, Task>()
  #nextId = 0
  /** Until the first job was posted, others wait for it. */
  #prepared: Promise<void> | undefined

  constructor(
    program: ThreadProgram,
    index: number,
    private readonly onFree: () => void,
    private readonly onDeath: (error: unknown) => void,
    firstJob: Promise<unknown> | undefined,
  ) {
    const workerData = { setup: program.setup, index }
    this.#worker = new Worker(program.url, { workerData, resourceLimits })
    this.#worker.on('message', (answer: Answer) => this.#answered(answer))
    this.#worker.on('error', (error) => this.#died(error))
    this.#worker.on('exit', () => this.#died(new Error('a worker thread ended')))
    this.#prepared = firstJob?.then((job) => this.#prepare(job)).catch((error: unknown) => this.#died(error))
  }

  get load(): number {
    return this.#tasks.size
  }

  take(task: Task): void {
    const id = this.#nextId++
    this.#tasks.set(id, task)
    const post = (): void => this.#worker.postMessage({ id, job: task.job }, task.transfer)
    if (this.#prepared === undefined) post()
    else void this.#prepared.then(post)
  }

  #prepare(job: unknown): void {
    this.#worker.postMessage({ id: this.#nextId++, job })
    this.#prepared = undefined
  }

  async end(): Promise<void> {
    this.#worker.removeAllListeners('exit')
    await this.#worker.terminate()
    this.#rejectAll(new Error('the thread was ended'))
  }

  #answered({ id, early, result, error }: Answer): void {
    const task = this.#tasks.get(id)
    if (task === undefined) {
      // The first job of a thread is nobody's task; without it the thread is of no use.
      if (error !== undefined) this.#died(errorOfPosted(error))
    } else if (early !== undefined) {
      task.onEarly?.(early)
    } else {
      this.#tasks.delete(id)
      if (error === undefined) task.resolve(result as never)
      else task.reject(errorOfPosted(error))
      this.onFree()
    }
  }

  #died(error: unknown): void {
    this.#rejectAll(error)
    this.onDeath(error)
  }

  #rejectAll(error: unknown): void {
    for (const task of this.#tasks.values()) task.reject(error)
    this.#tasks.clear()
  }
}
