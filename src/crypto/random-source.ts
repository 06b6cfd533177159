/** Gives fresh, unpredictable bytes. `crypto.randomBytes` is one; tests pass a predictable one. */
export type RandomSource = (sizeBytes: number) => Uint8Array
