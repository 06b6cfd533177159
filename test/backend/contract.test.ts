import assert from 'node:assert/strict'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Backend } from '../../src/backend/backend.js'
import { ContractBench, runContractCase } from '../../src/backend/contract-bench.js'
import { contractCases } from '../../src/backend/contract-cases.js'
import { noFaults, seededFaults } from '../../src/backend/fault-plan.js'
import { FaultyBackend } from '../../src/backend/faulty-backend.js'
import { MemoryBackend } from '../../src/backend/memory-backend.js'
import { filesBelow, freshHex, localBackend } from './temporary-place.js'

const memoryBackend = async (): Promise<Backend> => {
  const backend = new MemoryBackend()
  onTestFinished(() => backend[Symbol.asyncDispose]())
  return backend
}

const backends: readonly (readonly [string, () => Promise<Backend>])[] = [
  ['local', () => localBackend()],
  ['memory', memoryBackend],
  ['faulty without faults', async () => new FaultyBackend(await memoryBackend(), noFaults)],
  ['local with delays', async () => new FaultyBackend(await localBackend(), seededFaults(7, { delay: 0.5 }))],
]

describe.each(backends)('The contract holds for the %s backend:', (_, open) => {
  it.each(contractCases.map((contractCase) => [contractCase.title, contractCase] as const))(
    '%s',
    async (_title, contractCase) => {
      await runContractCase(contractCase, new ContractBench(await open(), assert, freshHex))
    },
  )
})

describe('The contract', () => {
  it('leaves no file behind in a local repository', async () => {
    const backend = await localBackend()
    for (const contractCase of contractCases) {
      await runContractCase(contractCase, new ContractBench(backend, assert, freshHex))
    }
    expect(await filesBelow(backend.location)).toEqual([])
  })

  const broken: readonly (readonly [string, (backend: MemoryBackend) => void])[] = [
    [
      'replaces objects',
      (backend) => {
        const { create } = backend
        backend.create = async (name, data) => {
          if (backend.store.has(name)) await backend.remove(name)
          await create.call(backend, name, data)
        }
      },
    ],
    [
      'returns short ranges',
      (backend) => {
        const { readRange } = backend
        backend.readRange = async (name, offset, length) =>
          readRange.call(backend, name, offset, Math.max(0, Math.min(length, 256 - offset)))
      },
    ],
    [
      'hands out its own memory',
      (backend) => {
        backend.read = async (name) => backend.store.get(name)!.bytes
      },
    ],
    [
      'lists half of the objects',
      (backend) => {
        backend.list = async function* (folder) {
          const names = [...backend.store.keys()].filter((name) => name.startsWith(`${folder}/`))
          for (const name of names.slice(names.length / 2)) yield { name, sizeBytes: 0, modifiedMs: 0 }
        }
      },
    ],
  ]

  it.each(broken)('finds out a backend that %s', async (_, breakIt) => {
    const outcomes = contractCases.map(async (contractCase) => {
      const backend = (await memoryBackend()) as MemoryBackend
      breakIt(backend)
      await runContractCase(contractCase, new ContractBench(backend, assert, freshHex))
    })
    expect((await Promise.allSettled(outcomes)).some(({ status }) => status === 'rejected')).toBe(true)
  })
})
