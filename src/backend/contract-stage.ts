import type { ContractBench } from './contract-bench.js'
import { StagedFileWriter } from './staged-file-writer.js'

export const bytes = (text: string): Buffer => Buffer.from(text)

/** Every byte value once, in order. */
export const allCodes = Buffer.from(Array.from({ length: 256 }, (_, code) => code))

/** A filled staging file, its writer closed. */
export const stage = async ({ backend }: ContractBench, parts: readonly Buffer[]): Promise<string> => {
  const path = await backend.openStaging('packs')
  const writer = new StagedFileWriter(path)
  for (const part of parts) writer.append(part)
  writer.close()
  return path
}
