const gatheredBytes = 128 * 1024

/** Joins parts until they are long enough to be worth a write; long ones go through as they are. */
export async function* gatherParts(
  parts: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let gathered: Uint8Array[] = []
  let sizeBytes = 0
  for await (const part of parts) {
    gathered.push(part)
    sizeBytes += part.length
    if (sizeBytes < gatheredBytes) continue
    yield gathered.length === 1 ? part : Buffer.concat(gathered)
    gathered = []
    sizeBytes = 0
  }
  if (sizeBytes > 0) yield Buffer.concat(gathered)
}
