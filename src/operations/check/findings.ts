import { CorruptError, type VarveError } from '../../errors.js'
import type { SnapshotId } from '../../format/ids.js'
import type { Damage } from './check-options.js'
import { nextStepFor } from './next-step.js'

const dependentsNamedMax = 100
const messagesMax = 5
const remarksMax = 1000

/** A broken object while more may still become known of it. */
export class Finding {
  readonly #messages: string[] = []
  #messagesTotal = 0
  readonly #dependents: { snapshot: string; path: string }[] = []
  #dependentsTotal = 0
  isUnreadable = false

  constructor(readonly object: string) {}

  tell(message: string): void {
    if (this.#messages.includes(message)) return
    this.#messagesTotal++
    if (this.#messages.length < messagesMax) this.#messages.push(message)
  }

  /** `count` things need the object, of which `path` is the first. */
  addDependents(snapshot: SnapshotId, path: string, count: number): void {
    this.#dependentsTotal += count
    if (this.#dependents.length < dependentsNamedMax) this.#dependents.push({ snapshot, path })
  }

  get isNeeded(): boolean {
    return this.#dependentsTotal > 0
  }

  toDamage(): Damage {
    const more = this.#messagesTotal - this.#messages.length
    const message = this.#messages.join('; ') + (more > 0 ? `; and ${more} more` : '')
    return {
      object: this.object,
      message,
      hint: nextStepFor(this.object, this.#messages[0] ?? '', this.isUnreadable),
      dependents: this.#dependents,
      dependentsTotal: this.#dependentsTotal,
    }
  }
}

/** All that a check finds: damage by object, and remarks. */
export class Findings {
  readonly #byObject = new Map<string, Finding>()
  readonly #remarks: string[] = []
  #remarksTotal = 0

  damage(object: string, message: string): Finding {
    const finding = this.#byObject.get(object) ?? new Finding(object)
    this.#byObject.set(object, finding)
    finding.tell(message)
    return finding
  }

  /** An error that came of reading `object`. */
  error(object: string, error: VarveError): Finding {
    const prefix = error instanceof CorruptError ? `${error.object}: ` : `${object}: `
    const { message } = error
    const finding = this.damage(object, message.startsWith(prefix) ? message.slice(prefix.length) : message)
    finding.isUnreadable = true
    return finding
  }

  remark(text: string): void {
    this.#remarksTotal++
    if (this.#remarks.length < remarksMax) this.#remarks.push(text)
  }

  finding(object: string): Finding | undefined {
    return this.#byObject.get(object)
  }

  /** Takes damage back that nothing depends on. */
  spareUnneeded(object: string, remark: string): void {
    if (this.#byObject.get(object)?.isNeeded !== false) return
    this.#byObject.delete(object)
    this.remark(`${object} ${remark}`)
  }

  get damages(): Damage[] {
    return [...this.#byObject.values()].map((finding) => finding.toDamage())
  }

  get remarks(): string[] {
    const more = this.#remarksTotal - this.#remarks.length
    return more > 0 ? [...this.#remarks, `and ${more} more remarks`] : this.#remarks
  }
}
