import type { Failure } from './failure.js'
import { FilePlan } from './file-plan.js'
import type { FileWork } from './file-work.js'
import { PlanRunner } from './plan-runner.js'
import type { RestoreContext } from './restore-context.js'
import type { Segment } from './segments.js'

/** Files are planned together: the more, the fewer blocks are opened twice (docs/PERFORMANCE.md, Restore). */
const planLimits = { filesMax: 65_536, piecesMax: 131_072 }
/**
 * The first plan is small, so that the threads soon have work, and the next ones grow: what has just been planned must keep the
 * threads busy while the next plan fills.
 */
const firstPlanFilesMax = 4096
const planGrowth = 4

/** Gathers files into plans; one plan is carried out while the next one fills. */
export class PlanQueue {
  #plan = new FilePlan(planLimits)
  #planFilesMax = firstPlanFilesMax
  #running: Promise<void> = Promise.resolve()
  #spare: FilePlan | undefined
  #failure: unknown

  constructor(
    private readonly context: RestoreContext,
    /** How many directories the restore holds open. */
    private readonly openDirectories: () => number,
  ) {}

  /** A promise where the caller should wait. Errors: those that end the restore. */
  add(work: FileWork, segments: readonly Segment[]): Promise<void> | undefined {
    if (!this.#plan.hasRoomFor(segments.length)) return this.#addToNext(work, segments)
    this.#plan.add(work, segments)
    const isFull =
      this.#plan.fileCount >= this.#planFilesMax || this.openDirectories() >= this.context.openDirectoriesMax
    return isFull ? this.start() : undefined
  }

  /** Starts what has gathered; resolves when the plan before it is done. Errors: those that end the restore. */
  async start(): Promise<void> {
    const plan = this.#plan
    if (plan.fileCount === 0) return
    this.#plan = this.#spare ?? new FilePlan(planLimits)
    this.#spare = undefined
    this.#planFilesMax = Math.min(planGrowth * this.#planFilesMax, planLimits.filesMax)
    const before = this.#running
    this.#running = before.then(() => this.#carryOut(plan))
    await before
    this.#throwFailure()
  }

  /** Resolves when all that was added is done. Errors: those that end the restore. */
  async end(): Promise<void> {
    if (this.#failure === undefined) await this.start()
    await this.settle()
    this.#throwFailure()
  }

  /** Resolves when nothing is under way. */
  async settle(): Promise<void> {
    await this.#running
  }

  async #addToNext(work: FileWork, segments: readonly Segment[]): Promise<void> {
    await this.start()
    await this.add(work, segments)
  }

  async #carryOut(plan: FilePlan): Promise<void> {
    if (this.#failure !== undefined) return
    try {
      await new PlanRunner(this.context, plan, (file, failure) => this.#ended(plan, file, failure)).run()
    } catch (error) {
      this.#failure ??= error
    }
    plan.clear()
    this.#spare = plan
  }

  #ended(plan: FilePlan, file: number, failure: Failure | undefined): void {
    const { tally } = this.context
    const path = plan.pathOf(file)
    const sizeBytes = plan.sizes[file]!
    if (failure !== undefined) tally.problem(path, failure.kind, failure.message)
    else tally.file(plan.replaces(file) ? 'replaced' : 'created', path, sizeBytes)
    tally.contentDone(sizeBytes)
    plan.rareOf(file)?.onEnd?.(failure === undefined)
    plan.directoryOf(file).release()
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure
  }
}
