import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const testFolder = fileURLToPath(new URL('..', import.meta.url))
const format = readFileSync(fileURLToPath(new URL('../../docs/FORMAT.md', import.meta.url)), 'utf8')

const titleOf = /\b(?:it|test|describe)(?:\.\w+)*\((?:[^\n]*\)\()?\s*['"`]([^\n]*)/g

const titles = readdirSync(testFolder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .flatMap((path) => [...readFileSync(join(testFolder, path), 'utf8').matchAll(titleOf)])
  .map(([, title = '']) => title)

test('every invariant of docs/FORMAT.md is cited by the title of a test that holds it', () => {
  const numbers = [...format.matchAll(/^\| (I-\d+) \|/gm)].map(([, number]) => number!)
  expect(numbers.length).toBeGreaterThan(20)
  const isCited = (number: string): boolean => titles.some((title) => new RegExp(`${number}\\b`).test(title))
  expect(numbers.filter((number) => !isCited(number))).toEqual([])
})
