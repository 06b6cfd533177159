/** One case: what goes in, in words of docs/FORMAT.md, the bytes that come out, and how to open them again. */
export interface Vector {
  readonly what: string
  readonly input: unknown
  /** Hex. */
  readonly bytes: string
  readonly check: (bytes: Buffer) => void
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Bytes as hex; JSON has no form of its own for them. */
export function hexed(this: Record<string, unknown>, name: string, value: unknown): unknown {
  const raw = this[name]
  return raw instanceof Uint8Array ? hex(raw) : value
}
