import type { Backend } from './backend.js'

/** The part of node:assert/strict that the contract needs, so that any test runner can bring its own. */
export interface ContractAssert {
  ok(value: unknown, message?: string): void
  equal(actual: unknown, expected: unknown, message?: string): void
  deepEqual(actual: unknown, expected: unknown, message?: string): void
}

/** One promise of Backend, as something to try. */
export interface ContractCase {
  /** A sentence of the specification. */
  readonly title: string
  run(bench: ContractBench): Promise<void>
}

/** What a case works with: the backend, and names that nobody else uses, removed when the case is over. */
export class ContractBench {
  readonly #made: string[] = []

  /** `freshHex` returns 64 hexadecimal digits, never the same twice. */
  constructor(
    readonly backend: Backend,
    readonly assert: ContractAssert,
    private readonly freshHex: () => string,
  ) {}

  name(folder: string): string {
    const name = `${folder}/${this.freshHex()}`
    this.#made.push(name)
    return name
  }

  async namesIn(folder: string): Promise<string[]> {
    const names: string[] = []
    for await (const { name } of this.backend.list(folder)) names.push(name)
    return names
  }

  /** Fails unless `step` rejects with this code of VarveError. */
  async rejects(step: () => Promise<unknown>, code: string): Promise<void> {
    const outcome = await step().then(
      () => 'no error',
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
    )
    this.assert.equal(outcome, code)
  }

  async removeAll(): Promise<void> {
    await Promise.all(this.#made.map((name) => this.backend.remove(name)))
  }
}

/** Runs one case and removes what it made. Rejects as the case's assertions do. */
export const runContractCase = async (contractCase: ContractCase, bench: ContractBench): Promise<void> => {
  try {
    await contractCase.run(bench)
  } finally {
    await bench.removeAll()
  }
}
